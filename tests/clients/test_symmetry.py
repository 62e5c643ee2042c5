"""What is both on disk and in a kernel is the same, byte for byte, in both formats."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
import requests

from jupyter_zarr_serve.core.known_names import MADE_OF
from tests import torture
from tests.clients.conftest import Jury

PATHS = [path for path in torture.leaves() if len(torture.sides(path)) == 2]
DOCUMENTS = {2: (".zarray", ".zattrs"), 3: ("zarr.json",)}
# Stores have chunks and codecs of their own, which are sent as they are; their values are compared
# by the clients.
STORES = ("fills-v2.zarr", "fills-v3.zarr", "annotations-v2.zarr", "annotations-v3.zarr")
# What only the data of a file would tell: which categories a column has, and whether any is missing.
OF_DATA = ("categories", "ordered", "missing")
# What only an object can tell: what it was. Its values and all other attributes are those of a file.
OF_OBJECTS = MADE_OF


class Side:
    """The answers of one side and format."""

    def __init__(self, jury: Jury, side: str, zarr_format: int) -> None:
        self.url = jury.url(side, zarr_format)
        self.zarr_format = zarr_format
        self.session = requests.Session()
        self.session.headers.update(jury.server.headers)

    def get(self, path: str, key: str, **headers: str) -> requests.Response:
        return self.session.get(f"{self.url}/{quote(path)}/{key}", headers=headers, timeout=60)

    def documents(self, path: str) -> list[dict[str, Any]]:
        documents = [self.get(path, key).json() for key in DOCUMENTS[self.zarr_format]]
        unequal = (OF_OBJECTS, *(OF_DATA if path.startswith("tables/categories") else ()))
        for told in (documents[-1], documents[-1].get("attributes", {})):
            for name in unequal:
                told.pop(name, None)
        return documents

    def chunk(self, path: str, key: str) -> tuple[int, bytes]:
        answer = self.get(path, key)
        return answer.status_code, answer.content if answer.ok else b""

    def members(self, path: str) -> Any:
        return self.get(path, "", Accept="application/json").json()


def chunk_keys(document: dict[str, Any]) -> list[str]:
    is_v3 = document["zarr_format"] == 3
    chunks = document["chunk_grid"]["configuration"]["chunk_shape"] if is_v3 else document["chunks"]
    grid = [range(-(-n // c)) for n, c in zip(document["shape"], chunks, strict=True)]
    coords = [list(map(str, place)) for place in itertools.product(*grid)]
    if is_v3:
        return ["/".join(["c", *place]) for place in coords]
    return [".".join(place) or "0" for place in coords]


@pytest.fixture
def both(jury_server: Jury, zarr_format: int) -> tuple[Side, Side]:
    return Side(jury_server, "disk", zarr_format), Side(jury_server, "kernel", zarr_format)


def test_documents_and_chunks(both):
    paths = [path for path in PATHS if not path.startswith(STORES)]
    assert len(paths) > 300

    def differences(path: str) -> list[str]:
        documents, others = [side.documents(path) for side in both]
        if documents != others:
            return [f"{path}: {documents} is not {others}"]
        keys = chunk_keys(documents[0])
        return [f"{path}/{key}" for key in keys if len({side.chunk(path, key) for side in both}) > 1]

    with ThreadPoolExecutor(4) as pool:
        assert list(itertools.chain.from_iterable(pool.map(differences, paths))) == []


def test_members_and_attributes_of_groups(both):
    groups = {path.rpartition("/")[0] for path in PATHS} - {""}
    for path in sorted(groups):
        disk, kernel = [side.members(path) for side in both]
        assert disk.pop("kind") == kernel.pop("kind") == "group"
        assert dict(sorted(disk["members"].items())) == dict(sorted(kernel["members"].items())), path
        disk, kernel = [attributes_of(side, path) for side in both]
        assert disk == kernel, path


def attributes_of(side: Side, path: str) -> Any:
    document = json.loads(side.get(path, ".zattrs" if side.zarr_format == 2 else "zarr.json").content)
    told = document if side.zarr_format == 2 else document["attributes"]
    return {name: value for name, value in told.items() if name != OF_OBJECTS}
