"""Consolidated metadata are complete or absent, never partial."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from jupyter_zarr_serve.core.children import Children
from jupyter_zarr_serve.core.errors import Unavailable, Unreadable
from jupyter_zarr_serve.core.nodes import Group, Node, Policy, make_array
from jupyter_zarr_serve.core.request import Request
from jupyter_zarr_serve.core.respond import respond
from tests.store import open_node

VALUES = np.arange(3)
KEYS = {2: ".zmetadata", 3: "zarr.json"}


def leaf() -> Node:
    return make_array(VALUES.shape, VALUES.dtype, VALUES.__getitem__, Policy())


def failing(error: Exception) -> Callable[[str], Node]:
    def make(name: str) -> Node:
        if name == "bad":
            raise error
        return leaf()

    return make


def consolidated(root: Node, zarr_format: int) -> dict[str, Any] | None:
    answer = respond(root, Request(zarr_format, (KEYS[zarr_format],)))
    if answer.status == 404:
        return None
    body = json.loads(answer.body)
    found: dict[str, Any] | None = body.get("consolidated_metadata", body if zarr_format == 2 else None)
    return found["metadata"] if found else None


def test_it_describes_everything_below(zarr_format):
    group = Group({"a": leaf(), "inner": Group({"b": leaf()}, {"x": 1})})
    described = consolidated(group, zarr_format)
    assert described is not None
    paths = {"a", "inner", "inner/b"}
    assert {key.rpartition("/.")[0] or key for key in described} - {".zgroup", ".zattrs"} == paths
    assert open_node(group, zarr_format)["inner/b"][:].tolist() == VALUES.tolist()


def test_a_damaged_member_is_left_out_and_says_why(zarr_format):
    group = Group(Children(["good", "bad"], failing(Unreadable("broken; mend it"))))
    described = consolidated(group, zarr_format)
    assert described is not None
    assert {key.partition("/")[0] for key in described} - {".zgroup", ".zattrs"} == {"good"}
    answer = respond(group, Request(zarr_format, ("bad", KEYS[zarr_format])))
    assert answer.status == 422
    assert json.loads(answer.body)["message"] == "bad: broken; mend it"


def test_a_busy_member_makes_it_unavailable(zarr_format):
    group = Group(Children(["good", "bad"], failing(Unavailable("busy"))))
    answer = respond(group, Request(zarr_format, (KEYS[zarr_format],)))
    assert answer.status == 503
    listing = respond(group, Request(zarr_format, (), listing="json"))
    assert json.loads(listing.body)["members"] == {"good": "array", "bad": "unavailable"}


def test_folders_have_none(zarr_format):
    assert consolidated(Group({"a": leaf()}, consolidate=False), zarr_format) is None


class Endless(dict[str, Node]):
    """Children that lead to themselves, as links in files can."""

    def __init__(self, width: int) -> None:
        super().__init__(dict.fromkeys(map(str, range(width))))

    def __getitem__(self, name: str) -> Node:
        return Group(self)


@pytest.mark.parametrize("width", [1, 3])
def test_a_group_without_end_has_none(zarr_format, width):
    group = Group(Endless(width))
    assert consolidated(group, zarr_format) is None
    document = {2: ".zgroup", 3: "zarr.json"}[zarr_format]
    assert respond(group, Request(zarr_format, (*("0",) * 40, document))).status == 200
