"""Who watches is told of changes at once and of nothing else; what listings do not show is no change."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest

from jupyter_zarr_serve.publisher.changes import answer_to_watcher, mark_of
from jupyter_zarr_serve.publisher.options import Options
from jupyter_zarr_serve.publisher.registry import Registry
from jupyter_zarr_serve.serve.request import CHANGES, Request

SECONDS = 30
LISTED: list[int] = [1]
FRAME = pd.DataFrame({"shape": [1], "dtype": [2]})  # columns that are called so


def registry_of(**objects: Any) -> Registry:
    registry = Registry()
    registry.put({name: registry.make(name, obj, Options()) for name, obj in objects.items()})
    return registry


def told(registry: Registry, since: str, wait: int, *, is_there: bool = True) -> dict[str, Any]:
    request = Request(3, (), form=CHANGES, options=(("since", since), ("wait", wait)))
    answer = answer_to_watcher(registry, request, lambda: is_there)
    assert (answer.status, answer.form, answer.size) == (200, CHANGES, len(answer.body))
    return json.loads(answer.body)  # type: ignore[no-any-return]


def test_another_mark_than_the_known_one_is_told_at_once():
    registry = registry_of(t=np.zeros(3))
    assert told(registry, "", SECONDS) == {"mark": mark_of(registry), "is_all": False}


def test_an_equal_mark_is_told_when_time_is_up_or_nobody_waits():
    registry = registry_of(t=np.zeros(3))
    mark = mark_of(registry)
    assert told(registry, mark, 0)["mark"] == mark
    assert told(registry, mark, 10**6, is_there=False)["mark"] == mark


@pytest.mark.parametrize("change", ["put", "remove", "attach", "in place"])
def test_who_waits_hears_of_a_change(change):
    growing = [1, 2]
    registry = registry_of(t=np.zeros(3), growing=growing)
    mark = mark_of(registry)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(told, registry, mark, SECONDS)
        if change == "put":
            registry.put({"u": registry.make("u", np.ones(2), Options())})
        elif change == "remove":
            registry.remove(["t"])
        elif change == "attach":
            registry.attach({"v": registry.make("v", 1, Options())})
        else:
            growing.append(3)
        answer = waiting.result(SECONDS / 2)
    assert answer == {"mark": mark_of(registry), "is_all": change == "attach"}
    assert answer["mark"] != mark
    registry.detach()
    assert not registry.has_namespace


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
