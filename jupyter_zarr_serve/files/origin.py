"""Which files an answer is of, as a worker says it, so that the server can tell if it stays true.

In JSON: ``present`` (path as asked for, where its links lead, stamp, whether a look at it comes at once),
``absent`` (paths where no document is) and ``stored`` (like one that is present), if the body is all
bytes of one file. The server reads those itself: they need not pass through another process.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.nodes import Validator
from ..core.stored import Blob
from ..serve.representation import Representation
from ..wire import FrameError
from .stores import SameDocuments
from .validator import SameFile, same_file

_MOST = 32  # paths of files that one node is of
Members = dict[str, Any]


@dataclass(frozen=True)
class Origin:
    """The files that an answer is of.

    Attributes
    ----------
    validator
        Tells whether they are still as they were.
    stored
        The file whose bytes are the body; None where the body was sent.
    """

    validator: Validator
    stored: SameFile | None = None

    @property
    def files(self) -> tuple[SameFile, ...]:
        """All of them."""
        known = self.validator
        present = known.present if isinstance(known, SameDocuments) else (known,)
        return tuple(file for file in (*present, self.stored) if isinstance(file, SameFile))

    @property
    def absent(self) -> tuple[Path, ...]:
        """The paths where no document is."""
        return self.validator.absent if isinstance(self.validator, SameDocuments) else ()


def origin_of(content: Representation) -> Members | None:
    """What the server needs to know of the files of some content; None where nothing tells of changes."""
    validator = content.validator
    if isinstance(validator, SameFile):
        return {"present": [_spelled(validator)], "absent": []}
    if isinstance(validator, SameDocuments):
        present = [_spelled(file) for file in validator.present]
        return {"present": present, "absent": [str(path) for path in validator.absent]}
    return None


def stored_in(blob: Blob) -> list[Any] | None:
    """The file whose bytes these are, as the server is told of it; None where they have to be sent."""
    if blob.file is None or blob.version is None:
        return None
    file = same_file(*blob.file, blob.version)
    return None if file is None else _spelled(file)


def read_origin(told: Mapping[str, Any], is_served: Callable[[Path], bool]) -> Origin:
    """The origin that a worker told; no file is looked at.

    Parameters
    ----------
    is_served
        Whether a path is at or below a served root: a worker may have been taken over by what it read.

    Raises
    ------
    FrameError
        If it is no origin, or of files that are not served.
    """
    try:
        present = tuple(_file(one) for one in told["present"])
        absent = tuple(Path(str(path)) for path in told["absent"])
        stored = _file(told["stored"]) if told.get("stored") else None
    except (KeyError, TypeError, ValueError) as error:
        raise FrameError("a worker does not say of what files its answer is") from error
    files = [*present, *([stored] if stored else [])]
    paths = [*absent, *(path for file in files for path in (file.path, file.real))]
    if not present or len(paths) > _MOST or not all(map(is_served, paths)):
        raise FrameError("a worker answers of files that are not served")
    validator = present[0] if len(present) == 1 and not absent else SameDocuments(present, absent)
    return Origin(validator, stored)


def _spelled(file: SameFile) -> list[Any]:
    return [str(file.path), str(file.real), file.stamp, file.is_near]


def _file(told: Any) -> SameFile:
    """A file as it was told; raises `ValueError` if it was told in another way."""
    path, real, stamp, is_near = told
    return SameFile(Path(str(path)), Path(str(real)), str(stamp), bool(is_near))
