"""The pages for people: what they show, that nothing in them is markup but ours, and who is sent where."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urljoin

import h5py
import numpy as np
import pandas as pd
import pytest
import requests
from tornado.httpclient import HTTPClientError

from jupyter_zarr_serve.core.names import served_names
from jupyter_zarr_serve.handlers.pages.facts import facts
from tests.kernels.jupyter import running_kernel
from tests.server import Server

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPT = "<script>alert(1)</script>"
HOSTILE = [  # names of files
    "<script>alert(1)<",
    'a"b',
    "a'b",
    "50%",
    "a#b",
    "a?b",
    "with space",
    "ünï 日本",
    "a&amp;b",
    "{{7*7}}",
]
PUBLISH = f"""
import numpy as np, pandas as pd
import jupyter_zarr_serve as jz
jz.publish(
    line=np.arange(5000.0), image=np.zeros((20, 30)),
    table=pd.DataFrame({{"<i>": [1, 2], "t": ["{SCRIPT}", None]}}),
)
"""


class Parsed(HTMLParser):
    """The elements of a page, the names of their attributes, and its links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.scripts: list[dict[str, Any]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        found = dict(attrs)
        if "href" in found:
            self.links.append(found["href"] or "")
        if tag == "script":
            self.scripts.append(found)


@pytest.fixture(scope="module")
def folder(served_dir):
    root = served_dir / "pages"
    root.mkdir()
    for name in HOSTILE:
        np.save(root / f"{name}.npy", np.arange(3))
    with h5py.File(root / "run.h5", "w") as file:
        file["t"] = np.arange(12.0).reshape(3, 4)
        file["t"].attrs["units"] = SCRIPT
        file["t"].attrs['"><img src=x onerror=alert(1)>'] = [1, 2]
        file.attrs["title"] = "Run 7"
    pd.DataFrame({SCRIPT: ["<b>", None], "value": [1.5, np.nan]}).to_parquet(root / "table.parquet")
    np.save(root / "walk.npy", np.arange(5000.0))
    np.save(root / "cube.npy", np.arange(60).reshape(3, 4, 5))
    many = root / "many"
    many.mkdir()
    for number in range(250):
        np.save(many / f"a{number:03}.npy", np.arange(number))
    (root / "broken <b>.npy").write_bytes(b"\x93NUMPY")
    return root


@pytest.fixture(scope="module")
def kernel_path(server: Server):
    with running_kernel(server) as kernel:
        kernel.run(PUBLISH)
        yield kernel.path


def page(server: Server, path: str, status: int = 200) -> str:
    answer = server.get(path, headers=HTML)
    for _ in range(60):  # each waits a second for what takes long; the page's script asks again, too
        if "data-part" not in answer.text:
            break
        answer = server.get(path, headers=HTML)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    parsed = Parsed(answer.text)
    # Pages of what is there, and of what may come, follow changes; those of other failures do not.
    assert len(parsed.scripts) == (2 if status == 200 or "data-live=" in answer.text else 1)
    assert not {name for name in parsed.attributes if name.startswith("on") or name == "style"}
    assert "{{" not in answer.text.replace("{{7*7}}", "")
    return answer.text


def test_the_way_in(server: Server, folder):
    for path in ("zarr", "zarr/"):
        text = page(server, path)
        links = [urljoin(server.url + path, link) for link in Parsed(text).links]
        for target in ("zarr/v3/files/", "zarr/v3/demo/", "zarr/v2/"):
            assert server.url + target in links
    assert "files" not in server.get("zarr/").text, "programs get links to the stores, as ever"


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_names_are_text_and_their_links_work(server: Server, folder, zarr_format):
    path = f"zarr/v{zarr_format}/files/pages/"
    text = page(server, path)
    assert "<script>alert" not in text
    linked = {unquote(link.rstrip("/").rpartition("/")[2]): link for link in Parsed(text).links}
    for name in served_names([f"{name}.npy" for name in HOSTILE]):
        target = urljoin(server.url + path, linked[name])
        assert "float64" in page(server, target.removeprefix(server.url)) or "int64" in page(
            server, target.removeprefix(server.url)
        )


def test_a_broken_member_says_why(server: Server, folder):
    text = page(server, "zarr/v3/files/pages/")
    assert "broken &lt;b&gt;.npy" in text
    assert "no intact .npy header" in text


def test_an_array(server: Server, folder):
    text = page(server, "zarr/v3/files/pages/run.h5/t")
    assert "<h1>t</h1>" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "&lt;img src=x" in text
    assert 'src="../../../../api/preview/files/pages/run.h5/t?form=image"' in text
    assert 'href="../../../../view?path=files/pages/run.h5/t"' in text
    assert 'aria-current="page">t</a>' in text
    assert "Histogram" not in text, "statistics are made on request"
    with_stats = page(server, "zarr/v3/files/pages/run.h5/t?stats=1")
    assert "Histogram of the values" in with_stats
    assert "<td>11</td>" in with_stats


def share_buttons(text: str) -> list[str]:
    return [link for link in Parsed(text).links if "shares?" in link]


@pytest.mark.parametrize(
    ("path", "shared"),
    [
        ("zarr/v3/files/pages/run.h5/t", "files/pages/run.h5/t"),
        ("zarr/v2/files/pages/", "files/pages"),
        ("zarr/v3/portable/files/pages/50_.npy", "files/pages/50_.npy"),
        ("zarr/v3/ome/files/pages/cube.npy/", "files/pages/cube.npy"),
    ],
)
def test_a_button_leads_to_the_form_for_a_link(server: Server, folder, path, shared):
    [link] = share_buttons(page(server, path))
    url = urljoin(server.url + path, link)
    assert url.startswith(f"{server.url}zarr/shares?path=")
    form = server.get(url.removeprefix(server.url), headers=HTML)
    assert f'value="{shared}"' in form.text


@pytest.mark.parametrize(
    "path", ["", "v3/", "v3/kernels/", "v2/notebooks/", "v3/portable/", "v3/ome/kernels"]
)
def test_nobody_is_asked_to_share_everything(server: Server, path):
    assert not share_buttons(page(server, f"zarr/{path}"))


def test_who_has_a_link_is_offered_none(server: Server, folder):
    told = server.get("zarr/api/shares", "POST", json={"path": "files/pages/run.h5"}).json()
    text = requests.get(f"{told['url']}v3/t", headers=HTML, timeout=60).text
    server.get(f"zarr/api/shares/{told['id']}", "DELETE")
    assert "<h1>t</h1>" in text
    assert not share_buttons(text)


@pytest.mark.parametrize("is_on", [True, False])
async def test_sharing_is_offered_where_there_is_any(jp_fetch, jp_serverapp, is_on):
    jp_serverapp.web_app.settings["jupyter_zarr_serve_sharing"] &= is_on
    response = await jp_fetch("zarr/v3/files/", headers={**HTML})  # it adds its token to them
    assert bool(share_buttons(response.body.decode())) == is_on


@pytest.mark.parametrize(
    ("names", "dimensions"), [(None, None), ([None, None], None), (["time", None], "time, –")]
)
def test_dimensions_are_told_if_one_has_a_name(names, dimensions):
    node = {"shape": [2, 3], "dtype": "int8", "chunk_shape": [2, 3], "nbytes": 6, "fill_value": 0}
    assert facts({**node, "dimension_names": names}).get("Dimensions") == dimensions


def test_a_plane_of_many(server: Server, folder):
    assert "The first index of the other axes" in page(server, "zarr/v3/files/pages/cube.npy/")


def test_a_line(server: Server, folder):
    text = page(server, "zarr/v2/files/pages/walk.npy/")
    assert '<path class="line" d="M0.0 ' in text
    assert ">4999<" in text.replace(",", "")


def test_a_table(server: Server, folder):
    text = page(server, "zarr/v3/files/pages/table.parquet/")
    assert "Table of 3 columns" in text
    assert "<td>&lt;b&gt;</td>" in text
    assert "<td>nan</td>" in text
    assert "2 rows" in text


@pytest.mark.parametrize("name", ["line", "image", "table", ""])
def test_variables_of_kernels(server: Server, kernel_path, name):
    text = page(server, f"zarr/v3/{kernel_path}/{name}?stats=1")
    found = {"line": "Histogram", "image": "api/preview", "table": "&lt;script&gt;alert", "": ">table</a>"}
    assert found[name] in text


def kinds(text: str) -> dict[str, str]:
    """What the members of a page are called."""
    rows = re.findall(
        r'<th scope="row">(?:<span [^>]*></span>)?<a [^>]*>([^<]*)</a>.*?</th><td>([^<]*)</td>', text
    )
    return dict(rows)


def test_things_are_called_what_people_call_them(server: Server, folder, kernel_path):
    found = kinds(page(server, "zarr/v3/files/pages/"))
    wanted = {"many": "folder", "run.h5": "HDF5 file", "table.parquet": "table", "walk.npy": "array"}
    assert wanted.items() <= found.items()
    found = kinds(page(server, f"zarr/v3/{kernel_path}/"))
    assert {"line": "array", "table": "table"}.items() <= found.items()
    assert "Table of 3 columns" in page(server, f"zarr/v3/{kernel_path}/table")
    assert "Folder of 250 members" in page(server, "zarr/v3/files/pages/many")


class TestManyMembers:
    def test_a_page_of_them(self, server: Server, folder):
        text = page(server, "zarr/v3/files/pages/many/")
        assert "1 to 100 of 250 members" in text
        assert ">a099.npy<" in text
        assert ">a100.npy<" not in text
        assert 'rel="next" href="?offset=100#members"' in text
        assert 'rel="prev"' not in text

    def test_the_last_page(self, server: Server, folder):
        text = page(server, "zarr/v3/files/pages/many/?offset=200")
        assert "201 to 250 of 250 members" in text
        assert 'rel="prev" href="?offset=100#members"' in text
        assert 'rel="next"' not in text

    def test_search(self, server: Server, folder):
        text = page(server, "zarr/v3/files/pages/many/?search=A1")
        assert "100 members with “A1” in the name" in text
        text = page(server, "zarr/v3/files/pages/many/?search=A")
        assert 'rel="next" href="?search=A&amp;offset=100#members"' in text
        text = page(server, "zarr/v3/files/pages/many/?search=%22%3E%3Cscript%3E")
        assert 'value="&#34;&gt;&lt;script&gt;"' in text
        assert "0 members" in text

    @pytest.mark.parametrize("query", ["offset=x", "offset=-1", "offset=" + "9" * 40])
    def test_other_offsets_make_no_sense(self, server: Server, folder, query):
        text = page(server, f"zarr/v3/files/pages/many/?{query}", 400)
        assert "must be a number" in text
        assert page(server, "zarr/v3/files/pages/many/?offset=100000")


class TestFailures:
    @pytest.mark.parametrize(
        ("path", "status", "message"),
        [("files/pages/nothing", 404, "no member"), ("files/pages/broken%20%3Cb%3E.npy", 422, "numpy.save"),
         ("kernels/no-such-kernel/x", 404, "no such kernel"), ("files/pages/walk.npy/c/9", 404, "no chunk"),
         ("notebooks/x.ipynb/0", 503, "no kernel runs")],
    )  # fmt: skip
    def test_are_pages(self, server: Server, folder, path, status, message):
        text = page(server, f"zarr/v3/{path}", status)
        assert message in text
        assert 'role="alert"' in text
        assert json.loads(server.get(f"zarr/v3/{path}").content)["message"], "programs get JSON, as ever"

    @pytest.mark.parametrize(
        ("path", "up", "near"),
        [("files/pages/wakl.npy", "files/pages/", ["files/pages/walk.npy/"]),
         ("files/pages/run.h5/zzz", "files/pages/run.h5/", []), ("fles/", "", ["files/"]),
         ("files/pages/many/a042.npi", "files/pages/many/", ["files/pages/many/a042.npy/"])],
    )  # fmt: skip
    def test_have_ways_up_and_to_what_was_meant(self, server: Server, folder, path, up, near):
        text = page(server, f"zarr/v3/{path}", 404)
        links = {urljoin(f"{server.url}zarr/v3/{path}", link) for link in Parsed(text).links}
        assert f"{server.url}zarr/v3/{up}" in links or not up
        assert f"{server.url}zarr/" in links
        assert {f"{server.url}zarr/v3/{name}" for name in near} <= links
        assert ("Did you mean" in text) is bool(near)

    def test_offer_nothing_that_the_visitor_may_not_read(self, server: Server, folder):
        told = server.get("zarr/api/shares", "POST", json={"path": "files/pages/walk.npy"}).json()
        answer = requests.get(f"{told['url']}v3/wak", headers=HTML, timeout=60)
        server.get(f"zarr/api/shares/{told['id']}", "DELETE")
        assert answer.status_code == 404
        assert "Did you mean" not in answer.text
        assert "run.h5" not in answer.text

    def test_are_styled_for_whom_nothing_else_is_served(self, server: Server):
        for path in ("zarr/", f"zarr/s/{'f' * 44}/v3/"):
            headers = {**HTML, "Sec-Fetch-Mode": "cors"}
            answer = requests.get(server.url + path, headers=headers, timeout=60)
            assert answer.status_code in {401, 403}
            style = answer.text.partition("<style>")[2].partition("</style>")[0]
            digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
            assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
            assert "static/" not in answer.text

    def test_addresses_of_nothing(self, server: Server):
        assert "nothing is served here" in page(server, "zarr/%3Cscript%3E", 404)

    def test_retry_after_is_kept(self, server: Server):
        answer = server.get("zarr/v3/notebooks/x.ipynb/0", headers=HTML)
        assert answer.headers["Retry-After"]


def test_what_is_no_node_is_sent_as_it_is(server: Server, folder):
    for key in ("zarr.json", "c/0"):
        path = f"zarr/v3/files/pages/walk.npy/{key}"
        mine, plain = server.get(path, headers=HTML), server.get(path)
        assert mine.content == plain.content
        assert mine.headers["ETag"] == plain.headers["ETag"]
        assert server.get(path, "HEAD", headers=HTML).headers["Content-Length"] == str(len(plain.content))
        part = server.get(path, headers={**HTML, "Range": "bytes=0-3"})
        assert part.status_code in {200, 206}


def test_head(server: Server, folder):
    for path in ("zarr/", "zarr/v3/files/pages/many/", "zarr/v3/files/pages/walk.npy"):
        head, get = (server.get(path, method, headers=HTML) for method in ("HEAD", "GET"))
        assert head.content == b""
        assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_anything_may_be_asked_to_have_changed(server: Server, folder):
    assert server.get("zarr/v3/files/pages/", headers={**HTML, "If-None-Match": "*"}).status_code == 200


def test_the_files_of_the_page_are_kept_for_ever(server: Server, folder):
    text = page(server, "zarr/v3/files/")
    name = text.partition("static/browse.")[2].partition(".css")[0]
    answer = server.get(f"zarr/static/browse.{name}.css")
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert server.get("zarr/static/browse.css").status_code == 404
    assert server.get("zarr/static/../pages.py").status_code == 404


async def fetched(jp_fetch: Any, path: str, **headers: str) -> Any:
    try:
        return await jp_fetch(path, follow_redirects=False, headers={"Authorization": "", **headers})
    except HTTPClientError as error:
        return error.response


NAVIGATION = {**HTML, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize("headers", [HTML, NAVIGATION])
@pytest.mark.parametrize("path", ["zarr", "zarr/", "zarr/v3/files/a.npy/", "zarr/v2/demo", "zarr/view"])
async def test_people_log_in_and_come_back(jp_fetch, jp_base_url, path, headers):
    response = await fetched(jp_fetch, path, **headers)
    assert response.code == 302
    login, _, back = response.headers["Location"].partition("?next=")
    assert login == f"{jp_base_url}login"
    assert unquote(back) == f"{jp_base_url}{path}"


KEYS = [
    "zarr/v3/files/a.npy/c/0/1", "zarr/v3/a/c", "zarr/v2/a/0.0", "zarr/v3/a/zarr.json", "zarr/v2/.zgroup",
    "zarr/v2/a/.zattrs", "zarr/api/node", "zarr/static/browse.css", "zarr/nowhere",
]  # fmt: skip
FETCHES = [
    *({**HTML, "Sec-Fetch-Mode": mode} for mode in ("cors", "no-cors", "same-origin")),
    *({"Accept": accept} for accept in ("*/*", "application/json", "")),
]


@pytest.mark.parametrize(
    ("path", "headers"),
    [*((path, NAVIGATION) for path in KEYS), *(("zarr/v3/files/", headers) for headers in FETCHES)],
)
async def test_nobody_else_is_sent_to_the_login_page(jp_fetch, path, headers):
    response = await fetched(jp_fetch, path, **headers)
    assert response.code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    if "text/html" in headers["Accept"]:
        assert b"Log in</a>" in response.body
