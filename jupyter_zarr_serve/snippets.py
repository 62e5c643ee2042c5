"""Code to copy: first the one line of `open`, then how any other client opens a node by its URL.

It holds no token: a program takes it from its environment.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from .core.dimensions import are_one_dataset
from .core.known_names import FILES, MADE_OF, NOTEBOOKS
from .preview.called import levels_of

OPEN = "jupyter_zarr_serve"  # the title of the one line
_OPENED_AS = {  # by the package of the object that a node was made of: what `open` makes it anew by
    **{"pandas": "pandas", "polars": "polars", "xarray": "xarray", "sparse": "sparse", "scipy": "sparse"},
}
_SYSTEM = "import os\n\n"
_MOST_NAMES = 1000  # characters
_LOGIN = (
    'token = os.environ["JUPYTER_TOKEN"]  # `jupyter server list` shows it, a hub has it under "Token"\n'
)
_OPTIONS = 'options = {"client_kwargs": {"headers": {"Authorization": f"token {token}"}}}\n'
# What else there is of these clients' types, they read below ``portable/``.
_BY_TENSORSTORE = re.compile(r"bool|u?int\d+|float\d+|complex\d+")
_BY_ZARRITA = re.compile(r"bool|u?int\d+|float(32|64)|string")


def snippets(
    node: dict[str, Any],
    url: str,
    zarr_format: int = 3,
    *,
    is_shared: bool = False,
    dataset: str = "",
    what: str = "",
) -> list[dict[str, str]]:
    """Titles and code for a node, of the clients that can read it.

    Parameters
    ----------
    node
        What is told of it; see `preview.description`.
    is_shared
        Whether the URL is a link that needs no token.
    dataset
        The URL of the group that an array is in, where xarray opens it as one dataset; "" elsewhere.
    what
        What `open` takes; "" for the URL.
    """
    system = "" if is_shared else _SYSTEM
    login = f"url = {url!r}\n" + ("" if is_shared else _LOGIN)
    options = "" if is_shared else _OPTIONS
    given = "" if is_shared else ", storage_options=options"
    kind, is_array = node["kind"], node["kind"] == "array"
    opened = f'zarr.open_{kind}(url, mode="r"{given})'
    tail = "array[...]" if is_array else "dict(group.members())"
    made = {
        OPEN: _by_open(node, what or url, tail),
        "zarr-python": f"{system}import zarr\n\n{login}{options}{kind} = {opened}\n{tail}\n",
    }
    if is_array:
        name = unquote(url.rpartition("/")[2], errors="surrogateescape")
        dask = f"da.from_zarr({opened})"
        head, foot = f"{system}import dask.array as da\n", f"import zarr\n\n{login}{options}"
        labelled = f"{head}import xarray as xr\n{foot}xr.DataArray({dask}{_dims(node)})\n"
        variable = _variable(dataset, name, given, is_shared=is_shared)
        made["xarray"] = variable if dataset else labelled
        made["dask"] = f"{head}{foot}{dask}\n"
        if _BY_TENSORSTORE.fullmatch(node["dtype"]):
            made["tensorstore"] = _tensorstore(login, zarr_format, is_shared=is_shared)
    elif node.get("called") != "folder" and is_dataset(node):
        made |= _of_dataset(node, system, f"{login}{options}", given, opened)
    if not is_array or _BY_ZARRITA.fullmatch(node["dtype"]):
        made["zarrita"] = _zarrita(kind, url, is_shared=is_shared)
    if drawn := _drawn(node):
        made["napari"] = _napari(what or url, drawn)
    return [{"title": title, "code": code} for title, code in made.items()]


def _of_dataset(node: dict[str, Any], system: str, login: str, given: str, opened: str) -> dict[str, str]:
    made = {"xarray": f"{system}import xarray as xr\n\n{login}xr.open_zarr(url{given})\n"}
    if node.get("called") == "table":
        table = "pd.DataFrame({name: column[:] for name, column in group.arrays()})\n"
        made["pandas"] = f"{system}import pandas as pd\nimport zarr\n\n{login}group = {opened}\n{table}"
    return made


def _by_open(node: dict[str, Any], what: str, tail: str) -> str:
    as_, name = _kind_for_open(node), node["kind"]
    if as_:
        name = "data" if name == "group" else name
        return f"import jupyter_zarr_serve as jz\n\n{name} = jz.open({what!r}, as_={as_!r})\n{name}\n"
    return f"import jupyter_zarr_serve as jz\n\n{name} = jz.open({what!r})\n{tail}\n"


def _kind_for_open(node: dict[str, Any]) -> str:
    """As what `open` gives most of a node; "" where that is what Zarr has for it."""
    attributes = node.get("attributes", {})
    note = attributes.get(MADE_OF)
    made_of = _OPENED_AS.get(str(note.get("of"))) if isinstance(note, dict) else None
    if made_of or node["kind"] == "array" or node.get("called") == "folder":
        return made_of or ""
    if attributes.get("encoding-type") == "anndata":
        return "anndata"
    return "pandas" if node.get("called") == "table" else "xarray" if is_dataset(node) else ""


def _drawn(node: dict[str, Any]) -> str:
    """What napari is to draw, as code for what was opened; "" where it is no image."""
    if node["kind"] == "array":
        return "array" if "image" in node.get("previews", {}) else ""
    levels = node.get("levels") or levels_of(node.get("attributes", {}))
    are_names = bool(levels) and all(isinstance(level, str) for level in levels)
    return f"[group[name] for name in {levels!r}]" if are_names else ""


def _napari(what: str, drawn: str) -> str:
    """Its own window, which reads what it shows."""
    name = "array" if drawn == "array" else "group"
    return (
        f"import jupyter_zarr_serve as jz\nimport napari\n\n{name} = jz.open({what!r})\n"
        f"viewer, layers = napari.imshow({drawn})\nnapari.run()\n"
    )


def is_dataset(group: dict[str, Any]) -> bool:
    """Whether xarray opens a group as one dataset, as far as its members are told."""
    arrays = [item for item in group["members"]["items"] if item["kind"] == "array"]
    return are_one_dataset((item["shape"], item["dimension_names"]) for item in arrays)


def _variable(dataset: str, name: str, given: str, *, is_shared: bool) -> str:
    """An array with the coordinates that its dataset has for it."""
    login = f"url = {dataset!r}\n" + ("" if is_shared else f"{_LOGIN}{_OPTIONS}")
    system = "" if is_shared else _SYSTEM
    return f"{system}import xarray as xr\n\n{login}xr.open_zarr(url{given})[{name!r}]\n"


def _dims(node: dict[str, Any]) -> str:
    names = node["dimension_names"] or []
    if sum(len(name or "") for name in names) > _MOST_NAMES:
        return ""
    return f", dims={names!r}" if names and all(names) else ""


def _tensorstore(login: str, zarr_format: int, *, is_shared: bool) -> str:
    driver = {2: "zarr", 3: "zarr3"}[zarr_format]
    headers = "" if is_shared else ', "headers": [f"Authorization: token {token}"]'
    return (
        f"{'' if is_shared else _SYSTEM}import tensorstore as ts\n\n{login}"
        f'store = {{"driver": "http", "base_url": f"{{url}}/"{headers}}}\n'
        f'array = ts.open({{"driver": "{driver}", "kvstore": store}}).result()\narray.read().result()\n'
    )


def _zarrita(kind: str, url: str, *, is_shared: bool) -> str:
    headers = 'const token = "...";\nconst headers = { Authorization: `token ${token}` };\n'
    given = "" if is_shared else ", { overrides: { headers } }"
    reading = "\nawait zarr.get(array);" if kind == "array" else ""
    return (
        'import * as zarr from "zarrita";\n\n'
        f"const url = {json.dumps(url, ensure_ascii=False)};\n{'' if is_shared else headers}"
        f"const store = new zarr.FetchStore(url{given});\n"
        f'const {kind} = await zarr.open(store, {{ kind: "{kind}" }});{reading}\n'
    )


def name_for_open(path: Sequence[str]) -> str:
    """A path below the root of the store as people call it, for `open`."""
    names = path[1:] if len(path) > 1 and path[0] in {FILES, NOTEBOOKS} else path
    return "/".join(names)
