"""The viewer in a notebook: a frame in the output of a cell, or in a tab beside the notebook.

The frame's address has no host, so that it is the notebook's own, behind proxies and hubs, too. A kernel
can put nothing beside a notebook by itself: ``sidecar``, an extension of JupyterLab, can.
"""

from html import escape
from typing import Any

from .urls import KernelAddress

_panes: dict[str, Any] = {}  # by title: the tab that shows it


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
        """Show it in a tab beside the notebook, if JupyterLab's extension ``sidecar`` is there.

        A tab that shows the same name already is replaced. Without the extension a notebook shows the
        viewer in the cell, as for a view that was not asked to move.
        """
        try:
            from IPython.display import HTML, display
            from sidecar import Sidecar
        except ImportError:
            return self
        former = _panes.pop(self._title, None)
        if former is not None:
            former.close()
        pane = _panes[self._title] = Sidecar(title=self._title, anchor="split-right")
        with pane:
            # IPython advises against frames in `HTML`, but its own have a height in pixels only.
            frame = _frame(self._path, self._title, "height:calc(100vh - 100px)")
            display(HTML(f"<div>{frame}</div>"))  # type: ignore[no-untyped-call]
        return Moved(*self.shows)


class Moved(View):
    """A view that is shown elsewhere: the cell says where, and can show it as well.

    A kernel is not told whether a tab came up: Jupyter Notebook has none.
    """

    def _repr_html_(self) -> str:
        link = f'<a href="{escape(self._path)}" target="_blank" rel="noopener">{escape(self._title)}</a>'
        # A frame that is not seen is not loaded.
        frame = _frame(self._path, self._title, f"height:{self._height}px", loading="lazy")
        return (
            f"<div>In JupyterLab, {link} is shown beside the notebook.</div>"
            f"<details><summary>Show it here</summary>{frame}</details>"
        )


def _frame(path: str, title: str, size: str, loading: str = "eager") -> str:
    style = f"width:100%;{size};border:1px solid rgba(128,128,128,0.4);border-radius:4px"
    return (
        f'<iframe src="{escape(path)}" title="{escape(title)}" allow="clipboard-write" loading="{loading}" '
        f'style="{style}">'
        "</iframe>"
    )
