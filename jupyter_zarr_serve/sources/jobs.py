"""Jobs: answers that take long, made while whoever wants them asks again and again how far they are.

A job belongs to its owner: nobody else finds it, and a name that it is given here cannot be guessed. One
that nobody has asked about for a while is cancelled, as is one that takes too long; what is done and not
taken is forgotten.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable

from ..core import limits
from ..core.errors import Unavailable, Unreadable
from ..core.progress import Progress
from ..serve.request import Response, refusal

Path = tuple[str, ...]


class Job:
    """An answer that is being made; it listens to how far that is.

    Parameters
    ----------
    owner
        Who asked.
    path
        Of what was asked for, in the whole tree.
    name
        As its owner calls it; by default, one that nobody can guess.

    Attributes
    ----------
    id
        Its name.
    progress
        How far it is; None before anything is told.
    """

    is_job = True

    def __init__(self, owner: str, path: Path, name: str | None = None) -> None:
        self.id = name or secrets.token_urlsafe(24)
        self.owner = owner
        self.path = path
        self.progress: Progress | None = None
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()
        self._changed = asyncio.Event()
        self._making: asyncio.Future[Response] | None = None
        self._limit: asyncio.TimerHandle | None = None
        self._is_wanted = True
        self._is_late = False

    @property
    def seconds(self) -> float:
        """Since when it is being made."""
        return self._loop.time() - self._since

    @property
    def response(self) -> Response | None:
        """The answer; None as long as it is being made."""
        making = self._making
        if making is None or not making.done():
            return None
        if not making.cancelled():
            return making.result()
        if self._is_late:
            late = (
                f"it takes more than the {limits.JOB_SECONDS:,} s that a job may take; ask for less of it"
            )
            return refusal(Unreadable(f"{'/'.join(self.path)}: {late}"))
        return refusal(Unavailable("the job was cancelled; ask again for what it was to make"))

    def begin(self, answer: Awaitable[Response]) -> None:
        """Have the answer made."""
        self._making = asyncio.ensure_future(answer)
        self._limit = self._loop.call_later(limits.JOB_SECONDS, self._end_late)
        self._making.add_done_callback(self._end)

    def cancel(self) -> None:
        """End it; whoever makes the answer is told by its connection."""
        self._is_wanted = False
        if self._making is not None:
            self._making.cancel()

    async def change(self, seconds: float) -> None:
        """Return when it is further or done, or after some seconds."""
        self._changed.clear()
        if self.response is None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait()

    async def end(self, seconds: float) -> None:
        """Return when it is done, or after some seconds."""
        if self._making is not None:
            await asyncio.wait({self._making}, timeout=seconds)

    def tell(self, progress: Progress) -> None:
        """See `core.progress.Listener`."""
        self.progress = progress
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._changed.set)

    def is_wanted(self) -> bool:
        """See `core.progress.Listener`."""
        return self._is_wanted

    def _end_late(self) -> None:
        self._is_late = True
        self.cancel()

    def _end(self, _: "asyncio.Future[Response]") -> None:
        self._is_wanted = False
        self._changed.set()
        if self._limit is not None:
            self._limit.cancel()


class Jobs:
    """The jobs of one server; for one event loop."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._expiries: dict[str, asyncio.TimerHandle] = {}

    def has_room_for(self, owner: str) -> bool:
        """Whether one more may be begun for an owner."""
        own = sum(job.owner == owner for job in self._jobs.values())
        return len(self._jobs) < limits.JOBS and own < limits.JOBS_OF_OWNER

    def add(self, owner: str, path: Path, name: str | None = None) -> Job:
        """A new job; whoever asks for it has it until `leave` or `forget`.

        Parameters
        ----------
        name
            As the owner wants to call it; without effect where another job is called so.
        """
        job = Job(owner, path, None if name in self._jobs else name)
        self._jobs[job.id] = job
        return job

    def find(self, name: str, owner: str) -> Job | None:
        """The job of a name, if it is the owner's; it does not expire then before `leave`."""
        job = self._jobs.get(name)
        if job is None or job.owner != owner:
            return None
        self._stay(name)
        return job

    def leave(self, job: Job) -> None:
        """Nobody asks about a job now: it is cancelled and forgotten unless somebody does in a while."""
        if job.id in self._jobs:
            self._stay(job.id)
            loop = asyncio.get_running_loop()
            self._expiries[job.id] = loop.call_later(limits.JOB_UNASKED, self.forget, job)
            self._make_room()

    def forget(self, job: Job) -> None:
        """End a job, if it is not done, and forget it."""
        self._stay(job.id)
        self._jobs.pop(job.id, None)
        job.cancel()

    def _stay(self, name: str) -> None:
        expiry = self._expiries.pop(name, None)
        if expiry is not None:
            expiry.cancel()

    def _make_room(self) -> None:
        """Forget the oldest answers that nobody took, where all together take too much."""
        done = [job for job in self._jobs.values() if job.id in self._expiries and job.response is not None]
        size = sum(len(job.response.body) for job in done if job.response is not None)
        while size > limits.JOB_BYTES and done:
            oldest = done.pop(0)
            size -= len(oldest.response.body) if oldest.response is not None else 0
            self.forget(oldest)
