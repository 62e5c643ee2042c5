"""Workers may write nothing, so somebody else has Python write the bytecode of the formats' libraries."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_zarr_serve.worker.compiling import LIBRARIES, MODULES

CODE = """
import os, sys
from jupyter_zarr_serve.worker.compiling import compile_missing
process = compile_missing(["slow", "not_installed"], ["not_installed", "slow"])
print(os.waitpid(process, 0)[1] if process else "nothing to do", "slow" in sys.modules)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is forked")


def compiled(folder: Path, **variables: str) -> str:
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    path = os.pathsep.join([str(folder), str(Path(__file__).parents[2])])
    environment = {**known, "PYTHONPATH": path, **variables}
    return subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_what_has_no_bytecode_is_imported_by_a_process_of_its_own(tmp_path: Path):
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "__init__.py").write_text("from . import part")
    (tmp_path / "slow" / "part.py").touch()
    assert compiled(tmp_path, PYTHONDONTWRITEBYTECODE="1") == "nothing to do False"
    assert not list(tmp_path.rglob("*.pyc"))
    assert compiled(tmp_path) == "0 False"
    assert {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")} == {"__init__", "part"}
    assert compiled(tmp_path) == "nothing to do False"


@pytest.mark.parametrize("name", [*LIBRARIES, *MODULES])
def test_what_it_knows_by_name_is_there(name):
    __import__(name)
