"""Kernels on pages bear the names of their notebooks."""

import re

import pytest

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
