"""A page of another origin reads every array of the torture tree by zarrita in Chromium."""

import re
from dataclasses import replace
from functools import partial

from tests.clients.browser import browse, by_token, needs_browser
from tests.clients.conftest import Jury
from tests.clients.native_jury import hear_native, hear_portable
from tests.clients.verdicts import Answer, Question
from tests.server import Server

pytestmark = needs_browser

ABSENT, REFUSED = 404, 422


def status(error: str) -> int | str:
    """The status that a line of the console tells; the line itself where it tells none."""
    told = re.search(r"the server responded with a status of (\d+)", error)
    return int(told[1]) if told else error


def read(jury: Jury, expected: set[int], question: Question) -> list[Answer]:
    (answers,), errors = browse(jury.origin, [question])
    assert set(map(status, errors)) <= expected
    return answers


def test_every_value_by_header(jury_server: Jury, side, zarr_format):
    hear_native("browser", jury_server, side, zarr_format, partial(read, jury_server, {ABSENT}))


def test_every_portable_value_by_token_in_the_url(jury_server: Jury, side, zarr_format):
    def ask(question: Question) -> list[Answer]:
        return read(jury_server, {ABSENT, REFUSED}, by_token(question))

    hear_portable("browser", jury_server, side, zarr_format, ask)


def test_absent_chunks_are_seen_to_be_absent(jury_server: Jury):
    question = replace(jury_server.question("disk", 3), paths=["fills-v3.zarr/never-written"])
    (answers,), errors = browse(jury_server.origin, [question])
    assert [answer["shape"] for answer in answers] == [[4, 3]]
    assert list(map(status, errors)) == [ABSENT] * 4


def demo(server: Server) -> list[Question]:
    """A question for each format."""
    return [Question(server.store_url(v, "demo"), v, ["flat_array"], server.headers) for v in (2, 3)]


def test_without_leave_a_page_reads_nothing(jury_server: Jury, server: Server):
    anonymous = [replace(question, headers={}) for question in demo(server)]
    answers, errors = browse(jury_server.origin, [*demo(server), *anonymous])
    assert [answer["error"] for (answer,) in answers] == ["TypeError: Failed to fetch"] * 4
    assert any("has been blocked by CORS policy" in error for error in errors)


def test_whose_url_bears_the_token_needs_no_leave(jury_server: Jury, server: Server):
    answers, errors = browse(jury_server.origin, list(map(by_token, demo(server))))
    assert [answer["shape"] for (answer,) in answers] == [[100], [100]]
    assert errors == []
