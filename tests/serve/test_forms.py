"""What is told of nodes besides their store, and that it costs a bounded number of bytes."""

import json
import math
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest

from jupyter_zarr_serve.core.children import Children
from jupyter_zarr_serve.core.errors import NotFound, Unreadable
from jupyter_zarr_serve.core.memory import Memory, Share
from jupyter_zarr_serve.core.nodes import Array, Group, Policy, make_array
from jupyter_zarr_serve.preview.sample import LIMIT_BYTES
from jupyter_zarr_serve.serve.request import IMAGE, LINE, NODE, PAGE, ROWS, STATS, Request
from jupyter_zarr_serve.serve.respond import respond
from tests.preview.pictures import pixels_of


def node_of(values, **fields) -> Array:
    values = np.asarray(values)
    return make_array(values.shape, values.dtype, values.__getitem__, Policy(), **fields)


def endless(shape, dtype="<f8", chunk_shape=None):
    """An array too large to be read, and a list of the sizes in bytes of what was read of it."""
    read: list[int] = []

    def make(region):
        block = np.zeros([s.stop - s.start for s in region], dtype)
        read.append(block.nbytes)
        block[...] = region[-1].start % 200 if dtype == "u1" else region[-1].start
        return block

    return make_array(shape, np.dtype(dtype), make, Policy(), chunk_shape=chunk_shape), read


def ask(node, form, *, path=(), **options):
    return respond(Group({"x": node}), Request(3, ("x", *path), form=form, options=tuple(options.items())))


def told(node, form, **options):
    answer = ask(node, form, **options)
    assert answer.status == 200, answer.body
    assert answer.form == form
    return json.loads(answer.body)


class TestNode:
    def test_an_array(self):
        node = node_of(np.zeros((3, 4), "<u2"), dimension_names=("y", "x"), attributes={"unit": "m"})
        found = told(node, NODE)
        assert found.pop("previews") == {
            "stats": {},
            "image": {"region": [[0, 3], [0, 4]], "axes": [0, 1], "step": 1},
            "rows": {},
        }
        assert found == {
            "kind": "array", "path": "x", "shape": [3, 4], "dtype": "uint16", "chunk_shape": [3, 4],
            "dimension_names": ["y", "x"], "fill_value": None, "nbytes": 24, "attributes": {"unit": "m"},
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("values", "dtype", "nbytes", "forms"),
        [
            (np.array(["a"], np.dtypes.StringDType()), "string", None, {"rows"}),
            (np.array(["2020"], "<M8[D]"), "datetime64[D]", 8, {"stats", "line", "rows"}),
            (np.zeros(2, [("a", "<i4"), ("b", "<f4")]), "[('a', '<i4'), ('b', '<f4')]", 16, {"rows"}),
            (np.float32(1), "float32", 4, {"stats", "rows"}),
            (np.zeros((2, 2, 2), bool), "bool", 8, {"stats", "image"}),
            (np.zeros((2, 2), "S3"), "|S3", 12, {"rows"}),
        ],
    )
    def test_other_arrays(self, values, dtype, nbytes, forms):
        found = told(node_of(values), NODE)
        assert (found["dtype"], found["nbytes"], set(found["previews"])) == (dtype, nbytes, forms)
        for form in forms:
            assert ask(node_of(values), form).status == 200
        for form in {STATS, LINE, IMAGE, ROWS} - forms:
            assert ask(node_of(values), form).status == 422

    def test_only_the_members_that_are_shown_are_looked_up(self):
        made = []

        def make(name):
            made.append(name)
            return node_of([1])

        names = [f"m{number}" for number in range(10_000)]
        found = told(Group(Children(names, make)), NODE, offset=5000, limit=3)["members"]
        assert (found["total"], found["offset"], found["limit"]) == (10_000, 5000, 3)
        assert [item["name"] for item in found["items"]] == ["m5000", "m5001", "m5002"]
        assert [item["shape"] for item in found["items"]] == [[1]] * 3
        assert made == ["m5000", "m5001", "m5002"]

    def test_search(self):
        group = Group({name: Group() for name in ("Temperature", "température", "x")})
        found = told(group, NODE, search="temp")["members"]
        assert [item["name"] for item in found["items"]] == ["Temperature", "température"] or found
        assert found["total"] == 2
        assert told(group, NODE, search="ERATURE")["members"]["total"] == 1

    def test_a_page_of_members_as_far_as_numbers_go(self):
        beyond = told(Group({"a": node_of([1])}), NODE, offset=2**63 - 1, limit=2**63 - 1)["members"]
        assert (beyond["total"], beyond["items"]) == (1, [])

    def test_members_that_cannot_be_had(self):
        def make(name):
            raise {"bad": Unreadable("is damaged"), "gone": NotFound("is gone")}[name]

        found = told(Group(Children(["bad", "gone"], make)), NODE)["members"]
        assert found["items"] == [{"name": "bad", "kind": "unavailable", "message": "bad: is damaged"}]

    def test_names_that_are_no_text(self):
        found = told(Group({"\udc80": Group()}), NODE)["members"]
        assert found["items"] == [{"name": "_", "kind": "group", "called": "group"}]

    def test_a_page_is_asked_for_as_a_listing(self):
        root = Group({"x": node_of([1])})
        page = respond(root, Request(3, ("x",), form=PAGE))
        assert page.form == NODE
        assert page.body == ask(node_of([1]), NODE).body
        document = respond(root, Request(3, ("x", "zarr.json"), form=PAGE))
        assert document.form is None

    def test_a_path_leads_to_a_node_or_nowhere(self):
        node = node_of([1])
        for path in [("c", "0"), ("zarr.json",), ("y",)]:
            for form in (NODE, STATS):
                assert ask(node, form, path=path).status == 404
        assert ask(Group({"zarr.json": node}), NODE, path=("zarr.json",)).status == 200
        assert told(Group({"a#b": node}), NODE, path=("a#b",))["path"] == "x/a_b"

    def test_unknown_forms_are_refused(self):
        assert ask(node_of([1]), "unheard-of").status == 422
        assert ask(node_of([1]), LINE, points="many").status == 422


class TestLine:
    def test_every_extreme_is_in_it(self):
        values = np.random.default_rng(0).normal(size=10_007)
        found = told(node_of(values), LINE, points=100)
        assert (found["start"], found["stop"], found["step"]) == (0, 10_007, 101)
        parts = [values[at : at + 101] for at in range(0, 10_007, 101)]
        assert found["min"] == [part.min() for part in parts]
        assert found["max"] == [part.max() for part in parts]
        assert found["is_sampled"] is False

    def test_a_range(self):
        found = told(node_of(np.arange(100)), LINE, start=10, stop=14)
        assert found["min"] == found["max"] == [10, 11, 12, 13]
        assert told(node_of(np.arange(3)), LINE, start=7)["min"] == []

    def test_what_is_no_number(self):
        found = told(node_of([1, math.nan, math.inf, math.nan]), LINE, points=2)
        assert (found["min"], found["nan_count"]) == ([1, None], 2)
        times = np.array(["1970-01-02", "NaT"], "<M8[D]")
        found = told(node_of(times), LINE)
        assert (found["min"], found["nan_count"]) == ([1, None], 1)
        assert found["time"] == {"name": "datetime64", "unit": "D", "scale_factor": 1}
        assert told(node_of([3 + 4j]), LINE)["max"] == [5]
        assert told(node_of([True, False]), LINE)["max"] == [1, 0]
        marked = node_of([-9, 2], attributes={"_FillValue": -9})
        assert told(marked, LINE)["min"] == [None, 2]
        assert told(node_of([2**63 - 1]), LINE)["max"] == [2**63 - 1]

    def test_a_long_one_is_sampled(self):
        array, read = endless((10**12,))
        found = told(array, LINE, points=1000)
        assert found["is_sampled"]
        assert sum(read) <= LIMIT_BYTES
        assert len(found["min"]) == len(read) > 10
        assert found["min"] == [found["step"] * at for at in range(len(read))]

    def test_a_long_one_in_tiny_chunks(self):
        array, read = endless((10**9,), chunk_shape=(100,))
        assert told(array, LINE)["is_sampled"]
        assert len(read) <= 256


class TestStats:
    def test_of_all(self):
        values = np.r_[np.arange(1000.0), math.nan, math.inf]
        found = told(node_of(values), STATS)
        assert (found["min"], found["max"], found["count"]) == (0, 999, 1002)
        assert (found["nan_count"], found["infinite_count"]) == (1, 1)
        counts, edges = found["histogram"]["counts"], found["histogram"]["edges"]
        assert counts == np.histogram(np.arange(1000.0), edges)[0].tolist()
        assert len(edges) == 65

    def test_a_small_range_of_large_integers_has_a_bin_for_each(self):
        found = told(node_of(2**64 - 1 - np.array([4, 0, 4], "u8")), STATS)
        assert found["histogram"]["counts"] == [2, 0, 0, 0, 1]

    def test_of_a_field_of_records(self):
        values = np.array([(1, 0.5, "a"), (9, math.nan, "b")], [("n", "i8"), ("x", "f4"), ("t", "U1")])
        node = node_of(values)
        whole, part = (told(node, STATS, columns=json.dumps([name])) for name in ("n", "x"))
        assert (whole["min"], whole["max"], whole["count"], whole["nan_count"]) == (1, 9, 2, 0)
        assert (part["min"], part["max"], part["nan_count"]) == (0.5, 0.5, 1)
        for name, message in {"t": b"only numbers", "z": b"there is no field 'z'"}.items():
            assert message in ask(node, STATS, columns=json.dumps([name])).body

    @pytest.mark.parametrize(
        "values",
        [[5.0] * 3, [7], [math.nan], [-1.7e308, 1.7e308], [1e16, 1e16 + 2], [5e-324, 0], [2**64 - 1, 0],
         [-(2**63), 2**63 - 1], [math.inf], [1 + 1j], [True, False], [0.1, np.nextafter(0.1, 1)]],
    )  # fmt: skip
    def test_hard_ranges(self, values):
        values = np.array(values)
        found = told(node_of(values), STATS)
        numbers = np.abs(values) if values.dtype.kind == "c" else values
        finite = numbers[np.isfinite(numbers)]
        assert sum(found["histogram"]["counts"]) == finite.size
        assert len(found["histogram"]["edges"]) in {0, len(found["histogram"]["counts"]) + 1}
        if finite.size:
            assert (found["min"], found["max"]) == (finite.min(), finite.max())

    @pytest.mark.parametrize("shape", [(10**6, 10**6), (100, 2000, 3000), (10**10,)])
    def test_a_large_one_is_sampled(self, shape):
        array, read = endless(shape)
        found = told(array, STATS)
        assert found["is_sampled"]
        assert sum(read) <= LIMIT_BYTES
        assert found["count"] * 8 == sum(read) > LIMIT_BYTES // 2
        assert found["max"] > shape[-1] / 2, "the end was never looked at"

    def test_huge_chunks_are_read_in_part(self):
        array, read = endless((10**5, 10**5), chunk_shape=(5000, 5000))
        told(array, STATS)
        assert sum(read) <= LIMIT_BYTES

    def test_answers_of_data_with_a_version_are_remembered(self):
        array = node_of([1.0, 2.0], version="a")
        request = Request(3, ("x",), form=STATS)
        known: Share[bytes] = Share(Memory(1 << 20), "forms", len)
        first = respond(Group({"x": array}), request, known)
        assert len(known) == 1
        again = respond(Group({"x": array}), replace(request, if_none_match=first.etag), known)
        assert again.status == 304
        other = respond(Group({"x": replace(array, version="b")}), request, known)
        assert other.etag != first.etag


class TestImage:
    def test_small_ones_are_drawn_as_they_are(self):
        values = np.arange(12).reshape(3, 4)
        grey = pixels_of(ask(node_of(values), IMAGE).body)
        assert grey.shape == (3, 4, 1)
        assert np.all(np.diff(grey.reshape(-1).astype(int)) >= 0)
        assert (grey.min(), grey.max()) == (0, 255)

    def test_missing_values_are_transparent(self):
        grey = pixels_of(ask(node_of([[1.0, math.nan], [2.0, math.inf]]), IMAGE).body)
        assert grey[..., 1].tolist() == [[255, 0], [255, 0]]

    @pytest.mark.parametrize(
        "values", [np.full((3, 3), 7), np.full((3, 3), math.nan), np.array([[1.7e308, -1.7e308]])]
    )
    def test_hard_ranges(self, values):
        assert pixels_of(ask(node_of(values), IMAGE).body).shape[:2] == values.shape

    def test_truth_is_white(self):
        assert pixels_of(ask(node_of([[True, False]]), IMAGE).body)[..., 0].tolist() == [[255, 0]]

    @pytest.mark.parametrize("channels", [3, 4])
    def test_colours(self, channels):
        values = np.random.default_rng(0).integers(0, 256, (5, 6, channels), "u1")
        told = node_of(values, attributes={"channel_names": [*"RGBA"[:channels]]})
        np.testing.assert_array_equal(pixels_of(ask(told, IMAGE).body), values)
        wide = replace(node_of(values.astype("u2") * 257), attributes=told.attributes)
        assert pixels_of(ask(wide, IMAGE).body).shape == values.shape

    @pytest.mark.parametrize(
        ("attributes", "names"),
        [
            ({}, None),
            ({}, ("y", "x", "band")),
            ({"channel_names": ["R", "G", "B", "nir"]}, None),
            ({"photometric": "rgb", "extra_samples": ["unspecified"]}, ("y", "x", "s")),
        ],
    )
    def test_a_fourth_band_is_no_opacity_unless_the_source_says_so(self, attributes, names):
        values = np.random.default_rng(0).integers(0, 256, (5, 6, 4), "u1")
        drawn = ask(node_of(values, dimension_names=names, attributes=attributes), IMAGE).body
        np.testing.assert_array_equal(pixels_of(drawn), values[..., :3])

    @pytest.mark.parametrize("count", [2, 4, 5])
    def test_of_bands_that_are_no_colours_the_first_is_drawn(self, count):
        values = np.random.default_rng(0).integers(0, 256, (50, 60, count), "u1")
        attributes = {"photometric": "minisblack"}
        drawn = ask(node_of(values, dimension_names=("y", "x", "s"), attributes=attributes), IMAGE).body
        assert pixels_of(drawn).shape == (50, 60, 1)

    def test_a_palette_is_drawn_in_its_colours(self):
        palette = [[0, 0, 0, 0], [255, 0, 0, 255], [1, 2, 3, 255]]
        numbers = np.array([[0, 1], [2, 9]], "u1")
        drawn = ask(node_of(numbers, attributes={"palette": palette}), IMAGE).body
        assert pixels_of(drawn).tolist() == [palette[:2], [palette[2], [0, 0, 0, 0]]]

    def test_large_ones_become_smaller(self):
        values = np.zeros((1000, 500), "u1")
        values[500:] = 200
        grey = pixels_of(ask(node_of(values), IMAGE).body)[..., 0]
        assert grey.shape == (256, 128)
        assert (grey[:120] == 0).all()
        assert (grey[136:] == 255).all()

    @pytest.mark.parametrize(
        "shape", [(1, 10**9), (10**9, 1), (10**6, 10**6), (3, 7, 10**5, 2000), (10**6, 10**6, 3)]
    )
    def test_of_too_large_ones_the_middle_is_shown(self, shape):
        array, read = endless(shape, "u1")
        picture = ask(array, IMAGE)
        assert picture.media_type == "image/png"
        assert sum(read) <= LIMIT_BYTES
        assert max(pixels_of(picture.body).shape) <= 256
        region = told(array, NODE)["previews"]["image"]["region"]
        plane = slice(0, 2) if shape[-1] == 3 else slice(-2, None)
        for (start, stop), length, chunk in zip(
            region[plane], shape[plane], array.chunk_shape[plane], strict=True
        ):
            assert 0 <= start < stop <= length
            assert abs(start + stop - length) <= 2 * chunk, "this is not the middle"

    def test_a_thin_one(self):
        assert pixels_of(ask(node_of(np.arange(3000.0).reshape(1, 3000)), IMAGE).body).shape[:2] == (1, 256)


class TestRows:
    def test_a_table(self):
        columns = {
            "n": node_of(np.arange(5), dimension_names=("row",), attributes={"_FillValue": 1}),
            "t": node_of(np.array(["a" * 500, "b", "<i>", "", "\0"], "T"), dimension_names=("row",)),
        }
        found = told(Group(columns), ROWS, offset=1, limit=2)
        assert found["columns"] == [{"name": "n", "dtype": "int64"}, {"name": "t", "dtype": "string"}]
        assert (found["total"], found["offset"]) == (5, 1)
        assert found["rows"] == [[None, "b"], ["2", "<i>"]]
        long = told(Group(columns), ROWS, limit=1)["rows"][0][1]
        assert len(long) == 120
        assert long.endswith("a…")

    def test_other_groups_are_none(self):
        other = {
            "a": node_of([1], dimension_names=("row",)),
            "b": node_of([1, 2], dimension_names=("row",)),
        }
        for group in (Group(other), Group({"a": node_of([1])}), Group(), Group({"g": Group()})):
            assert "rows" not in told(group, NODE)["previews"]
            assert ask(group, ROWS).status == 422

    def test_values_of_every_kind(self):
        cases = [
            (np.array([math.nan, math.inf]), ["nan", "inf"]),
            (np.array(["NaT", "2020-01-01"], "M8[D]"), ["NaT", "2020-01-01"]),
            (np.array([b"x\xff", b""]), ["b'x\\xff'", "b''"]),
            (np.array([b"x", b"yy"], object), ["b'x'", "b'yy'"]),
            (np.array([1 + 2j, 0]), ["(1+2j)", "0j"]),
            (np.array([b"ab"], "V2"), ["b'ab'"]),
            (np.array([True]), ["True"]),
            (np.array(["\udc80"], "U2"), ["\\udc80"]),
        ]
        for values, expected in cases:
            assert [row[0] for row in told(node_of(values), ROWS)["rows"]] == expected

    def test_of_arrays(self):
        assert told(node_of(np.arange(6).reshape(3, 2)), ROWS, limit=2)["rows"] == [["0", "1"], ["2", "3"]]
        assert told(node_of(np.int8(3)), ROWS)["rows"] == [["3"]]
        fields = told(node_of(np.zeros(2, [("a", "i4"), ("b", "f4")])), ROWS)
        assert [column["name"] for column in fields["columns"]] == ["a", "b"]
        assert len(fields["rows"]) == 2
        assert told(node_of(np.zeros(0)), ROWS)["rows"] == []
        assert told(node_of(np.zeros((2, 0))), ROWS)["rows"] == []


def test_pictures_are_files_of_the_kind_they_say():
    data = ask(node_of(np.eye(3)), IMAGE).body
    assert data.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    assert struct.unpack(">II", data[16:24]) == (3, 3)
    assert struct.unpack(">I", data[29:33])[0] == zlib.crc32(data[12:29])
