"""`view`: publish an object and see it, in one word."""

import sys
from collections.abc import Collection
from typing import Any, Unpack

from .options import Given
from .publish import publish
from .urls import KernelAddress
from .view import View

_NAMELESS = "view"
_shown: set[str] = set()  # by display id: the views that cells show


class Shown(View):
    """The viewer in the output of a cell, drawn anew when `view` is called again."""

    def __init__(self, place: KernelAddress, names: tuple[str, ...], height: int) -> None:
        super().__init__(place, names, height)
        self._display_id = f"jupyter-zarr-serve-view-{'/'.join(names)}"

    def refresh(self) -> None:
        """Draw it anew in all cells that show it."""
        if self._display_id in _shown:
            from IPython.display import update_display

            update_display(self._bundle(), display_id=self._display_id, raw=True)  # type: ignore[no-untyped-call]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        _shown.add(self._display_id)
        display(self._bundle(), display_id=self._display_id, raw=True)  # type: ignore[no-untyped-call]

    def _bundle(self) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self._repr_html_()}


def view(
    obj: Any, name: str | None = None, *, member: str = "", height: int = 560, **options: Unpack[Given]
) -> View:
    """Publish an object and show it in the viewer, below the cell.

    Called again with the same object or name, it also draws anew what other cells show of it.

    Parameters
    ----------
    obj
        What to show.
    name
        The name to publish it under; that of its variable, if none is given.
    member
        The path of an array inside of it.
    height
        Of the frame, in pixels.
    options
        See `publish`.

    Returns
    -------
    View
        A notebook shows it as the viewer.

    Raises
    ------
    TypeError
        When there is no such option.
    Unreadable
        When it cannot be served; the message says why, and what would work.
    RuntimeError
        When this process is no Jupyter kernel.

    See Also
    --------
    publish : The same without the viewer.

    Examples
    --------
    >>> jz.view(image)  # doctest: +SKIP
    >>> jz.view(image, axes="cyx", scale=0.5, unit="micrometer")  # doctest: +SKIP
    """
    _check(options)
    handle = publish(name or _variable(obj), obj, **options)
    handle.touch()
    shown = Shown(*handle.view(member, height=height).shows)
    shown.refresh()
    return shown


def _check(options: Collection[str]) -> None:
    wrong = [name for name in options if name not in Given.__annotations__]
    if wrong:
        known = ", ".join(["member", "height", *Given.__annotations__])
        raise TypeError(f"jz.view has no option {', '.join(wrong)}; there are {known}")


def _variable(obj: Any) -> str:
    """The name of the user's variable that an object is in."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module else None
    for name, value in shell.user_ns.items() if shell else ():
        if value is obj and not name.startswith("_"):
            return str(name)
    return _NAMELESS
