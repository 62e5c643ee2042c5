"""GDAL's multidimensional reader, over its own HTTP and listing code."""

import json
import os
import shutil
import subprocess
from typing import Any

import numpy as np
import pytest

from tests.server import Server

GDAL = shutil.which("gdalmdiminfo")
# In CI a missing tool is a failure, not a reason to skip.
needs_gdal = pytest.mark.skipif(
    GDAL is None and "CI" not in os.environ, reason="install GDAL (Debian: gdal-bin)"
)


@pytest.fixture(scope="module")
def array(served_dir) -> np.ndarray:
    values = np.arange(300 * 400, dtype="i4").reshape(300, 400)
    (served_dir / "gdal").mkdir()
    np.savez(served_dir / "gdal" / "two.npz", values=values, floats=values / 7)
    return values


def gdal(server: Server, *arguments: str) -> dict[str, Any]:
    options = ["--config", "GDAL_HTTP_HEADERS", f"Authorization: token {server.token}"]
    url = f'ZARR:"/vsicurl/{server.store_url(2, "files/gdal/two.npz")}"'
    done = subprocess.run(
        ["gdalmdiminfo", *options, *arguments, url], capture_output=True, text=True, check=True, timeout=120
    )
    information: dict[str, Any] = json.loads(done.stdout)
    return information


@needs_gdal
def test_it_lists_and_reads(server: Server, array):
    information = gdal(server, "-detailed")
    assert set(information["arrays"]) >= {"values", "floats"}
    np.testing.assert_array_equal(information["arrays"]["values"]["values"], array)
    np.testing.assert_allclose(information["arrays"]["floats"]["values"], array / 7, rtol=1e-12)
