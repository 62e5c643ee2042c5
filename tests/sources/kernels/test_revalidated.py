"""Answers of kernels that are remembered are only sent again if the kernel says that nothing changed."""

from dataclasses import replace

import pytest

from jupyter_zarr_serve.core.memory import Memory
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.sources.kernels.revalidated import Revalidated

REQUEST = Request(3, ("t", "c", "0"))
BODY = bytes(100_000)
WHOLE = Response(200, "application/octet-stream", BODY, len(BODY), '"1"')
UNCHANGED = Response(304, "application/octet-stream", b"", 0, '"1"')


def test_what_is_known_is_asked_for_by_its_tag():
    answers = Revalidated(Memory(1 << 20))
    assert answers.asked("kernel", REQUEST) is REQUEST
    assert answers.full("kernel", REQUEST, WHOLE) is WHOLE
    assert answers.asked("kernel", REQUEST).if_none_match == '"1"'
    assert answers.full("kernel", REQUEST, UNCHANGED) == WHOLE
    assert answers.asked("another kernel", REQUEST) is REQUEST


@pytest.mark.parametrize("status", [200, 404, 409, 422, 503])
def test_another_answer_takes_its_place(status):
    answers = Revalidated(Memory(1 << 20))
    answers.full("kernel", REQUEST, WHOLE)
    other = replace(WHOLE, status=status, body=BODY + b"!", etag='"2"' if status == 200 else None)
    assert answers.full("kernel", REQUEST, other) is other
    asked = answers.asked("kernel", REQUEST)
    assert asked.if_none_match == ('"2"' if status == 200 else None)


@pytest.mark.parametrize(
    "fields", [{"method": "HEAD"}, {"byte_range": "bytes=0-9"}, {"if_none_match": '"0"'}]
)
def test_parts_and_heads_are_not_remembered(fields):
    answers = Revalidated(Memory(1 << 20))
    request = replace(REQUEST, **fields)
    answers.full("kernel", request, WHOLE)
    assert answers.asked("kernel", request) is request


def test_the_oldest_go_when_there_are_too_many():
    answers = Revalidated(Memory(5 * len(BODY)))
    requests = [replace(REQUEST, path=("t", "c", str(at))) for at in range(10)]
    for request in requests:
        answers.full("kernel", request, WHOLE)
    known = [answers.asked("kernel", request).if_none_match is not None for request in requests]
    assert known == [False] * 6 + [True] * 4


def test_a_kernel_and_its_notebook_are_answered_from_one_memory():
    answers = Revalidated(Memory(1 << 20))
    answers.full("kernel", replace(REQUEST, location="/zarr/v3/kernels/id/t/c/0"), WHOLE)
    by_notebook = replace(REQUEST, location="/zarr/v3/notebooks/a.ipynb/t/c/0")
    assert answers.asked("kernel", by_notebook).if_none_match == WHOLE.etag
    assert answers.full("kernel", by_notebook, UNCHANGED) == WHOLE


def test_listings_are_not_remembered():
    """They tell by which address they were found."""
    answers = Revalidated(Memory(1 << 20))
    request = replace(REQUEST, path=("t", ""))
    answers.full("kernel", request, replace(WHOLE, media_type="text/html; charset=utf-8"))
    assert answers.asked("kernel", request) is request
    document = replace(REQUEST, path=("t", "zarr.json"))
    answers.full("kernel", document, replace(WHOLE, media_type="application/json"))
    assert answers.asked("kernel", document).if_none_match == WHOLE.etag


def test_what_a_kernel_said_goes_with_it():
    answers = Revalidated(Memory(1 << 20))
    for kernel in ("kernel", "another"):
        answers.full(kernel, REQUEST, WHOLE)
    answers.drop("kernel")
    assert answers.asked("kernel", REQUEST) is REQUEST
    assert answers.asked("another", REQUEST).if_none_match == WHOLE.etag
    assert len(answers._known) == 1
