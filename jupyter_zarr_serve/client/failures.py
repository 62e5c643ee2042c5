"""Failures that a server or a kernel answers, as Python exceptions.

| status | exception |
|---|---|
| 404 | `KeyError` |
| 401, 403 | `PermissionError` |
| 409, 416, 422 | `ValueError` |
| 503, 429, 502, 504, if retries do not help | `TimeoutError` |
| anything else | `RuntimeError` |
"""

import json

from ..core.errors import Absent

TRANSIENT = frozenset({429, 502, 503, 504})
_LONGEST = 1000  # characters of a message


def message_of(body: bytes, status: int) -> str:
    """The message in the body of a failure."""
    try:
        return str(json.loads(bytes(body))["message"])[:_LONGEST]
    except (ValueError, KeyError, TypeError):
        return f"the server answers with HTTP status {status}"


def failure_of(status: int, message: str) -> Exception:
    """The exception for a status of 400 or more."""
    if status == 404:
        return Absent(message)
    if status in {401, 403}:
        return PermissionError(message)
    if status in TRANSIENT:
        return TimeoutError(message)
    return ValueError(message) if 400 <= status < 500 else RuntimeError(message)
