"""The bounds of a worker process: it ends with the process that started it, and takes so much memory.

References
----------
https://man7.org/linux/man-pages/man2/prctl.2.html (``PR_SET_PDEATHSIG``, ``PR_SET_NO_NEW_PRIVS``)
https://man7.org/linux/man-pages/man2/getrlimit.2.html (``RLIMIT_DATA``)
https://man7.org/linux/man-pages/man2/capset.2.html
"""

import contextlib
import ctypes
import os
import signal
import struct
import sys

_CAPABILITIES = 0x20080522  # version of the structures
_KEPT = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def end_with_parent(parent: int) -> None:
    """Have the system end this process when its parent ends, as far as it can."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:  # it ended before
        os._exit(0)


def drop_rights() -> None:
    """Give up what the superuser may do, such as to look into other processes, but for reading files."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("=Ii", _CAPABILITIES, 0)
    held = ctypes.create_string_buffer(24)  # effective, permitted, inheritable, twice 32 of them
    if libc.capget(header, held) == 0:
        effective, permitted, *_ = struct.unpack("=6I", held.raw)
        kept = struct.pack("=6I", effective & _KEPT, permitted & _KEPT, 0, 0, 0, 0)
        libc.capset(header, kept)


def limit_memory(limit_bytes: int) -> None:
    """Let this process have no more memory than so many bytes, where the system can hold it to that."""
    if sys.platform != "linux" or not limit_bytes:
        return
    import resource

    with contextlib.suppress(ValueError, OSError):  # a lower bound holds already
        resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))
