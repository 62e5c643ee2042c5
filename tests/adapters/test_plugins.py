"""Adapters of third parties, found by entry points."""

import importlib.metadata
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from jupyter_zarr_serve import adapters
from jupyter_zarr_serve.core.nodes import Policy, make_array


class Thing:
    """An object of a package that nobody here knows."""

    values = np.arange(3)


class ThingArray(np.ndarray):
    """A subclass of a known library's class."""


def adapt_thing(thing, policy):
    return make_array((3,), np.dtype("i8"), Thing.values.__getitem__, policy, attributes={"is": "thing"})


@pytest.fixture(autouse=True)
def plugin(monkeypatch):
    point = EntryPoint("tests", f"{__name__}:adapt_thing", "jupyter_zarr_serve.adapters")
    monkeypatch.setattr(
        importlib.metadata, "entry_points", lambda group: [point] if "adapters" in group else []
    )
    adapters._plugins.cache_clear()
    yield
    adapters._plugins.cache_clear()


@pytest.mark.parametrize("thing", [Thing(), np.zeros(3).view(ThingArray)])
def test_objects_of_a_package_are_adapted_by_its_plugin(thing):
    assert adapters.adapt(thing, Policy()).attributes == {"is": "thing"}


def test_known_libraries_are_not_asked_for_plugins(monkeypatch):
    monkeypatch.setattr(
        importlib.metadata, "entry_points", lambda group: pytest.fail("plugins were looked for")
    )
    assert adapters.adapt(np.zeros(3), Policy()).shape == (3,)
