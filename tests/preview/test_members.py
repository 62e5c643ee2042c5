"""Members are listed in the order of a column, and have small pictures where these cost little."""

import h5py
import numpy as np
import pytest

from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Array, Group, Policy, make_array
from jupyter_zarr_serve.core.reading import Reading
from jupyter_zarr_serve.core.stored import Stored
from jupyter_zarr_serve.preview.icon import ICON_BYTES, icon, pictured
from jupyter_zarr_serve.preview.members import members_told
from jupyter_zarr_serve.readers import hdf5
from tests.preview.pictures import pixels_of


def array(values, reading=None, **fields) -> Array:
    values = np.asarray(values)
    reading = reading or Reading(values.__getitem__, sample=values.__getitem__)
    return make_array(values.shape, values.dtype, reading, Policy(), **fields)


CHILDREN = {
    "b10": array(np.zeros((2, 3))),
    "b9": array(np.zeros(5, "u1")),
    "A": Group(called="table"),
    "c": array(np.array(["x"], np.dtypes.StringDType())),
}


def listed(sort: str, group: Group | None = None, offset: int = 0, limit: int = 100) -> list[str]:
    group = group or Group(CHILDREN)
    told = members_told(group, [*group.children], offset, limit, sort)
    assert told["sort"] == sort
    return [item["name"] for item in told["items"]]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("", ["b10", "b9", "A", "c"]),
        ("name", ["A", "b9", "b10", "c"]),
        ("-name", ["c", "b10", "b9", "A"]),
        ("kind", ["b10", "b9", "c", "A"]),
        ("shape", ["c", "b10", "b9", "A"]),
        ("dtype", ["b10", "c", "b9", "A"]),
        ("nbytes", ["b9", "b10", "A", "c"]),
        ("-nbytes", ["b10", "b9", "A", "c"]),
    ],
)
def test_members_are_in_the_order_of_a_column(sort, names):
    assert listed(sort) == names


def test_a_part_is_of_the_whole_order():
    assert listed("-nbytes", offset=1, limit=2) == ["b9", "A"]


def test_too_many_members_are_sorted_by_name_alone():
    many = Group({f"a{number}": CHILDREN["b9"] for number in range(1001)})
    assert listed("-name", many, limit=1) == ["a1000"]
    told = members_told(many, [*many.children], 0, 1, "nbytes")
    assert (told["sort"], told["sorts"]) == ("", ["name"])


def test_members_that_take_long_are_not_sorted(monkeypatch):
    monkeypatch.setattr(limits, "SORT_SECONDS", -1)
    told = members_told(Group(CHILDREN), [*CHILDREN], 0, 100, "nbytes")
    assert (told["sort"], told["sorts"], len(told["items"])) == ("", ["name"], 4)


def test_an_icon_is_a_small_picture_of_all_of_an_array():
    pixels = pixels_of(icon(array(np.tile(np.arange(1000.0), (1000, 1)))))
    assert pixels.shape == (64, 64, 1)
    assert pixels[0, 0, 0] == 0
    assert pixels[-1, -1, 0] == 255
    assert np.all(np.diff(pixels[32, :, 0].astype(int)) >= 0)


def stored(shape, chunk_shape) -> Array:
    """An array of which nothing can be read but what is stored in chunks."""
    chunks = Stored(lambda _: None, chunk_shape=chunk_shape)
    reading = Reading(lambda region: np.full([part.stop - part.start for part in region], 7, "u1"))
    values = np.broadcast_to(np.uint8(7), shape)
    return array(values, reading, chunk_shape=chunk_shape, stored={3: chunks})


LARGE = stored((5000, 5000), (100, 100))


@pytest.mark.parametrize(
    ("node", "is_pictured"),
    [
        (array(np.zeros(9)), False),
        (array(np.zeros((9, 0))), False),
        (array(np.zeros((9, 9)), Reading(lambda _: pytest.fail("it was computed"))), False),
        (array(np.zeros((9, 9)), Reading(lambda _: np.zeros((9, 9)), is_decoding=True)), True),
        (stored((3, 500, 500), (1, 250, 250)), True),
        (stored((3, 500, 500), (100, 500, 500)), False),  # one chunk of many planes
        (LARGE, False),
        (Group({"0": LARGE, "1": stored((50, 50), (50, 50))}, levels=("0", "1")), True),
        (Group({"1": array(np.zeros((4, 4)))}, {"multiscales": [{"datasets": [{"path": "1"}]}]}), True),
        (Group({"1": array(np.zeros((4, 4)))}, {"multiscales": [{"datasets": [{"path": "../x"}]}]}), False),
        (Group({"1": array(np.zeros((4, 4)))}, {"multiscales": "no list"}), False),
    ],
)  # fmt: skip
def test_only_what_costs_little_has_an_icon(node, is_pictured):
    assert (pictured(node) is not None) == is_pictured
    if is_pictured:
        assert pixels_of(icon(node)).size
    else:
        with pytest.raises(Unreadable, match="no small picture"):
            icon(node)


def test_an_icon_reads_few_bytes():
    read: list[int] = []

    def sample(region):
        shape = [len(range(*part.indices(n))) for part, n in zip(region, (10_000, 10_000), strict=True)]
        read.append(int(np.prod(shape)))
        return np.zeros(shape, "u1")

    icon(array(np.broadcast_to(np.uint8(0), (10_000, 10_000)), Reading(sample, sample=sample)))
    assert sum(read) <= ICON_BYTES


@pytest.mark.parametrize(
    ("chunks", "is_pictured"), [((256, 256), True), (None, True), ((1024, 1024), False)]
)
def test_datasets_of_small_chunks_have_icons(tmp_path, chunks, is_pictured):
    with h5py.File(tmp_path / "run.h5", "w") as file:
        file.create_dataset(
            "image", (1024, 1024), "u2", chunks=chunks, compression="gzip" if chunks else None
        )
    node = hdf5.read(tmp_path / "run.h5", Policy(target_bytes=1 << 20)).children["image"]
    assert (pictured(node) is not None) == is_pictured
