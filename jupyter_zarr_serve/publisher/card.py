"""The card that a notebook shows of a published object, in HTML, light or dark like the page around it.

Colours are JupyterLab's variables, or else the page's own text colour. Everything is escaped.
"""

import math
from collections.abc import Callable, Sequence
from html import escape
from itertools import islice
from typing import Any

from ..core.errors import ServeError
from ..core.known_names import KERNELS
from ..core.nodes import Array, Group, Node
from ..core.walk import members
from ..snippets import OPEN, snippets
from .unserved import why_unserved
from .urls import KernelAddress

MIME = "application/vnd.jupyter-zarr-serve.card.v1+json"  # for JupyterLab's extension
_CARDS = 8  # beyond it, HTML shows a list
_SHOWN = 12  # members of a group

_TEXT = "var(--jp-content-font-color1, inherit)"
_FAINT = "var(--jp-content-font-color2, inherit)"
_BORDER = "var(--jp-border-color2, rgba(128, 128, 128, 0.4))"
_BACK = "var(--jp-layout-color2, rgba(128, 128, 128, 0.12))"
_LINK = "var(--jp-content-link-color, inherit)"
_CARD = (
    f"color:{_TEXT};border:1px solid {_BORDER};border-radius:4px;padding:8px 12px;margin:4px 0;"
    "max-width:60em;font-family:var(--jp-content-font-family, sans-serif);font-size:13px"
)
_WARNING = (
    "color:var(--jp-warn-color0, inherit);border-left:3px solid var(--jp-warn-color1, #f57c00);"
    "padding:2px 8px;margin:6px 0"
)
_CODE = (
    f"background:{_BACK};color:{_TEXT};padding:8px;margin:4px 0;overflow-x:auto;white-space:pre;"
    "font-family:var(--jp-code-font-family, monospace);font-size:12px"
)


def summary(node: Node) -> str:
    """A node in one line of text.

    Examples
    --------
    >>> summary(Group())
    'group of 0 members'
    """
    if isinstance(node, Group):
        return f"group of {len(node.children)} member{'' if len(node.children) == 1 else 's'}"
    return f"array {node.shape} {node.dtype}, chunks {node.chunk_shape}, {_size(node)}"


def html(name: str, node: Node | str, place: KernelAddress, *, is_frozen: bool, warning: str = "") -> str:
    """The card of a published object.

    Parameters
    ----------
    node
        Its node, or the reason why it cannot be served.
    warning
        Why the addresses do not work; "" if they do.
    """
    facts = {"why not served": node} if isinstance(node, str) else _facts(node)
    state = "frozen" if is_frozen else "live"
    head = f'<strong>{escape(name)}</strong> <span style="color:{_FAINT}">published, {state}</span>'
    parts = [head, warned(warning), _table({**facts, **_addresses(name, place)})]
    if not isinstance(node, str):
        parts += [_details(title, text) for title, text in _snippets(name, node, place)]
    return f'<div style="{_CARD}">{"".join(parts)}</div>'


def card_data(name: str, node: Node, place: KernelAddress, *, is_frozen: bool) -> dict[str, Any]:
    """The data from which JupyterLab's extension draws a card, also after the kernel has ended."""
    facts = _array_facts(node) if isinstance(node, Array) else {"kind": "group"}
    return {"name": name, "kernel": place.kernel_id, "is_frozen": is_frozen, **facts}


def bundle(cards: Sequence[Callable[[], dict[str, Any]]]) -> dict[str, Any]:
    """The MIME bundle of cards for JupyterLab's extension; empty if HTML must show a list or a warning."""
    if not 0 < len(cards) <= _CARDS or why_unserved():
        return {}
    try:
        return {MIME: {"cards": [each() for each in cards]}}
    except ServeError:
        return {}


def warned(warning: str) -> str:
    """A warning as a line of HTML; "" if there is none."""
    if not warning:
        return ""
    return f'<div role="alert" style="{_WARNING}">{escape(sentence(warning))}</div>'


def warnings() -> list[str]:
    """The warnings to show, as sentences."""
    warning = why_unserved()
    return [sentence(warning)] if warning else []


def sentence(text: str) -> str:
    """A message as a sentence.

    Examples
    --------
    >>> sentence("the server is gone")
    'The server is gone.'
    """
    return f"{text[:1].upper()}{text[1:]}."


def _snippets(name: str, node: Node, place: KernelAddress) -> list[tuple[str, str]]:
    """Titles and code, the line with `open` first."""
    url = f"{place.origin or 'https://<address of this Jupyter server>'}{place.path(3, name)}"
    what = f"{place.notebook}/{name}" if place.notebook else f"{KERNELS}/{place.kernel_id}/{name}"
    described: dict[str, Any] = {
        "kind": "array" if isinstance(node, Array) else "group",
        "members": {"items": []},
        "attributes": node.attributes,
    }
    if isinstance(node, Array):
        described |= _array_facts(node)
    else:
        arrays = [child for _, child in members(node) if isinstance(child, Array)]
        described |= {
            "members": {"items": [_array_facts(child) for child in arrays]},
            "called": node.called,
        }
    found = {each["title"]: each["code"] for each in snippets(described, url, what=what)}
    return [(title, found[title]) for title in (OPEN, "zarr-python", "xarray", "dask") if title in found]


def _array_facts(array: Array) -> dict[str, Any]:
    names = list(array.dimension_names or ())
    return {"kind": "array", "dtype": str(array.dtype), "shape": array.shape, "dimension_names": names}


def _facts(node: Node) -> dict[str, str]:
    if isinstance(node, Array):
        codecs = ", ".join(type(codec).__name__.removesuffix("Codec").lower() for codec in node.codecs)
        return {
            "shape": f"{node.shape}{_dims(node)}",
            "dtype": str(node.dtype),
            "chunks": f"{node.chunk_shape}, {codecs or 'not compressed'}",
            "size": _size(node),
        }
    shown = dict(islice(members(node), _SHOWN))
    left = len(node.children) - len(shown)
    return {
        **{child: summary(found) for child, found in shown.items()},
        **({"…": f"{left} more"} if left else {}),
    }


def _dims(array: Array) -> str:
    """The dimension names that the user gave, without those made up for Zarr."""
    names = array.dimension_names or ()
    return f" ({', '.join(name or '–' for name in names)})" if any(names) else ""


def _size(array: Array) -> str:
    if array.dtype.kind in "TO":
        return f"{math.prod(array.shape):,} elements"
    size = float(math.prod(array.shape) * array.dtype.itemsize)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if size < 1024 or unit == "TiB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError("unreachable")


def _addresses(name: str, place: KernelAddress) -> dict[str, tuple[str, str]]:
    """Links by label, each as the text to show and the address to open."""
    links = {f"v{n}": place.path(n, name) for n in (3, 2)}
    stable = place.notebook_path(3, name)
    if stable is not None:
        links["by notebook"] = stable
    viewer = place.view_path(name)
    return {
        **{label: (place.origin + path, f"{path}/") for label, path in links.items()},
        "viewer": (place.origin + viewer, viewer),
    }


def _table(facts: dict[str, str | tuple[str, str]]) -> str:
    rows = "".join(
        f'<tr><td style="text-align:left;color:{_FAINT};padding:1px 12px 1px 0">{escape(label)}</td>'
        f'<td style="text-align:left;padding:1px 0">{_cell(value)}</td></tr>'
        for label, value in facts.items()
    )
    return (
        f'<table style="margin:6px 0;border-collapse:collapse;color:{_TEXT}"><tbody>{rows}</tbody></table>'
    )


def _cell(value: str | tuple[str, str]) -> str:
    if isinstance(value, str):
        return escape(value)
    shown, target = value
    return (
        f'<a href="{escape(target)}" target="_blank" rel="noopener" style="color:{_LINK}">'
        f"{escape(shown)}</a>"
    )


def _details(title: str, text: str) -> str:
    return (
        f'<details><summary style="cursor:pointer">{escape(title)}</summary>'
        f'<pre style="{_CODE}">{escape(text)}</pre></details>'
    )
