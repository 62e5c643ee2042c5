"""What to do when this process may open no more files: give up what is only kept open."""

import errno
import gc
import os
import sys
import weakref
from collections.abc import Callable
from typing import Any

if sys.platform != "win32":
    import resource

_SPARE = 8  # files that an import may want at a time
_SHORT = {errno.EMFILE, errno.ENFILE}
_keepers: "list[weakref.WeakMethod[Callable[[], Any]]]" = []


def when_short(give_up: Callable[[], Any]) -> None:
    """Call a method of an object, as long as the object exists, when files are short."""
    _keepers[:] = [keeper for keeper in _keepers if keeper() is not None]
    _keepers.append(weakref.WeakMethod(give_up))


def give_up() -> None:
    """Close what is only kept open."""
    for keeper in list(_keepers):
        method = keeper()
        if method is not None:
            method()
    gc.collect()  # libraries hold their files in circles


def is_shortage(error: BaseException) -> bool:
    """Whether an error says that no more files may be opened."""
    return isinstance(error, OSError) and error.errno in _SHORT


def is_short() -> bool:
    """Whether this process can open only very few files more."""
    opened: list[int] = []
    try:
        for _ in range(_SPARE):
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return is_shortage(error)
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return False


def most_kept(wanted: int) -> int:
    """How many files may be kept open: a quarter of what this process may open at all."""
    if sys.platform == "win32":
        return wanted
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if soft == resource.RLIM_INFINITY else max(1, min(wanted, soft // 4))
