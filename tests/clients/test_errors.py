"""Every client raises when a chunk cannot be had, and fills when it is absent; GDAL alone always fills."""

import errno
import textwrap
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import aiohttp
import numpy as np
import pytest
import requests
import tensorstore as ts
import zarr

from tests.clients import gdal
from tests.clients.browser import browse, by_token, needs_browser
from tests.clients.conftest import Jury
from tests.clients.node import answers_of_script
from tests.clients.test_tensorstore import opened
from tests.clients.test_tensorstore import read as by_tensorstore
from tests.clients.verdicts import Answer, Question
from tests.clients.zarr_python import CLIENTS
from tests.kernels.jupyter import Kernel, running_kernel
from tests.server import Server

Reading = Callable[[Question], Iterable[Answer]]

# By name: what an array raises instead of giving its values, and the status that clients see.
FAILING = {
    "absent": ("NotFound('absent')", 404),
    "forbidden": ("Forbidden('forbidden')", 403),
    "replaced": ("Replaced('replaced')", 409),
    "unreadable": ("ValueError('unreadable')", 422),
    "busy": (f"OSError({errno.EBUSY}, 'busy')", 503),
}
RAISED = {name: raised for name, (raised, _) in FAILING.items()}
PUBLISH = f"""
    import dask, dask.array as da
    import jupyter_zarr_serve as jz
    from jupyter_zarr_serve.core.errors import Forbidden, NotFound, Replaced

    def failing(error):
        def block():
            raise error
        return da.from_delayed(dask.delayed(block)(), (4,), "<f4")

    jz.publish(failing={{{", ".join(f"{name!r}: failing({raised})" for name, raised in RAISED.items())}}})
"""


@pytest.fixture(scope="module")
def kernel(jury_server: Jury) -> Iterable[Kernel]:
    with running_kernel(jury_server.server) as running:
        running.run(textwrap.dedent(PUBLISH))
        yield running


@pytest.fixture
def question(jury_server: Jury, kernel: Kernel, zarr_format) -> Question:
    server = jury_server.server
    return Question(
        server.store_url(zarr_format, f"{kernel.path}/failing"), zarr_format, list(FAILING), server.headers
    )


def test_the_statuses(jury_server: Jury, question: Question, zarr_format):
    key = "c/0" if zarr_format == 3 else "0"
    found = {
        name: requests.get(
            f"{question.url_of(name)}/{key}", headers=question.headers, timeout=60
        ).status_code
        for name in FAILING
    }
    assert found == {name: status for name, (_, status) in FAILING.items()}


@dataclass(frozen=True)
class Client:
    """A client; `formats` are those that it reads, `patient` it is if it retries for long."""

    name: str
    read: Reading
    formats: tuple[int, ...] = (2, 3)
    is_patient: bool = False


NODE = [
    Client("zarrita", partial(answers_of_script, "zarrita_reads.js")),
    Client("zarr.js", partial(answers_of_script, "zarr_js_reads.js"), formats=(2,)),
]
PYTHON = [Client(one.name, one.answers, is_patient=one.name == "obstore") for one in CLIENTS]
TENSORSTORE = Client("tensorstore", by_tensorstore, is_patient=True)


def check(client: Client, question: Question) -> None:
    """See that the client fills what is absent, and nothing else."""
    if question.zarr_format not in client.formats:
        return
    paths = [name for name in FAILING if not (client.is_patient and name == "busy")]
    told = {answer["path"]: answer for answer in client.read(replace(question, paths=paths))}
    assert {path for path in paths if "error" not in told[path]} == {"absent"}, told


@pytest.mark.parametrize("client", [*PYTHON, TENSORSTORE], ids=lambda client: client.name)
def test_a_failure_raises(question: Question, client: Client):
    check(client, question)


@pytest.mark.parametrize("client", NODE, ids=lambda client: client.name)
def test_a_failure_raises_in_node(question: Question, client: Client):
    check(client, question)


@needs_browser
def test_a_failure_raises_in_a_browser(jury_server: Jury, question: Question):
    questions = [question, by_token(question)]
    told, _ = browse(jury_server.origin, questions)
    for asked, answers in zip(questions, told, strict=True):
        assert {answer["path"] for answer in answers if "error" not in answer} == {"absent"}, asked


@gdal.needs_gdal
def test_gdal_fills_whatever_fails(jury_server: Jury, kernel: Kernel):
    url = jury_server.server.store_url(2, f"{kernel.path}/failing")
    found = gdal.information(url, jury_server.server.headers, "-detailed")
    assert {name: array["values"] for name, array in found["arrays"].items()} == dict.fromkeys(
        FAILING, ["NaN"] * 4
    )


def refuses(client: Client, question: Question) -> bool:
    try:
        return all("error" in answer for answer in client.read(question))
    except Exception as error:  # noqa: BLE001 (what opens the group first raises)
        return "401" in str(error)


@pytest.mark.parametrize("client", [*PYTHON, TENSORSTORE], ids=lambda client: client.name)
def test_without_a_token_nothing_opens(question: Question, client: Client):
    assert refuses(client, replace(question, headers={}))


@pytest.mark.parametrize("client", NODE, ids=lambda client: client.name)
def test_without_a_token_nothing_opens_in_node(question: Question, client: Client):
    assert refuses(client, replace(question, headers={}))


def test_what_is_replaced_after_it_was_opened_raises(jury_server: Jury, kernel: Kernel, zarr_format):
    name = f"changing{zarr_format}"
    kernel.run(f"import numpy as np; jz.publish({name}=np.arange(4))")
    server = jury_server.server
    here = Question(server.store_url(zarr_format, kernel.path), zarr_format, [name], server.headers)
    array: ts.TensorStore = opened(here, name).result()
    zarr_array = server.open(zarr_format, f"{kernel.path}/{name}")
    kernel.run(f"jz.publish({name}=np.arange(4, dtype='f4'))")
    with pytest.raises(ValueError, match="409"):
        array.read().result()
    with pytest.raises(aiohttp.ClientResponseError, match="409"):
        zarr_array[...]
    assert opened(here, name).result().read().result().tolist() == [0, 1, 2, 3]


def test_a_dead_kernel_raises(jury_server: Jury, zarr_format):
    server = jury_server.server
    with running_kernel(server) as kernel:
        kernel.run("import jupyter_zarr_serve as jz, numpy as np; jz.publish(a=np.ones(4))")
        array = server.open(zarr_format, f"{kernel.path}/a")
        assert array[...].tolist() == [1] * 4
        kernel.run("import os; os._exit(1)", wait=False)
        with pytest.raises(aiohttp.ClientResponseError, match="503"):
            read_until_it_raises(array, [1] * 4)


def read_until_it_raises(array: zarr.Array, expected: list[float]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert array[...].tolist() == expected


@pytest.fixture(scope="module")
def damaged(served_dir: Path) -> None:
    for zarr_format, key in ((2, "1"), (3, "c/1")):
        store = served_dir / f"damaged-v{zarr_format}.zarr"
        array = zarr.create_array(
            str(store), shape=8, chunks=4, dtype="i4", compressors=None, zarr_format=zarr_format
        )
        array[:] = np.arange(1, 9)
        (store / key).write_bytes(b"short")


@pytest.mark.parametrize("stored", [2, 3], ids=["stored-v2", "stored-v3"])
@pytest.mark.parametrize("client", [*PYTHON, TENSORSTORE], ids=lambda client: client.name)
def test_a_damaged_file_raises(server: Server, damaged, zarr_format, stored, client: Client):
    question = Question(
        server.store_url(zarr_format, "files"), zarr_format, [f"damaged-v{stored}.zarr"], server.headers
    )
    (answer,) = client.read(question)
    assert "422" in answer["error"]
