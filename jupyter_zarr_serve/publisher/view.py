"""The viewer in a notebook: a frame in the output of a cell, or in a tab beside the notebook.

The frame's address has no host, so that it is the notebook's own, behind proxies and hubs, too. A kernel
can put nothing beside a notebook by itself: our extension of JupyterLab does it for whom it is asked.
"""

from html import escape
from typing import Any

from .urls import KernelAddress

MIME = "application/vnd.jupyter-zarr-serve.view.v1+json"  # what the extension shows in a tab


class View:
    """What `Published.view` returns; a notebook shows it as the viewer.

    Attributes
    ----------
    url
        The address of the viewer; without scheme and host where the server's address is not known.
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
        """Show it in a tab beside the notebook where JupyterLab has our extension, else in the cell."""
        return Beside(*self.shows)


class Beside(View):
    """A view for a tab beside the notebook: one for each path of names, which is drawn anew each time.

    A kernel is not told whether a tab came up, so the cell has the viewer for those who show no tab.
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
