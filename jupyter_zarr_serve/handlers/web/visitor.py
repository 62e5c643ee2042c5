"""Who asks: somebody with Jupyter's login, or the holder of a share link; and what they can reach.

The handlers are the same for both. A route says by which `Entrance` its visitors come in, and the handler
holds the `Visitor` whom the entrance let in.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

from jupyter_server.auth import User

from ...shares.link import Share
from ...sources import Source
from .scope import Scope
from .subtree import Subtree


@dataclass(frozen=True)
class Visitor:
    """Somebody who asks.

    Attributes
    ----------
    scope
        The part of the tree that they can reach.
    user
        None for somebody who is not identified, or not yet.
    origins
        By a share link, the origins whose pages may read the answers, "*" for all. None for a login, for
        which Jupyter's own rules hold.
    link
        The share link; None for a login, and before the link is known to be valid.
    is_reader
        Whether they may do nothing but read, whatever an authorizer says.
    """

    scope: Scope
    user: User | None = None
    origins: Collection[str] | None = None
    link: Share | None = None
    is_reader: bool = False

    @property
    def is_by_link(self) -> bool:
        """Whether they come by a share link, valid or not; no cookie and no token counts then."""
        return self.origins is not None

    def reach(self, source: Source) -> Source:
        """The part of a source that they can reach; none of it by a link that is not valid."""
        return Subtree(source, self.scope.path) if self.is_by_link else source


class Whole:
    """The source of the whole tree as handlers hold it: only through a visitor can it be asked."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def reached_by(self, visitor: Visitor) -> Source:
        """The part of the source that a visitor can reach."""
        return visitor.reach(self._source)


class Entrance(Protocol):
    """How visitors come in: by `auth.Login`, or by `shares.by_link.LinkEntrance`."""

    def stranger(self, base_url: str) -> Visitor:
        """The visitor of a request that is not identified yet."""
        ...

    async def admit(self, handler: Any) -> Visitor:
        """The visitor of a request; one without a user if nobody is let in.

        Raises
        ------
        HTTPError
            If the visitor is refused.
        """
        ...

    async def still_admits(self, handler: Any) -> bool:
        """Whether the visitor of a connection that is open would be let in again."""
        ...

    def check(self, handler: Any) -> None:
        """Refuse what the handler's visitor, whose origin is known by now, may not ask.

        Raises
        ------
        HTTPError
            401 or 403.
        """
        ...


class MayRead:
    """The authorizer, in Jupyter's sense, of share links."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        """Whether a share link is good for an action."""
        return (action, resource) == ("read", "zarr")
