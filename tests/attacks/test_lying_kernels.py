"""Who runs code in a kernel makes it say what they like, and tries to speak in the server's name."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jupyter_zarr_serve import wire
from jupyter_zarr_serve.core.nodes import Group, Policy, make_array
from jupyter_zarr_serve.serve.request import (
    BINARY,
    IMAGE,
    JSON,
    LINE,
    LINKS,
    NODE,
    PAGE,
    POINTS,
    ROWS,
    STATS,
    Request,
    Response,
)
from jupyter_zarr_serve.serve.respond import respond
from jupyter_zarr_serve.sources.kernels.kernel import KernelSource
from tests.kernels.jupyter import running_kernel
from tests.server import Server

VALUES = np.arange(12.0).reshape(3, 4)
ROOT = Group(
    {
        "t": make_array(VALUES.shape, VALUES.dtype, VALUES.__getitem__, Policy()),
        "v": make_array((4,), VALUES.dtype, VALUES[0].__getitem__, Policy()),
        "javascript:alert(1)": make_array((4,), VALUES.dtype, VALUES[0].__getitem__, Policy()),
    }
)
HTML = b"<script>alert(document.domain)</script>"
GOOD = Response(200, BINARY, b"abcd", 4)
CHUNK = Request(3, ("t", "c", "0", "0"))


class Liar(KernelSource):
    """A kernel that answers all requests alike, or by a function."""

    def __init__(self, says: Any) -> None:
        super().__init__(type("Kernel", (), {})(), 5.0)
        self._says = says

    async def _frame(self, frame: bytes, client: str) -> Any:
        header, _ = wire.parse_prefix(frame[: wire.PREFIX.size])
        request = wire.decode_request(frame[wire.PREFIX.size :][:header])
        response = self._says(request) if callable(self._says) else self._says
        return memoryview(wire.response_head(response))[wire.PREFIX.size :], memoryview(response.body)


def asked(says: Any, request: Request = CHUNK) -> Response:
    return asyncio.run(_asked(says, request))


async def _asked(says: Any, request: Request) -> Response:
    return await Liar(says).ask(request)


def honest(request: Request) -> Response:
    return respond(ROOT, request)


LIES = {
    "a page": Response(200, "text/html", HTML, len(HTML)),
    "a picture with a program": Response(200, "image/svg+xml", HTML, len(HTML)),
    "a page in other letters": Response(200, "Application/JSON; text/html", HTML, len(HTML)),
    "a header in its type": Response(200, f"{BINARY}\r\nSet-Cookie: a=b", b"abcd", 4),
    "a redirection": Response(302, BINARY, b"abcd", 4, headers={"Location": "https://evil.example"}),
    "no content": Response(204, BINARY, b"", 0),
    "a half of two answers": Response(200, BINARY, b"abcd", 2),
    "less than it says": Response(200, BINARY, b"abcd", 400),
    "less than nothing": Response(200, BINARY, b"", -1),
    "a part of nothing": Response(206, BINARY, b"abcd", 4),
    "a part nobody asked for": Response(206, BINARY, b"abcd", 4, headers={"Content-Range": "bytes 0-3/9"}),
    "a whole that says it is a part": replace(GOOD, headers={"Content-Range": "bytes 0-3/9"}),
    "a login": Response(401, BINARY, b"abcd", 4, headers={"WWW-Authenticate": "Basic"}),
    "a failed precondition": Response(412, BINARY, b"abcd", 4),  # which reads as fill values
    "an early hint": Response(103, BINARY, b"", 0),
    "no status": Response(0, BINARY, b"abcd", 4),
    "a body where nothing changed": Response(304, BINARY, b"abcd", 4),
    "a form": replace(GOOD, form="<script>"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_nothing_else_is_let_through(lie):
    response = asked(LIES[lie])
    assert response.status in {422, 503}
    assert response.media_type == "application/json"
    assert HTML not in response.body
    assert "install the same" in json.loads(response.body)["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("Set-Cookie", "a=b"), ("Access-Control-Allow-Origin", "*"), ("Content-Security-Policy", ""),
     ("Content-Type", "text/html"), ("Content-Length", "1"), ("Transfer-Encoding", "chunked"),
     ("Location", "https://evil.example"), ("X-Content-Type-Options", ""), ("Refresh", "0"),
     ("Clear-Site-Data", '"*"'), ("Service-Worker-Allowed", "/"), ("Link", "<x>; rel=preload"),
     ("Retry-After", "1\r\nSet-Cookie: a=b"), ("Cache-Control", "public, max-age=31536000"),
     ("Zarr-Preview", "1\n"), ("retry-after", "1"), ("X\r\nSet-Cookie", "a")],
)  # fmt: skip
def test_headers_of_its_own_are_dropped(name, value):
    assert asked(replace(GOOD, headers={name: value})).headers == {}


@pytest.mark.parametrize(
    "etag", ["a", "", '"', '"a\r\nSet-Cookie: a=b"', '"a" "b"', 'W/"a"', '"' + "a" * 999 + '"']
)
def test_an_entity_tag_that_is_none_is_dropped(etag):
    assert asked(replace(GOOD, etag=etag)).etag is None


def test_what_becomes_a_header_of_time_is_of_known_phases():
    spent = {"read": 0.5, "x\r\nSet-Cookie: a=b": 1.0, "encode": float("nan"), "wait": "1"}
    assert asked(replace(GOOD, spent=spent)).spent == {"read": 0.5}


@pytest.mark.parametrize(
    "body",
    [HTML, b"", b"[]", b"{}", json.dumps({"message": "x" * 10**6, "reason": "<b>"}).encode(), b"[" * 10**5],
)
def test_a_failure_is_told_in_our_form(body):
    response = asked(Response(422, "text/html", body, len(body), headers={"Location": "/"}))
    told = json.loads(response.body)
    assert (response.status, response.media_type, response.headers) == (422, "application/json", {})
    assert told.keys() == {"message", "reason"}
    assert len(told["message"]) <= 2000
    assert told["reason"].isalpha()


def member(**told: Any) -> dict[str, Any]:
    return {"name": "t", "kind": "group", **told}


NODES: dict[str, Any] = {
    "code for a kind": lambda node: (
        node | {"kind": "array(url)\nimport os; os.system('x')\nzarr.open_array"}
    ),
    "no kind": lambda node: {name: told for name, told in node.items() if name != "kind"},
    "a list": lambda node: [node],
    "text for lengths": lambda node: node | {"shape": ["<b>"]},
    "an axis that is none": lambda node: node | {"previews": {"image": {"region": [], "axes": [9]}}},
    "attributes of another kind": lambda node: node | {"attributes": "<script>"},
    "a NaN": lambda node: node | {"fill_value": float("nan")},
}


@pytest.mark.parametrize("lie", NODES)
@pytest.mark.parametrize("page", [True, False], ids=["page", "program"])
def test_a_node_is_told_as_nodes_are(lie, page):
    request = Request(3, ("t",), form=PAGE) if page else Request(3, ("t",), form=NODE)

    def says(request: Request) -> Response:
        told = NODES[lie](json.loads(honest(request).body))
        body = json.dumps(told).encode()
        return Response(200, "application/json", body, len(body), form=NODE)

    assert asked(honest, request).status == 200
    assert asked(says, request).status == 422


@pytest.mark.parametrize(
    ("form", "path"),
    [
        (NODE, ""),
        (NODE, "t"),
        (LINE, "v"),
        (STATS, "t"),
        (ROWS, "v"),
        (ROWS, "t"),
        (POINTS, "v"),
        (IMAGE, "t"),
    ],
)
def test_what_an_honest_kernel_tells_is_let_through(form, path):
    options = (("columns", '[""]'),) if form == POINTS else ()
    request = Request(3, (path,) if path else (), form=form, options=options)
    assert asked(honest, request).body == honest(request).body
    if form not in {NODE, IMAGE}:
        body = b'{"min": "<script>"}'
        assert asked(Response(200, "application/json", body, len(body), form=form), request).status == 422


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("extra", [{}, {"byte_range": "bytes=0-9"}, {"if_none_match": '"a"'}])
def test_the_server_makes_the_listing_of_the_names_that_are_told(method, extra):
    request = Request(3, ("",), method=method, location="/zarr/v3/kernels/x/", **extra)
    told, own = asked(honest, request), honest(request)
    assert told.media_type == "text/html; charset=utf-8"
    assert (told.status, told.body, told.size) == (own.status, own.body, own.size)
    if method == "GET" and not extra:
        assert b'href="t/"' in told.body
        assert b"javascript:alert(1)/" not in told.body
        assert asked(honest, replace(request, if_none_match=told.etag)).status == 304


def test_names_that_are_told_end_no_attribute():
    names = {
        '"><script>alert(1)</script>': "array",
        "../../lab": "group",
        "ok": "array",
        "gone": "unavailable",
    }
    body = json.dumps({"kind": "group", "members": names}).encode()
    listing = asked(Response(200, "application/json", body, len(body)), Request(3, ("",), form=LINKS)).body
    assert b"<script" not in listing
    assert b"lab" not in listing
    assert b'href="ok/"' in listing


def test_every_answer_of_an_honest_kernel_is_the_same(zarr_format):
    for path in (
        ("t", "c", "0", "0"),
        ("t", "0.0"),
        ("zarr.json",),
        (".zgroup",),
        ("t", ".zarray"),
        ("x",),
    ):
        for extra in ({}, {"method": "HEAD"}, {"byte_range": "bytes=0-3"}, {"byte_range": "bytes=999999-"},
                      {"if_none_match": "*"}, {"form": JSON}, {"form": PAGE}):  # fmt: skip
            request = Request(zarr_format, path, **extra)
            got, own = asked(honest, request), honest(request)
            assert (got.status, got.body, got.headers) == (own.status, own.body, own.headers), request


LYING = """
import jupyter_zarr_serve as jz, numpy as np
from jupyter_zarr_serve.serve.request import Response
from jupyter_zarr_serve.publisher import service
jz.publish(t=np.arange(4))
service_of = [o for o in __import__("gc").get_objects() if isinstance(o, service.Registry)][0]
page = b"<script>alert(document.domain)</script>"
headers = {"Set-Cookie": "a=b", "Access-Control-Allow-Origin": "*"}
lie = Response(200, "text/html", page, len(page), headers=headers)
service_of.answer.__func__.__globals__["respond"] = lambda *_: lie
"""


def test_a_kernel_makes_no_page_of_the_server(server: Server):
    with running_kernel(server) as kernel:
        kernel.run(LYING)
        for accept in ("*/*", "text/html", "application/json"):
            answer = server.get(f"zarr/v3/{kernel.path}/t/c/0", headers={"Accept": accept})
            assert answer.status_code >= 400
            assert "<script>alert" not in answer.text
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert "a=b" not in answer.headers.get("Set-Cookie", "")  # a page has Jupyter's own


@pytest.mark.parametrize(
    "path",
    [
        "v3",
        "v3/zarr.json",
        "v3/demo",
        "v3/demo/image/c/0/0/0",
        "v2/nothing",
        "api/node",
        "nowhere",
        "v3/a%00",
    ],
)
@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_what_is_no_page_of_ours_does_nothing_in_a_browser(server: Server, path, accept):
    headers = server.get(f"zarr/{path}", headers={"Accept": accept}).headers
    rules = [rule.strip() for rule in headers["Content-Security-Policy"].split(";")]
    assert {"sandbox", "default-src 'none'"} <= set(rules)
    assert headers["X-Content-Type-Options"] == "nosniff"
