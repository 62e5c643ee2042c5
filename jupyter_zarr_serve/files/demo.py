"""The demo data: the tree that Tiled's demo shows, so that the examples of its documentation work.

Large arrays are made chunk by chunk when they are read, always with the same values; only `dynamic`
changes, every three seconds.

References
----------
https://blueskyproject.io/tiled/getting-started/integrations/zarr.html
https://github.com/bluesky/tiled/blob/main/tiled/examples/generated.py
"""

import itertools
import math
import string
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .._version import __version__
from ..adapters import adapt
from ..adapters.column import Column, Field
from ..adapters.columns import named_fields, table
from ..adapters.coordinates import array_of_elements
from ..core.children import Children
from ..core.dtypes import STRING, DType, element_size
from ..core.grid import Region, chunk_shape_for, covering, overlap, region_of, region_shape
from ..core.nodes import Array, Group, Node, Policy, make_array
from ..core.reading import Reading

_BLOCK_BYTES = 1 << 20
_DYNAMIC_SECONDS = 3
_VERSION = f"demo {__version__}"  # of what is computed by the same code each time
_SHADES = 256
# Whatever is added to it in float32 becomes a multiple of 1/256: so long are its last bits.
_ROUNDING = np.float32(1.5 * 2**23 / _SHADES)


@dataclass(frozen=True)
class Lasting:
    """Tells that nothing changes as long as the process runs; see `core.nodes.Validator`."""

    is_near: bool = True

    def __call__(self) -> bool:
        """Yes."""
        return True


def demo(policy: Policy) -> Group:
    """The demo tree, deterministic but for `dynamic`."""
    made: Mapping[str, Callable[[], Node]] = {
        "dynamic": lambda: _dynamic(policy),
        "flat_array": lambda: _noise((100,), policy),
        "high_entropy": lambda: adapt(np.random.default_rng(0).integers(-10, 10, (100, 100)), policy),
        "low_entropy": lambda: adapt(np.ones((100, 100), "i4"), policy),
        "nested": lambda: _nested(policy),
        "scalars": lambda: _scalars(policy),
        "structured_data": lambda: _structured_data(policy),
        "tables": lambda: _tables(policy),
    }
    return Group(
        Children(made, lambda name: made[name]()),
        attributes={"title": "The demo of jupyter_zarr_serve"},
        validator=Lasting(),
    )


def _nested(policy: Policy) -> Group:
    cubes = {
        "tiny_cube": _noise((50,) * 3, policy),
        "tiny_hypercube": _noise((50,) * 5, policy),
    }
    sides = {"tiny_image": 50, "small_image": 300, "medium_image": 1000, "big_image": 10_000}
    images: dict[str, Node] = {name: _waves(side, policy) for name, side in sides.items()}
    diagonal = np.arange(0, 100, 5)
    dots = ((diagonal, diagonal[::-1]), np.linspace(0.05, 1, diagonal.size))
    y, x = np.ogrid[-1.5:1.5:30j, -2.5:2.5:50j]
    return Group(
        {
            "cubes": Group(cubes),
            "images": Group(images),
            "sparse_image": array_of_elements((100, 100), np.dtype("f8"), lambda: dots, policy),
            "complex": adapt((x + 1j * y) ** 2, policy),
        }
    )


def _scalars(policy: Policy) -> Group:
    values: Mapping[str, Any] = {
        "pi": np.float64(math.pi),
        "fsc": np.str_("1/137"),  # the fine-structure constant
        "e_arr": np.array(["2.71828"]),
        "fortytwo": np.int64(42),
    }
    return Group({name: adapt(value, policy) for name, value in values.items()})


def _structured_data(policy: Policy) -> Group:
    fields = [("name", "U10"), ("age", "i4"), ("weight", "f4")]
    pets = np.array([("Rex", 9, 81.0), ("Fido", 3, 27.0)], dtype=fields)
    return Group({"pets": adapt(pets, policy), "xarray_dataset": _weather(policy)})


def _weather(policy: Policy) -> Group:
    """The dataset that opens xarray's documentation, with numbers of our own."""
    hours = np.arange(12.0).reshape(2, 2, 3)
    lon, lat = np.array([[-99.83, -99.32], [-99.79, -99.23]]), np.array([[42.25, 42.21], [42.63, 42.59]])
    days = np.array(["2014-09-06", "2014-09-07", "2014-09-08"], "M8[ns]")
    variables: Mapping[str, tuple[tuple[str, ...], Any, Mapping[str, str]]] = {
        "temperature": (("x", "y", "time"), 15 + 8 * np.sin(hours), {"units": "degC"}),
        "precipitation": (("x", "y", "time"), 10 * np.cos(hours) ** 2, {"units": "mm"}),
        "lon": (("x", "y"), lon, {"units": "degrees_east"}),
        "lat": (("x", "y"), lat, {"units": "degrees_north"}),
        "time": (("time",), days, {}),
    }
    children: dict[str, Node] = {}
    for name, (dims, values, attributes) in variables.items():
        located = {} if name in {"lon", "lat", "time"} else {"coordinates": "lat lon"}
        children[name] = make_array(
            values.shape, values.dtype, values.__getitem__, policy,
            dimension_names=dims, attributes={**attributes, **located},
        )  # fmt: skip
    return Group(children, attributes={"description": "Weather on a small grid"})


def _tables(policy: Policy) -> Group:
    rows, steps = np.arange(100), np.linspace(0, 100, 100_000)
    days = np.arange(100).astype("m8[D]")
    tables: Mapping[str, Mapping[str, np.ndarray[Any, Any]]] = {
        "short_table": {
            "A": rows.astype("u1"),
            "B": np.sqrt(rows),
            "C": np.array([f"row {i}" for i in rows], object),
            "D": np.datetime64("2025-01-01", "s") + days,
            "E": rows % 3 == 0,
        },
        "long_table": {"A": np.sin(steps), "B": 2 * np.sin(steps), "C": 3 * np.sin(steps)},
        "wide_table": {
            name: i * np.linspace(0.05, 0.95, 10) for i, name in enumerate(string.ascii_uppercase, 1)
        },
    }
    return Group({name: _table(columns, policy) for name, columns in tables.items()})


def _table(columns: Mapping[str, np.ndarray[Any, Any]], policy: Policy) -> Group:
    """What a data frame is served as, without pandas: that takes as much memory as all the demo."""
    length = len(next(iter(columns.values())))
    fields = [
        Field(name, element_size(_served(values)), partial(_column, values))
        for name, values in {"index": np.arange(length), **columns}.items()
    ]
    return table(named_fields(fields), length, policy, "index")


def _column(values: np.ndarray[Any, Any]) -> Column:
    return Column(_served(values), lambda start, stop: (values[start:stop], None))


def _served(values: np.ndarray[Any, Any]) -> DType:
    return STRING if values.dtype.hasobject else values.dtype


def _dynamic(policy: Policy) -> Array:
    def read(region: Region) -> np.ndarray[Any, Any]:
        return np.full(region_shape(region), time.time() // _DYNAMIC_SECONDS)

    return make_array((3, 3), np.dtype("f8"), read, policy)


def _waves(side: int, policy: Policy) -> Array:
    """Rings around the middle of a square, over a gentle slope, between 0 and 1, in steps of 1/256.

    They are exp(-3 r^2) cos(60 r^2), whose parts in y and x can be multiplied. Parts and values are
    multiples of 1/256, so that float32 adds them exactly (a pixel is the same in every region), few
    bytes of an element vary, and neighbouring rows are often equal: they are cheap to make and to send.
    """

    def read(region: Region) -> np.ndarray[Any, Any]:
        y, x = (np.arange(axis.start, axis.stop, axis.step) / side - 0.5 for axis in region)
        (even_y, odd_y), (even_x, odd_x) = _rings(y), _rings(x)
        values: np.ndarray[Any, Any] = np.multiply.outer(_shades(even_y), _shades(0.3 * even_x))
        values -= np.multiply.outer(_shades(odd_y), _shades(0.3 * odd_x))
        values += _shades(0.5 + 0.2 * x)
        values += _ROUNDING
        values -= _ROUNDING
        return values.astype("f8")

    return make_array(
        (side, side), np.dtype("f8"), Reading(read, sample=read), policy, layout="tile", version=_VERSION
    )


def _rings(axis: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    fading = np.exp(-3 * axis**2)
    return fading * np.cos(60 * axis**2), fading * np.sin(60 * axis**2)


def _shades(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The nearest multiples of 1/256."""
    shades: np.ndarray[Any, Any] = np.rint(values * _SHADES) / _SHADES
    return shades.astype("f4")


def _noise(shape: tuple[int, ...], policy: Policy) -> Array:
    """Uniform random numbers, the same for every read: each block is seeded by its position."""
    block_shape = chunk_shape_for(shape, 8, _BLOCK_BYTES)

    def block(coords: tuple[int, ...]) -> np.ndarray[Any, Any]:
        return np.random.default_rng((len(shape), *coords)).random(block_shape)

    def read(region: Region) -> np.ndarray[Any, Any]:
        values = np.empty(region_shape(region))
        for coords in itertools.product(*covering(region, block_shape)):
            target, source = overlap(region, region_of(coords, shape, block_shape))
            values[target] = block(coords)[source]
        return values

    return make_array(shape, np.dtype("f8"), read, policy, version=_VERSION)
