"""Data that are deleted, renamed or replaced between a client's metadata and its chunks.

A client takes 404 for the fill value, and decodes whatever else it gets by the metadata that it has.
"""

import itertools
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest
import requests
import tifffile
import zarr

from tests.readers.test_grib import grid_of, message
from tests.server import Server

KEYS = {2: (".zarray", "."), 3: ("zarr.json", "/")}
_number = itertools.count()


@pytest.fixture
def folder(served_dir: Path) -> Path:
    made = served_dir / f"replaced{next(_number)}"
    made.mkdir()
    return made


def hdf5(path: Path, data: Any, name: str = "x") -> None:
    with h5py.File(path, "w") as file:
        file[name] = data
        file["other"] = np.ones(3)


def zipped(path: Path, data: Any) -> None:
    with zarr.storage.ZipStore(path, mode="w") as store:
        zarr.create_array(store, name="x", data=data, chunks=data.shape)


def tarred(path: Path, data: Any) -> None:
    store = path.with_name("in")
    zarr.create_array(store, name="x", data=data, chunks=data.shape, overwrite=True)
    with tarfile.open(path, "w") as archive:
        archive.add(store, ".")
    shutil.rmtree(store)


def grib(path: Path, data: Any) -> None:
    """A field of temperatures on each of some levels; their numbers are always float32."""
    fields = data.reshape(-1, *data.shape[-2:])
    path.write_bytes(
        b"".join(
            message(
                field, **grid_of(field), typeOfLevel="isobaricInhPa", level=100 * (9 - at), shortName="t"
            )
            for at, field in enumerate(fields)
        )
    )


# Name, and how an array is written there: the second one has another shape, or another type.
WRITERS: dict[str, Callable[[Path, Any], Any]] = {
    "a.npy": np.save,
    "a.h5/x": hdf5,
    "a.npz/x": lambda path, data: np.savez(path, x=data),
    "a.zip/x": zipped,
    "a.tar/x": tarred,
    "a.tif": tifffile.imwrite,
    "a.parquet/x": lambda path, data: pd.DataFrame({"x": data.ravel()}).to_parquet(path),
    "a.csv/x": lambda path, data: pd.DataFrame({"x": data.ravel()}).to_csv(path, index=False),
    "a.grib/t": grib,
    "a.zarr": lambda path, data: zarr.create_array(path, data=data, chunks=data.shape, overwrite=True),
    "v2.zarr/x": lambda path, data: zarr.create_array(
        path, name="x", data=data, chunks=data.shape, overwrite=True, zarr_format=2
    ),
}
FIRST = np.arange(1, 13).reshape(3, 4).astype("u2")
OTHERS = {
    "shape": np.arange(1, 41).reshape(5, 8).astype("u2"),
    "type": np.arange(1, 13).reshape(3, 4).astype("f4") / 8,
    "axes": np.arange(1, 25).reshape(2, 3, 4).astype("u2"),
}


def document(server: Server, zarr_format: int, path: str) -> requests.Response:
    return server.get(f"zarr/v{zarr_format}/files/{path}/{KEYS[zarr_format][0]}")


def chunk(server: Server, zarr_format: int, path: str, axes: int) -> requests.Response:
    parts = [*(["c"] if zarr_format == 3 else []), *["0"] * axes]
    return server.get(f"zarr/v{zarr_format}/files/{path}/{KEYS[zarr_format][1].join(parts)}")


def axes_of(path: str) -> int:
    return 1 if "csv" in path or "parquet" in path else 2


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def rename(path: Path) -> None:
    path.rename(path.with_name(f"x{path.name}"))


# Of what was never there nothing is known, as after a restart of the server.
@pytest.mark.parametrize("vanish", [remove, rename, None])
@pytest.mark.parametrize("name", WRITERS)
def test_what_is_gone_is_no_fill_value(server, folder, zarr_format, name, vanish):
    file = folder / name.split("/")[0]
    path = f"{folder.name}/{name}"
    if vanish is not None:
        WRITERS[name](file, FIRST)
        assert document(server, zarr_format, path).status_code == 200
        assert chunk(server, zarr_format, path, axes_of(name)).status_code == 200
        vanish(file)
    for method in ("GET", "HEAD"):
        key = chunk(server, zarr_format, path, axes_of(name)).url.removeprefix(server.url)
        answer = server.get(key, method)
        assert answer.status_code == 409, answer.text
    assert document(server, zarr_format, path).status_code == 404
    assert server.get(f"zarr/v{zarr_format}/files/{path}/").status_code == 404
    assert server.get(f"zarr/v{zarr_format}/files/{path}").status_code == 404


@pytest.mark.parametrize("change", OTHERS)
@pytest.mark.parametrize("name", WRITERS)
def test_what_is_replaced_is_read_by_no_old_metadata(server, folder, zarr_format, name, change):
    if axes_of(name) == 1 and change == "axes":
        change = "type"
    if name == "a.grib/t" and change == "type":
        change = "axes"
    file, path, data = folder / name.split("/")[0], f"{folder.name}/{name}", OTHERS[change]
    WRITERS[name](file, FIRST)
    old = server.open(zarr_format, f"files/{path}")
    remove(file)
    WRITERS[name](file, data)
    axes = 1 if axes_of(name) == 1 else FIRST.ndim
    if FIRST.ndim == data.ndim or axes == 1:
        assert chunk(server, zarr_format, path, axes).status_code == 409
    with pytest.raises(Exception, match="409"):
        old[...]
    new = server.open(zarr_format, f"files/{path}")
    np.testing.assert_array_equal(new[...], data.ravel() if axes == 1 else data)


@pytest.mark.parametrize("name", WRITERS)
def test_new_values_of_the_same_layout_are_read(server, folder, zarr_format, name):
    file, path = folder / name.split("/")[0], f"{folder.name}/{name}"
    WRITERS[name](file, FIRST)
    array = server.open(zarr_format, f"files/{path}")
    array[...]
    remove(file)
    WRITERS[name](file, FIRST + 1)
    np.testing.assert_array_equal(array[...].ravel(), (FIRST + 1).ravel())


def test_a_client_is_held_to_what_it_has_seen_itself(server, folder, zarr_format):
    """One that opened before the replacement is refused, one that opened after it is not."""
    np.save(folder / "a.npy", FIRST)
    path = f"zarr/v{zarr_format}/files/{folder.name}/a.npy"
    key = KEYS[zarr_format][1].join([*(["c"] if zarr_format == 3 else []), "0", "0"])
    body = {"path": f"files/{folder.name}/a.npy", "expires": "1h"}
    link = server.get("zarr/api/shares", "POST", json=body).json()["url"].partition("/zarr/")[2]
    late, document = f"zarr/{link}v{zarr_format}", KEYS[zarr_format][0]
    assert server.get(f"{path}/{document}").status_code == 200
    np.save(folder / "a.npy", OTHERS["type"])
    assert server.nobody(f"{late}/{document}").status_code == 200
    for _ in range(2):
        assert server.nobody(f"{late}/{key}").status_code == 200
        assert server.get(f"{path}/{key}").status_code == 409
    assert server.get(f"{path}/{document}").status_code == 200
    assert server.get(f"{path}/{key}").status_code == 200


def test_a_group_and_an_array_take_each_others_place(server, folder, zarr_format):
    group = folder / "a.zarr"
    zarr.create_array(group, name="g", data=FIRST)
    path = f"{folder.name}/a.zarr"
    assert document(server, zarr_format, f"{path}/g").status_code == 200
    shutil.rmtree(group)
    zarr.create_array(group, data=FIRST)
    assert chunk(server, zarr_format, f"{path}/g", 2).status_code == 409, "a group became an array"
    assert document(server, zarr_format, path).status_code == 200
    shutil.rmtree(group)
    zarr.create_array(group, name="g", data=FIRST)
    assert chunk(server, zarr_format, path, 2).status_code == 409, "an array became a group"


def test_a_level_is_no_chunk_of_the_array_in_its_groups_place(server, folder, zarr_format):
    """Its name is a number; the array has the very layout that the level had."""
    file, path = folder / "a.tif", f"files/{folder.name}/a.tif"
    data = np.arange(1, 128 * 128 + 1).reshape(128, 128).astype("u2")
    with tifffile.TiffWriter(file) as tiff:
        tiff.write(data, subifds=1, tile=(64, 64))
        tiff.write(data[::2, ::2], subfiletype=1, tile=(64, 64))
    old = server.open(zarr_format, path)["0"]
    np.testing.assert_array_equal(old[...], data)
    tifffile.imwrite(file, data, tile=(64, 64))
    with pytest.raises(Exception, match="409"):
        old[...]
    np.testing.assert_array_equal(server.open(zarr_format, path)[...], data)


def test_an_array_without_its_metadata_has_no_chunks(server, folder, zarr_format):
    store = folder / "a.zarr"
    zarr.create_array(store, data=FIRST, chunks=(2, 2))
    array = server.open(zarr_format, f"files/{folder.name}/a.zarr")
    (store / "zarr.json").unlink()
    assert chunk(server, zarr_format, f"{folder.name}/a.zarr", 2).status_code == 409
    with pytest.raises(Exception, match="409"):
        array[...]


def test_consolidated_metadata_are_remembered_too(server, folder, zarr_format):
    hdf5(folder / "a.h5", FIRST)
    group = server.open(zarr_format, f"files/{folder.name}/a.h5")
    assert "x" in list(group.keys())
    array = group["x"]
    hdf5(folder / "a.h5", OTHERS["type"])
    with pytest.raises(Exception, match="409"):
        array[...]
    hdf5(folder / "a.h5", FIRST, name="y")
    with pytest.raises(Exception, match="409"):
        array[...]


@pytest.mark.parametrize("view", ["portable", "drawn", "ome"])
def test_views_are_no_way_around(server, folder, zarr_format, view):
    np.save(folder / "a.npy", np.ones((64, 64), "u1"))
    level = "" if view == "portable" else "/0"
    path = f"zarr/v{zarr_format}/{view}/files/{folder.name}/a.npy{level}"
    told = server.get(f"{path}/{KEYS[zarr_format][0]}").json()
    axes = len(told["shape"])
    key = KEYS[zarr_format][1].join([*(["c"] if zarr_format == 3 else []), *["0"] * axes])
    assert server.get(f"{path}/{key}").status_code == 200
    np.save(folder / "a.npy", np.ones((64, 64), "u2"))
    assert server.get(f"{path}/{key}").status_code == 409
    (folder / "a.npy").unlink()
    assert server.get(f"{path}/{key}").status_code == 409


def test_share_links_are_no_way_around(server, folder, zarr_format):
    np.save(folder / "a.npy", FIRST)
    body = {"path": f"files/{folder.name}/a.npy", "expires": "1h"}
    url = server.get("zarr/api/shares", "POST", json=body).json()["url"].partition("/zarr/")[2]
    key = KEYS[zarr_format][1].join([*(["c"] if zarr_format == 3 else []), "0", "0"])
    nobody = replace(server, token="")
    assert nobody.get(f"zarr/{url}v{zarr_format}/{KEYS[zarr_format][0]}").status_code == 200
    np.save(folder / "a.npy", OTHERS["type"])
    assert nobody.get(f"zarr/{url}v{zarr_format}/{key}").status_code == 409
    (folder / "a.npy").unlink()
    assert nobody.get(f"zarr/{url}v{zarr_format}/{key}").status_code in {409, 503}


@pytest.mark.parametrize("name", ["0", "c", "1.5"])
def test_members_with_names_like_keys_are_members(server, folder, zarr_format, name):
    """And what is asked about absent ones to find out is answered that they are absent."""
    zarr.create_array(folder / "a.zarr", name=name, data=FIRST)
    path = f"{folder.name}/a.zarr"
    assert chunk(server, zarr_format, f"{path}/{name}", 2).status_code == 200
    np.testing.assert_array_equal(server.open(zarr_format, f"files/{path}/{name}")[...], FIRST)
    for absent in ("7", "labels", "c/c" if name == "c" else "d", "2.5"):
        for key in (".zarray", ".zgroup", ".zattrs", "zarr.json", ""):
            answer = server.get(f"zarr/v{zarr_format}/files/{path}/{absent}/{key}")
            assert answer.status_code == 404, (absent, key)


def test_an_array_that_grows_is_the_same_array(server, folder, zarr_format):
    store = zarr.create_array(folder / "a.zarr", shape=(4, 2), chunks=(2, 2), dtype="i4", fill_value=-1)
    store[:] = 7
    old = server.open(zarr_format, f"files/{folder.name}/a.zarr")
    store.append(np.full((2, 2), 8, "i4"))
    assert server.open(zarr_format, f"files/{folder.name}/a.zarr").shape == (6, 2)
    np.testing.assert_array_equal(old[...], np.full((4, 2), 7))
    store.resize((2, 2))
    with pytest.raises(Exception, match="409"):
        old[...]


def test_a_page_that_reads_again_frees_no_other_program(server, folder, zarr_format):
    """A viewer follows a replacement by itself; a notebook of the same user still has the old metadata."""
    np.save(folder / "a.npy", FIRST)
    old = server.open(zarr_format, f"files/{folder.name}/a.npy")
    np.save(folder / "a.npy", FIRST.astype("i2"))
    path = f"zarr/v{zarr_format}/files/{folder.name}/a.npy"
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    assert server.get(f"{path}/{KEYS[zarr_format][0]}", headers=browser).status_code == 200
    key = KEYS[zarr_format][1].join([*(["c"] if zarr_format == 3 else []), "0", "0"])
    assert server.get(f"{path}/{key}", headers=browser).status_code == 200
    with pytest.raises(Exception, match="409"):
        old[...]


@pytest.mark.parametrize("first", [np.ones((64, 4), "u2"), np.ones((3, 4, 1), "u2")], ids=["rows", "axes"])
def test_an_older_array_of_one_program_gets_no_fill_values(server, folder, zarr_format, first):
    """It reads chunks that the newer one cannot have, and takes an absence for the fill value."""

    def write(data: Any) -> None:
        zarr.create_array(
            folder / "a.zarr", data=data, chunks=(3, 4, 1)[: data.ndim], zarr_format=2, overwrite=True
        )

    write(first)
    old = server.open(zarr_format, f"files/{folder.name}/a.zarr")
    write(FIRST)
    new = server.open(zarr_format, f"files/{folder.name}/a.zarr")
    with pytest.raises(Exception, match="409"):
        old[...]
    np.testing.assert_array_equal(new[...], FIRST)
