"""Kernels on pages bear the names of their notebooks."""

import os
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_zarr_serve.handlers.web.kernel_labels import kernel_labels, name_of
from jupyter_zarr_serve.handlers.web.scope import Scope
from jupyter_zarr_serve.handlers.web.visitor import Visitor
from jupyter_zarr_serve.shares.link import Share
from tests.kernels.jupyter import running_kernel
from tests.server import Server

HTML = {"Accept": "text/html"}
NOTEBOOK = "deep/Analysis of <cells>.ipynb"
SHOWN = "deep/Analysis of &lt;cells&gt;.ipynb"
PUBLISH = """
import numpy as np, jupyter_zarr_serve as jz
jz.publish(image=np.arange(12.0).reshape(3, 4))
"""


def texts(page: str) -> list[str]:
    """The texts of the links of a page."""
    return re.findall(r"<a [^>]*>([^<]*)</a>", page)


def test_pages_name_kernels_by_their_notebooks_and_links_by_their_ids(server: Server):
    with running_kernel(server) as kernel:
        kernel.run(PUBLISH)
        session = {"path": NOTEBOOK, "type": "notebook", "name": "", "kernel": {"id": kernel.id}}
        made = server.get("api/sessions", "POST", json=session)
        assert made.status_code == 201, made.text
        listed, image = (
            server.get(f"zarr/v3/{path}", headers=HTML).text
            for path in ("kernels/", f"{kernel.path}/image/")
        )
        view = server.get(f"zarr/view?path={kernel.path}/image", headers=HTML).text
        server.get(f"api/sessions/{made.json()['id']}", "DELETE")
    assert SHOWN in texts(listed)
    assert kernel.id not in texts(listed)
    assert f"kernels/{kernel.id}/" in listed
    assert texts(image)[:5] == ["Skip to content", "zarr", "kernels", SHOWN, "image"], (
        "the last name is whole"
    )
    assert SHOWN in view


def test_a_kernel_of_no_notebook_is_no_bare_id(server: Server):
    with running_kernel(server) as kernel:
        kernel.run(PUBLISH)
        paths = (
            "v3/kernels/",
            f"v3/{kernel.path}/image",
            f"view?path={kernel.path}/image",
            f"v3/{kernel.path}/no",
        )
        bare = [texts(server.get(f"zarr/{path}", headers=HTML).text) for path in paths]
        path = f"deep/console-1-{kernel.id}"
        session = {"path": path, "type": "console", "name": "Console 1", "kernel": {"id": kernel.id}}
        made = server.get("api/sessions", "POST", json=session)
        consoles = [texts(server.get(f"zarr/{path}", headers=HTML).text) for path in paths]
        server.get(f"api/sessions/{made.json()['id']}", "DELETE")
    for found in bare:
        assert any(re.fullmatch(r"kernel, started \d\d:\d\d( \(\w{4}\))?", text) for text in found), found
    for found in consoles:
        assert "Console 1" in found
    for found in (*bare, *consoles):
        assert not any(kernel.id in text for text in found), found


async def test_kernels_started_in_one_minute_and_those_without_files_are_told_apart(tmp_path):
    file = tmp_path / "kernel.json"
    file.write_text("{}")
    os.utime(file, (0, 0))
    kernels = {"1a2b3c": str(file), "9f8e7d": str(file), "gateway": "", "notebook": "", "both": ""}
    sessions = [
        {"path": "a.ipynb", "type": "notebook", "name": "a", "kernel": {"id": "both"}},
        {"path": "c-1", "type": "console", "name": "Console 1", "kernel": {"id": "both"}},
        {"path": "b.ipynb", "type": "notebook", "name": "", "kernel": {"id": "notebook"}},
    ]

    async def list_sessions() -> list[dict[str, Any]]:
        return sessions

    handler: Any = SimpleNamespace(
        session_manager=SimpleNamespace(list_sessions=list_sessions),
        kernel_manager=SimpleNamespace(
            list_kernel_ids=lambda: list(kernels),
            get_kernel=lambda name: SimpleNamespace(connection_file=kernels[name]),
        ),
    )
    visitor = Visitor(Scope("/zarr/"))
    labels = await kernel_labels(handler, visitor, ("kernels",))
    assert (labels["both"], labels["notebook"]) == ("a.ipynb", "b.ipynb")
    assert labels["gateway"] == "kernel"
    assert re.fullmatch(r"kernel, started \d\d \w+ \d\d:\d\d \(1a2b\)", labels["1a2b3c"])
    assert labels["9f8e7d"].endswith("(9f8e)")
    assert not await kernel_labels(handler, visitor, ("files",))


def test_a_visitor_sees_no_id_of_a_kernel():
    share = Share(
        id="x", path=("kernels", "9f8e7d"), home="", made=0, expires=None, origins=(), note="", maker=""
    )
    assert name_of(share) == "kernel"
    assert name_of(replace(share, path=("kernels", "9f8e7d", "image"))) == "image"


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_name_that_was_mistyped_is_said_with_the_nearest(server: Server, zarr_format: int, served_dir):
    (served_dir / "imgs").mkdir(exist_ok=True)
    told = server.get(f"zarr/v{zarr_format}/files/imgz", headers=HTML)
    assert told.status_code == 404
    assert "no member &#39;imgz&#39; in files" in told.text
    assert "Did you mean" in told.text
    assert "imgs" in texts(told.text)


def test_the_index_is_below_a_slash_for_programs(server: Server):
    told = server.get("zarr")
    assert (told.status_code, told.headers["Location"]) == (302, "zarr/")
