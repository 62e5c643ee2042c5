"""What a server or a kernel answers, as the exceptions that Python has for it.

| status | exception |
|---|---|
| 404 | `KeyError` |
| 401, 403 | `PermissionError` |
| 409, 416, 422 | `ValueError` |
| 503, 429, 502, 504, after some time | `TimeoutError` |
| anything else | `RuntimeError` |
"""

import json

from ..core.errors import Absent

TRANSIENT = frozenset({429, 502, 503, 504})
_LONGEST = 1000  # characters of a message


def message_of(body: bytes, status: int) -> str:
    """What the answer says of a failure."""
    try:
        return str(json.loads(bytes(body))["message"])[:_LONGEST]
    except (ValueError, KeyError, TypeError):
        return f"it answers with HTTP status {status}"


def failure_of(status: int, message: str) -> Exception:
    """The exception for an answer that is none of what was asked for."""
    if status == 404:
        return Absent(message)
    if status in {401, 403}:
        return PermissionError(message)
    if status in TRANSIENT:
        return TimeoutError(message)
    return ValueError(message) if 400 <= status < 500 else RuntimeError(message)
