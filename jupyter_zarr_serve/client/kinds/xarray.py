"""Datasets with their coordinates decoded, trees of them, and single arrays."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from ...core.known_names import FILES, MADE_OF
from ..opening import dimension_names, is_folder, node_of
from ..reader import Reader

_PHONY = "phony_dim_"


def of(reader: Reader, kind: str) -> Any:
    """A `DataArray` of an array, a `Dataset` of a group of arrays, a `DataTree` of nested groups.

    Raises
    ------
    ValueError
        If it is a folder, of which no dataset is made.
    """
    import xarray as xr

    node = node_of(reader, kind)
    if kind == "array":
        return _array(node)
    if reader.path[:1] in {(FILES,), ()} and is_folder(reader.document()):
        some = ", ".join(list(reader.members())[:10])
        raise ValueError(
            f"{reader} is a folder, of which no dataset is made; open one of its members: {some}"
        )
    if any(True for _ in node.groups()):
        chunks: Any = {} if find_spec("dask") else None
        return xr.open_datatree(node.store, engine="zarr", chunks=chunks)
    return _named(xr.open_zarr(node.store), dict(node.attrs).get(MADE_OF))


def _array(node: Any) -> Any:
    import xarray as xr

    if find_spec("dask"):
        import dask.array as da

        from_zarr: Any = da.from_zarr
        values: Any = from_zarr(node)
    else:
        values = node[...]
    attributes = dict(node.attrs)
    note = attributes.pop(MADE_OF, None)
    dims = attributes.pop("_ARRAY_DIMENSIONS", None) or dimension_names(node)
    coded = xr.Dataset({"values": xr.Variable(_dims(dims or [None] * node.ndim), values, attributes)})
    array = xr.decode_cf(coded)["values"]
    return array.rename(note.get("name") if isinstance(note, dict) else None)


def _dims(names: Sequence[str | None]) -> list[str]:
    """Names of dimensions; those that have none are called as xarray calls them."""
    return [
        f"dim_{axis}" if name is None or name.startswith(_PHONY) else name
        for axis, name in enumerate(names)
    ]


def _named(dataset: Any, note: Any) -> Any:
    """The dataset, or the array with coordinates that it was made of."""
    if not isinstance(note, dict) or note.get("of") != "xarray" or note.get("variable") not in dataset:
        return dataset
    return dataset[note["variable"]].rename(note.get("name"))
