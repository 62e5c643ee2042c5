"""What is made of an array is made once, and forgotten with it."""

import gc
import weakref

import numpy as np

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.derived import Derived
from jupyter_zarr_serve.core.nodes import Array, Policy
from jupyter_zarr_serve.views import viewed


def array() -> Array:
    node = adapt(np.zeros((600, 600), "f2"), Policy())
    assert isinstance(node, Array)
    return node


def test_it_is_made_once_for_each_array():
    derived: Derived[list[Array]] = Derived()
    one, other = array(), array()
    assert derived.of(one, lambda it: [it]) is derived.of(one, lambda _: [])
    assert derived.of(other, lambda it: [it]) is not derived.of(one, lambda _: [])


def test_it_does_not_keep_the_array():
    derived: Derived[list[Array]] = Derived()
    node = array()
    derived.of(node, lambda it: [it])
    known = weakref.ref(node)
    del node
    gc.collect()
    assert known() is None


def test_no_view_keeps_an_array_that_nobody_else_has():
    for view in ("portable", "ome", "drawn"):
        node = array()
        seen = viewed(node, view)
        known = weakref.ref(node)
        del node, seen
        gc.collect()
        assert known() is None, view
