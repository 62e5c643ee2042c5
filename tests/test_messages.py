"""Frames in Jupyter's messages: whole or refused."""

import json

import pytest

from jupyter_zarr_serve import messages, wire
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.wire import FrameError

REQUEST = Request(3, ("ünï", "\ud800", "c", "0"))
RESPONSE = Response(200, "application/octet-stream", b"\x00\xffbody", 6, '"tag"')


def message(frame: bytes, *buffers: bytes) -> messages.Message:
    """A message after its way as JSON in UTF-8, which has no lone surrogates."""
    content = json.dumps(messages.content_of(frame), ensure_ascii=False).encode()
    return {"content": json.loads(content), "buffers": list(buffers)}


def test_a_request_arrives_as_it_was():
    header, body = messages.frame_of(message(wire.encode_request(REQUEST)))
    assert (wire.decode_request(header), bytes(body)) == (REQUEST, b"")


def test_a_response_arrives_as_it_was():
    header, body = messages.frame_of(message(wire.response_head(RESPONSE), RESPONSE.body))
    assert wire.decode_response(header, bytes(body)) == RESPONSE


def test_a_body_is_not_copied():
    body = bytearray(RESPONSE.body)
    _, view = messages.frame_of(message(wire.response_head(RESPONSE), body))
    body[0] = 7
    assert view[0] == 7


@pytest.mark.parametrize(
    "broken",
    [
        message(wire.response_head(RESPONSE)),
        message(wire.response_head(RESPONSE), RESPONSE.body[:-1]),
        message(wire.encode_request(REQUEST), b"a body"),
        message(wire.encode_request(REQUEST)[:-1]),
        message(b"JZS1"),
        message(b"HTTP" + bytes(12)),
        {"content": {}, "buffers": []},
        {"content": {"frame": 7}, "buffers": []},
        {"content": {"frame": "\ud800" * 16}, "buffers": []},
    ],
)
def test_a_broken_frame_is_refused(broken):
    with pytest.raises(FrameError):
        messages.frame_of(broken)


def test_a_greeting_holds_no_frame():
    assert messages.is_greeting({"content": {}})
    assert not messages.is_greeting(message(wire.encode_request(REQUEST)))
