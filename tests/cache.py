"""What the tests install or download: made once, kept in the project's cache, safe for two workers."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

CACHE = Path(__file__).parent.parent / ".cache"
MAKE_SECONDS = 280  # pytest ends a test soon after


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """Keep other processes from changing a folder that they change under this lock, too."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_name(f"{place.name}.lock"), timeout=MAKE_SECONDS):
        yield


def kept(place: Path, wanted: str, make: Callable[[Path], object]) -> Path:
    """The folder `place`, filled by `make` unless it was already, with the same wishes."""
    mark = place.with_name(f"{place.name}.ready")
    with locked(place):
        if not mark.exists() or mark.read_text() != wanted:
            mark.unlink(missing_ok=True)
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            make(place)
            mark.write_text(wanted)
    return place
