"""What fails in a kernel is an object of the user's, so messages speak of no file."""

import json

import dask.array as da
import numpy as np
import pytest

from jupyter_zarr_serve.publisher.options import Options
from jupyter_zarr_serve.publisher.registry import Registry
from jupyter_zarr_serve.serve.request import Request


def fail(*_: object) -> None:
    raise ZeroDivisionError("division by zero")


class Proxy:
    """A lazy array of the user's own."""

    shape, dtype = (4,), np.dtype("f8")

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        raise self._error

    def __getitem__(self, region: object) -> np.ndarray:
        raise self._error


FAILING = {
    "dask": (lambda: da.map_blocks(fail, da.ones(4), dtype="f8"), 422),
    "proxy": (lambda: Proxy(ZeroDivisionError("division by zero")), 422),
    "vanished": (lambda: Proxy(FileNotFoundError(2, "No such file")), 422),
    "forbidden": (lambda: Proxy(PermissionError(13, "Permission denied")), 422),
    "busy": (lambda: Proxy(OSError(5, "Input/output error")), 503),
}


@pytest.mark.parametrize("kind", FAILING)
@pytest.mark.parametrize("view", ["", "portable", "ome"])
def test_a_failing_object_is_called_an_object(kind, view, zarr_format):
    make, status = FAILING[kind]
    registry = Registry()
    registry.put({"mine": registry.make("mine", make(), Options())})
    key = ("c", "0") if zarr_format == 3 else ("0",)
    answer = registry.answer(Request(zarr_format, ("mine", *key), view=view))
    message = json.loads(answer.body)["message"]
    if view == "ome":  # no image at all
        assert answer.status == 422
    else:
        assert answer.status == status
        assert message.startswith("mine")
    assert "file " not in message
    if status == 422 and not view:
        assert "the object" in message
        assert "publish it again" in message
