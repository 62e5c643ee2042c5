"""The answers to several requests that a kernel was asked for by one; each is let through as any other."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from ...serve.request import Request, Response
from ...serve.together import requests_in
from ...wire import PREFIX, FrameError, decode_response, parse_prefix
from .answer import admitted


def parted(request: Request, response: Response) -> Response:
    """The response with its parts instead of a body; as it is if it is a failure.

    Raises
    ------
    FrameError
        If the body is no list of answers to the requests.
    """
    if response.status != 200:
        return response
    asked = requests_in(request)
    answers = list(_answers(memoryview(response.body)[1:]))
    if len(answers) != len(asked):
        raise FrameError(f"the kernel gives {len(answers)} answers to {len(asked)} requests")
    parts = tuple(admitted(one, answer) for one, answer in zip(asked, answers, strict=True))
    is_of_one_moment = bytes(response.body[:1]) == b"\1"
    return replace(response, body=b"", size=0, parts=parts, is_of_one_moment=is_of_one_moment)


def _answers(body: memoryview) -> Iterator[Response]:
    while len(body):
        if len(body) < PREFIX.size:
            raise FrameError("an answer of the kernel ends in the middle")
        header, size = parse_prefix(body[: PREFIX.size])
        begin = PREFIX.size + header
        if len(body) < begin + size:
            raise FrameError("an answer of the kernel ends in the middle")
        told = cast("bytes", body[begin : begin + size])  # not copied
        yield decode_response(body[PREFIX.size : begin], told)
        body = body[begin + size :]
