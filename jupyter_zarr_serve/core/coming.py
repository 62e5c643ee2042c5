"""What one thread makes while others wait for it, who are told how far it is."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from .progress import Listener, Progress, report

_SECONDS = 0.1  # from one look at how far it is to the next

T = TypeVar("T")


class Silent:
    """Waits for what others may come to wait for, too, who want to know how far it is.

    Parameters
    ----------
    is_there
        Whether it still waits.
    """

    is_job = False

    def __init__(self, is_there: Callable[[], bool]) -> None:
        self._is_there = is_there

    def tell(self, progress: Progress) -> None:
        """See `Listener`."""

    def is_wanted(self) -> bool:
        """See `Listener`."""
        return self._is_there()


NOBODY: Listener = Silent(lambda: True)


class Coming(Future[T]):
    """What one thread makes and others wait for; it knows how far that is."""

    def __init__(self) -> None:
        super().__init__()
        self._report = report()

    def awaited(self) -> T:
        """What is made; meanwhile whoever waits here is told how far it is.

        Raises
        ------
        Unavailable
            If nobody waits any more for what is made here.
        Exception
            Whatever the thread that makes it raises.
        """
        present = report()
        maker = self._report
        if present is not None and maker is not None and maker is not present:
            with maker.followed():
                while not self.done():
                    wait([self], _SECONDS)
                    present.follow(maker)
        return self.result()
