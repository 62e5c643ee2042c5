"""Which files an answer is of, as a worker says it, so that the server can tell if it stays true.

In JSON: ``present`` (path as asked for, where its links lead, stamp), ``absent`` (paths where no document
is) and ``stored`` (like one that is present), if the answer's body is all bytes of one file. The server
reads those itself: they need not pass through another process.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.content import Content
from ..core.nodes import Fresh
from ..core.stored import Blob
from ..wire import FrameError
from .stores import SameDocuments
from .validator import SameFile, same_file

_MOST = 8  # files that one node is of
Members = dict[str, Any]


@dataclass(frozen=True)
class Origin:
    """The files that an answer is of.

    Attributes
    ----------
    fresh
        Tells whether they are still as they were.
    stored
        The file whose bytes are the body; None where the body was sent.
    """

    fresh: Fresh
    stored: SameFile | None = None


def origin_of(content: Content) -> Members | None:
    """What the server needs to know of the files of some content; None where nothing tells of changes."""
    fresh = content.fresh
    if isinstance(fresh, SameFile):
        return {"present": [_spelled(fresh.path, fresh.real, fresh.stamp)], "absent": []}
    if isinstance(fresh, SameDocuments):
        present = [_spelled(file.path, file.real, file.stamp) for file in fresh.present]
        return {"present": present, "absent": [str(path) for path in fresh.absent]}
    return None


def stored_in(blob: Blob) -> list[str] | None:
    """The file whose bytes these are, as the server is told of it; None where they have to be sent."""
    return None if blob.file is None or blob.version is None else _spelled(*blob.file, blob.version)


def read_origin(told: Mapping[str, Any], is_served: Callable[[Path], bool]) -> Origin | None:
    """The origin that a worker told; None where the server cannot tell whether its files changed.

    Parameters
    ----------
    is_served
        Whether a path is at or below a served root: a worker may have been taken over by what it read.

    Raises
    ------
    FrameError
        When it is no origin, or of files that are not served.
    """
    try:
        present = [tuple(map(str, file)) for file in told["present"]]
        absent = [Path(str(path)) for path in told["absent"]]
        stored = tuple(map(str, told["stored"])) if told.get("stored") else None
        paths = [Path(text) for file in [*present, *filter(None, [stored])] for text in file[:2]]
        is_known = {*map(len, present), len(stored or (1, 2, 3))} == {3} and len(paths) <= 2 * _MOST
    except (KeyError, TypeError, ValueError) as error:
        raise FrameError("a worker does not say of what files its answer is") from error
    if not is_known or len(absent) > _MOST or not all(map(is_served, [*paths, *absent])):
        raise FrameError("a worker answers of files that are not served")
    files = [_near(*file) for file in present]
    known = tuple(file for file in files if file is not None)
    bytes_of = _near(*stored) if stored else None
    if len(known) < len(files) or (stored and bytes_of is None):
        return None
    fresh = known[0] if len(known) == 1 and not absent else SameDocuments(known, tuple(absent))
    return Origin(fresh, bytes_of)


def _spelled(path: Path, real: Path, stamp: str) -> list[str]:
    return [str(path), str(real), stamp]


def _near(path: str, real: str, stamp: str) -> SameFile | None:
    try:
        return same_file(Path(path), Path(real), stamp)
    except OSError:  # it is gone by now
        return None
