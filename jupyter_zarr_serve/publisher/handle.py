"""What `publish` returns: handles that say what is served and where."""

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
        """What is served, as it is now.

        Raises
        ------
        ServeError
            When it is not published any longer, or cannot be served.
        """
        from ..core.walk import child_of

        return child_of(self._service.registry.root(), self._served, "")

    @property
    def is_frozen(self) -> bool:
        """Whether it was promised that the data never change."""
        live = self._service.registry.live(self.name)
        return live is not None and live.is_frozen

    @property
    def is_of_namespace(self) -> bool:
        """Whether it is served because ``%load_ext`` serves all variables, not by its name."""
        registry = self._service.registry
        return self.name not in registry.lives and self.name in registry.namespace

    def url(self, zarr_format: Format = "v3") -> str:
        """Its URL; without scheme and host where the server's address is not known.

        Raises
        ------
        ValueError
            When there is no such format.
        """
        return self._place.origin + self._place.path(_number(zarr_format), self._served)

    def notebook_url(self, zarr_format: Format = "v3") -> str | None:
        """The URL that outlives restarts of the kernel; None where the notebook is not known.

        Raises
        ------
        ValueError
            When there is no such format.
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
        """A link by which whoever has it can read this name in this notebook, and nothing else.

        Parameters
        ----------
        expires
            How long it lives, such as "30m", "12h", "7d" or "2w"; None for ever, where that is allowed.
        note
            What the list of links says of it.
        origins
            Those whose pages may read it, such as "https://example.org"; "*" is all. None for those that
            the server is configured for: the public viewers.

        Raises
        ------
        Unavailable
            When the server cannot be found or asked, or does not want to; the message says why.
        """
        from .share import share

        return share(self._service.connection_file, self._served, expires, note, origins)

    def view(self, member: str = "", *, beside: bool = False, height: int = 560) -> View:
        """The viewer of it, or of a member: a notebook shows it below the cell.

        Parameters
        ----------
        member
            The path of an array inside of it.
        beside
            Whether to show it in a tab beside the notebook, by this package's extension of JupyterLab; the
            tab is drawn anew each time. Elsewhere it is shown below the cell.
        height
            Of the frame below the cell, in pixels.
        """
        names = (self._served, *(name for name in member.split("/") if name))
        view = View(self._place, names, height)
        return view.beside() if beside else view

    @property
    def watchers(self) -> int:
        """How many people and programs follow its changes now; what only they see need not be made else."""
        return self._service.registry.watchers.count(self._served)

    def touch(self, region: Any = None) -> None:
        """Say that the object was changed in place, in ways that cannot be seen from outside.

        Parameters
        ----------
        region
            Of an array, where its values changed, if nothing else did: what one would write between the
            brackets of an index, such as ``(0, slice(10, 20))`` or ``numpy.s_[0, 10:20]``.

        Raises
        ------
        TypeError, IndexError
            When the region is no index of the array.
        ServeError
            When there is a region, and it is not published any longer.
        """
        part = None if region is None else part_of_index(region, self._shape)
        self._service.registry.touch(self.name, part)

    @property
    def _shape(self) -> tuple[int, ...]:
        node = self.node
        if not isinstance(node, Array):
            raise TypeError(f"{self.name}: is no array, so it has no regions; write touch()")
        return node.shape

    def unpublish(self) -> None:
        """Withdraw it.

        Raises
        ------
        ValueError
            When it is served by the rule of ``%load_ext``, which no name is withdrawn from.
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
        return card.bundle([self._told])

    def _told(self) -> dict[str, Any]:
        return card.told(self._served, self.node, self._place, is_frozen=self.is_frozen)

    def _card(self, warning: str) -> str:
        try:
            node: Node | str = self.node
        except ServeError as error:
            node = str(error)
        return card.html(self._served, node, self._place, is_frozen=self.is_frozen, warning=warning)

    @property
    def _served(self) -> str:
        """The name in its addresses; see `core.names`."""
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
        raise ValueError(f"there is no Zarr format {zarr_format!r}; say 'v2' or 'v3'")
    return number
