"""The mark of what is published is another one when listings show something else, and only then."""

import json
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest

from jupyter_zarr_serve.publisher.changes import mark_of
from jupyter_zarr_serve.publisher.options import Options
from jupyter_zarr_serve.publisher.registry import Registry
from jupyter_zarr_serve.serve.request import NODE, Request

LISTED: list[int] = [1]
FRAME = pd.DataFrame({"shape": [1], "dtype": [2]})  # columns that are called so


def registry_of(**objects: Any) -> Registry:
    registry = Registry()
    registry.put({name: registry.make(name, obj, Options()) for name, obj in objects.items()})
    return registry


@pytest.mark.parametrize("change", ["put", "remove", "attach", "in place"])
def test_each_change_of_a_listing_makes_another_mark(change):
    growing = [1, 2]
    registry = registry_of(t=np.zeros(3), growing=growing)
    mark = mark_of(registry)
    assert mark_of(registry) == mark
    if change == "put":
        registry.put({"u": registry.make("u", np.ones(2), Options())})
    elif change == "remove":
        registry.remove(["t"])
    elif change == "attach":
        registry.attach({})
    else:
        growing.append(3)
    assert mark_of(registry) != mark


def test_the_description_of_a_kernel_says_whether_all_variables_are_served():
    registry = registry_of(t=np.zeros(3))

    def described(path: tuple[str, ...] = ()) -> dict[str, Any]:
        return json.loads(registry.answer(Request(3, path, form=NODE)).body)  # type: ignore[no-any-return]

    assert described()["is_all"] is False
    registry.attach({"v": registry.make("v", 1, Options())})
    assert described()["is_all"] is True
    assert "is_all" not in described(("t",))
    registry.detach()
    assert described()["is_all"] is False


@pytest.mark.parametrize(
    ("before", "after", "is_other"),
    [
        (np.zeros(3), np.ones(3), False),
        (np.zeros(3), np.zeros(4), True),
        (np.zeros(3), np.zeros(3, "f4"), True),
        (1, 2, False),
        (1, "a", True),
        (LISTED, [*LISTED, 2], True),
        (FRAME, FRAME.iloc[:0], True),
        (FRAME, FRAME + 1, False),
    ],
)
def test_a_mark_is_of_what_listings_show(before, after, is_other):
    assert (mark_of(registry_of(t=before)) != mark_of(registry_of(t=after))) == is_other


def test_what_cannot_be_looked_at_has_a_mark(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        data = file.create_dataset("t", data=[1, 2])
        registry = registry_of(t=data)
        mark = mark_of(registry)
    assert mark_of(registry) != mark
