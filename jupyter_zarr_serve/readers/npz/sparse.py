"""Sparse arrays in ``.npz`` files, as `sparse.save_npz` and `scipy.sparse.save_npz` write them.

They are recognised by the names of their members. All of them are loaded when the first chunk is
read, so together they may not be larger than what one decompression may produce.
"""

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, Protocol

from ...adapters.coordinates import Elements, array_of_elements, expand
from ...core.dtypes import Block
from ...core.errors import MissingLibrary, Unreadable
from ...core.grid import Region
from ...core.nodes import Array, Policy
from ..npy import Header

_MAX_SMALL = 4096  # bytes of a member that describes the others

_COO = {"coords", "data", "fill_value", "shape"}
_GCXS = {"compressed_axes", "data", "fill_value", "indices", "indptr", "shape"}
_SCIPY = {
    "bsr": ({"indices", "indptr"},),
    "coo": ({"row", "col"}, {"coords"}),
    "csc": ({"indices", "indptr"},),
    "csr": ({"indices", "indptr"},),
    "dia": ({"offsets"},),
}


class Saved(Protocol):
    """An array that can be loaded."""

    @property
    def header(self) -> Header:
        """What is known about it before."""

    def read(self, region: Region) -> Block:
        """A region of it."""


def is_sparse(names: Iterable[str]) -> bool:
    """Whether these are the names of the members of a sparse array."""
    found = set(names)
    from_scipy = [{"format", "shape", "data", *parts} for kinds in _SCIPY.values() for parts in kinds]
    return found - {"format"} in (_COO, _GCXS) or found - {"_is_array"} in from_scipy


def sparse_view(name: str, saved: Mapping[str, Saved], policy: Policy) -> Array:
    """The dense view of a sparse array in the file `name`.

    Raises
    ------
    Unreadable
        If it is too large to be loaded, or its description is damaged.
    MissingLibrary
        If SciPy saved it and is not installed.
    """
    size = sum(member.header.end for member in saved.values())
    if size > policy.limit_bytes:
        raise Unreadable(
            f"{name}: a sparse array of {size:,} bytes, which is read as a whole, more than the "
            f"{policy.limit_bytes:,} allowed; raise c.ZarrServeApp.chunk_limit_bytes"
        )
    shape = tuple(int(n) for n in _small(name, saved, "shape").reshape(-1))
    if any(n < 0 for n in shape):
        raise Unreadable(f"{name}: the shape {shape} of the sparse array is impossible; save it again")
    if "fill_value" not in saved:
        return _scipy_view(name, shape, saved, policy)
    fill = _small(name, saved, "fill_value").reshape(-1)[0]
    load = _loader(name, saved)
    dtype = saved["data"].header.dtype
    return array_of_elements(shape, dtype, load, policy, fill_value=None if fill == 0 else fill)


def _loader(name: str, saved: Mapping[str, Saved]) -> Callable[[], Elements]:
    shape = _small(name, saved, "shape").reshape(-1).tolist()
    if "coords" in saved:
        return lambda: (list(_whole(saved["coords"])), _whole(saved["data"]))
    axes = _small(name, saved, "compressed_axes").reshape(-1).tolist()
    if len(set(axes)) < len(axes) or not set(axes) <= set(range(len(shape))):
        raise Unreadable(f"{name}: the axes {axes} do not fit the shape {shape}; save it again")

    def load() -> Elements:
        return expand(_whole(saved["indices"]), _whole(saved["indptr"]), shape, axes), _whole(saved["data"])

    return load


def _scipy_view(name: str, shape: tuple[int, ...], saved: Mapping[str, Saved], policy: Policy) -> Array:
    try:
        from ...adapters.from_scipy import dense_view
    except ImportError as error:
        raise MissingLibrary(name, "sparse") from error
    spelled = _small(name, saved, "format").reshape(-1)[0]
    kind = spelled.decode("latin1") if isinstance(spelled, bytes) else str(spelled)
    if kind not in _SCIPY or not any(parts <= set(saved) for parts in _SCIPY[kind]):
        raise Unreadable(f"{name}: the members do not fit the sparse format {kind!r}; save it again")
    load = _once(lambda: _scipy_array(kind, shape, {part: _whole(saved[part]) for part in saved}))
    return dense_view(kind, shape, saved["data"].header.dtype, load, policy)


def _scipy_array(kind: str, shape: tuple[int, ...], parts: Mapping[str, Block]) -> Any:
    """SciPy's own array, its indices checked, as they come from a file."""
    from scipy import sparse

    data = parts["data"]
    if kind == "dia":
        return sparse.dia_array((data, parts["offsets"]), shape=shape)
    if kind == "coo":
        coords = tuple(parts["coords"]) if "coords" in parts else (parts["row"], parts["col"])
        return sparse.coo_array((data, coords), shape=shape)
    made = getattr(sparse, f"{kind}_array")((data, parts["indices"], parts["indptr"]), shape=shape)
    made.check_format(full_check=True)
    return made


def _small(name: str, saved: Mapping[str, Saved], part: str) -> Block:
    """A member that describes the others."""
    header = saved[part].header
    if not 0 <= header.end - header.offset <= _MAX_SMALL or header.dtype.kind == "V":
        raise Unreadable(f"{name}: the member {part!r} of the sparse array is damaged; save it again")
    return _whole(saved[part])


def _whole(saved: Saved) -> Block:
    return saved.read(tuple(slice(0, n) for n in saved.header.shape))


def _once(load: Callable[[], Any]) -> Callable[[], Any]:
    """`load`, called at most once; the threads that want its result meanwhile wait."""
    lock, results = Lock(), list[Any]()

    def loaded() -> Any:
        with lock:
            if not results:
                results.append(load())
        return results[0]

    return loaded
