"""Open arrays and groups of zarr-python."""

import asyncio
import json

import numpy as np
import pytest
import zarr
from zarr.storage import LocalStore, MemoryStore

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.core.walk import child_of, descendants, members, names_of
from tests.nodes import child, read_all
from tests.store import CoreStore

POLICY = Policy()
VALUES = np.arange(60.0).reshape(6, 10)
# zarr-python warns of types that version 3 has no specification for
pytestmark = pytest.mark.filterwarnings("ignore:The data type .* does not have a Zarr V3 specification")


class Elsewhere(CoreStore):
    """Answers in another thread than zarr's own, for arrays that need zarr to be read."""

    async def get(self, *args, **options):
        return await asyncio.to_thread(asyncio.run, super().get(*args, **options))


def open_node(node, zarr_format, path=""):
    return zarr.open(store=Elsewhere(node, zarr_format), path=path, mode="r", zarr_format=zarr_format)


@pytest.fixture(params=[2, 3])
def stored_format(request):
    return request.param


def stored(values, stored_format, store=None, **fields):
    fields = {"chunks": values.shape, **fields}
    array = zarr.create_array(
        MemoryStore() if store is None else store,
        shape=values.shape, dtype=values.dtype, zarr_format=stored_format, **fields,
    )  # fmt: skip
    array[...] = values
    return array


@pytest.mark.parametrize("local", [False, True])
def test_values_attributes_chunks(zarr_format, stored_format, local, tmp_path):
    store = LocalStore(tmp_path) if local else None
    array = stored(
        VALUES, stored_format, store, chunks=(4, 5), fill_value=7.0, attributes={"units": "K", "n": [1]}
    )
    node = adapt(array, Policy(target_bytes=160))
    assert node.chunk_shape == (4, 5)
    opened = open_node(node, zarr_format)
    np.testing.assert_array_equal(opened[:], VALUES)
    assert {**dict(opened.attrs), "units": "K", "n": [1]} == dict(opened.attrs)
    assert node.fill_value == 7


def test_dimension_names(stored_format):
    named = {"attributes": {"_ARRAY_DIMENSIONS": ["y", "x"], "a": 1}} if stored_format == 2 else {
        "dimension_names": ["y", "x"], "attributes": {"a": 1}
    }  # fmt: skip
    node = adapt(stored(VALUES, stored_format, **named), POLICY)
    assert node.dimension_names == ("y", "x")
    assert {key: value for key, value in node.attributes.items() if key != "_FillValue"} == {"a": 1}
    assert adapt(stored(VALUES, stored_format), POLICY).dimension_names is None


@pytest.mark.parametrize(
    "values",
    [
        np.array(True), np.arange(3, dtype=">i4"), np.array([1 + 2j]), np.zeros((0, 3)),
        np.array(["a", "é"]), np.array(["2020-01-01", "NaT"], "M8[s]"), np.array([b"a", b""], "S3"),
        np.array([(1, 2.5)], [("x", "i4"), ("y", "f8")]), np.array(["a", ""], np.dtypes.StringDType()),
    ],
    ids=lambda values: str(values.dtype),
)  # fmt: skip
def test_data_types(zarr_format, stored_format, values):
    array = stored(values, stored_format, chunks=tuple(max(1, n) for n in values.shape))
    np.testing.assert_array_equal(open_node(adapt(array, POLICY), zarr_format)[...], array[...])


@pytest.mark.filterwarnings("ignore:Consolidated metadata is currently not part")
def test_what_xarray_wrote_comes_back(zarr_format, stored_format):
    import xarray as xr

    store = MemoryStore()
    values = xr.Dataset({"t": ("x", [1.0, np.nan]), "n": ("x", np.array([1, 2], "i2"), {"_FillValue": 2})})
    values.to_zarr(store, zarr_format=stored_format, consolidated=False)
    node = adapt(zarr.open_group(store, mode="r"), POLICY)
    served = Elsewhere(node, zarr_format)
    back = xr.open_zarr(served, zarr_format=zarr_format, chunks=None).load()
    xr.testing.assert_equal(back, xr.open_zarr(store, chunks=None, consolidated=False).load())


def test_chunks_inside_shards():
    array = stored(VALUES, 3, chunks=(2, 5), shards=(4, 10))
    node = adapt(array, Policy(target_bytes=80))
    assert node.chunk_shape == (2, 5)
    np.testing.assert_array_equal(read_all(node), VALUES)


def test_writes_are_seen(stored_format):
    array = stored(VALUES, stored_format)
    node = adapt(array, POLICY)
    array[0, 0] = -1
    assert read_all(node)[0, 0] == -1


def test_groups(zarr_format, stored_format):
    group = zarr.create_group(MemoryStore(), zarr_format=stored_format, attributes={"title": "t"})
    group.create_array("a", data=np.arange(3))
    group.create_group("g", attributes={"n": 1}).create_array("b", data=np.arange(4.0))
    node = adapt(group, POLICY)
    assert node.attributes == {"title": "t"}
    assert [path for path, _ in descendants(node)] == ["a", "g", "g/b"]
    assert child(node, "g").attributes == {"n": 1}
    assert open_node(node, zarr_format, "g/b")[:].tolist() == [0, 1, 2, 3]


def test_what_is_no_node_is_refused():
    with pytest.raises(Unreadable, match=r"zarr\.open"):
        adapt(MemoryStore(), POLICY)


def test_a_member_that_zarr_cannot_open_does_not_keep_its_siblings(tmp_path, stored_format):
    group = zarr.create_group(tmp_path, zarr_format=stored_format)
    for name in ("good", "codec", "type"):
        group.create_array(name, data=np.arange(3))
    strange = {
        2: {"codec": {"compressor": {"id": "acme"}}, "type": {"dtype": "<z9"}},
        3: {"codec": {"codecs": [{"name": "acme.squeeze"}]}, "type": {"data_type": "acme"}},
    }
    for name, changes in strange[stored_format].items():
        document = tmp_path / name / {2: ".zarray", 3: "zarr.json"}[stored_format]
        document.write_text(json.dumps(json.loads(document.read_text()) | changes))
    node = adapt(zarr.open_group(tmp_path, mode="r"), POLICY)
    assert names_of(node) == ["codec", "good", "type"]
    assert [name for name, _ in members(node)] == ["good"]
    with pytest.raises(Unreadable, match=r"zarr-python cannot open it: .*acme"):
        child_of(node, "codec", "")


def test_an_array_of_uneven_chunks_is_read_by_region(monkeypatch, stored_format, zarr_format):
    array = stored(VALUES, stored_format)

    def chunks(_):
        raise NotImplementedError("only defined for arrays using regular chunk grids")

    monkeypatch.setattr(zarr.Array, "chunks", property(chunks))
    node = adapt(array, POLICY)
    monkeypatch.undo()
    np.testing.assert_array_equal(open_node(node, zarr_format)[...], VALUES)
