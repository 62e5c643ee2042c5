"""The bounds of a worker process: it ends with the process that started it, and takes so much memory.

References
----------
https://man7.org/linux/man-pages/man2/prctl.2.html (``PR_SET_PDEATHSIG``, ``PR_SET_NO_NEW_PRIVS``)
https://man7.org/linux/man-pages/man2/getrlimit.2.html (``RLIMIT_DATA``)
"""

import contextlib
import ctypes
import os
import signal
import sys

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


def limit_memory(limit_bytes: int) -> None:
    """Let this process have no more memory than so many bytes, where the system can hold it to that."""
    if sys.platform != "linux" or not limit_bytes:
        return
    import resource

    with contextlib.suppress(ValueError, OSError):  # a lower bound holds already
        resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))
