"""Who waits for a job in this kernel, at the other end of a connection."""

from collections.abc import Callable

from ..core.progress import Progress
from ..progress_frames import encode_progress

IsThere = Callable[[], bool]


class Peer:
    """Listens to how far a job is, as long as it is there.

    Parameters
    ----------
    is_there
        Whether the peer still waits.
    send
        Sends a frame, also from other threads than that which answers; must not raise.
    """

    is_job = True

    def __init__(self, is_there: IsThere, send: Callable[[bytes], None]) -> None:
        self._is_there = is_there
        self._send = send

    def tell(self, progress: Progress) -> None:
        """See `core.progress.Listener`."""
        self._send(encode_progress(progress))

    def is_wanted(self) -> bool:
        """See `core.progress.Listener`."""
        return self._is_there()
