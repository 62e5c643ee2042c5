"""Bytes of a file that the system holds in memory, read without waiting for a disk.

References
----------
https://man7.org/linux/man-pages/man2/preadv2.2.html (``RWF_NOWAIT``)
"""

import os
from pathlib import Path
from typing import cast

import numpy as np

from ..core.errors import ServeError
from ..core.stored import NotAtHand
from ..readers.files import stamp_of_status
from ..readers.no_links import open_regular

_NO_WAIT: int | None = getattr(os, "RWF_NOWAIT", None)
CAN_TELL = _NO_WAIT is not None and hasattr(os, "preadv")  # on Linux


def read_resident(file: Path, stamp: str, start: int, stop: int) -> bytes:
    """The bytes ``[start, stop)`` of a file that has the same stamp as when it was first read.

    Raises
    ------
    NotAtHand
        If it has changed, is gone, or not all of these bytes are in memory.
    """
    data = np.empty(stop - start, np.uint8)  # a bytearray would be filled with zeros first
    try:
        with open_regular(file) as opened:
            read = os.preadv(opened.fileno(), [data.data], start, _NO_WAIT or 0)
            is_same = stamp_of_status(os.fstat(opened.fileno())) == stamp
    except (OSError, ServeError):  # the file system cannot tell, or the file is gone
        raise NotAtHand from None
    if not is_same or read < len(data):
        raise NotAtHand
    return cast("bytes", data.data)
