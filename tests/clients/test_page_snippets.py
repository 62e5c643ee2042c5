"""The code that pages show does what it says, as it is shown but for the token: each in its own client."""

import ast
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
import requests
import xarray as xr
import zarr

from jupyter_zarr_serve.snippets import OPEN
from tests.clients.browser import needs_browser
from tests.clients.environments import on_top
from tests.clients.node import NODE, programs
from tests.clients.verdicts import PROGRAM_SECONDS
from tests.kernels.jupyter import Kernel, running_kernel
from tests.pages.visits import visits
from tests.server import Server, running_server

pytestmark = needs_browser

IMAGE = np.arange(12, dtype="<u2").reshape(3, 4)
SPEEDS = xr.Dataset(
    {"speed": (("y", "x"), np.arange(6, dtype="f4").reshape(2, 3))}, attrs={"title": "<Run>"}
)
GRID = SPEEDS.assign_coords(x=[10, 20, 30])
FRAME = pd.DataFrame({"n": [1, 2, 3], "t": ["a", "<b>", ""]})
FOR_ARRAYS = {"zarr-python", "xarray", "dask", "tensorstore", "zarrita", OPEN}
FOR_IMAGES = FOR_ARRAYS | {"napari"}
FOR_GROUPS = {"zarr-python", "xarray", "zarrita", OPEN}
FOR_FOLDERS = FOR_GROUPS - {"xarray"}
FOR_TABLES = FOR_GROUPS | {"pandas"}
KINDS: dict[str, tuple[list[Any], set[str]]] = {  # values, and clients that do not read them
    "?": ([1, 0], set()), "<i8": ([1, -2], set()), "<u8": ([1, 2], set()), "<f4": ([1, 2], set()),
    "<f2": ([1, 2], {"zarrita"}), "<c8": ([1, 2], {"zarrita"}),
    "<M8[s]": ([1, 2], {"zarrita", "tensorstore"}), "<U3": (["a", "bc"], {"zarrita", "tensorstore"}),
}  # fmt: skip
NAPARI = """
import json, sys
import napari, napari.view_layers
import numpy as np
from napari.components import ViewerModel
napari.view_layers.Viewer = lambda **_: ViewerModel()
napari.run = lambda: None
exec(sys.stdin.read())
data = layers.data if layers.multiscale else [layers.data]
print(json.dumps([[list(level.shape) for level in data], int(np.max(np.asarray(data[-1])))]))
"""
PUBLISH = """
import numpy as np
import jupyter_zarr_serve as jz
jz.publish(image=np.arange(12, dtype="<u2").reshape(3, 4))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose base URL is like those of a hub."""
    folder = tmp_path_factory.mktemp("served")
    np.save(folder / "an image.npy", IMAGE)
    np.save(folder / "large.npy", np.full((2000, 1500), 11, "u2"))
    SPEEDS.to_netcdf(folder / "run.nc", engine="netcdf4")
    GRID.to_netcdf(folder / "grid.nc", engine="netcdf4")
    mixed = zarr.open_group(folder / "mix.zarr", mode="w")  # x has two lengths: no dataset
    for name, length in (("short", 2), ("long", 3)):
        mixed.create_array(name, data=np.arange(length), dimension_names=["x"])
    for number, (dtype, (values, _)) in enumerate(KINDS.items()):
        np.save(folder / f"kind {number}.npy", np.array(values).astype(dtype))
    FRAME.to_parquet(folder / "table.parquet", index=False)
    with running_server(
        folder, tmp_path_factory.mktemp("jupyter"), "--ServerApp.base_url=/user/ann/"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def kernel(server: Server) -> Iterator[Kernel]:
    with running_kernel(server) as kernel:
        kernel.run(PUBLISH)
        yield kernel


@dataclass(frozen=True)
class Subject:
    """What a page is of: how many of its clients there are, and whether a value is right."""

    titles: set[str]
    path: str
    is_right: Callable[[Any], bool]
    javascript: str
    told: Any
    opened: str = "ndarray"


def is_image(value: Any) -> bool:
    array = np.asarray(value)
    return array.dtype == IMAGE.dtype and np.array_equal(array, IMAGE)


def is_speeds(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) == {"speed"} and np.array_equal(value["speed"][...], SPEEDS["speed"])
    return bool(value.load().identical(SPEEDS))


def is_field(value: Any) -> bool:
    if isinstance(value, xr.DataArray) and value.dims != ("y", "x"):
        return False
    return np.array_equal(np.asarray(value), SPEEDS["speed"])


def is_gridded(value: Any) -> bool:
    if isinstance(value, xr.DataArray) and not value.load().identical(GRID["speed"]):
        return False
    return np.array_equal(np.asarray(value), GRID["speed"])


def is_mixed(value: Any) -> bool:
    return set(value) == {"short", "long"}


def is_folder(value: Any) -> bool:
    return {"grid.nc", "run.nc", "mix.zarr"} <= set(value)


def is_column(value: Any) -> bool:
    return list(np.asarray(value)) == list(FRAME["n"])


def is_table(value: Any) -> bool:
    columns = {name: value[name][...] if isinstance(value, dict) else value[name].values for name in FRAME}
    return all(list(columns[name]) == list(FRAME[name]) for name in FRAME)


WHOLE = (
    "const { shape, data } = await zarr.get(array);\n"
    "console.log(JSON.stringify([shape, Array.from(data)]));"
)
MANY = "console.log(JSON.stringify(Array.from((await zarr.get(array)).data, Number)));"
MEMBER = (
    'const array = await zarr.open(group.resolve("NAME"), { kind: "array" });\n'
    "console.log(JSON.stringify(Array.from((await zarr.get(array)).data, Number)));"
)
SUBJECTS = {
    "array": Subject(FOR_IMAGES, "files/an%20image.npy", is_image, WHOLE, [[3, 4], list(range(12))]),
    "field": Subject(FOR_IMAGES, "files/run.nc/speed/", is_field, WHOLE, [[2, 3], list(range(6))]),
    "dataset": Subject(
        FOR_GROUPS,
        "files/run.nc",
        is_speeds,
        MEMBER.replace("NAME", "speed"),
        list(range(6)),
        "Dataset",
    ),
    "variable with coordinates": Subject(
        FOR_IMAGES, "files/grid.nc/speed", is_gridded, WHOLE, [[2, 3], list(range(6))]
    ),
    "column": Subject(FOR_ARRAYS, "files/table.parquet/n", is_column, MANY, [1, 2, 3]),
    "arrays that are no dataset": Subject(
        FOR_FOLDERS, "files/mix.zarr", is_mixed, MEMBER.replace("NAME", "long"), [0, 1, 2], "dict"
    ),
    "folder": Subject(
        FOR_FOLDERS, "files/", is_folder, MEMBER.replace("NAME", "mix.zarr/long"), [0, 1, 2], "dict"
    ),
    "table": Subject(
        FOR_TABLES, "files/table.parquet/", is_table, MEMBER.replace("NAME", "n"), [1, 2, 3], "DataFrame"
    ),
}


def shown(server: Server, *paths: str) -> list[dict[str, str]]:
    """The code of pages by the names of clients, as a browser shows it; it is what copying gives."""
    told = visits(server, [{"path": path} for path in paths])
    assert [page["errors"] for page in told] == [[]] * len(paths)
    return [dict(page["snippets"]) for page in told]


@pytest.fixture(scope="module")
def codes_of(server: Server) -> dict[str, dict[str, str]]:
    """The code of the pages of all subjects and kinds; one browser shows them all."""
    below = [*(subject.path for subject in SUBJECTS.values()), *map(file_of, KINDS)]
    paths = [f"zarr/v{zarr_format}/{path}" for path in below for zarr_format in (2, 3)]
    return dict(zip(paths, shown(server, *paths), strict=True))


def file_of(dtype: str) -> str:
    """The path of the file of a kind."""
    return f"files/kind {list(KINDS).index(dtype)}.npy"


def result(code: str) -> Any:
    """What a cell with that code shows: the value of its last expression."""
    *before, last = ast.parse(code).body
    assert isinstance(last, ast.Expr)
    names: dict[str, Any] = {}
    exec(compile(ast.Module(before, []), "<page>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<page>", "eval"), names)


def in_node(code: str) -> Any:
    """What a module of JavaScript prints."""
    done = subprocess.run(
        [NODE, "--input-type=module", "--eval", code], cwd=programs(),
        capture_output=True, text=True, check=False, timeout=PROGRAM_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def check(subject: Subject, codes: dict[str, str], token: str) -> None:
    """Run all code of a page but that for a notebook's cell, and that for a program with windows."""
    for title, code in codes.items():
        if title == "napari":
            continue
        assert token == "" or token not in code
        taken = 'token = "..."' if title == "zarrita" else 'token = os.environ["JUPYTER_TOKEN"]'
        assert (code.count(taken) == 1) is bool(token), title
        mine = code.replace(taken, f'token = "{token}"')
        if title == "zarrita":
            assert in_node(f"{mine}\n{subject.javascript}") == subject.told
        else:
            assert subject.is_right(result(mine)), title


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_code_of_a_page_runs(server: Server, kernel: Kernel, codes_of, zarr_format, name):
    subject = SUBJECTS[name]
    codes = dict(codes_of[f"zarr/v{zarr_format}/{subject.path}"])
    assert set(codes) == subject.titles
    cell = codes.pop(OPEN)
    assert server.token not in cell
    check(subject, codes, server.token)
    *_, last = ast.parse(cell).body
    printed = kernel.run(f"{cell}\nprint(type({ast.unparse(last)}).__name__)")
    assert printed.split()[-1] == subject.opened


def test_napari_shows_an_image_and_the_levels_of_one(server: Server, codes_of, tmp_path):
    """Its layers read for themselves; its windows are left out."""
    array = codes_of["zarr/v3/files/an%20image.npy"]["napari"]
    (levels,) = shown(server, "zarr/v3/ome/files/large.npy")
    for code, shapes in ((array, [[3, 4]]), (levels["napari"], [[2000, 1500], [1000, 750], [500, 375]])):
        done = subprocess.run(
            [on_top("napari", "napari>=0.6"), "-c", NAPARI], input=code, capture_output=True, text=True,
            check=False, timeout=PROGRAM_SECONDS,
            env={**os.environ, "JUPYTER_SERVER_URL": server.url, "JUPYTER_TOKEN": server.token},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        assert json.loads(done.stdout.splitlines()[-1]) == [shapes, 11]


@pytest.mark.parametrize("dtype", KINDS)
def test_only_clients_that_read_it_are_offered(server: Server, codes_of, zarr_format, dtype):
    values = np.array(KINDS[dtype][0]).astype(dtype)
    codes = dict(codes_of[f"zarr/v{zarr_format}/{file_of(dtype)}"])
    assert set(codes) == FOR_ARRAYS - KINDS[dtype][1]
    codes.pop(OPEN)

    def is_same(value: Any) -> bool:
        array = np.asarray(value)
        return array.dtype == values.dtype and np.array_equal(array, values)

    javascript = "console.log(JSON.stringify(Array.from((await zarr.get(array)).data, Number)));"
    check(Subject(set(), "", is_same, javascript, KINDS[dtype][0]), codes, server.token)


def test_of_a_variable(server: Server, kernel: Kernel, zarr_format):
    (codes,) = shown(server, f"zarr/v{zarr_format}/{kernel.path}/image")
    cell = codes.pop(OPEN)
    check(SUBJECTS["array"], codes, server.token)
    *_, values = kernel.run(f"{cell}\nprint(array[...].tolist())").strip().splitlines()
    assert json.loads(values) == IMAGE.tolist()


@contextmanager
def link_to(server: Server, path: str) -> Iterator[str]:
    """The path of a share link below the server's base URL, while it lives."""
    told = server.get("zarr/api/shares", "POST", json={"path": path}).json()
    try:
        yield told["link"].removeprefix("/user/ann/")
    finally:
        server.get(f"zarr/api/shares/{told['id']}", "DELETE")


SHARED = [
    ("files/an image.npy", "", "array"),
    ("files/run.nc", "speed", "field"),
    ("files/run.nc", "", "dataset"),
    ("files/table.parquet", "", "table"),
]


@pytest.fixture(scope="module")
def links(server: Server) -> Iterator[dict[tuple[str, str, int], tuple[str, dict[str, str]]]]:
    """The page below a link and its code, for each of what is shared; one browser shows them all."""
    with ExitStack() as stack:
        link_of = {path: stack.enter_context(link_to(server, path)) for path in {row[0] for row in SHARED}}
        keys = [(shared, below, number) for shared, below, _ in SHARED for number in (2, 3)]
        pages = [f"{link_of[shared]}v{number}/{below}" for shared, below, number in keys]
        yield dict(zip(keys, zip(pages, shown(server, *pages), strict=True), strict=True))


@pytest.mark.parametrize(("shared", "below", "name"), SHARED)
def test_the_code_of_a_page_below_a_link_runs_without_a_token(
    server: Server, links, zarr_format, *, shared, below, name
):
    subject = SUBJECTS[name]
    page, told = links[shared, below, zarr_format]
    codes = dict(told)
    assert set(codes) == subject.titles
    codes.pop(OPEN)
    check(subject, codes, "")
    plain = requests.get(server.url + page, headers={"Accept": "text/html"}, timeout=60).text
    secret = page.split(f"/v{zarr_format}/")[0].split("/")[-1]
    assert secret not in plain, "without its script the page does not tell the link"
