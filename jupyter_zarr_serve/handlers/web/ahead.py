"""Answers that are asked for ahead, many at once, and taken in order; a bounded number of bytes of them."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator

from ...serve.request import Response

_AT_ONCE = 16  # answers that are asked for and not taken yet
_AT_FIRST = 4  # before it is known how large they are
_BYTES = 32 << 20  # that they may have together, each being as large as the largest one before


async def in_order(
    names: Iterator[str], ask: Callable[[str], Awaitable[Response]]
) -> AsyncGenerator[tuple[str, "asyncio.Task[Response]"]]:
    """Names, each with its answer, which is to be awaited; those that nobody takes are cancelled."""
    coming: deque[tuple[str, asyncio.Task[Response]]] = deque()
    most, largest = _AT_FIRST, 1
    try:
        while True:
            while len(coming) < most and (name := next(names, None)) is not None:
                coming.append((name, asyncio.create_task(_answer(ask, name))))
            if not coming:
                return
            yield coming[0]
            _, answer = coming.popleft()
            largest = max(largest, len(answer.result().body))
            most = max(1, min(_AT_ONCE, _BYTES // largest))
    finally:
        for _, answer in coming:
            answer.cancel()


async def _answer(ask: Callable[[str], Awaitable[Response]], name: str) -> Response:
    return await ask(name)
