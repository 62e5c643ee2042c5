"""Kernels that lie about files to be exported: no header, endless file or page is made of what they say."""

import json
from dataclasses import replace

import pytest

from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.serve.request import BINARY, EXPORT, PART, Request, Response
from tests.attacks.test_lying_kernels import asked

PLAN = {"sizes": [128, None], "mark": "ab12", "is_versioned": True}
REQUEST = Request(3, ("x",), form=EXPORT, options=(("as", "npy"),))


def saying(told, form=EXPORT, **others):
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    response = Response(200, "application/json", body, len(body), form=form)
    return lambda request: replace(response, **others)


def test_an_honest_plan_is_let_through():
    assert json.loads(asked(saying(PLAN), REQUEST).body) == PLAN


@pytest.mark.parametrize(
    "lie",
    [
        {"mark": 'a"\r\nSet-Cookie: x=1'},
        {"mark": ""},
        {"mark": "a" * 1000},
        {"mark": 7},
        {"sizes": [-1]},
        {"sizes": [1 << 62]},
        {"sizes": [limits.EXPORT_PART * 2 + 1]},
        {"sizes": ["1"]},
        {"sizes": [True]},
        {"sizes": {}},
        {"sizes": [0] * 5_000_000},
        {"is_versioned": "yes"},
    ],
)
def test_a_plan_that_is_none_is_refused(lie):
    assert asked(saying({**PLAN, **lie}), REQUEST).status in {422, 503}


def test_a_part_is_nothing_but_bytes():
    request = replace(REQUEST, form=PART)
    page = saying(b"<script>", form=PART, media_type="text/html")
    assert asked(page, request).status in {422, 503}
    assert asked(saying(PLAN, form=PART), request).status in {422, 503}
    part = asked(saying(b"<script>", form=PART, media_type=BINARY), request)
    assert (part.status, bytes(part.body), part.media_type) == (200, b"<script>", BINARY)
    assert asked(saying(b"x", form=EXPORT, media_type=BINARY), request).status in {422, 503}
