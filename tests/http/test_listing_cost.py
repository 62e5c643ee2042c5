"""What it costs to list a dataset of 300 arrays, in real HTTP requests of zarr-python 3.

The bound is three: it holds where the format is given, as then zarr-python asks for nothing of the other
one. Without it there is one more, the 404 that tells the formats apart.
"""

from collections.abc import Callable, Iterator
from functools import partial, partialmethod
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import fsspec
import numpy as np
import pytest
import zarr

from tests.clients import gdal
from tests.kernels.jupyter import running_kernel
from tests.server import Server

NAMES = [f"array {number}" for number in range(300)]
PUBLISH = f"""
import numpy as np
import jupyter_zarr_serve as jz
jz.publish(many={{name: np.full(2, number, "<i4") for number, name in enumerate({NAMES})}})
"""
# What opening costs, and so what everything costs: nothing more is asked.
GIVEN = {2: [".zattrs", ".zgroup", ".zmetadata"], 3: ["zarr.json"]}
PROBED = [".zattrs", ".zgroup", ".zmetadata", "zarr.json"]
MOST = 3
UNCONSOLIDATED = {2: 3 * len(NAMES) + 3, 3: len(NAMES) + 2}

Open = Callable[..., zarr.Group]


def by_mapper(url: str, options: dict[str, Any], **kwargs: Any) -> zarr.Group:
    return zarr.open_group(fsspec.get_mapper(url, **options), mode="r", **kwargs)


def by_url(url: str, options: dict[str, Any], **kwargs: Any) -> zarr.Group:
    return zarr.open_group(url, mode="r", storage_options=options, **kwargs)


def keys(group: zarr.Group) -> None:
    assert sorted(group.keys()) == sorted(NAMES)


def members(group: zarr.Group) -> None:
    found = dict(group.members())
    assert sorted(found) == sorted(NAMES)
    assert {array.shape for array in found.values()} == {(2,)}


def tree(group: zarr.Group) -> None:
    told = str(group.tree())
    assert len(told.splitlines()) > len(NAMES)
    assert "array 0 (2,) int32" in told


@pytest.fixture(scope="module")
def paths(served_dir: Path, server: Server) -> Iterator[dict[str, str]]:
    arrays = {name: np.full(2, number, "<i4") for number, name in enumerate(NAMES)}
    np.savez(served_dir / "many.npz", **arrays)
    with running_kernel(server) as kernel:
        kernel.run(PUBLISH)
        yield {"disk": "files/many.npz", "kernel": f"{kernel.path}/many"}


@pytest.fixture(params=["disk", "kernel"])
def url(request: pytest.FixtureRequest, paths: dict[str, str], server: Server, zarr_format: int) -> str:
    return server.store_url(zarr_format, paths[request.param])


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URL of every request that aiohttp, which fsspec uses, sends from now on."""
    seen: list[str] = []

    async def note(session: Any, context: Any, request: aiohttp.TraceRequestStartParams) -> None:
        seen.append(str(request.url))

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(note)
    begin = partialmethod(aiohttp.ClientSession.__init__, trace_configs=[trace])
    monkeypatch.setattr(aiohttp.ClientSession, "__init__", begin)
    return seen


@pytest.fixture
def options(request: pytest.FixtureRequest, server: Server) -> dict[str, Any]:
    """Options that are new to fsspec, so that it makes a file system, whose requests are seen."""
    return {"client_kwargs": {"headers": {**server.headers, "X-Test": request.node.name}}}


@pytest.fixture(params=[by_mapper, by_url])
def opened(request: pytest.FixtureRequest, url: str, options: dict[str, Any]) -> Open:
    """Opens the dataset, by a mapper or by its URL."""
    return partial(request.param, url, options)


def below(url: str, sent: list[str]) -> list[str]:
    """The keys that were asked for."""
    return sorted(one.removeprefix(url).strip("/") for one in sent)


@pytest.mark.parametrize("ask", [keys, tree, members])
def test_with_the_format(opened, url, zarr_format, sent, ask):
    ask(opened(zarr_format=zarr_format))
    assert below(url, sent) == GIVEN[zarr_format]
    assert len(sent) <= MOST


@pytest.mark.parametrize("ask", [keys, tree, members])
def test_without_the_format(opened, url, zarr_format, sent, ask):
    group = opened()
    assert group.metadata.zarr_format == zarr_format
    ask(group)
    assert below(url, sent) == PROBED


def test_a_tree_without_consolidated_metadata(url, zarr_format, options):
    tree(by_mapper(url, options, zarr_format=zarr_format, use_consolidated=False))


@pytest.mark.parametrize("ask", [keys, members])
def test_without_consolidated_metadata(url, zarr_format, sent, options, ask):
    """One listing, and the documents of each array."""
    ask(by_mapper(url, options, zarr_format=zarr_format, use_consolidated=False))
    asked = below(url, sent)
    assert asked.count("") == 1
    assert {key.rpartition("/")[0] for key in asked} - {""} == {quote(name) for name in NAMES}
    assert len(asked) == UNCONSOLIDATED[zarr_format]


@pytest.mark.parametrize("use_consolidated", [True, False])
def test_a_refused_member_is_left_out_everywhere(
    served_dir, server: Server, zarr_format, options, use_consolidated
):
    np.savez(served_dir / "refused.npz", good=np.arange(3), bad=np.array([{}]))
    url = server.store_url(zarr_format, "files/refused.npz")
    group = by_mapper(url, options, zarr_format=zarr_format, use_consolidated=use_consolidated)
    assert list(group.keys()) == ["good"]
    document = {2: ".zarray", 3: "zarr.json"}[zarr_format]
    answer = server.get(f"zarr/v{zarr_format}/files/refused.npz/bad/{document}")
    assert answer.status_code == 422
    assert "bad.npy: holds pickled Python objects" in answer.json()["message"]


def test_links_name_every_array(url, options):
    listed = fsspec.filesystem("http", **options).ls(f"{url}/", detail=False)
    assert sorted(one.removeprefix(url).strip("/") for one in listed) == sorted(NAMES)


def test_json_names_every_array(url, zarr_format, server: Server):
    path = url.removeprefix(server.url)
    told = server.get(f"{path}/", headers={"Accept": "application/json"}).json()
    assert told == {"kind": "group", "members": dict.fromkeys(NAMES, "array")}


@gdal.needs_gdal
def test_gdal_lists_a_folder_of_arrays(served_dir: Path, server: Server):
    """By the page titled "Index of": folders have no consolidated metadata."""
    names = [f"{number}.npy" for number in range(20)]
    (served_dir / "of-many").mkdir()
    for number, name in enumerate(names):
        np.save(served_dir / "of-many" / name, np.full(2, number))
    page = server.get("zarr/v2/files/of-many/")
    assert "<title>Index of /zarr/v2/files/of-many/</title>" in page.text
    assert server.get("zarr/v2/files/of-many/.zmetadata").status_code == 404
    found = gdal.information(server.store_url(2, "files/of-many"), server.headers, "-detailed")
    assert {name: array["values"] for name, array in found["arrays"].items()} == {
        name: [number, number] for number, name in enumerate(names)
    }
