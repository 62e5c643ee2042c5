"""zarrita and zarr.js in Node read every array of the torture tree, and of its portable view."""

from functools import partial

import pytest

from tests.clients.cannot_native import NativeCase, misreading_of, reason_why_not
from tests.clients.conftest import Jury
from tests.clients.native_jury import PORTABLE, hear_native, hear_portable
from tests.clients.node import answers_of_script
from tests.torture.portable import portable_leaves

by_zarrita = partial(answers_of_script, "zarrita_reads.js")
by_zarr_js = partial(answers_of_script, "zarr_js_reads.js")


def test_every_value_by_zarrita(jury_server: Jury, side, zarr_format):
    hear_native("zarrita", jury_server, side, zarr_format, by_zarrita)


def test_every_portable_value_by_zarrita(jury_server: Jury, side, zarr_format):
    hear_portable("zarrita", jury_server, side, zarr_format, by_zarrita)


@pytest.mark.parametrize("hear", [hear_native, hear_portable], ids=["native", "portable"])
def test_every_value_by_zarr_js(jury_server: Jury, side, hear):
    hear("zarr.js", jury_server, side, 2, by_zarr_js)


def test_zarrita_reads_all_portable_values(side, zarr_format):
    """But for arrays without elements, and bytes that are no text."""
    leaves = portable_leaves(side)
    cases = [NativeCase("zarrita", side, zarr_format, path, leaves[path], PORTABLE) for path in leaves]
    unread = {case.kind if case.expected.size else "" for case in cases if reason_why_not(case)}
    assert unread == {"", "bytes"}
    assert [case for case in cases if misreading_of(case)] == []
