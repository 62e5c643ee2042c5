"""Watching what a kernel publishes: a question that is answered when that changes, or after a while.

A kernel that publishes nothing yet is seen to begin; of one that is busy, nothing is known to have changed.
Neither is a failure: who watches only asks again.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

from ...core.errors import ServeError, Unavailable
from ...serve.request import CHANGES, Request, Response, refusal

_LOOK_SECONDS = 0.5  # from one look at whether a kernel publishes to the next
_PATIENCE = 5.0  # seconds, for an answer that is due

Ask = Callable[[Request], Awaitable[Response]]


async def watched(request: Request, publishes: Callable[[], Awaitable[bool]], ask: Ask) -> Response:
    """The mark of what a kernel publishes, "" for nothing: when it is no longer the one that is known.

    Parameters
    ----------
    request
        Its options are `since`, the mark that the client knows, and `wait`, the most seconds to wait.
    publishes
        Tells whether the kernel publishes.
    ask
        Asks it.
    """
    options = dict(request.options)
    since, now = str(options.get("since", "")), asyncio.get_running_loop().time
    until = now() + float(options.get("wait", 0))
    while True:
        left = max(0.0, until - now())
        try:
            if await publishes():
                async with asyncio.timeout(left + _PATIENCE):
                    return await ask(replace(request, options=(("since", since), ("wait", int(left)))))
            mark = ""
        except (ConnectionError, FileNotFoundError):
            mark = ""
        except (TimeoutError, Unavailable):
            mark = since
        except ServeError as error:
            return refusal(error, request.method)
        if mark != since or not left:
            body = json.dumps({"mark": mark, "is_all": False}).encode()
            return Response(200, "application/json", body, len(body), form=CHANGES)
        await asyncio.sleep(min(left, _LOOK_SECONDS))
