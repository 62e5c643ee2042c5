"""What libraries say of a file tells nobody where on the machine it lies."""

import errno
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pytest
import tifffile
import zarr
from pyarrow import parquet

from jupyter_zarr_serve.core.errors import ServeError, Unavailable, Unreadable, failure_of
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.core.public_text import without_folders
from jupyter_zarr_serve.files.library import Library
from jupyter_zarr_serve.serve.request import NODE, Request, refusal
from jupyter_zarr_serve.serve.respond import respond
from tests.readers.test_bad_files import WRITERS

PLACE = "home of ann/lab (secret)"


def spoil(file: Path) -> None:
    """Keep the beginning, by which a reader takes it, and the end, where some formats have their index."""
    content = file.read_bytes()
    file.write_bytes(content[:64] + b"\xa5" * (len(content) - 128) + content[-64:])


def damaged(folder: Path) -> Iterator[str]:
    for name, write in WRITERS.items():
        write(folder / name)
        spoil(folder / name)
        write(folder / f"cut-{name}")
        content = (folder / f"cut-{name}").read_bytes()
        (folder / f"cut-{name}").write_bytes(content[: len(content) // 2])
        yield from (name, f"cut-{name}")
    for name in ("a.grib", "a.h5ad", "a.nc4", "a.arrow"):
        (folder / name).write_bytes(b"GRIB\x89HDF\r\n\x1a\nARROW1" + bytes(99))
        yield name
    zarr.create_array(folder / "a.zarr", data=np.arange(9), chunks=(3,))
    (folder / "a.zarr" / "c" / "1").write_bytes(b"no zstd")
    (folder / "b.zarr").mkdir()
    (folder / "b.zarr" / "zarr.json").write_text('{"zarr_format": 3,')
    yield from ("a.zarr", "b.zarr")
    with h5py.File(folder / "out.h5", "w") as file:
        file["x"] = h5py.ExternalLink(str(folder.parent / "other.h5"), "/x")
        file.create_dataset("y", (4,), "i4", external=[(str(folder.parent / "other.bin"), 0, 16)])
    yield "out.h5"


def bodies(root: Any, name: str) -> Iterator[tuple[Request, str]]:
    chunks = [("c", "0"), ("c", "1"), ("x", "c", "0"), ("y", "c", "0"), ("gzip", "c", "1", "1")]
    for key in [("zarr.json",), *chunks, ("plain", "c", "0", "0"), ("v", "c", "0", "0")]:
        yield from asked(root, Request(3, (name, *key)))
    for key in [(".zattrs",), (".zmetadata",), ("0",)]:
        yield from asked(root, Request(2, (name, *key)))
    for form in (NODE, "rows"):
        yield from asked(root, Request(3, (name,), form=form))


def asked(root: Any, request: Request) -> Iterator[tuple[Request, str]]:
    response = respond(root, request)
    if response.status >= 400 or response.media_type != "application/octet-stream":
        yield request, bytes(response.body).decode(errors="replace") + response.message


def test_no_format_tells_the_folder_of_a_file_that_fails(tmp_path):
    folder = tmp_path / PLACE
    folder.mkdir(parents=True)
    names = [*damaged(folder)]
    root = Library(folder, Policy()).top()
    failures = 0
    for name in names:
        for request, body in bodies(root, name):
            failures += '"reason"' in body
            for part in (str(tmp_path), "home of ann", "lab (secret)", tmp_path.name):
                assert part not in body, (request, body)
    assert failures > 50
    for request, body in asked(root, Request(3, (), form=NODE)):
        assert str(tmp_path) not in body, request


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / PLACE).mkdir(parents=True)
    return tmp_path / PLACE / "x.bin"


def _cause(read: Callable[[], Any]) -> Exception:
    try:
        read()
    except Exception as error:  # noqa: BLE001 (whatever the library raises)
        return error
    raise AssertionError("nothing was raised")


LIBRARIES: dict[str, Callable[[Path], Any]] = {
    "h5py": h5py.File,
    "pyarrow": parquet.read_table,
    "arrow": lambda path: pa.memory_map(str(path)),
    "tifffile": tifffile.TiffFile,
    "zarr": lambda path: zarr.open(path, mode="r"),
    "numpy": np.load,
    "open": lambda path: path.open(),
    "folder": lambda path: path.iterdir().__next__(),
}


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("library", LIBRARIES)
def test_what_a_library_says_of_a_file_names_no_folder(place, library, exists):
    if exists and library == "open":
        return
    if exists:
        place.write_bytes(b"nothing of the kind" * 9)
    error = _cause(lambda: LIBRARIES[library](place)) if not (exists and library == "arrow") else OSError(
        errno.EBADF, "bad", str(place)
    )  # fmt: skip
    assert PLACE.split("/")[1] not in str(failure_of("files/x.bin", error))
    assert str(place.parent) not in refused(Unreadable(f"x: {error}"))


def refused(error: ServeError) -> str:
    return json.loads(refusal(error).body)["message"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EBADF, "Bad file descriptor", "/home/beth/a b/x.h5"),
        OSError(errno.EXDEV, "Cross-device", "/home/beth/x", None, "/home/beth/y"),
        ValueError("no such array: file:///home/beth/x.nc"),
        RuntimeError("Unable to open file (name = '/home/beth/x.h5', errno = 2)"),
        KeyError("/home/beth/x"),
        ImportError("libx.so: cannot open shared object file", path="/home/beth/lib.so"),
        ImportError("/home/beth/venv/lib.so: undefined symbol"),
        RuntimeError("C:\\Users\\home\\beth\\x.h5 is not a file"),
        RuntimeError(f"{'x' * 290} '/home/beth/data/long name.h5' is cut"),
    ],
    ids=str,
)
def test_every_failure_is_told_without_folders(error):
    for failure in (failure_of("files/x.h5", error), Unavailable(str(error))):
        said = refused(failure)
        assert "beth" not in said, said
    assert refused(failure_of("files/x.h5", error)).startswith("files/x.h5: ")


@pytest.mark.parametrize(
    "said",
    [
        "files/year=2020/run (1)/a.npy: has no chunk 'c/0/1'", "in units of m/s or km / h",
        "ask for v2/ and v3/",
        "see https://example.org/a/b or s3://bucket/x.zarr", "what is at '/'", "group /", r"matches \d+",
    ],
)  # fmt: skip
def test_what_is_no_path_of_the_machine_stays(said):
    assert without_folders(said) == said
