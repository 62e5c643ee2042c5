"""Progress as frames: any number of these may come between a request that is a job and its response."""

import json
from typing import Any

from .core.progress import Progress
from .wire import FrameError, Raw, encode_frame

MOST = 200_000  # of one answer; who sends more is none of ours
_BEGINNING = b'{"progress":'
_LONGEST = 200  # bytes


def encode_progress(progress: Progress) -> bytes:
    """The whole frame that tells how far an answer is."""
    told = [progress.done, progress.total, progress.unit, round(progress.fraction, 4)]
    return encode_frame({"progress": told})


def progress_of(header: Raw) -> Progress | None:
    """What a frame's header tells of progress; None if it is that of a response.

    Raises
    ------
    FrameError
        If it tells something that cannot be.
    """
    beginning = bytes(header[: _LONGEST + 1])
    if not beginning.startswith(_BEGINNING):
        return None
    try:
        told: Any = json.loads(beginning)["progress"]
        done, total, unit, fraction = told
        progress = Progress(int(done), int(total), str(unit), float(fraction))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise FrameError("a frame tells of progress, and is none") from error
    if not progress.is_sound:
        raise FrameError("a frame tells of progress that cannot be")
    return progress
