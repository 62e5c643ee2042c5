"""The list of all shares of one user, kept in files that every server of the user reads.

It is read again when the files have changed, so that a link which one server or the command line revokes
ends on all servers at once.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import RLock

from ..core.errors import Unreadable
from .files import FileState, file_state, locked, read_json, read_key, write, write_key
from .link import ID_LENGTH, NOBODYS, Share, from_json, is_token, new_id, to_json, token_of

_KEPT_SECONDS = 30 * 86_400  # after its end a share is listed for so long
_MOST = 10_000
Shares = dict[str, Share]


class Ledger:
    """All shares of one user.

    Parameters
    ----------
    folder
        Where the files are; nothing else is in it.
    longest
        The longest life of a share, in seconds; 0 for no bound.
    """

    def __init__(self, folder: Path, longest: int = 0, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._longest = longest
        self._now = now
        self._key_file = folder / "key"
        self._list_file = folder / "shares.json"
        self._lock = RLock()
        self._seen: tuple[FileState | None, FileState | None] | None = None
        self._key = b""
        self._shares: Shares = {}

    def find(self, token: str) -> Share | None:
        """The share of a token, live or not; None if it is the token of none.

        Raises
        ------
        Unreadable
            If the files cannot be read.
        """
        with self._lock:
            self._look()
            share, key = self._shares.get(token[:ID_LENGTH]), self._key
        is_right = is_token(token, share or NOBODYS, key)
        return share if is_right and key else None

    def make(self, share: Share) -> tuple[Share, str]:
        """Add a share under a new id; returns the share and its token.

        Raises
        ------
        Unreadable
            If the files cannot be read, or there are too many shares.
        OSError
            If they cannot be written.
        """
        with self._changing() as shares:
            key = self._key or write_key(self._key_file)
            entered = replace(share, id=new_id())
            if entered.id in shares or len(shares) >= _MOST:
                raise Unreadable("there are too many links; revoke some: jupyter zarr revoke")
            shares[entered.id] = entered
        return entered, token_of(entered, key)

    def revoke(self, share_id: str) -> bool:
        """End a share at once; returns whether there was one.

        Raises
        ------
        Unreadable, OSError
            See `make`.
        """
        with self._changing() as shares:
            share = shares.get(share_id)
            if share is None or share.revoked is not None:
                return False
            shares[share_id] = replace(share, revoked=int(self._now()))
        return True

    def rotate(self) -> int:
        """End all shares at once by a new key; returns the number of those that were live.

        Raises
        ------
        OSError
            If the files cannot be written.
        """
        with self._lock, locked(self._folder):
            write_key(self._key_file)  # first: whatever fails later, no old token is any good
            try:
                shares = _read(self._list_file)
            except Unreadable:
                shares = {}
            live = [share for share in shares.values() if self.state(share) == "live"]
            now = int(self._now())
            shares.update({share.id: replace(share, revoked=now) for share in live})
            self._write(shares)
        return len(live)

    def all(self) -> list[Share]:
        """All shares, the latest first.

        Raises
        ------
        Unreadable
            If the files cannot be read.
        """
        with self._lock:
            self._look()
            return sorted(self._shares.values(), key=lambda share: -share.made)

    def state(self, share: Share) -> str:
        """See `Share.state`."""
        return share.state(self._now(), self._longest)

    @contextmanager
    def _changing(self) -> Iterator[Shares]:
        """All shares, to be changed; they are written at the end, and no other process writes before."""
        with self._lock, locked(self._folder):
            self._look()
            shares = {i: share for i, share in self._shares.items() if not self._is_forgotten(share)}
            yield shares
            self._write(shares)

    def _is_forgotten(self, share: Share) -> bool:
        ends = [end for end in (share.expires, share.revoked) if end is not None]
        return bool(ends) and self._now() > min(ends) + _KEPT_SECONDS

    def _look(self) -> None:
        seen = file_state(self._key_file), file_state(self._list_file)
        if seen != self._seen:
            self._seen, self._key, self._shares = None, b"", {}
            self._key = read_key(self._key_file) or b""
            self._shares = _read(self._list_file)
            self._seen = seen

    def _write(self, shares: Shares) -> None:
        content = {"version": 1, "shares": [to_json(share) for share in shares.values()]}
        write(self._list_file, json.dumps(content, indent=1).encode())


def _read(file: Path) -> Shares:
    """The shares in a file.

    Raises
    ------
    Unreadable
        If it holds something else.
    """
    try:
        return {members["id"]: from_json(members) for members in read_json(file).get("shares", [])}
    except (KeyError, TypeError) as error:
        raise Unreadable(f"{file}: holds no list of shares; remove it, and all its links end") from error
