"""Code to copy: how the usual clients open a node by its URL. It holds no token."""

import json
import re
from typing import Any
from urllib.parse import unquote

from ...core.dimensions import are_one_dataset

_MOST_NAMES = 1000  # characters
_LOGIN = 'token = "..."  # of this server: `jupyter server list` shows it, a hub has it under "Token"\n'
_OPTIONS = 'options = {"client_kwargs": {"headers": {"Authorization": f"token {token}"}}}\n'
# What else there is of these clients' types, they read below ``portable/``.
_BY_TENSORSTORE = re.compile(r"bool|u?int\d+|float\d+|complex\d+")
_BY_ZARRITA = re.compile(r"bool|u?int\d+|float(32|64)|string")


def snippets(
    node: dict[str, Any], url: str, zarr_format: int, *, is_shared: bool, dataset: str = ""
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
    """
    login = f"url = {url!r}\n" + ("" if is_shared else _LOGIN)
    options = "" if is_shared else _OPTIONS
    given = "" if is_shared else ", storage_options=options"
    kind, is_array = node["kind"], node["kind"] == "array"
    opened = f'zarr.open_{kind}(url, mode="r"{given})'
    tail = "array[...]" if is_array else "dict(group.members())"
    made = {"zarr-python": f"import zarr\n\n{login}{options}{kind} = {opened}\n{tail}\n"}
    if is_array:
        name = unquote(url.rpartition("/")[2], errors="surrogateescape")
        dask = f"da.from_zarr({opened})"
        made["xarray"] = (
            _variable(dataset, name, given, is_shared=is_shared)
            if dataset
            else (
                "import dask.array as da\nimport xarray as xr\nimport zarr\n\n"
                f"{login}{options}xr.DataArray({dask}{_dims(node)})\n"
            )
        )
        made["dask"] = f"import dask.array as da\nimport zarr\n\n{login}{options}{dask}\n"
        if _BY_TENSORSTORE.fullmatch(node["dtype"]):
            made["tensorstore"] = _tensorstore(login, zarr_format, is_shared=is_shared)
    elif node.get("called") != "folder" and is_dataset(node):
        made["xarray"] = f"import xarray as xr\n\n{login}{options}xr.open_zarr(url{given})\n"
    if not is_array or _BY_ZARRITA.fullmatch(node["dtype"]):
        made["zarrita"] = _zarrita(kind, url, is_shared=is_shared)
    if not is_shared:
        made["JupyterLab cell"] = _cell(f"url = {url!r}\n", f"{kind} = {opened}\n{tail}\n")
    return [{"title": title, "code": code} for title, code in made.items()]


def is_dataset(group: dict[str, Any]) -> bool:
    """Whether xarray opens a group as one dataset, as far as its members are told."""
    arrays = [item for item in group["members"]["items"] if item["kind"] == "array"]
    return are_one_dataset((item["shape"], item["dimension_names"]) for item in arrays)


def _variable(dataset: str, name: str, given: str, *, is_shared: bool) -> str:
    """An array with the coordinates that its dataset has for it."""
    login = f"url = {dataset!r}\n" + ("" if is_shared else f"{_LOGIN}{_OPTIONS}")
    return f"import xarray as xr\n\n{login}xr.open_zarr(url{given})[{name!r}]\n"


def _dims(node: dict[str, Any]) -> str:
    names = node["dimension_names"] or []
    if sum(len(name or "") for name in names) > _MOST_NAMES:
        return ""
    return f", dims={names!r}" if names and all(names) else ""


def _tensorstore(login: str, zarr_format: int, *, is_shared: bool) -> str:
    driver = {2: "zarr", 3: "zarr3"}[zarr_format]
    headers = "" if is_shared else ', "headers": [f"Authorization: token {token}"]'
    return (
        f"import tensorstore as ts\n\n{login}"
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


def _cell(url: str, opened: str) -> str:
    """For a notebook of this server, whose kernel can find out the token."""
    return (
        "import os\n\nimport zarr\nfrom jupyter_server.serverapp import list_running_servers\n\n"
        f'{url}server = int(os.environ["JPY_PARENT_PID"])\n'
        'token = next(s["token"] for s in list_running_servers() if s["pid"] == server)\n'
        f"{_OPTIONS}{opened}"
    )
