"""More about a node than a request is for: its other forms, and those of what is above it."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from ...serve.request import Options, Request, Response
from .answering import AnsweringHandler

MEMBERS = 100  # that are told at a time
Ask = Callable[[str, Options, int], Awaitable[Response | None]]


def asking(handler: AnsweringHandler, request: Request) -> Ask:
    """A function that asks for a form, with its options, of what is so many steps above a request's node.

    It gives None if the client has hung up, or the user may not read that.
    """
    path = request.path[:-1] if request.path[-1:] == ("",) else request.path

    async def ask(form: str, options: Options, up: int) -> Response | None:
        there = path[: len(path) - up]
        if up and not await handler.may(there):
            return None
        return await handler.response(replace(request, path=there, form=form, options=options))

    return ask


def told_by(response: Response) -> dict[str, Any]:
    """The JSON of a response; a kernel's body is a view of memory."""
    told: dict[str, Any] = json.loads(bytes(response.body))
    return told
