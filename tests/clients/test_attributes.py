"""Attributes arrive in the JSON that is promised, of groups and of arrays."""

import json

import pytest

from tests import torture
from tests.clients.conftest import Jury

EXPECTED = torture.attributes()


@pytest.mark.parametrize("path", EXPECTED)
def test_every_attribute(jury_server: Jury, zarr_format, path):
    for side in torture.sides(path):
        read = dict(jury_server.open(side, zarr_format, path).attrs)
        read.pop("_ARRAY_DIMENSIONS", None)
        assert read == EXPECTED[path]


@pytest.mark.parametrize("path", EXPECTED)
def test_documents_have_no_literal_that_json_lacks(jury_server: Jury, zarr_format, path):
    for side in torture.sides(path):
        below = jury_server.path(side, path) + "/" + {2: ".zattrs", 3: "zarr.json"}[zarr_format]
        text = jury_server.server.get(f"zarr/v{zarr_format}/{below}").text
        assert json.loads(text, parse_constant=pytest.fail)
