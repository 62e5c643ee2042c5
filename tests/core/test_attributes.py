"""Attributes of any type become JSON that every client parses."""

import json
from typing import Any

import numpy as np
import pytest

from jupyter_zarr_serve.core.attributes import attributes_json


@pytest.mark.parametrize(
    "value", [np.longdouble(0.5), np.clongdouble(1j), np.array([np.longdouble("nan")]), [[1], [1, 2]]]
)
def test_odd_attributes_are_spelled(value: Any):
    json.dumps(attributes_json({"missing_value": value, "other": value}), allow_nan=False)
