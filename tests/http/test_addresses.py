"""Every spelling of a group's address that a client makes lists its members."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import fsspec
import h5py
import numpy as np
import pytest
import zarr
from obstore.store import HTTPStore

from tests.clients.environments import zarr2
from tests.server import Server

NAMES = {
    "files/addresses": ["a.npy", "run.h5", "s.zarr", "with space"],
    "files/addresses/with%20space": ["é.npy"],
    "files/addresses/run.h5": ["g"],
    "files/addresses/run.h5/g": ["d"],
    "files/addresses/s.zarr": ["0", "n"],
}
SLASHES = ["", "/", "//", "///"]


@pytest.fixture(scope="module", autouse=True)
def folder(served_dir: Path) -> Iterator[Path]:
    made = served_dir / "addresses"
    (made / "with space").mkdir(parents=True)
    np.save(made / "a.npy", np.arange(3))
    np.save(made / "with space" / "é.npy", np.arange(3))
    with h5py.File(made / "run.h5", "w") as file:
        file["g/d"] = np.arange(3)
    group = zarr.open_group(made / "s.zarr", mode="w")
    for name in ("0", "n"):
        group.create_array(name, data=np.arange(3))
    return made


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", NAMES)
def test_zarr_python_lists_it(server: Server, zarr_format, path, slash):
    url = f"{server.url}zarr/v{zarr_format}/{path}{slash}"
    group = zarr.open_group(fsspec.get_mapper(url, client_kwargs={"headers": server.headers}), mode="r")
    assert sorted(group.keys()) == NAMES[path]
    if "0" in NAMES[path]:
        assert group["0"][:].tolist() == [0, 1, 2]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", NAMES)
def test_obstore_lists_it(server: Server, zarr_format, path, slash):
    url = f"{server.url}zarr/v{zarr_format}/{path}{slash}"
    options = {"default_headers": server.headers, "allow_http": True}
    store = zarr.storage.ObjectStore(HTTPStore.from_url(url, client_options=options))
    assert sorted(zarr.open_group(store, mode="r").keys()) == NAMES[path]


def test_zarr_python_2_lists_it(server: Server):
    code = f"""
import fsspec, zarr
for slash in {SLASHES}:
    url = {server.url!r} + "zarr/v2/files/addresses" + slash
    mapper = fsspec.get_mapper(url, client_kwargs={{"headers": {server.headers}}})
    print(*sorted(zarr.open_group(mapper, mode="r").keys()), sep="|")
"""
    told = subprocess.run([zarr2(), "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == ["|".join(NAMES["files/addresses"])] * len(SLASHES)


@pytest.mark.parametrize("slash", SLASHES)
@pytest.mark.parametrize("path", NAMES)
def test_slashes_change_nothing(server: Server, zarr_format, path, slash):
    """Those behind a group's address, and so those before a document, a member or a chunk."""
    plain = f"zarr/v{zarr_format}/{path}"
    listing = {"Accept": "application/json"}
    assert server.get(plain + slash, headers=listing).json() == server.get(plain, headers=listing).json()
    document = {2: ".zgroup", 3: "zarr.json"}[zarr_format]
    assert server.get(f"{plain}/{slash}{document}").content == server.get(f"{plain}/{document}").content
    member = f"{NAMES[path][0]}".replace("é", "%C3%A9")
    assert server.get(f"{plain}/{slash}{member}{slash}", headers=listing).status_code == 200
    assert server.get(f"{plain}/{slash}nothing{slash}").status_code == 404
    if member.endswith("npy"):
        chunk = {2: "0", 3: "c/0"}[zarr_format]
        assert server.get(f"{plain}/{slash}{member}/{slash}{chunk}").status_code == 200


@pytest.mark.parametrize("root", ["", "zarr", "zarr/", "zarr/v3", "zarr/v3/"])
@pytest.mark.parametrize("place", ["{}", "/{}", "{}/", "//{}//"])
def test_a_store_whose_root_is_further_up_finds_it(server: Server, root, place):
    whole = "zarr/v3/files/addresses/run.h5/g"
    path = place.format(whole.removeprefix(root).strip("/"))
    store = zarr.storage.FsspecStore.from_url(server.url + root, storage_options=server.storage_options)
    assert list(zarr.open_group(store, path=path, mode="r").keys()) == ["d"]
    options = {"default_headers": server.headers, "allow_http": True}
    store = zarr.storage.ObjectStore(HTTPStore.from_url(server.url + root, client_options=options))
    assert zarr.open_group(store, path=path, mode="r")["d"][:].tolist() == [0, 1, 2]


@pytest.mark.parametrize("before", ["", "/", "//"])
@pytest.mark.parametrize("behind", ["/", "//", "///"])
def test_slashes_around_the_first_part_change_nothing(server: Server, before, behind):
    for rest in ("v3/files/addresses/zarr.json", "v2/files/addresses/a.npy/0", "api/node?path=files"):
        plain, spelled = (server.get(path) for path in (f"zarr/{rest}", f"{before}zarr{behind}{rest}"))
        assert (spelled.status_code, spelled.content) == (200, plain.content)
    assert server.nobody(f"{before}zarr{behind}v3/files/zarr.json").status_code in {401, 403}
    assert server.get(f"{before}zarrs{behind}v3/zarr.json").status_code == 404


@pytest.mark.parametrize("slash", SLASHES)
def test_a_link_is_bounded_by_the_path_that_is_meant(server: Server, slash):
    body = {"path": "files/addresses/with space", "expires": "1h"}
    url = server.get("zarr/api/shares", "POST", json=body).json()["url"].partition("/zarr/")[2]
    shared = f"zarr/{url}v3{slash}"
    told = server.nobody(shared, Accept="application/json")
    assert list(told.json()["members"]) == ["é.npy"]
    token = url.removeprefix("s/")
    for spelled in (f"/zarr/s{slash}/{token}", f"zarr/{slash}s/{token}{slash}"):
        found = server.nobody(f"{spelled.rstrip('/')}/{slash}v3/é.npy/c/0".replace("é", "%C3%A9"))
        assert (found.status_code, found.headers["Content-Type"]) == (200, "application/octet-stream")
    for outside in ("../a.npy", "..%2Fa.npy", "%2E%2E/a.npy", "/../a.npy"):
        assert server.nobody(f"{shared}/{outside}/zarr.json").status_code in {403, 404}
