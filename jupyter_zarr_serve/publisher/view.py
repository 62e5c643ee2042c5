"""The viewer in a notebook: a frame in the output of a cell, or in a tab beside the notebook.

The frame's address has no host, so that it is below the notebook's own, also behind proxies and hubs. A
kernel cannot open a tab beside a notebook; this package's extension of JupyterLab does it.
"""

from html import escape
from typing import Any

from .urls import KernelAddress

MIME = "application/vnd.jupyter-zarr-serve.view.v1+json"  # what the extension shows in a tab


class View:
    """The viewer of a published node, which a notebook shows in a frame.

    Attributes
    ----------
    url
        The URL of the viewer, without scheme and host if the server's address is unknown.
    """

    def __init__(self, place: KernelAddress, names: tuple[str, ...], height: int) -> None:
        self.shows = place, names, height
        self.url = place.origin + place.view_path(*names)
        self._path = place.view_path(*names)
        self._title = names[-1]
        self._height = height

    def __repr__(self) -> str:
        return f"<View of {self._title!r} at {self.url}>"

    def _repr_html_(self) -> str:
        frame = _frame(self._path, self._title, f"height:{self._height}px")
        link = f'<a href="{escape(self._path)}" target="_blank" rel="noopener">Open in a tab of its own</a>'
        return f'{frame}<div style="font-size:12px">{link}</div>'

    def beside(self) -> "View":
        """The same in a tab beside the notebook, or in the cell if JupyterLab lacks our extension."""
        return Beside(*self.shows)


class Beside(View):
    """A view for a tab beside the notebook; there is one tab for each path, which each call redraws.

    A kernel does not learn whether a tab opened, so the output also has the viewer for other front ends.
    """

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        place, names, _height = self.shows
        return {MIME: {"kernel": place.kernel_id, "names": [*names]}}


def _frame(path: str, title: str, size: str) -> str:
    style = f"width:100%;{size};border:1px solid rgba(128,128,128,0.4);border-radius:4px"
    return (
        f'<iframe src="{escape(path)}" title="{escape(title)}" allow="clipboard-write" style="{style}">'
        "</iframe>"
    )
