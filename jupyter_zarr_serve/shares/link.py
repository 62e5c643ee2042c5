"""A share: what one link grants, how long it lives, and the token that proves it.

A token is the share's id, which is no secret, and a code made of all that the share grants by a key that
nobody else has. So no file holds a token, a share that was altered has another token, and whoever loses
the list of shares opens nothing.
"""

import hmac
import json
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass, fields
from typing import Any

_ID_BYTES = 6
_CODE_BYTES = 24  # of HMAC-SHA256: 192 bits to guess, and no bit of their spelling is left over
ID_LENGTH = 2 * _ID_BYTES
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TEXT = re.compile(r"([1-9][0-9]{0,5})([mhdw])", re.ASCII)


@dataclass(frozen=True)
class Share:
    """What one link grants, and who made it.

    Attributes
    ----------
    id
        Names the share; no secret.
    path
        The names from the root of the tree to what is shared.
    home
        What the first name of the path stood for, such as the served folder; the link works nowhere else.
    made, expires, revoked
        Seconds since 1970; None for never.
    origins
        The origins whose pages may read it; "*" for all.
    maker
        The name of the user who made it.
    """

    id: str
    path: tuple[str, ...]
    home: str
    made: int
    expires: int | None
    origins: tuple[str, ...] = ()
    note: str = ""
    maker: str = ""
    revoked: int | None = None

    def state(self, now: float, longest: int) -> str:
        """Whether it is "live", "expired" or "revoked".

        Parameters
        ----------
        longest
            The longest life of a share, in seconds; 0 for no bound.
        """
        if self.revoked is not None:
            return "revoked"
        ends = [end for end in (self.expires, self.made + longest if longest else None) if end is not None]
        return "expired" if ends and now >= min(ends) else "live"


NOBODYS = Share("0" * ID_LENGTH, (), "", 0, 0)  # for tokens of no share, which take as long to refuse


def new_id() -> str:
    """An id that no other share has."""
    return secrets.token_hex(_ID_BYTES)


def token_of(share: Share, key: bytes) -> str:
    """The token of a share; its note and its revocation are no part of it."""
    granted = [share.id, share.path, share.home, share.made, share.expires, share.origins, share.maker]
    code = hmac.new(key, json.dumps(["share", 1, *granted]).encode(), "sha256").digest()[:_CODE_BYTES]
    return share.id + urlsafe_b64encode(code).decode()


def is_token(given: str, share: Share, key: bytes) -> bool:
    """Whether a token is that of a share; the time that this takes tells nothing of the token."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), token_of(share, key).encode())


def to_json(share: Share) -> dict[str, Any]:
    """A share as JSON, for the list of shares."""
    return asdict(share)


def person(maker: str) -> str:
    """The name of the user who made a share; "" for one who logged in by a token and has none.

    Examples
    --------
    >>> person("ann"), person("0123456789abcdef0123456789abcdef"), person("token")
    ('ann', '', '')
    """
    is_number = len(maker) == 32 and not set(maker) - set("0123456789abcdef")
    return "" if is_number or maker == "token" else maker


def from_json(members: dict[str, Any]) -> Share:
    """A share of the list, from its JSON.

    Raises
    ------
    TypeError, KeyError
        If it is no share.
    """
    known = {field.name: members[field.name] for field in fields(Share)}
    return Share(**{**known, "path": tuple(known["path"]), "origins": tuple(known["origins"])})


def seconds_of(text: str) -> int:
    """The seconds of a length of life, such as "30m", "12h", "7d" or "2w".

    Raises
    ------
    ValueError
        If the text is no length of life.

    Examples
    --------
    >>> seconds_of("12h")
    43200
    """
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no length of life; say for example '30m', '12h', '7d' or '2w'")
    return int(found[1]) * _SECONDS[found[2]]


def text_of(seconds: int) -> str:
    """The shortest text for a number of seconds, rounded down to minutes.

    Examples
    --------
    >>> text_of(2_592_000), text_of(5400)
    ('30d', '90m')
    """
    unit = next((unit for unit in "dhm" if seconds % _SECONDS[unit] == 0), "m")
    return f"{seconds // _SECONDS[unit]}{unit}"
