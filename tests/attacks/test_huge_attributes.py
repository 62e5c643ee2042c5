"""A file with megabytes of attributes keeps neither the event loop nor a page busy."""

import json
from typing import Any

import numpy as np
import pytest

from jupyter_zarr_serve.core.nodes import Group
from jupyter_zarr_serve.preview import abridged as module
from jupyter_zarr_serve.preview.abridged import abridged
from jupyter_zarr_serve.serve.request import NODE, Request
from jupyter_zarr_serve.serve.respond import respond

DEEP: Any = 1
for _ in range(500):
    DEEP = {"a": [DEEP]}
HUGE: dict[str, dict[str, Any]] = {
    "one long text": {"a": "x" * 20_000_000},
    "many texts": {f"name {number}": "value" * 20 for number in range(200_000)},
    "many numbers": {"a": list(range(3_000_000))},
    "an array": {"a": np.zeros((2000, 2000))},
    "long names": {"x" * 1_000_000: 1, "y" * 1_000_000: 2},
    "bytes": {"a": b"x" * 20_000_000},
    "depth": {"a": DEEP},
}


class Counted(dict[str, Any]):
    """A dictionary that counts what is taken out of it."""

    taken = 0

    def __getitem__(self, name: str) -> Any:
        self.taken += 1
        return super().__getitem__(name)


@pytest.mark.parametrize("kind", HUGE)
def test_what_is_told_of_a_node_is_short(kind):
    root = Group({"g": Group({}, HUGE[kind])})
    told = respond(root, Request(3, ("g",), form=NODE))
    assert told.status == 200
    assert told.size < 300_000
    assert json.loads(told.body)["attributes_cut"] is True


def test_what_is_left_out_is_not_looked_at():
    attributes = Counted(HUGE["many texts"])
    shown, is_cut = abridged(attributes)
    assert is_cut
    assert attributes.taken <= module._ITEMS
    assert "…" in shown


def test_attributes_of_usual_size_are_told_whole():
    attributes = {"a": [1, 2.5, None, "text"], "b": {"c": [[1], [2]]}, "d": np.arange(100)}
    shown, is_cut = abridged(attributes)
    assert not is_cut
    assert shown["a"] == attributes["a"]
    assert [int(n) for n in shown["d"]] == list(range(100))
