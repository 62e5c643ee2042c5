"""Consolidated metadata are complete or absent, never partial."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jupyter_zarr_serve.core.children import Children
from jupyter_zarr_serve.core.errors import NotFound, Unavailable, Unreadable
from jupyter_zarr_serve.core.nodes import Group, Node, Policy, make_array
from jupyter_zarr_serve.core.stored import Stored
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond
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
    listing = respond(group, Request(zarr_format, (), form="json"))
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


def attributes(root: Node, zarr_format: int, *path: str) -> dict[str, Any]:
    key = {2: ".zattrs", 3: "zarr.json"}[zarr_format]
    body = json.loads(respond(root, Request(zarr_format, (*path, key))).body)
    told: dict[str, Any] = body if zarr_format == 2 else body["attributes"]
    return told


def test_the_group_names_what_was_left_out_and_why(zarr_format):
    bad = Children(["good", "bad"], failing(Unreadable("bad: no such type at '/home/ann/x/y.h5'")))
    root = Group({"inner": Group(bad, {"x": 1})})
    expected = {"x": 1, "left_out": ["bad: no such type at 'y.h5'"]}
    assert attributes(root, zarr_format, "inner") == expected
    assert attributes(root, zarr_format) == {}
    group = open_node(root, zarr_format)["inner"]
    assert list(group) == ["good"]
    assert dict(group.attrs) == expected
    answer = respond(root, Request(zarr_format, ("inner",), form="json"))
    assert json.loads(answer.body)["left_out"] == expected["left_out"]


def test_what_is_not_there_is_not_missed(zarr_format):
    group = Group(Children(["good", "bad"], failing(NotFound("is no variable"))))
    assert attributes(group, zarr_format) == {}


def test_folders_are_not_looked_into_for_what_is_left_out(zarr_format):
    def fails(name: str) -> Node:
        raise AssertionError(f"{name} was opened")

    assert attributes(Group(Children(["a"], fails), consolidate=False), zarr_format) == {}


def test_what_is_said_of_many_members_is_bounded(zarr_format):
    def fails(name: str) -> Node:
        raise Unreadable("x" * 10_000)

    told = attributes(Group(Children(map(str, range(1000)), fails)), zarr_format)["left_out"]
    assert len(told) == 101
    assert told[-1] == "and 900 more"
    assert max(map(len, told)) < 300


def test_what_clients_cannot_parse_is_left_out_and_found_by_name(zarr_format):
    strange = replace(leaf(), stored={zarr_format: Stored(lambda _: None, obstacle="codec 'acme'")})
    root = Group({"strange": strange, "good": leaf()})
    found = consolidated(root, zarr_format)
    assert found is not None
    assert not any(key.startswith("strange") for key in found)
    assert attributes(root, zarr_format)["left_out"] == ["strange: codec 'acme'"]
    key = {2: ".zarray", 3: "zarr.json"}[zarr_format]
    assert respond(root, Request(zarr_format, ("strange", key))).status == 200
