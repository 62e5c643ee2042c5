"""GDAL reads the torture tree in version 2, over its own HTTP and listing code."""

import numpy as np
import pytest

from tests.clients import gdal
from tests.clients.conftest import Jury
from tests.clients.native_jury import hear_native, hear_portable
from tests.server import Server

pytestmark = gdal.needs_gdal


@pytest.fixture(scope="module")
def array(served_dir) -> np.ndarray:
    values = np.arange(300 * 400, dtype="i4").reshape(300, 400)
    (served_dir / "gdal").mkdir()
    np.savez(served_dir / "gdal" / "two.npz", values=values, floats=values / 7)
    return values


def test_it_lists_and_reads(server: Server, array):
    found = gdal.information(server.store_url(2, "files/gdal/two.npz"), server.headers, "-detailed")
    assert set(found["arrays"]) == {"values", "floats"}
    np.testing.assert_array_equal(found["arrays"]["values"]["values"], array)
    np.testing.assert_allclose(found["arrays"]["floats"]["values"], array / 7, rtol=1e-12)


def test_every_value(jury_server: Jury, side):
    hear_native("gdal", jury_server, side, 2, gdal.read)


def test_every_portable_value(jury_server: Jury, side):
    hear_portable("gdal", jury_server, side, 2, gdal.read)
