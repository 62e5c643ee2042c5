"""Frames: what is encoded is decoded again, and everything else is refused."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_zarr_serve import wire
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.wire import Endpoint, FrameError

ANY_TEXT = st.text(st.characters(codec=None))  # lone surrogates, too: names that are no UTF-8
OPTIONAL = st.none() | ANY_TEXT
REQUESTS = st.builds(
    Request, st.sampled_from([2, 3]), st.lists(ANY_TEXT).map(tuple), ANY_TEXT, OPTIONAL, OPTIONAL,
    ANY_TEXT, ANY_TEXT,
)  # fmt: skip
RESPONSES = st.builds(
    Response, st.integers(100, 599), ANY_TEXT, st.binary(), st.integers(0, 2**63), OPTIONAL,
    st.dictionaries(ANY_TEXT, ANY_TEXT),
)  # fmt: skip


def header_of(frame: bytes) -> bytes:
    """The header of a frame that has no body."""
    header_length, body_length = wire.parse_prefix(frame[: wire.PREFIX.size])
    assert len(frame) == wire.PREFIX.size + header_length
    assert body_length == 0
    return frame[wire.PREFIX.size :]


@given(REQUESTS)
def test_a_request_survives(request):
    assert wire.decode_request(header_of(wire.encode_request(request))) == request


@given(RESPONSES)
def test_a_response_survives(response):
    head = wire.response_head(response)
    header_length, body_length = wire.parse_prefix(head[:16])
    assert (header_length, body_length) == (len(head) - 16, len(response.body))
    assert wire.decode_response(head[16:], response.body) == response


@given(st.binary(min_size=16, max_size=16))
def test_other_prefixes_are_refused(prefix):
    with pytest.raises(FrameError):
        wire.parse_prefix(prefix)


@pytest.mark.parametrize("lengths", [(wire.MAX_HEADER + 1, 0), (2, wire.MAX_BODY + 1), (2, 2**64 - 1)])
def test_frames_that_claim_too_much_are_refused(lengths):
    with pytest.raises(FrameError, match="longer than"):
        wire.parse_prefix(wire.PREFIX.pack(wire.MAGIC, *lengths))


DECODERS = [
    wire.decode_request,
    lambda header: wire.decode_response(header, b""),
    wire.decode_hello,
    wire.decode_challenge,
    wire.decode_welcome,
    wire.decode_endpoint,
]


@given(
    st.binary()
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda x: json.dumps(x).encode())
)
def test_other_headers_are_refused(header):
    for decode in DECODERS:
        with pytest.raises(FrameError):
            decode(header)


def test_paths_hold_text_only():
    members = json.loads(header_of(wire.encode_request(Request(3, ("a",)))))
    with pytest.raises(FrameError, match="list of text"):
        wire.decode_request(json.dumps({**members, "path": [1]}).encode())


def test_both_sides_prove_the_key():
    kernel, server = wire.new_nonce(), wire.new_nonce()
    assert kernel != server
    assert wire.decode_hello(header_of(wire.encode_hello(kernel))) == kernel
    proof = wire.server_proof(b"key", kernel, server)
    assert wire.decode_challenge(header_of(wire.encode_challenge(server, proof))) == (server, proof)
    assert wire.is_proof(proof, wire.server_proof(b"key", kernel, server))
    assert not wire.is_proof(proof, wire.server_proof(b"other", kernel, server))
    assert not wire.is_proof(proof, wire.kernel_proof(b"key", kernel, server)), "a proof can be sent back"
    assert not wire.is_proof("\ud800é", proof)
    assert wire.decode_welcome(header_of(wire.encode_welcome(proof))) == proof


def test_proofs_are_what_the_protocol_says():
    """HMAC-SHA256 over role, the other's nonce and one's own: another implementation must agree."""
    assert wire.server_proof(b"k", "aa", "bb") == _hmac(b"k", b"serveraabb")
    assert wire.kernel_proof(b"k", "bb", "aa") == _hmac(b"k", b"kernelbbaa")


def _hmac(key: bytes, message: bytes) -> str:
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in padded) + message).digest()
    return hashlib.sha256(bytes(b ^ 0x5C for b in padded) + inner).hexdigest()


def test_another_version_is_named():
    hello = json.dumps({"hello": 1, "version": 2, "nonce": "00"}).encode()
    with pytest.raises(FrameError, match="kernel speaks version 2"):
        wire.decode_hello(hello)


@pytest.mark.parametrize("endpoint", [Endpoint(7, unix="/tmp/x/s"), Endpoint(7, tcp=("127.0.0.1", 8))])
def test_an_endpoint_survives(endpoint):
    assert wire.decode_endpoint(wire.encode_endpoint(endpoint)) == endpoint


@pytest.mark.parametrize("change", [{"version": 2}, {"unix": None}, {"unix": None, "tcp": ["h", "8"]}])
def test_other_endpoints_are_refused(change):
    members = json.loads(wire.encode_endpoint(Endpoint(7, unix="/s")))
    with pytest.raises(FrameError):
        wire.decode_endpoint(json.dumps({**members, **change}).encode())


def test_the_endpoint_lies_beside_the_connection_file():
    assert wire.endpoint_path(Path("/r/kernel-1.json")) == Path("/r/zarr-serve-kernel-1.json")


def test_who_asks_is_not_told_to_the_kernel():
    frame = wire.encode_request(Request(3, ("a",), client="somebody's token"))
    assert b"somebody" not in frame
    assert wire.decode_request(frame[wire.PREFIX.size :]).client == ""


def test_older_peers_know_of_no_forms():
    request = Request(3, ("a",), form="rows", options=(("offset", 3), ("search", "x")))
    header = header_of(wire.encode_request(request))
    assert wire.decode_request(header) == request
    members = json.loads(header)
    del members["form"], members["options"]
    assert wire.decode_request(json.dumps(members).encode()) == Request(3, ("a",))
    with pytest.raises(FrameError, match="numbers and text"):
        wire.decode_request(json.dumps({**members, "options": {"offset": [1]}}).encode())
    head = json.loads(wire.response_head(Response(200, "x", b"", 0))[16:])
    del head["form"]
    assert wire.decode_response(json.dumps(head).encode(), b"").form is None
