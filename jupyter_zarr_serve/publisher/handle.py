"""Handles of published objects: what is served, and where."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from ..core.errors import ServeError
from ..core.nodes import Array, Node
from ..core.served import served_name
from . import card
from .service import Service
from .touched import part_of_index
from .unserved import why_unserved
from .urls import KernelAddress, kernel_address
from .view import View

if TYPE_CHECKING:
    from .share import Link

Format = Literal["v2", "v3", 2, 3]

BY_RULE = (
    "{!r} is served by %load_ext jupyter_zarr_serve, as all variables are; delete it (del), give it a name "
    "that begins with _, or end that: %unload_ext jupyter_zarr_serve"
)


class Published:
    """A published object.

    Attributes
    ----------
    name
        The name it is published under.
    """

    def __init__(self, name: str, service: Service) -> None:
        self.name = name
        self._service = service

    @property
    def node(self) -> Node:
        """The node that is served now.

        Raises
        ------
        ServeError
            If the object is no longer published, or cannot be served.
        """
        from ..core.walk import child_of

        return child_of(self._service.registry.root(), self._served, "")

    @property
    def is_frozen(self) -> bool:
        """Whether the user promised that the data never change."""
        live = self._service.registry.live(self.name)
        return live is not None and live.is_frozen

    @property
    def is_of_namespace(self) -> bool:
        """Whether it is served by ``%load_ext``, with all variables, and not by `publish`."""
        registry = self._service.registry
        return self.name not in registry.lives and self.name in registry.namespace

    def url(self, zarr_format: Format = "v3") -> str:
        """Its URL, without scheme and host if the server's address is unknown.

        Raises
        ------
        ValueError
            If the format is neither 2 nor 3.
        """
        return self._place.origin + self._place.path(_number(zarr_format), self._served)

    def notebook_url(self, zarr_format: Format = "v3") -> str | None:
        """Its URL by the notebook's path, which outlives kernel restarts; None if the notebook is unknown.

        Raises
        ------
        ValueError
            If the format is neither 2 nor 3.
        """
        path = self._place.notebook_path(_number(zarr_format), self._served)
        return None if path is None else self._place.origin + path

    def share(
        self,
        expires: str | timedelta | None = "7d",
        *,
        note: str = "",
        origins: Sequence[str] | None = None,
    ) -> "Link":
        """A share link: anybody who has it can read this object, and nothing else.

        Parameters
        ----------
        expires
            How long it is valid, such as "30m", "12h", "7d" or "2w"; None is for ever, if that is allowed.
        note
            A note for the list of links.
        origins
            The origins whose pages may read it, such as "https://example.org"; "*" is all. None is those in
            the server's settings: by default the public viewers.

        Raises
        ------
        Unavailable
            If the server cannot be found, does not answer or refuses; the message says why.
        """
        from .share import share

        return share(self._service.connection_file, self._served, expires, note, origins)

    def view(self, member: str = "", *, beside: bool = False, height: int = 560) -> View:
        """The viewer of the object or one of its members, which a notebook shows below the cell.

        Parameters
        ----------
        member
            The path of an array inside the object.
        beside
            Whether to show it in a tab beside the notebook, which needs this package's extension of
            JupyterLab; each call redraws the tab. Elsewhere the viewer appears below the cell.
        height
            The height of the frame below the cell, in pixels.
        """
        names = (self._served, *(name for name in member.split("/") if name))
        view = View(self._place, names, height)
        return view.beside() if beside else view

    @property
    def watchers(self) -> int:
        """How many people and programs follow its changes now; if 0, nobody sees an update."""
        return self._service.registry.watchers.count(self._served)

    def touch(self, region: Any = None) -> None:
        """Report a change in place that cannot be detected otherwise.

        Parameters
        ----------
        region
            The index of the part of an array whose values changed, if nothing else did, such as
            ``(0, slice(10, 20))`` or ``numpy.s_[0, 10:20]``.

        Raises
        ------
        TypeError, IndexError
            If the region is not an index of the array.
        ServeError
            If a region is given, and the object is no longer published.
        """
        part = None if region is None else part_of_index(region, self._shape)
        self._service.registry.touch(self.name, part)

    @property
    def _shape(self) -> tuple[int, ...]:
        node = self.node
        if not isinstance(node, Array):
            raise TypeError(f"{self.name}: is not an array, so it has no regions; call touch() without one")
        return node.shape

    def unpublish(self) -> None:
        """Withdraw it.

        Raises
        ------
        ValueError
            If ``%load_ext`` serves it: such names cannot be withdrawn one by one.
        """
        if self.is_of_namespace:
            raise ValueError(BY_RULE.format(self.name))
        self._service.registry.remove([self.name])

    def __repr__(self) -> str:
        return "\n".join([self._line(), *card.warnings()])

    def _line(self) -> str:
        return f"<Published {self.name!r}: {self._summary()} at {self.url()}>"

    def _repr_html_(self) -> str:
        return self._card(why_unserved())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return card.bundle([self._card_data])

    def _card_data(self) -> dict[str, Any]:
        return card.card_data(self._served, self.node, self._place, is_frozen=self.is_frozen)

    def _card(self, warning: str) -> str:
        try:
            node: Node | str = self.node
        except ServeError as error:
            node = str(error)
        return card.html(self._served, node, self._place, is_frozen=self.is_frozen, warning=warning)

    @property
    def _served(self) -> str:
        """Its name in URLs; see `core.names`."""
        return served_name(self._service.registry.root().children, self.name)

    @property
    def _place(self) -> KernelAddress:
        return kernel_address(self._service.connection_file)

    def _summary(self) -> str:
        try:
            return card.summary(self.node)
        except ServeError as error:
            return str(error)


def _number(zarr_format: Format) -> int:
    number = {"v2": 2, "v3": 3, 2: 2, 3: 3}.get(zarr_format)
    if number is None:
        raise ValueError(f"{zarr_format!r} is not a Zarr format; use 'v2' or 'v3'")
    return number
