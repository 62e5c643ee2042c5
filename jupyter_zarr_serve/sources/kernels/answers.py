"""What a kernel says, as far as it may; and what is said where it cannot be asked."""

from typing import cast

from ...core.errors import NotFound, ServeError, Unreadable
from ...serve.request import Request, Response, may_be_chunk
from ...wire import decode_response
from ..responders.answer import admitted_soon
from ..responders.connection import Frame

_OLDER = (
    "the kernel has an older jupyter_zarr_serve that cannot describe or preview its data; "
    "install the same version in the kernel's environment, and restart the kernel"
)


async def admitted_frame(request: Request, frame: Frame) -> Response:
    """What a kernel says, as far as it may."""
    response = decode_response(frame[0], cast("bytes", frame[1]))
    if request.is_of_node and response.status < 400 and response.form != request.form:
        raise Unreadable(_OLDER)
    return await admitted_soon(request, response)


def absence(request: Request, failure: ServeError, *, expected: bool = False) -> ServeError:
    """`failure` where something is expected or a chunk may be asked for; else `NotFound`."""
    return failure if expected or may_be_chunk(request) else NotFound(str(failure))
