"""No address and no file makes a page large: what is shown is bounded, however long names and paths are."""

import json
from time import perf_counter
from typing import Any

import h5py
import numpy as np
import pytest

from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.core.children import Children
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Group, Policy, make_array
from jupyter_zarr_serve.handlers.web.render import crumbs
from jupyter_zarr_serve.serve.request import NODE, ROWS, Request
from jupyter_zarr_serve.serve.respond import respond
from tests.server import Server

PAGE = {"Accept": "text/html"}
LARGE = 300_000  # characters


def shown(server: Server, path: str) -> tuple[int, str]:
    """The status and text of a page, which comes soon."""
    start = perf_counter()
    answer = server.get(path, headers=PAGE)
    assert perf_counter() - start < 10, path
    assert "text/html" in answer.headers["Content-Type"]
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("path", "status", "most"),
    [
        ("zarr/view?path=" + "a/" * 30_000, 400, 20_000),
        ("zarr/view?path=" + "a/" * 1500, 200, LARGE),
        ("zarr/view?path=" + "%22" * 1300, 200, LARGE),
        ("zarr/v3/" + "a/" * 30_000, 404, 2 * LARGE),
        ("zarr/v3/files/" + "a" * 60_000, 404, LARGE),
        ("zarr/v2/" + "%22/" * 15_000, 404, LARGE),
        ("zarr/v3/files/?search=" + "a" * 60_000, 400, 20_000),
        ("zarr/open/vizarr?path=" + "a/" * 30_000, 400, 20_000),
        ("zarr/shares/open/vizarr?path=" + "a/" * 30_000, 400, 20_000),
        ("zarr/shares?path=" + "a/" * 30_000, 200, LARGE),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_long_address_makes_no_long_page(server: Server, path, status, most):
    found, text = shown(server, path)
    assert found == status
    assert len(text) < most
    assert text.count("<li") < 40


def test_the_names_of_a_file_make_no_long_page(server: Server, served_dir):
    with h5py.File(served_dir / "long names.h5", "w") as file:
        for number in range(50):
            file[f"{number}{'n' * 50_000}"] = np.arange(3)
        file["t"] = np.arange(3)
        file["t"].dims[0].label = "d" * 60_000
    status, text = shown(server, "zarr/v3/files/long%20names.h5/")
    assert (status, len(text) < LARGE) == (200, True)
    assert "too many to be told" in text
    status, text = shown(server, "zarr/v3/files/long%20names.h5/t")
    assert (status, len(text) < LARGE) == (200, True)
    assert shown(server, f"zarr/v3/files/long%20names.h5/7{'n' * 50_000}")[0] == 200, "its address is good"


def test_a_long_way_leads_to_few_groups_and_the_gap_to_the_one_above():
    names = tuple(f"g{number}" for number in range(100))
    links = crumbs("../", 3, names)
    assert [link["name"] for link in links] == [
        "zarr", "g0", "g1", "g2", "…", *(f"g{number}" for number in range(92, 100)),
    ]  # fmt: skip
    assert [len(link["url"].split("/")) - 3 for link in links[1:]] == [1, 2, 3, *range(92, 101)]
    assert links[-1]["url"] == f"../v3/{'/'.join(names)}/"
    few = crumbs("", 2, names[:12])
    assert [link["name"] for link in few] == ["zarr", *names[:12]]
    endless = crumbs("", 3, ("a" * 60_000, "b"))
    assert sum(len(link["name"]) + len(link["url"]) for link in endless) < 130_000


def large(kind: str) -> Group:
    def array(**told: Any) -> Any:
        return make_array((2,) * 3, np.dtype("u1"), np.ones((2,) * 3, "u1").__getitem__, Policy(), **told)

    def failing(name: str) -> Any:
        raise Unreadable(f"{name}: {'x' * 1_000_000}")

    long = "n" * 20_000
    return {
        "names": Group(Children([f"{long}{n}" for n in range(200)], lambda _: array())),
        "dimensions": Group(
            Children(map(str, range(100)), lambda _: array(dimension_names=(long, f"{long}b", "c")))
        ),
        "failures": Group(Children(map(str, range(50)), failing)),
        "long names that fail": Group(Children([f"{long}{n}" for n in range(50)], failing)),
    }[kind]


@pytest.mark.parametrize("kind", ["names", "dimensions", "failures", "long names that fail"])
def test_what_is_told_of_members_is_short(kind):
    answer = respond(large(kind), Request(3, (), form=NODE, options=(("limit", 1000),)))
    assert answer.status == 200
    assert answer.size < 250_000
    for key in ("zarr.json", ".zattrs"):
        document = respond(large(kind), Request(3 if key == "zarr.json" else 2, (key,)))
        told = json.loads(document.body)
        left_out = (told.get("attributes", {}) if key == "zarr.json" else told).get("left_out", [])
        assert len(json.dumps(left_out)) < 100_000


def test_the_labels_of_columns_are_short():
    dtype = np.dtype([("f" * 100_000, "i4"), ("g", "i4")])
    record = make_array((3,), dtype, np.zeros(3, dtype).__getitem__, Policy())
    assert respond(Group({"a": record}), Request(3, ("a",), form=ROWS)).size < 5000


def test_a_failure_is_told_in_a_few_thousand_characters():
    def failing(_: str) -> Any:
        raise Unreadable("x" * 1_000_000)

    answer = respond(Group(Children(["a"], failing)), Request(3, ("a", "zarr.json")))
    assert (answer.status, answer.size < limits.MESSAGE + 100) == (422, True)
