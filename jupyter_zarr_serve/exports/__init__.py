"""What can be exported: each form is a file here, which makes an `Export` of a node and options."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.nodes import Node
    from .pieces import Export


@dataclass(frozen=True)
class Form:
    """A kind of files.

    Attributes
    ----------
    media_type, suffix
        Of the file.
    maker
        The module of this folder, and the function in it, that make it; "" where the server makes the file
        itself, of what it serves.
    """

    media_type: str
    suffix: str
    maker: str = ""


FORMS = {
    "npy": Form("application/octet-stream", ".npy", "npy.npy"),
    "json": Form("application/json", ".json", "json_values.json_values"),
}


def exported(name: str, node: "Node", region: str, columns: Sequence[str]) -> "Export":
    """The file of a node in a form.

    Parameters
    ----------
    name
        One of `FORMS`.
    region
        See `selection`; "" for the whole.
    columns
        Of a table; all where it is empty.

    Raises
    ------
    BadRequest
        If the node has no such form, region or column.
    Unreadable
        If the form cannot hold the data, or not as many.
    """
    module, _, function = FORMS[name].maker.partition(".")
    make: Callable[..., Export] = getattr(import_module(f"{__name__}.{module}"), function)
    return make(node, region=region, columns=columns)
