"""`view`: publish an object and show it in the viewer."""

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
    """The viewer in the output of a cell; each call of `view` redraws it."""

    def __init__(self, place: KernelAddress, names: tuple[str, ...], height: int) -> None:
        super().__init__(place, names, height)
        self._display_id = f"jupyter-zarr-serve-view-{'/'.join(names)}"

    def refresh(self) -> None:
        """Redraw it in all cells that show it."""
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
    """Publish an object and show it in the viewer below the cell.

    A further call with the same object or name also redraws the viewers of it in other cells.

    Parameters
    ----------
    obj
        The object to show.
    name
        The name to publish it under; by default that of its variable.
    member
        The path of an array inside the object.
    height
        The height of the frame, in pixels.
    options
        See `publish`.

    Returns
    -------
    View
        A notebook shows it as the viewer.

    Raises
    ------
    TypeError
        If an option is unknown.
    Unreadable
        If the object cannot be served; the message says why, and what to do.
    RuntimeError
        If this process is not a Jupyter kernel.

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
    """The name of the user's variable that holds an object; "view" if there is none."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module else None
    for name, value in shell.user_ns.items() if shell else ():
        if value is obj and not name.startswith("_"):
            return str(name)
    return _NAMELESS
