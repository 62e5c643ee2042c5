"""The engine "jupyter" of xarray: it opens datasets by the names that `open` takes."""

from collections.abc import Callable
from typing import Any

from xarray.backends import BackendEntrypoint, ZarrBackendEntrypoint

from .address import parsed
from .looking import found
from .opening import format_of, kind_of, node_of

_ARRAY = "is an array, not a dataset; open it with jz.open(..., as_='xarray')"


class JupyterBackend(BackendEntrypoint):
    """Opens a group on a Jupyter server as a dataset or a tree of datasets.

    `filename_or_obj` is a name that `jupyter_zarr_serve.open` takes. With ``jupyter://`` in front of it,
    xarray chooses this engine by itself.
    """

    description = "Open data of a Jupyter server with jupyter_zarr_serve"
    open_dataset_parameters = ("filename_or_obj", "drop_variables", "token", "server")
    supports_groups = True

    def open_dataset(self, filename_or_obj: Any, **options: Any) -> Any:
        """See `xarray.open_dataset`."""
        return _opened(ZarrBackendEntrypoint().open_dataset, filename_or_obj, **options)

    def open_datatree(self, filename_or_obj: Any, **options: Any) -> Any:
        """See `xarray.open_datatree`."""
        return _opened(ZarrBackendEntrypoint().open_datatree, filename_or_obj, **options)

    def open_groups_as_dict(self, filename_or_obj: Any, **options: Any) -> Any:
        """See `xarray.open_groups`."""
        return _opened(ZarrBackendEntrypoint().open_groups_as_dict, filename_or_obj, **options)

    def guess_can_open(self, filename_or_obj: Any) -> bool:
        """Whether the name begins with ``jupyter://``."""
        return isinstance(filename_or_obj, str) and filename_or_obj.startswith("jupyter://")


def _opened(
    by: Callable[..., Any],
    what: Any,
    *,
    token: str | None = None,
    server: str | None = None,
    **options: Any,
) -> Any:
    reader, document = found(what, token, server, zarr_format=format_of(parsed(what)))
    if kind_of(document) == "array":
        raise ValueError(f"{what!r} {_ARRAY}")
    return by(node_of(reader, "group").store, **options)
