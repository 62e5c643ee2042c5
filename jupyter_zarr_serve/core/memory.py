"""What a process remembers: one budget in bytes, and a share of it for each kind of value.

A share has a name and no bound of its own: what was used longest ago goes first, whatever share it is in. A
share ends with the object that holds it, so what is remembered of a file is forgotten with the file.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, TypeVar

from .coming import Coming

T = TypeVar("T")
_ENTRY = 512  # bytes that remembering a value takes besides the value itself
_KERNEL_BYTES = 1 << 28


@dataclass(eq=False, slots=True)
class _Room:
    """What a share holds, and who makes what for it now."""

    name: str
    entries: dict[Hashable, "_Entry"] = field(default_factory=dict)
    making: dict[Hashable, Coming[Any]] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class _Entry:
    room: _Room
    key: Hashable
    value: Any
    size: int


class Memory:
    """A budget; may be used in several threads at once.

    Parameters
    ----------
    limit_bytes
        The most bytes to remember; 0 remembers nothing.

    Attributes
    ----------
    bytes
        What is remembered now.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.bytes = 0
        self.lock = Lock()
        self._order: OrderedDict[_Entry, None] = OrderedDict()  # what was used longest ago is first
        self._ended: deque[_Room] = deque()

    def bound(self, limit_bytes: int) -> None:
        """Remember at most this many bytes from now on."""
        with self.lock:
            self.limit_bytes = limit_bytes
            self._make_room()

    def bytes_of(self, name: str) -> int:
        """The bytes that values of one kind take now."""
        with self.lock:
            return sum(entry.size for entry in self._order if entry.room.name == name)

    def end(self, room: _Room) -> None:
        """Forget a share; may be called by the garbage collector."""
        self._ended.append(room)
        # the collector may run in a thread that holds the lock: whoever holds it next purges then
        if self.lock.acquire(blocking=False):
            try:
                self.purge()
            finally:
                self.lock.release()

    def purge(self) -> None:
        """Forget the shares that have ended; with the lock."""
        while self._ended:
            room = self._ended.popleft()
            for key in list(room.entries):
                self.drop(room, key)

    def use(self, room: _Room, key: Hashable) -> Any:
        """The value of a key, which is now the one that was used last; with the lock."""
        entry = room.entries.get(key)
        if entry is None:
            return None
        self._order.move_to_end(entry)
        return entry.value

    def put(self, room: _Room, key: Hashable, value: Any, size: int) -> None:
        """Remember a value in place of another with the same key; with the lock."""
        self.purge()
        self.drop(room, key)
        entry = room.entries[key] = _Entry(room, key, value, size + _ENTRY)
        self._order[entry] = None
        self.bytes += entry.size
        self._make_room()

    def drop(self, room: _Room, key: Hashable) -> None:
        """Forget what a key has; with the lock."""
        entry = room.entries.pop(key, None)
        if entry is not None:
            del self._order[entry]
            self.bytes -= entry.size

    def _make_room(self) -> None:
        least = 1 if self.limit_bytes else 0  # the newest stays: a share has judged its size
        while self.bytes > self.limit_bytes and len(self._order) > least:
            oldest = next(iter(self._order))
            self.drop(oldest.room, oldest.key)


class Share(Generic[T]):
    """Values of one kind by key, within the budget of a memory.

    Parameters
    ----------
    name
        The kind of the values.
    size
        The bytes that a value takes.
    is_costly
        Whether to remember values of any size, as making them again would cost more than all else that
        has to go for them. Others are remembered if they take at most a quarter of the budget.
    """

    __slots__ = ("__weakref__", "_is_costly", "_memory", "_room", "_size")

    def __init__(
        self, memory: Memory, name: str, size: Callable[[T], int], *, is_costly: bool = False
    ) -> None:
        self._memory = memory
        self._size = size
        self._is_costly = is_costly
        self._room = _Room(name)

    def __del__(self) -> None:
        self._memory.end(self._room)

    def __len__(self) -> int:
        return len(self._room.entries)

    def __iter__(self) -> Iterator[Hashable]:
        """The keys, in the order in which their values came."""
        return iter(list(self._room.entries))

    @property
    def bytes(self) -> int:
        """The bytes that its values take."""
        return sum(entry.size for entry in list(self._room.entries.values()))

    def peek(self, key: Hashable) -> T | None:
        """The value of a key, if it is remembered; that does not count as use."""
        entry = self._room.entries.get(key)
        return None if entry is None else entry.value

    def get(self, key: Hashable) -> T | None:
        """The value of a key, if it is remembered."""
        with self._memory.lock:
            value: T | None = self._memory.use(self._room, key)
            return value

    def put(self, key: Hashable, value: T) -> None:
        """Remember a value in place of another with the same key, unless it is too large."""
        with self._memory.lock:
            self._put(key, value, self._size(value))

    def drop(self, key: Hashable) -> None:
        """Forget the value of a key."""
        with self._memory.lock:
            self._memory.drop(self._room, key)

    def clear(self) -> None:
        """Forget all values."""
        self._memory.end(self._room)

    def made(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key, made by one thread while others that need it wait.

        Raises
        ------
        Exception
            Whatever `make` raises, to everyone who waits for it; a failure is not remembered.
        """
        value = self.get(key)
        return self.all_made([key], lambda _: [make()])[0] if value is None else value

    def all_made(self, keys: Sequence[Hashable], make: Callable[[list[Any]], Sequence[T]]) -> list[T]:
        """The values of some keys; see `made`.

        Parameters
        ----------
        make
            Makes, at once, those that nobody has made or is making.
        """
        found: dict[Hashable, T] = {}
        mine: dict[Hashable, Coming[T]] = {}
        others: dict[Hashable, Coming[T]] = {}
        with self._memory.lock:
            self._memory.purge()
            for key in keys:
                known = self._memory.use(self._room, key)
                if known is not None:
                    found[key] = known
                elif key in self._room.making:
                    others[key] = self._room.making[key]
                else:
                    mine[key] = self._room.making[key] = Coming()
        # its own first, and only then waiting: nobody waits for one who waits
        if mine:
            self._make(mine, make)
        found |= {key: future.awaited() for key, future in (mine | others).items()}
        return [found[key] for key in keys]

    def _make(self, mine: dict[Hashable, Coming[T]], make: Callable[[list[Any]], Sequence[T]]) -> None:
        try:
            values = make(list(mine))
            sizes = [self._size(value) for value in values]
        except BaseException as error:  # noqa: BLE001 (handed on to everyone who waits)
            with self._memory.lock:
                for key in mine:
                    del self._room.making[key]
            for future in mine.values():
                future.set_exception(error)
            return
        with self._memory.lock:
            for key, value, size in zip(mine, values, sizes, strict=True):
                del self._room.making[key]
                self._put(key, value, size)
        for future, value in zip(mine.values(), values, strict=True):
            future.set_result(value)

    def _put(self, key: Hashable, value: T, size: int) -> None:
        limit = self._memory.limit_bytes
        if limit and (self._is_costly or size + _ENTRY <= limit // 4):
            self._memory.put(self._room, key, value, size)
        else:
            self._memory.drop(self._room, key)


MEMORY = Memory(_KERNEL_BYTES)  # this process's; the server and its workers bound theirs by the settings


def blocks(name: str) -> Share[Any]:
    """A share of this process's memory for decoded arrays, of NumPy or Arrow, which are costly to make."""
    return Share(MEMORY, name, lambda block: int(block.nbytes), is_costly=True)
