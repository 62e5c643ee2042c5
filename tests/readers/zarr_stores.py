"""Zarr stores written by zarr-python, and the same stores as zarr-python reads them through the core."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from zarr.abc.store import OffsetByteRequest, RangeByteRequest, SuffixByteRequest

from jupyter_zarr_serve.core.nodes import Array, Node, Policy
from jupyter_zarr_serve.readers.zarr_store import read
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.serve.respond import respond

from ..nodes import read_all
from ..store import CoreStore

POLICY = Policy()
SMALL = Policy(limit_bytes=1 << 16)
GRID = np.arange(70, dtype="<f4").reshape(7, 10)
BOTH = pytest.mark.parametrize("zarr_format", [2, 3])
QUIET = (
    "ignore:The data type:zarr.errors.UnstableSpecificationWarning",
    "ignore:Numcodecs codecs are not in the Zarr version 3 specification",
    "ignore:Consolidated metadata is currently not part",
)


class RangeStore(CoreStore):
    """Byte ranges become Range headers, as they do over HTTP; remembers what was asked for."""

    def __init__(self, root: Node, zarr_format: int) -> None:
        super().__init__(root, zarr_format)
        self.asked: list[tuple[str, str | None, int]] = []

    async def get(self, key: str, prototype: Any, byte_range: Any = None) -> Any:
        header = _range(byte_range)
        response = self.ask(key, byte_range=header)
        self.asked.append((key, header, response.status))
        if response.status == 404:
            return None
        if response.status not in {200, 206}:
            raise OSError(response.body.decode())
        assert (response.status == 206) == (header is not None)
        return prototype.buffer.from_bytes(response.body)


def _range(request: Any) -> str | None:
    if isinstance(request, RangeByteRequest):
        return f"bytes={request.start}-{request.end - 1}"
    if isinstance(request, OffsetByteRequest):
        return f"bytes={request.offset}-"
    return f"bytes=-{request.suffix}" if isinstance(request, SuffixByteRequest) else None


def served(node: Node, zarr_format: int, path: str = "") -> Any:
    """What zarr-python reads of a node in a format."""
    return zarr.open(store=RangeStore(node, zarr_format), path=path, mode="r", zarr_format=zarr_format)


def open_store(path: Path) -> Node:
    return read(path, POLICY)


def write(path: Path, data: np.ndarray, zarr_format: int, **kwargs: Any) -> Any:
    """A store that is one array."""
    kwargs.setdefault("chunks", tuple(max(1, -(-n // 2)) for n in data.shape))
    dtype = kwargs.pop("dtype", data.dtype)
    array = zarr.create_array(path, shape=data.shape, dtype=dtype, zarr_format=zarr_format, **kwargs)
    array[...] = data
    return array


def edit(path: Path, **members: Any) -> None:
    """Replace members of a JSON document."""
    path.write_text(json.dumps({**json.loads(path.read_text()), **members}))


def assert_same(left: Any, right: Any) -> None:
    """The same elements, NaN being equal to NaN, and -0.0 not to 0.0."""
    left, right = np.asarray(left), np.asarray(right)
    assert left.shape == right.shape
    if left.dtype.kind in "fc":
        np.testing.assert_array_equal(left, right)
        np.testing.assert_array_equal(np.signbit(left.real), np.signbit(right.real))
    else:
        assert left.tolist() == right.tolist()


def ask(path: Path, zarr_format: int, key: str, policy: Policy = SMALL) -> Response:
    return respond(read(path, policy), Request(zarr_format, tuple(key.split("/"))))


def reason(response: Response) -> str:
    assert response.status == 422
    return str(json.loads(response.body)["message"])


def group_of_two(path: Path, zarr_format: int) -> None:
    group = zarr.create_group(path, zarr_format=zarr_format)
    group["bad"], group["good"] = GRID, GRID


def fill(store: Any, zarr_format: int, consolidate: bool = False) -> None:
    """A store with groups, arrays and attributes."""
    root = zarr.create_group(store, zarr_format=zarr_format, attributes={"title": "a store"})
    root.create_array("a", data=GRID, chunks=(4, 5), attributes={"units": "K"})
    deep = root.create_group("g").create_group("deep", attributes={"n": [1, 2]})
    extra = {"shards": (8, 10)} if zarr_format == 3 else {"order": "F"}
    deep.create_array("b", data=GRID, chunks=(2, 5), **extra)
    if consolidate:
        zarr.consolidate_metadata(store, zarr_format=zarr_format)


def check_filled(node: Any) -> None:
    """A store that `fill` wrote, as zarr-python sees it in both formats."""
    for zarr_format in (2, 3):
        root = served(node, zarr_format)
        assert dict(root.attrs) == {"title": "a store"}
        assert sorted(root) == ["a", "g"]
        assert root["a"].attrs["units"] == "K"
        assert dict(root["g/deep"].attrs) == {"n": [1, 2]}
        assert_same(root["a"][...], GRID)
        assert_same(root["g/deep/b"][...], GRID)


def zipped(folder: Path, path: Path, method: int = zipfile.ZIP_STORED, prefix: str = "") -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, prefix + file.relative_to(folder).as_posix())
    return path


def check_ranges(tmp_path: Path, pack: Callable[[Path], Path]) -> None:
    """Any part of a chunk is read out of the archive that is made of a folder."""
    data = np.random.default_rng(0).integers(0, 50, 300_000).astype("u1")
    write(tmp_path / "x", data, 3, compressors=None, chunks=data.shape)
    node = open_store(pack(tmp_path / "x"))
    assert isinstance(node, Array)
    blob = node.stored[3].chunk((0,))
    assert blob is not None
    assert blob.size == 300_000
    for start, stop in ((0, 0), (0, 10), (299_990, 300_000), (65_530, 200_000), (0, 300_000)):
        assert blob.read(start, stop) == data[start:stop].tobytes()


def check_array(path: Path, passes: tuple[int, ...] = ()) -> Array:
    """Both formats, and the node itself, give what zarr-python gives; `passes` are sent undecoded."""
    expected = zarr.open_array(path, mode="r")
    node = open_store(path)
    assert isinstance(node, Array)
    for zarr_format in (2, 3):
        array = served(node, zarr_format)
        assert_same(array[...], expected[...])
        assert array.shape == expected.shape
    assert_same(read_all(node), expected[...])
    coords = (0,) * len(node.shape)
    stored = {fmt for fmt, one in node.stored.items() if node.shape and one.chunk(coords) is not None}
    assert stored == set(passes)
    return node
