"""Pages for people, from templates: everything is escaped, and nothing is loaded from elsewhere.

Links are relative, so that they hold behind a proxy that puts a prefix before our addresses.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jupyter_server.base.handlers import JupyterHandler

from ...core import limits
from ...core.public_text import short
from .static_files import WRITTEN, built_names, hashed_name

HTML = "text/html; charset=utf-8"
NO_LABELS: Mapping[str, str] = {}
_LONGEST = 60  # characters of a cell
_LONGEST_NAME = 300  # characters; those of files have at most 255 bytes
_FIRST, _LAST = 3, 8  # of the links on the way to a page
_LONGEST_WAY = 4 * limits.PATH  # characters of an address; beyond, there is one link
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def rendered(
    handler: JupyterHandler, template: str, leads_to: str = "", *, is_whole: bool = False, **context: Any
) -> bytes:
    """A page, for which the headers are set, too.

    Parameters
    ----------
    leads_to
        An origin that the answer to a form of the page may lead to.
    is_whole
        Whether the page has its style in itself, as one for whom nothing else would be served.
    """
    policy = _POLICY.replace("form-action 'self'", f"form-action 'self' {leads_to}".rstrip())
    style = _style() if is_whole else ""
    if is_whole:
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = policy.replace("style-src 'self'; script-src 'self'", f"style-src 'sha256-{digest}'")
    # Of two directives of one name the first holds; who may frame us is for Jupyter to say.
    handler.set_header("Content-Security-Policy", f"{policy}; {handler.content_security_policy}")
    handler.set_header("X-Content-Type-Options", "nosniff")
    handler.set_header("Referrer-Policy", "no-referrer")
    handler.set_header("Content-Type", HTML)
    files = {
        "css": hashed_name("browse.css"),
        "js": hashed_name("browse.js"),
        "following": "".join(built_names("follow.js")),
    }
    return _templates().get_template(template).render(**files, style=style, **context).encode()


@cache
def _style() -> str:
    return (WRITTEN / "browse.css").read_text()


def root_from(path: str, scope: str) -> str:
    """The relative URL from a page to the root of its scope.

    Examples
    --------
    >>> root_from("/zarr/v3/a/", "/zarr/"), root_from("/zarr/v3", "/zarr/"), root_from("/zarr", "/zarr/")
    ('../../', './', 'zarr/')
    """
    if not path.startswith(scope):
        return f"{scope.rstrip('/').rpartition('/')[2]}/"
    return "../" * path.removeprefix(scope).count("/") or "./"


def quoted(names: tuple[str, ...]) -> str:
    """A path as it stands in a URL, each name followed by a slash."""
    return "".join(f"{quote(name, safe='', errors='surrogateescape')}/" for name in names)


def shown(text: str) -> str:
    """Text that has a form in UTF-8: what has none is spelled out."""
    return text.encode("utf-8", "backslashreplace").decode()


def crumbs(
    root: str,
    zarr_format: int,
    names: tuple[str, ...],
    labels: Mapping[str, str] = NO_LABELS,
    top: str = "zarr",
) -> list[dict[str, str]]:
    """Links to the nodes on the way to a page; where these are many, "…" leads to the last one left out.

    Parameters
    ----------
    labels
        What is shown in the place of names.
    """
    parts = [quoted((name,)) for name in names]
    gap = len(names) - _LAST if len(names) > _FIRST + _LAST + 1 else 0
    ends = [*range(1, (_FIRST if gap else 0) + 1), *range(gap or 1, len(names) + 1)]
    if sum(map(len, parts)) > _LONGEST_WAY:
        ends = [len(names)]
    links = [
        {
            "name": "…"
            if end == gap
            else labels.get(names[end - 1], short(shown(names[end - 1]), _LONGEST_NAME)),
            "url": f"{root}v{zarr_format}/{''.join(parts[:end])}",
        }
        for end in ends
    ]
    return [{"name": top, "url": root}, *links]


def size(nbytes: int | None) -> str:
    """A number of bytes for people.

    Examples
    --------
    >>> size(512), size(3 << 20), size(None)
    ('512 B', '3.0 MiB', '')
    """
    if nbytes is None:
        return ""
    value, unit = float(nbytes), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.0f} B" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent.parent / "templates")
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"short": _short, "compact": _compact}
    made.tests["flat"] = _is_flat
    return made


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _compact(item: Any) -> str:
    return json.dumps(item, ensure_ascii=False)


def _is_flat(item: Any) -> bool:
    """Whether an item of JSON is said in one line: no mapping is in it, nor a list in a list."""
    if isinstance(item, dict):
        return not item
    return not isinstance(item, list) or not any(isinstance(inner, dict | list) for inner in item)
