"""The extension as it is packed: what its table says, how large it is, and which sources it is made of."""

import gzip
import json
import statistics
import subprocess
import tomllib
from pathlib import Path

from jupyter_zarr_serve.readers import FORMATS
from tests.clients.node import NODE

LAB = Path("jupyter_zarr_serve/lab")
ROWS = "import { FORMATS } from './src/formats.ts'; console.log(JSON.stringify(FORMATS))"


def formats() -> list[dict[str, object]]:
    command = [NODE, "--experimental-strip-types", "--no-warnings", "--input-type=module", "-e", ROWS]
    done = subprocess.run(command, cwd=LAB, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_it_knows_each_suffix_that_some_reader_knows():
    ours = [suffix for row in formats() for suffix in row["suffixes"]]  # type: ignore[attr-defined]
    assert sorted(ours) == sorted(suffix for row in FORMATS for suffix in row.suffixes)


def test_the_setting_names_each_type():
    setting = json.loads((LAB / "schema/files.json").read_text())["properties"]["openAsData"]
    assert setting["items"]["enum"] == [row["type"] for row in formats()]
    assert setting["default"] == [row["type"] for row in formats() if not row.get("hasViewer")]


def test_settings_are_translated_as_all_else_of_ours():
    schemas = [json.loads(path.read_text()) for path in (LAB / "schema").glob("*.json")]
    domains = {schema.get("jupyter.lab.internationalization", {}).get("domain") for schema in schemas}
    assert domains == {"jupyter_zarr_serve"}


def test_it_is_small():
    scripts = (LAB / "dist/static").glob("*.js")
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) <= 120_000


def test_installing_puts_it_where_labs_look_for_it():
    targets = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    name = json.loads((LAB / "package.json").read_text())["name"]
    assert targets["wheel"]["shared-data"][str(LAB / "dist")] == f"share/jupyter/labextensions/{name}"


def test_the_lock_names_no_registry():
    assert '"resolved"' not in (LAB / "package-lock.json").read_text()


def test_its_sources_have_the_size_of_those_of_the_viewer():
    lines = {path.name: path.read_text().count("\n") for path in (LAB / "src").iterdir()}
    assert {".ts", ".tsx"} >= {Path(name).suffix for name in lines}
    assert max(lines.values()) <= 250, max(lines, key=lines.__getitem__)
    assert statistics.median(lines.values()) <= 100
