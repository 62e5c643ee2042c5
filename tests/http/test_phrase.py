"""What fails is said in the reason phrase, too: aiohttp, and so zarr-python, shows nothing else."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import zarr
from obstore.store import HTTPStore

from jupyter_zarr_serve.handlers.web.phrase import phrase
from tests.server import Server

PATHS = [  # of every handler
    "zarr/v3/files/phrase/nothing/zarr.json", "zarr/v2/files/phrase/nothing/0.0",
    "zarr/v3/files/phrase/bad.npy/c/0",
    "zarr/v3/files/phrase/%E6%97%A5%0D%0ASet-Cookie:%20x/zarr.json", "zarr/v3/%FF", "zarr/nowhere",
    "zarr/v3/kernels/no-such/x/c/0", "zarr/v3/notebooks/none.ipynb/x/c/0", "zarr/api/node/nothing",
    "zarr/api/preview/files?form=what", "zarr/api/preview/files?form=stats",
    "zarr/view", "zarr/open/vizarr",
    "zarr/static/none.js", "zarr/vizarr/none", "zarr/api/shares/0123456789ab", "zarr/s/short/v3/",
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def folder(served_dir) -> Iterator[None]:
    (served_dir / "phrase").mkdir()
    (served_dir / "phrase" / "bad.npy").write_bytes(b"\x93NUMPY no header")
    np.save(served_dir / "phrase" / "a.npy", np.arange(12).reshape(3, 4))
    return


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("is_known", [True, False], ids=["token", "nobody"])
def test_every_failure_has_a_phrase(server: Server, path, method, accept, is_known):
    asked = server if is_known else replace(server, token="")
    answer = asked.get(path, method, headers={"Accept": accept, "Sec-Fetch-Mode": "cors"})
    if answer.status_code < 400:
        return
    assert re.fullmatch(r"[ -~]{10,200}", answer.reason), answer.reason
    assert "Set-Cookie: x" not in str(answer.headers)
    assert not server.token or server.token not in answer.reason
    assert str(server.log.parent) not in answer.reason
    if method == "GET" and accept == "*/*":
        words = re.findall(r"[a-z]{4,}", answer.json()["message"])[:3]
        assert set(words) <= set(re.findall(r"[a-z]{4,}", answer.reason))
    if method == "GET" and accept == "text/html" and "/api/" not in path:
        assert b"<html" in answer.content, "people get a page"


def test_methods_that_do_not_exist_are_answered_to_people_too(server: Server):
    answer = server.get("zarr/v3/", "BREW", headers={"Accept": "text/html"})
    assert answer.status_code == 405
    assert b"<html" in answer.content
    assert "Traceback" not in server.log.read_text()


def test_users_of_zarr_python_read_why_a_chunk_failed(server: Server, served_dir, zarr_format):
    file = served_dir / "phrase" / "cut.npy"
    np.save(file, np.arange(12.0).reshape(3, 4))
    array = server.open(zarr_format, "files/phrase/cut.npy")
    file.unlink()
    with pytest.raises(Exception, match="is no array"):
        array[...]
    options = {"default_headers": server.headers, "allow_http": True}
    url = f"{server.store_url(zarr_format)}/files/phrase/a.npy"
    other = zarr.open_array(
        zarr.storage.ObjectStore(HTTPStore.from_url(url, client_options=options)), mode="r"
    )
    np.save(served_dir / "phrase" / "a.npy", np.arange(3.0))
    with pytest.raises(Exception, match="409"):
        other[...]
    np.save(served_dir / "phrase" / "a.npy", np.arange(12).reshape(3, 4))


def test_it_is_one_short_line_of_ascii():
    assert phrase("x" * 500) == "x" * 197 + "..."
    assert phrase("naïve – “é” <b>\x00\x7f\r\nX: y") == "naive - \\u201ce\\u201d (b) X: y"
    assert phrase("") is None


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("[Errno 2] No such file: '/home/ann/my data/x.h5'", "[Errno 2] No such file: 'x.h5'"),
        ("cannot open /srv/secret/lab/x.h5 (errno 2)", "cannot open x.h5 (errno 2)"),
        (r"cannot open C:\Users\ann\x.h5", "cannot open x.h5"),
        ("see https://example.org/a/b", "see https://example.org/a/b"),
        ("files/a.h5/x: has no chunk 'c/0/1'", "files/a.h5/x: has no chunk 'c/0/1'"),
        ("nothing at zarr/s/0123456789abcdef0123/v3", "nothing at zarr/s/[secret]/v3"),
    ],
)
def test_it_tells_neither_a_path_of_the_machine_nor_a_secret(message, told):
    assert phrase(message) == told
