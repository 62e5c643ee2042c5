"""Progress as frames: what comes is checked, as nobody is believed."""

import json

import pytest

from jupyter_zarr_serve.core.progress import Progress
from jupyter_zarr_serve.progress_frames import encode_progress, progress_of
from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.wire import PREFIX, FrameError, decode_request, encode_request, response_head


def test_there_and_back():
    progress = Progress(12, 54, "blocks", 0.25)
    assert progress_of(encode_progress(progress)[PREFIX.size :]) == progress
    assert progress_of(response_head(Response(200, "x", b"", 0))[PREFIX.size :]) is None


@pytest.mark.parametrize(
    "told",
    [
        [3, 2, "rows", 0.5], [-1, 2, "rows", 0.5], [1, 2, "<b>", 0.5], [1, 2, "rows", 2], [1, 2, "rows"],
        [1, 1 << 70, "rows", 0.5], [1, 2, "rows", float("nan")], ["x", 2, "rows", 0], None,
        [1, 2, "rows", float("inf")], {"a": 1}, [[], 2, "rows", 0], [1, 2, "r" * 300, 0.1],
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(told):
    with pytest.raises(FrameError):
        progress_of(json.dumps({"progress": told}).encode().replace(b" ", b""))


def test_a_request_says_that_it_is_a_job():
    for is_job in (True, False):
        request = Request(3, ("x",), is_job=is_job)
        assert decode_request(encode_request(request)[PREFIX.size :]).is_job is is_job
    older = encode_request(Request(3, ("x",)))[PREFIX.size :].replace(b'"is_job"', b'"other"')
    assert not decode_request(older).is_job
