"""What was read of files is only handed out if, afterwards, their path still leads to the same ones.

A folder may be put in the place of another between a look at its documents and the reading of its
chunks, and a chunk may be written anew in its place.
"""

from dataclasses import replace

from ..core.errors import Unavailable
from ..core.nodes import Validator
from ..core.stored import Blob
from ..readers.files import stamp_of
from ..serve.representation import Representation, Spent
from ..serve.request import BINARY
from .writing import BEING_WRITTEN, settled_stamp


def steady(content: Representation) -> Representation:
    """The same chunk, which is refused where its node has changed while it was read."""
    validator = content.validator
    if content.media_type != BINARY or validator is None or not validator.is_near:
        return content

    def make(spent: Spent) -> Blob:
        try:
            blob = content.make(spent)
        finally:  # what is absent now may have been there
            _check(validator, content.name)
        read = blob.read

        def read_steadily(start: int, stop: int) -> bytes:
            is_same = settled_stamp(blob.file[1]) == (blob.version, True) if blob.file else True
            try:
                return read(start, stop)
            finally:
                _check(validator, content.name)
                if not is_same or (blob.file and stamp_of(blob.file[1]) != blob.version):
                    raise Unavailable(f"{content.name}: {BEING_WRITTEN}")

        return replace(blob, read=read_steadily)

    return replace(content, make=make)


def _check(validator: Validator, name: str) -> None:
    if not validator():
        raise Unavailable(f"{name}: its file or metadata changed or vanished while it was read; ask again")
