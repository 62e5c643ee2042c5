"""Attributes of any type become JSON that every client parses."""

import json
from typing import Any

import numpy as np
import pytest

from jupyter_zarr_serve.core.attributes import attributes_json
from jupyter_zarr_serve.core.names import served_names
from jupyter_zarr_serve.core.public_text import public


@pytest.mark.parametrize(
    "value", [np.longdouble(0.5), np.clongdouble(1j), np.array([np.longdouble("nan")]), [[1], [1, 2]]]
)
def test_odd_attributes_are_spelled(value: Any):
    json.dumps(attributes_json({"missing_value": value, "other": value}), allow_nan=False)


class Odd:
    """Says where it is in memory, as do functions, methods and what holds them."""


class Failing:
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    "value",
    [object(), Odd(), lambda: 0, Odd().__eq__, [Odd], {"a": Odd()}, [1, Odd()], {Odd(): 1}, Failing()],
)
def test_no_attribute_tells_where_an_object_is_in_memory(value: Any):
    told = attributes_json({"value": value, "other": 1})
    assert "0x" not in json.dumps(told)
    assert told["other"] == 1


def test_an_object_without_a_form_is_named_by_its_type():
    told = attributes_json({"value": {"inner": Odd(), "sound": "i2c <sensor at 0x48>"}})["value"]
    assert told["inner"] == f"(left out: JSON has no form for an object of the type {Odd.__module__}.Odd)"
    assert told["sound"] == "i2c <sensor at 0x48>"


def test_keys_of_one_text_are_kept_apart():
    assert attributes_json({1: "a", "1": "b", 1.0j: "c", "1j": "d"}) == {
        "1_1": "a", "1": "b", "1j_1": "c", "1j": "d",
    }  # fmt: skip
    assert attributes_json({"x": {None: 1, "None": 2}})["x"] == {"None_1": 1, "None": 2}


def test_no_message_and_no_name_tells_where_an_object_is_in_memory():
    assert public(f"cannot use {Odd()!r}") == f"cannot use <{Odd.__module__}.Odd object>"
    assert served_names([Odd(), "a"]) == [f"{Odd.__module__}.Odd", "a"]
