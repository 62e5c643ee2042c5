"""Sharing on one server: whether it is allowed, for how long, and what the server's paths stand for."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..core.errors import Unavailable
from ..core.known_names import OF_KERNELS
from .guard import Guard
from .ledger import Ledger
from .link import Share, seconds_of, text_of
from .uses import Uses

ORIGINS = ("https://hms-dbmi.github.io", "https://neuroglancer-demo.appspot.com")
_PORTS = {"http": ":80", "https": ":443"}
_DEFAULT_SECONDS = 7 * 86_400
UNSHARED = {(), *((name,) for name in OF_KERNELS)}  # everything there is, now and later
_LONGEST_NOTE = 500  # characters


@dataclass(frozen=True)
class SharingSettings:
    """How sharing is configured.

    Attributes
    ----------
    folder
        Where the key and the list of shares are.
    is_on
        Whether links can be made and used.
    longest
        Seconds that a link may live; 0 lets links live without end.
    origins
        The origins whose pages may read what a link leads to, if its maker names none.
    home_of
        What the first name of a path stands for on this server.
    """

    folder: Path
    home_of: Callable[[str], str]
    is_on: bool = True
    longest: int = 30 * 86_400
    origins: tuple[str, ...] = ORIGINS


@dataclass(frozen=True)
class Wish:
    """What somebody wants to share.

    Attributes
    ----------
    path
        The names from the root of the tree.
    expires
        See `link.seconds_of`; "" for the usual time, None for never.
    origins
        None for the usual ones.
    """

    path: tuple[str, ...]
    maker: str
    expires: str | None = ""
    note: str = ""
    origins: Sequence[str] | None = None


@dataclass(frozen=True)
class Sharing:
    """The shares of one server, made, found and listed."""

    settings: SharingSettings
    guard: Guard = field(default_factory=Guard)

    @cached_property
    def ledger(self) -> Ledger:
        """The list of shares."""
        return Ledger(self.settings.folder, self.settings.longest)

    @cached_property
    def uses(self) -> Uses:
        """When each share was used."""
        return Uses(self.settings.folder)

    def find(self, token: str, address: str) -> Share | None:
        """The live share of a token on this server; None if there is none.

        Raises
        ------
        Unavailable
            If too many wrong tokens came lately.
        Unreadable
            If the list of shares cannot be read.
        """
        if not self.guard.may_ask(address, token):
            raise Unavailable("too many links that are not valid; retry in a minute")
        share = self.ledger.find(token)
        if share is None:
            self.guard.was_wrong(address, token)
            return None
        self.guard.was_right(token)
        is_good = self.settings.is_on and self.is_here(share) and self.ledger.state(share) == "live"
        return share if is_good else None

    def marks(self) -> tuple[str, str]:
        """Two texts: another one once the list of shares is another, and once one of them was used.

        Raises
        ------
        Unreadable
            If the list of shares cannot be read.
        """
        states = "".join(f"{share.id}{self.ledger.state(share)}" for share in self.ledger.all())
        return hashlib.sha256(states.encode()).hexdigest(), self.uses.mark

    def is_here(self, share: Share) -> bool:
        """Whether the path of a share stands for the same on this server as when the share was made."""
        return bool(share.path) and self.settings.home_of(share.path[0]) == share.home

    def make(self, wish: Wish) -> tuple[Share, str]:
        """A new share and its token.

        Raises
        ------
        ValueError
            If the wish cannot be granted; the message says why.
        Unreadable, OSError
            See `Ledger.make`.
        """
        if wish.path in UNSHARED:
            raise ValueError("name one folder, file or variable; all of them are too much for one link")
        if len(wish.note) > _LONGEST_NOTE:
            raise ValueError(f"a note has at most {_LONGEST_NOTE} characters")
        now = int(time.time())
        lives = self._seconds(wish.expires)
        share = Share(
            id="",
            path=wish.path,
            home=self.settings.home_of(wish.path[0]),
            made=now,
            expires=None if lives is None else now + lives,
            origins=tuple(
                map(checked_origin, self.settings.origins if wish.origins is None else wish.origins)
            ),
            note=wish.note,
            maker=wish.maker,
        )
        return self.ledger.make(share)

    def _seconds(self, expires: str | None) -> int | None:
        longest = self.settings.longest
        if expires is None:
            if longest:
                raise ValueError(
                    f"links without end are not allowed here; they live {text_of(longest)} at most"
                )
            return None
        if expires == "":
            return min(_DEFAULT_SECONDS, longest or _DEFAULT_SECONDS)
        seconds = seconds_of(expires)
        if longest and seconds > longest:
            raise ValueError(f"links live {text_of(longest)} at most on this server; {expires} is more")
        return seconds


def checked_origin(origin: str) -> str:
    """An origin as browsers spell it: without a user, and without the port that goes without saying.

    Raises
    ------
    ValueError
        If the text is no origin.

    Examples
    --------
    >>> checked_origin("https://me@Example.org:443/")
    'https://example.org'
    """
    spelled = origin.strip().rstrip("/").lower()
    scheme, separator, host = spelled.partition("://")
    host = host.rpartition("@")[2].removesuffix(_PORTS.get(scheme, ""))
    is_origin = scheme in {"http", "https"} and separator and host and not set("/?# ,") & set(host)
    if spelled != "*" and not is_origin:
        raise ValueError(f"{origin!r} is no origin; say for example 'https://example.org', or '*' for all")
    return spelled if spelled == "*" else f"{scheme}://{host}"
