"""Who asks, and what they reach: by a login the whole tree, by a link its part, without either nothing."""

import json
from typing import Any

import pytest

from jupyter_zarr_serve.handlers import routes, tree_routes
from jupyter_zarr_serve.handlers.shares.by_link import LinkEntrance
from jupyter_zarr_serve.handlers.web.auth import LOGIN
from jupyter_zarr_serve.handlers.web.scope import Scope
from jupyter_zarr_serve.handlers.web.visitor import MayRead, Visitor, Whole
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.sources import response_of

NOBODY: Any = None
STRANGER = LinkEntrance(NOBODY).stranger("/")
VIEWS = ["", "ome", "portable", "drawn"]


class Everything:
    """A source that has whatever it is asked for, and remembers it."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def ask(self, request: Request) -> Response:
        self.asked.append(request)
        return Response(200, "application/octet-stream", b"secret", 6)


def is_below_links(pattern: str) -> bool:
    return pattern.startswith(("zarr/s/", "zarr/s("))


def test_the_routes_below_links_and_no_others_let_in_by_links():
    for pattern, _, *rest in routes(NOBODY, NOBODY, NOBODY, NOBODY):
        given = rest[0] if rest else {}
        assert isinstance(given.get("entrance"), LinkEntrance) == is_below_links(pattern)
        assert is_below_links(pattern) or "entrance" not in given


def test_the_handlers_below_links_are_those_that_only_read():
    reading = {handler for _, handler, *_ in tree_routes(NOBODY, NOBODY, NOBODY, NOBODY)}
    table = routes(NOBODY, NOBODY, NOBODY, NOBODY)
    below = {handler for pattern, handler, *_ in table if is_below_links(pattern)}
    assert {handler.__name__ for handler in below - reading} == {"NowhereHandler"}
    for handler in below:
        for method in ("post", "put", "patch", "delete"):
            is_cancelling = (handler.__name__, method) == ("JobHandler", "delete")  # one's own job
            assert is_cancelling or getattr(handler, method) is handler._unimplemented_method


def test_no_handler_below_links_holds_what_answers_for_the_whole_tree():
    source: Any = Everything()
    table = routes(source, NOBODY, NOBODY, NOBODY)
    held = [value for pattern, _, *rest in table if is_below_links(pattern) for value in rest[0].values()]
    assert any(isinstance(value, Whole) for value in held)
    assert not any(hasattr(value, "ask") for value in held)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("path", [(), ("",), ("files",), ("files", "a.npy"), ("kernels", "x"), ("..", "a")])
async def test_without_a_valid_link_nothing_is_reached(view, path):
    source = Everything()
    reached = STRANGER.reach(source)
    request = Request(3, (view, *path) if view else path)
    assert (await response_of(reached, request)).status == 403
    assert source.asked == []


@pytest.mark.parametrize("view", VIEWS)
async def test_a_link_reaches_its_part_and_nothing_beside_it(view):
    source = Everything()
    visitor = Visitor(Scope("/zarr/s/x/", ("files", "a")), origins=())
    reached = visitor.reach(source)
    for path in [("files",), ("files", "ab"), ("files", ".."), ("a",), ("ome", "files"), ("drawn", "ome")]:
        refused = await response_of(reached, Request(3, (view, *path) if view else path))
        assert refused.status == 403
        assert "files" not in json.loads(refused.body)["message"]
    assert source.asked == []
    inside = ("files", "a", "b")
    assert (await response_of(reached, Request(3, (view, *inside) if view else inside))).status == 200
    assert [(asked.path, asked.view, asked.within) for asked in source.asked] == [
        (("files", "a", "b"), view, 2)
    ]


def test_a_login_reaches_all():
    source = Everything()
    assert LOGIN.stranger("/").reach(source) is source
    assert not LOGIN.stranger("/").is_by_link


def test_a_link_whose_owner_allows_no_origin_is_still_a_link():
    assert STRANGER.is_by_link
    assert Visitor(Scope("/"), origins=()).is_by_link


@pytest.mark.parametrize(
    ("action", "resource"),
    [("write", "zarr"), ("read", "contents"), ("execute", "kernels"), ("read", "server")],
)
def test_a_link_lets_nobody_do_more_than_read_zarr(action, resource):
    may = MayRead()
    assert may.is_authorized(NOBODY, NOBODY, "read", "zarr")
    assert not may.is_authorized(NOBODY, NOBODY, action, resource)
