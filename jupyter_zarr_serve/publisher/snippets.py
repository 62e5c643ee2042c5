"""Code to copy: how the usual clients open what is published. It holds no token, see `urls`."""

from collections.abc import Iterator

from ..core.dimensions import are_one_dataset
from ..core.nodes import Array, Group, Node
from ..core.walk import members
from .urls import KernelAddress

_LOGIN = """url = {url!r}
token = "..."  # the Jupyter server's: `jupyter server list` shows it, a hub has it under "Token"
options = {{"client_kwargs": {{"headers": {{"Authorization": f"token {{token}}"}}}}}}
"""


def snippets_of(name: str, node: Node, place: KernelAddress) -> list[tuple[str, str]]:
    """Titles and code for a published node."""
    origin = place.origin or "https://<address of this Jupyter server>"
    login = _LOGIN.format(url=origin + place.path(3, name))
    found = [("zarr-python", f"import zarr\n\n{login}{_zarr(node)}")]
    if isinstance(node, Array) or are_one_dataset(_arrays(node)):
        found.append(("xarray", f"import xarray as xr\n{_xarray(node, login)}"))
    if isinstance(node, Array) or any(_arrays(node)):
        found.append(("dask", f"import dask.array as da\nimport zarr\n\n{login}{_dask(node)}"))
    return found


def _arrays(group: Group) -> Iterator[tuple[tuple[int, ...], tuple[str | None, ...] | None]]:
    """The shapes and dimensions of the arrays in a group."""
    for _, child in members(group):
        if isinstance(child, Array):
            yield child.shape, child.dimension_names


def _zarr(node: Node) -> str:
    what = "array" if isinstance(node, Array) else "group"
    tail = "array[...]" if isinstance(node, Array) else "dict(group.members())"
    return f'{what} = zarr.open_{what}(url, mode="r", storage_options=options)\n{tail}\n'


def _xarray(node: Node, login: str) -> str:
    if isinstance(node, Group):
        return f"\n{login}xr.open_zarr(url, storage_options=options)\n"
    array = 'da.from_zarr(zarr.open_array(url, mode="r", storage_options=options))'
    names = node.dimension_names or ()
    dims = f", dims={names!r}" if names and all(names) else ""
    return f"import dask.array as da\nimport zarr\n\n{login}xr.DataArray({array}{dims})\n"


def _dask(node: Node) -> str:
    if isinstance(node, Array):
        return 'da.from_zarr(zarr.open_array(url, mode="r", storage_options=options))\n'
    first = next(name for name, child in members(node) if isinstance(child, Array))
    return (
        f'group = zarr.open_group(url, mode="r", storage_options=options)\nda.from_zarr(group[{first!r}])\n'
    )
