"""`open`: a served node as an object of zarr-python, xarray, dask, NumPy, pandas and others."""

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, overload

from ..core.known_names import ZARRAY
from .address import Address, parsed
from .reader import Reader

Kind = Literal["zarr", "xarray", "dask", "numpy", "pandas", "polars", "sparse", "anndata"]
KINDS: tuple[str, ...] = ("zarr", "xarray", "dask", "numpy", "pandas", "polars", "sparse", "anndata")

_ZARR = (
    "jz.open gives an array of zarr-python, which is not installed; "
    "run: pip install 'jupyter-zarr-serve[client]'"
)


@overload
def open(  # noqa: A001
    *, token: str | None = ..., server: str | None = ..., timeout: float = ...
) -> Any: ...
@overload
def open(  # noqa: A001
    what: str | os.PathLike[str], as_: Kind | None = ..., token: str | None = ..., *,
    server: str | None = ..., timeout: float = ...,
) -> Any: ...  # fmt: skip
def open(  # noqa: A001 (as in zarr and xarray, it is used as jz.open)
    what: str | os.PathLike[str] | None = None,
    as_: Kind | None = None,
    token: str | None = None,
    *,
    server: str | None = None,
    timeout: float = 60.0,
) -> Any:
    """Open what a Jupyter server or a kernel serves, without an address, a token or options.

    Parameters
    ----------
    what
        What to open, as one of these; without it, `open` lists everything:

        - the name of a variable that this kernel publishes: ``"temperature"``
        - a notebook and a name in it: ``"analysis.ipynb/temperature"``
        - a file and a path in it: ``"run42.h5/detector/image"``
        - any path below ``zarr/v3/``: ``"kernels/<id>/temperature"``, ``"demo/scalars"``
        - the URL of a server, with or without a path below it
        - a share link

        A path is relative to the folder that the server serves, or to the folder of this notebook or
        process.
    as_
        The kind of object to return:

        - ``"zarr"``, or None: a `zarr.Array` or `zarr.Group`; values are read when they are indexed
        - ``"xarray"``: a `Dataset` or `DataTree` for a group, a `DataArray` for an array; not loaded
        - ``"dask"``: a dask array
        - ``"numpy"``: all values of an array; of a table a structured array
        - ``"pandas"``, ``"polars"``: a data frame or series, with its index, types and missing values
        - ``"sparse"``: an array of the package that it was published from, else `sparse.COO`
        - ``"anndata"``: an `AnnData`
    token
        The server's token, if it cannot be found: in the URL, in ``JUPYTER_SERVER_URL`` and
        ``JUPYTER_TOKEN``, in JupyterHub's variables, or among the running servers of this user, first the
        one that started this kernel. No output, message or pickle holds it.
    server
        The base URL of the server, if several are running.
    timeout
        How long to retry after a transient failure, such as that of a busy kernel, in seconds.

    Returns
    -------
    zarr.Array, zarr.Group or what `as_` says
        The text of its store names the server, and says how the login was found.

    Raises
    ------
    KeyError
        If there is no such node; the message says which paths were searched.
    LookupError
        If several servers have it.
    PermissionError
        If the server refuses the login, or none is known.
    ConnectionError
        If no server is found, or it cannot be reached.
    TimeoutError
        If the server or the kernel does not answer within `timeout`.
    ValueError
        If the data cannot be read as they are (the message is the server's), or `as_` is unknown.
    ImportError
        If the library that `as_` needs is not installed.

    See Also
    --------
    publish : Serve variables of this kernel.
    view : Publish an object and show it in the viewer.

    Examples
    --------
    In a second notebook, or a script:

    >>> import jupyter_zarr_serve as jz
    >>> jz.open("analysis.ipynb/temperature")[:10]  # doctest: +SKIP
    >>> jz.open("analysis.ipynb/frame", "pandas")  # doctest: +SKIP
    >>> jz.open("run42.h5/detector/image", as_="dask").mean().compute()  # doctest: +SKIP
    >>> jz.open("https://hub.example.org/user/ann/zarr/s/…/v3")  # doctest: +SKIP
    """
    if as_ is not None and as_ not in KINDS:
        raise ValueError(f"as_={as_!r} is unknown; choose one of: {', '.join(KINDS)}")
    if what is None:
        from .listing import listing

        return listing(token, server, timeout)
    from .looking import found

    zarr_version()  # before any request: it may not be installed
    reader, document = found(what, token, server, zarr_format=format_of(parsed(what)), seconds=timeout)
    kind = kind_of(document)
    if as_ in {None, "zarr"}:
        return node_of(reader, kind)
    made = import_module(f"{__package__}.kinds.{as_}")
    return made.of(reader, kind)


def zarr_version() -> int:
    """The major version of the installed zarr-python: 2 or 3.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    found = find_spec("zarr")  # importing it takes long, and may prove needless
    if found is None or not found.submodule_search_locations:
        raise ImportError(_ZARR)
    return 3 if Path(found.submodule_search_locations[0], "abc").is_dir() else 2


def format_of(address: Address) -> int:
    """The Zarr format to read an address in: one that the installed zarr-python knows."""
    try:
        is_old = zarr_version() < 3
    except ImportError:
        is_old = False
    return 2 if is_old else address.zarr_format or 3


def kind_of(document: dict[str, Any]) -> str:
    """The kind of the node that metadata describe: "array" or "group"."""
    if "node_type" in document:
        return str(document["node_type"])
    return "array" if "shape" in document or ZARRAY in document.get("metadata", {}) else "group"


def is_folder(document: dict[str, Any]) -> bool:
    """Whether metadata describe a folder: other groups, unless large, have consolidated metadata."""
    is_described = "consolidated_metadata" in document or "metadata" in document
    return kind_of(document) == "group" and not is_described


def dimension_names(array: Any) -> Any:
    """The dimension names of an array in Zarr 3; None if it has none."""
    return getattr(getattr(array, "metadata", None), "dimension_names", None)


def node_of(reader: Reader, kind: str) -> Any:
    """The array or group, as the installed zarr-python opens it."""
    name = "zarr_store" if zarr_version() >= 3 else "zarr2_store"
    return import_module(f"{__package__}.{name}").node_of(reader, kind)
