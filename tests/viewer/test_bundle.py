"""The scripts of the page that shows all data: their size at first and in all."""

import gzip
import re
from collections.abc import Iterable
from pathlib import Path

from jupyter_zarr_serve.handlers.web.static_files import BUILT

_IMPORT = r'(?:from|import)"\./([^"]+)"'
AT_FIRST, IN_ALL = 60_000, 1_500_000  # bytes, compressed


def _compressed(files: Iterable[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes())) for path in files)


def _with_imports(script: Path) -> set[Path]:
    """A script, and those that it imports before it runs."""
    found, left = set(), {script}
    while left:
        path = left.pop()
        found.add(path)
        left |= {
            path.parent / name for name in re.findall(r'(?:from|import)"\./([^"]+)"', path.read_text())
        }
        left -= found
    return found


def test_little_comes_before_the_first_picture():
    (script,) = BUILT.glob("viewer.*.js")
    (style,) = BUILT.glob("viewer.*.css")
    needed = _with_imports(script)
    assert len(needed) > 1
    assert _compressed({*needed, style}) <= AT_FIRST


def test_all_of_it_is_moderate():
    assert _compressed([*BUILT.glob("*.js"), *BUILT.glob("*.css")]) <= IN_ALL
