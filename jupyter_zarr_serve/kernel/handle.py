"""What `publish` returns: handles that say what is served and where."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from ..core.errors import ServeError
from ..core.nodes import Node
from . import card
from .look import View
from .service import Service
from .urls import Place, place_of

if TYPE_CHECKING:
    from .shared import Link

Format = Literal["v2", "v3", 2, 3]


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

        return child_of(self._service.registry.root(), self.name, "")

    @property
    def is_frozen(self) -> bool:
        """Whether it was promised that the data never change."""
        live = self._service.registry.lives.get(self.name)
        return live is not None and live.is_frozen

    def url(self, zarr_format: Format = "v3") -> str:
        """Its URL; without scheme and host where the server's address is not known.

        Raises
        ------
        ValueError
            When there is no such format.
        """
        return self._place.origin + self._place.path(_number(zarr_format), self.name)

    def notebook_url(self, zarr_format: Format = "v3") -> str | None:
        """The URL that outlives restarts of the kernel; None where the notebook is not known.

        Raises
        ------
        ValueError
            When there is no such format.
        """
        path = self._place.notebook_path(_number(zarr_format), self.name)
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
        from .shared import share

        return share(self._service.connection_file, self.name, expires, note, origins)

    def view(self, member: str = "", *, beside: bool = False, height: int = 560) -> View:
        """The viewer of it, or of a member: a notebook shows it below the cell.

        Parameters
        ----------
        member
            The path of an array inside of it.
        beside
            Whether to show it in a tab beside the notebook: in JupyterLab with the package ``sidecar``;
            elsewhere it is shown below the cell.
        height
            Of the frame below the cell, in pixels.
        """
        names = (self.name, *(name for name in member.split("/") if name))
        view = View(self._place, names, height)
        return view.beside() if beside else view

    def touch(self) -> None:
        """Say that the object was changed in place, in ways that cannot be seen from outside."""
        live = self._service.registry.lives.get(self.name)
        if live is not None:
            live.touch()

    def unpublish(self) -> None:
        """Withdraw it."""
        self._service.registry.remove([self.name])

    def __repr__(self) -> str:
        return f"<Published {self.name!r}: {self._summary()} at {self.url()}>"

    def _repr_html_(self) -> str:
        try:
            node: Node | str = self.node
        except ServeError as error:
            node = str(error)
        return card.html(self.name, node, self._place, is_frozen=self.is_frozen)

    @property
    def _place(self) -> Place:
        return place_of(self._service.connection_file)

    def _summary(self) -> str:
        try:
            return card.summary(self.node)
        except ServeError as error:
            return str(error)


class Catalogue(Mapping[str, Published]):
    """Several published objects by name."""

    def __init__(self, handles: Mapping[str, Published]) -> None:
        self._handles = dict(handles)

    def __getitem__(self, name: str) -> Published:
        return self._handles[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._handles)

    def __len__(self) -> int:
        return len(self._handles)

    def touch(self) -> None:
        """See `Published.touch`."""
        for handle in self._handles.values():
            handle.touch()

    def unpublish(self) -> None:
        """Withdraw all of them."""
        for handle in self._handles.values():
            handle.unpublish()

    def __repr__(self) -> str:
        return "\n".join(map(repr, self._handles.values())) or "<nothing is published>"

    def _repr_html_(self) -> str:
        return "".join(handle._repr_html_() for handle in self._handles.values()) or "nothing is published"


def _number(zarr_format: Format) -> int:
    number = {"v2": 2, "v3": 3, 2: 2, 3: 3}.get(zarr_format)
    if number is None:
        raise ValueError(f"there is no Zarr format {zarr_format!r}; say 'v2' or 'v3'")
    return number
