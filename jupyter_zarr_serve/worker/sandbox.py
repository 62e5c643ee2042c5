"""No way out of a worker: on Linux it opens what is served and what Python needs, and writes nothing.

Whatever the library of a format is tricked into following ends here. Where the system has no Landlock, the
guards in code remain.

References
----------
https://docs.kernel.org/userspace-api/landlock.html
"""

import contextlib
import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # numbers of system calls, the same on all architectures
_VERSION, _BENEATH = 1, 1
_EXECUTE, _WRITE, _READ, _READ_DIR = 1, 2, 4, 8
_TCP = 3  # to bind and to connect
# Rights by the version of Landlock that knows them: all those of files, and those of the network.
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_FIRST_WITH_NETWORK = 4
_SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/sbin", "/opt", "/proc", "/sys/devices/system", "/sys/fs/cgroup",
    "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/localtime", "/etc/mime.types", "/etc/hosts",
    "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group", "/etc/ld.so.cache",
    "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/host.conf", "/etc/gai.conf", "/etc/services",
    "/dev/urandom", "/dev/random",
)  # fmt: skip
_DEVICES = ("/dev/null",)


def version() -> int:
    """The version of Landlock that this system has; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, _call(_CREATE, None, 0, _VERSION))


def enter(served: Iterable[Path], *, may_connect: bool) -> bool:
    """Let this process, for good, open only what is served for reading; whether that worked.

    Parameters
    ----------
    served
        Folders and files. Of one that is not there yet, the folder above counts.
    may_connect
        Whether it reads from servers.
    """
    known = version()
    if not known:
        return False
    rights = max(mask for least, mask in _RIGHTS.items() if least <= known)
    network = 0 if may_connect or known < _FIRST_WITH_NETWORK else _TCP
    attributes = struct.pack("=QQ", rights, network)[: 16 if known >= _FIRST_WITH_NETWORK else 8]
    rules = _call(_CREATE, attributes, len(attributes), 0)
    if rules < 0:
        return False
    try:
        for place in map(_existing, served):
            _allow(rules, place, _READ | _READ_DIR)
        for place in _needed():
            _allow(rules, place, _READ | _READ_DIR | _EXECUTE)
        for device in _DEVICES:
            _allow(rules, Path(device), _READ | _WRITE)
        return _call(_RESTRICT, rules, 0) == 0
    finally:
        os.close(rules)


def _needed() -> Iterable[Path]:
    """What Python and its libraries read."""
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(os.path.isabs, sys.path), *_SYSTEM}
    return [Path(place) for place in places if os.path.exists(place)]  # noqa: PTH110


def _existing(place: Path) -> Path:
    return next(path for path in (place, *place.parents) if path.exists())


def _allow(rules: int, place: Path, rights: int) -> None:
    with contextlib.suppress(OSError):  # what it may not even look at
        descriptor = os.open(place, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                rights &= ~_READ_DIR
            _call(_ADD_RULE, rules, _BENEATH, struct.pack("=Qi", rights, descriptor), 0)
        finally:
            os.close(descriptor)


def _call(number: int, *arguments: int | bytes | None) -> int:
    """What a system call returns; -1 where it fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    given = [ctypes.c_char_p(one) if isinstance(one, bytes) else one for one in arguments]
    widths = [ctypes.c_long(one) if isinstance(one, int) else one for one in given]
    return int(libc.syscall(ctypes.c_long(number), *widths))
