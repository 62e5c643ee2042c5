"""`open`: what is served, in one line."""

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
    """Open what a Jupyter server or a kernel serves: no address, no token, no options.

    Parameters
    ----------
    what
        One of these; without it, a list of all there is:

        - a name that is published in this kernel: ``"temperature"``
        - a notebook and a name in it: ``"analysis.ipynb/temperature"``
        - a file and a path in it: ``"run42.h5/detector/image"``
        - any path below ``zarr/v3/``: ``"kernels/<id>/temperature"``, ``"demo/scalars"``
        - the address of any server, with a path below it or without
        - a share link

        Paths are those below the folder that the server serves, or below the folder of this notebook or
        process.
    as_
        What to make of it:

        - ``"zarr"``, or None: a `zarr.Array` or `zarr.Group`; values are read when they are indexed
        - ``"xarray"``: a `Dataset` or `DataTree` for a group, a `DataArray` for an array; not loaded
        - ``"dask"``: a dask array
        - ``"numpy"``: all values of an array; of a table a structured array
        - ``"pandas"``, ``"polars"``: a data frame or series, with its index, types and missing values
        - ``"sparse"``: an array of the package that it was published from, else `sparse.COO`
        - ``"anndata"``: an `AnnData`
    token
        The server's token, where it is not found by itself: by the address, by ``JUPYTER_SERVER_URL``
        and ``JUPYTER_TOKEN``, by JupyterHub's variables, or by the running servers of this user, of which
        the one that started this kernel comes first. It is in no output, no message and no pickle.
    server
        The base URL of a server, where several are running.
    timeout
        Seconds to go on trying where a failure may pass, such as that of a kernel that is busy.

    Returns
    -------
    zarr.Array, zarr.Group or what `as_` says
        Its text tells the server and the login that were taken.

    Raises
    ------
    KeyError
        When there is no such thing; the message says where it was looked for.
    LookupError
        When several servers have it.
    PermissionError
        When the server refuses the login, or there is none.
    ConnectionError
        When there is no server, or it cannot be reached.
    TimeoutError
        When it is busy for too long.
    ValueError
        When it can never be read as it is, or there is no such kind; the message is the server's.
    ImportError
        When the library of the kind is not installed.

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
        raise ValueError(f"there is no kind {as_!r}; say one of: {', '.join(KINDS)}")
    if what is None:
        from .listing import listing

        return listing(token, server, timeout)
    from .looking import found

    zarr_version()  # before anything is asked, for it may not be installed
    reader, document = found(what, token, server, zarr_format=format_of(parsed(what)), seconds=timeout)
    kind = kind_of(document)
    if as_ in {None, "zarr"}:
        return node_of(reader, kind)
    made = import_module(f"{__package__}.kinds.{as_}")
    return made.of(reader, kind)


def zarr_version() -> int:
    """The version of zarr-python that is installed: 2 or 3.

    Raises
    ------
    ImportError
        When none is.
    """
    found = find_spec("zarr")  # to import it takes long, and only what is there is opened by it
    if found is None or not found.submodule_search_locations:
        raise ImportError(_ZARR)
    return 3 if Path(found.submodule_search_locations[0], "abc").is_dir() else 2


def format_of(address: Address) -> int:
    """The Zarr format in which to read what has an address, so that the installed zarr-python reads it."""
    try:
        is_old = zarr_version() < 3
    except ImportError:
        is_old = False
    return 2 if is_old else address.zarr_format or 3


def kind_of(document: dict[str, Any]) -> str:
    """Whether metadata are those of an "array" or of a "group"."""
    if "node_type" in document:
        return str(document["node_type"])
    return "array" if "shape" in document or ZARRAY in document.get("metadata", {}) else "group"


def is_folder(document: dict[str, Any]) -> bool:
    """Whether metadata are those of a folder: a group has consolidated ones, but where it is too large."""
    is_described = "consolidated_metadata" in document or "metadata" in document
    return kind_of(document) == "group" and not is_described


def dimension_names(array: Any) -> Any:
    """Those in the metadata of version 3; None where there are none."""
    return getattr(getattr(array, "metadata", None), "dimension_names", None)


def node_of(reader: Reader, kind: str) -> Any:
    """The array or group of the installed zarr-python."""
    name = "zarr_store" if zarr_version() >= 3 else "zarr2_store"
    return import_module(f"{__package__}.{name}").node_of(reader, kind)
