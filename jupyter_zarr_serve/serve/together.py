"""Many chunks of one kernel's arrays asked for by one request, so that all of them can be of one moment."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..core.errors import Unreadable
from ..core.limits import TOGETHER as MOST
from .request import JSON, TOGETHER, Request

_KEYS = "keys"


def together(requests: Sequence[Request]) -> Request | None:
    """One request for what several ask for; None where they have no path, format or view in common."""
    first = requests[0]
    if len(requests) > MOST or any(_common(one) != _common(first) for one in requests):
        return None
    paths = [one.path[:-1] for one in requests]
    count = 0
    while all(path[count : count + 1] == paths[0][count : count + 1] != () for path in paths):
        count += 1
    keys = [[one.path[count:], one.if_none_match, one.byte_range] for one in requests]
    return replace(
        first, path=first.path[:count], if_none_match=None, byte_range=None, form=TOGETHER,
        options=((_KEYS, json.dumps(keys)),),
    )  # fmt: skip


def requests_in(request: Request) -> list[Request]:
    """The requests of which one was made by `together`.

    Raises
    ------
    Unreadable
        If it was not made so.
    """
    try:
        keys = json.loads(str(dict(request.options).get(_KEYS)))
    except (ValueError, RecursionError):
        keys = None
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST or not all(map(_is_key, keys)):
        raise Unreadable(f"{_KEYS}: a list in JSON of 1 to {MOST} keys, tags and ranges")
    return [_one(request, *key) for key in keys]


def _is_key(told: Any) -> bool:
    if not isinstance(told, list) or len(told) != 3 or not isinstance(told[0], list) or not told[0]:
        return False
    return all(isinstance(name, str) for name in told[0]) and all(
        given is None or isinstance(given, str) for given in told[1:]
    )


def _one(request: Request, names: list[str], if_none_match: str | None, byte_range: str | None) -> Request:
    return replace(
        request, path=(*request.path, *names), if_none_match=if_none_match, byte_range=byte_range,
        form=JSON, options=(),
    )  # fmt: skip


def _common(request: Request) -> tuple[object, ...]:
    return request.zarr_format, request.method, request.view, request.preview, request.form, request.within
