"""A server that may open few files serves many of them, one after another, and recovers."""

import subprocess
import sys

CODE = """
import resource, sys
from pathlib import Path
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.files.tree import Settings, root_of
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
root = root_of(Settings(Path(sys.argv[1])))
held = [open("/dev/null") for _ in range(40)]
def ask(name, key="zarr.json"):
    return respond(root, Request(3, ("files", name, "a", *key.split("/")))).status
first = [ask(f"{n}.h5") for n in range(100)]
held += [open("/dev/null") for _ in range(4)]
again = [ask(f"{n}.h5", "c/0") for n in range(100)]
assert set(first) == {200}, first
assert set(again) == {200}, again
"""


def test_a_hundred_files_are_served_by_64_descriptors(tmp_path):
    import h5py

    for number in range(100):
        with h5py.File(tmp_path / f"{number}.h5", "w") as file:
            file["a"] = [number + 1]
    command = [sys.executable, "-c", CODE, tmp_path]
    found = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert found.returncode == 0, found.stderr[-2000:]
