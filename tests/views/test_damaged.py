"""Views of data that cannot be read: their documents say why, as their chunks do; none is a bug's 500."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.children import Children
from jupyter_zarr_serve.core.errors import Unavailable
from jupyter_zarr_serve.core.known_names import VIEWS
from jupyter_zarr_serve.core.nodes import Array, Group, Node, Parts, Policy, make_array
from jupyter_zarr_serve.core.reading import Read, Reading
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.serve.respond import respond
from jupyter_zarr_serve.views import viewed

# what libraries raise for a damaged chunk, and the status that each failure deserves
FAILURES = [
    (RuntimeError("error during blosc decompression: 0"), 422),
    (ValueError("cannot reshape array of size 3"), 422),
    (OSError("Can't synchronously read data"), 422),
    (EOFError(), 422),
    (FileNotFoundError(2, "No such file"), 503),
    (Unavailable("busy; retry"), 503),
]
DOCUMENTS = {2: (".zgroup", ".zattrs", ".zmetadata"), 3: ("zarr.json",)}


def failing(error: Exception) -> Callable[[Any], np.ndarray[Any, Any]]:
    def read(_: Any) -> np.ndarray[Any, Any]:
        raise error

    return read


def image(error: Exception, sample: Read | None = None, **fields: Any) -> Array:
    reading = Reading(failing(error), sample=sample)
    return make_array((600, 600), np.dtype("<f4"), reading, Policy(), version="1", **fields)


def ask(root: Node, view: str, path: str, zarr_format: int) -> Response:
    return respond(viewed(root, view), Request(zarr_format, tuple(path.split("/"))))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("error", "status"), FAILURES, ids=lambda value: repr(value)[:30])
@pytest.mark.parametrize("has_sample", [True, False])
def test_a_damaged_image_says_so_in_all_its_documents(view, error, status, has_sample, zarr_format):
    sample = failing(error) if has_sample else None
    root = Group({"image": image(error, sample=sample), "whole": adapt(np.zeros((3, 4)), Policy())})
    for document in DOCUMENTS[zarr_format]:
        answer = ask(root, view, f"image/{document}", zarr_format)
        assert answer.status in ({200, 404, status} if view == "portable" else {200, status})
        if answer.status == status:
            assert json.loads(answer.body)["message"].startswith("image")
    chunk = "image/0/c/0/0" if zarr_format == 3 else "image/0/0.0"
    chunk = chunk.replace("image/0/", "image/") if view == "portable" else chunk
    assert ask(root, view, chunk, zarr_format).status == status
    document = "whole/zarr.json" if zarr_format == 3 else "whole/.zattrs"
    assert ask(root, view, document, zarr_format).status == 200


@pytest.mark.parametrize("view", ["ome", "drawn"])
def test_metadata_of_an_image_that_cannot_be_looked_at_are_422(view, zarr_format):
    root = Group({"image": image(RuntimeError("damaged"))})
    document = "zarr.json" if zarr_format == 3 else ".zattrs"
    answer = ask(root, view, f"image/{document}", zarr_format)
    assert answer.status == 422
    assert "RuntimeError: damaged" in json.loads(answer.body)["message"]


@pytest.mark.parametrize("view", VIEWS)
def test_a_member_whose_metadata_cannot_be_had_is_left_out_with_all_below_it(view, zarr_format):
    def attributes(_: int) -> dict[str, Any]:
        raise RuntimeError("damaged")

    below = {"a": adapt(np.zeros(3), Policy())}
    bad = Group(below, by_format=attributes)
    children: dict[str, Node] = {
        "bad": bad,
        "bad2": Group(below),
        "good": adapt(np.zeros((4, 4)), Policy()),
    }
    root = Group({"group": Group(Children(list(children), children.__getitem__))})
    document = "zarr.json" if zarr_format == 3 else ".zmetadata"
    answer = ask(root, view, f"group/{document}", zarr_format)
    assert answer.status in ({200, 404} if view != "portable" else {200})
    if view == "portable":
        body = json.loads(answer.body)
        metadata = body["consolidated_metadata"]["metadata"] if zarr_format == 3 else body["metadata"]
        tops = {path.partition("/")[0] for path in metadata} - {".zgroup", ".zattrs"}
        assert tops == {"bad2", "good"}
        own = body["attributes"] if zarr_format == 3 else metadata[".zattrs"]
        assert "RuntimeError: damaged" in own["left_out"][0]
    own = "group/bad/zarr.json" if zarr_format == 3 else "group/bad/.zattrs"
    assert ask(root, view, own, zarr_format).status == 422


@pytest.mark.parametrize("beside", ["categories", "mask"])
def test_what_stands_beside_a_portable_array_may_be_damaged(beside, zarr_format):
    def parts() -> Parts:
        raise RuntimeError("damaged")

    plain = adapt(np.arange(3), Policy())
    assert isinstance(plain, Array)
    column = make_array((3,), np.dtype("i4"), plain.read, Policy(), parts=parts)
    root = Group({"table": Group({"x": column, "y": plain})})
    document = "zarr.json" if zarr_format == 3 else ".zmetadata"
    answer = ask(root, "portable", f"table/{document}", zarr_format)
    assert answer.status == 200
    assert '"y' in answer.body.decode()
    leaf = "zarr.json" if zarr_format == 3 else ".zarray"
    assert ask(root, "portable", f"table/x/{leaf}", zarr_format).status == 422
    assert ask(root, "portable", f"table/x_{beside}/{leaf}", zarr_format).status in {404, 422}
