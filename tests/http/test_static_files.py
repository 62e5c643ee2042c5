"""Pages of a checkout whose front ends were not built, or not lately."""

import json
from pathlib import Path

import pytest

from jupyter_zarr_serve.handlers.web import static_files


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(static_files, "BUILT", tmp_path)
    return tmp_path / "manifest.json"


def test_a_file_that_is_built_comes_with_what_it_needs(built: Path) -> None:
    built.write_text(json.dumps({"viewer.js": ["viewer.A.js", "part.B.js"]}))
    assert static_files.built_names("viewer.js") == ["viewer.A.js", "part.B.js"]


def test_a_file_that_an_older_build_lacks_is_left_out_of_the_page(built: Path) -> None:
    assert static_files.built_names("follow.js") == []
    built.write_text(json.dumps({"viewer.js": ["viewer.A.js"]}))
    assert static_files.built_names("follow.js") == []
