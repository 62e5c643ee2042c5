"""Whether the package that is installed serves, with nothing but what it depends on.

A server must start, give back the values of a file, and have the demo and the viewer page with its scripts.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urljoin

import numpy as np
from numcodecs import get_codec

import jupyter_zarr_serve

TOKEN = "smoke"  # noqa: S105 (of a server that lives for seconds)
SECONDS = 120
VALUES = np.arange(12, dtype="<i4").reshape(3, 4)


def main() -> None:
    """Start a server in a folder of its own, and look."""
    assert "site-packages" in jupyter_zarr_serve.__file__, "this is a checkout, not a package"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        private = Path(folder)
        (private / "served").mkdir()
        np.save(private / "served" / "a.npy", VALUES)
        folders = {f"JUPYTER_{kind}_DIR": str(private / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "jupyter", "zarr", str(private / "served"), "--demo", "--no-browser",
             "--allow-root", "--ServerApp.port=0"],
            env={**os.environ, **folders, "JUPYTER_TOKEN": TOKEN}, cwd=private,
        )  # fmt: skip
        try:
            look(url_of(private / "RUNTIME", process))
        finally:
            process.terminate()
            process.wait(30)
    sys.stdout.write(f"jupyter_zarr_serve {jupyter_zarr_serve.__version__} serves\n")


def url_of(runtime: Path, process: "subprocess.Popen[bytes]") -> str:
    """The server's address, once it answers."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            try:
                url = str(json.loads(file.read_text())["url"]).replace("localhost", "127.0.0.1")
                get(f"{url}zarr/")
            except (OSError, ValueError):  # not yet
                continue
            return url
        time.sleep(0.2)
    raise SystemExit("the server did not start; its own words are above")


def look(base: str) -> None:
    """See that data and pages are there."""
    document = json.loads(get(f"{base}zarr/v2/files/a.npy/.zarray"))
    chunk = get_codec(document["compressor"]).decode(get(f"{base}zarr/v2/files/a.npy/0.0"))
    np.testing.assert_array_equal(
        np.frombuffer(chunk, document["dtype"]).reshape(document["chunks"]), VALUES
    )
    assert json.loads(get(f"{base}zarr/v3/demo/zarr.json"))["node_type"] == "group"
    page = f"{base}zarr/view?path=files/a.npy"
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', get(page).decode())
    assert scripts, "the viewer page has no script: was it built?"
    assert all(get(urljoin(page, script)) for script in scripts)
    extension = Path(sys.prefix, "share/jupyter/labextensions/jupyter-zarr-serve")
    entry = json.loads((extension / "package.json").read_text())["jupyterlab"]["_build"]["load"]
    assert (extension / entry).exists(), "JupyterLab's extension is not there: was it built?"


def get(url: str) -> bytes:
    """The body of an answer; raises if it is a failure."""
    request = urllib.request.Request(url, headers={"Authorization": f"token {TOKEN}"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
        return bytes(response.read())


if __name__ == "__main__":
    main()
