"""Files that are exported: first a plan, then one part after the other, for whoever sends them on.

A plan tells the sizes of the parts and a mark of what they are made of. Each part is asked for by that
mark, so that no file is put together of two states of the data; and nobody holds more of it than a part.
"""

import json
from collections.abc import Mapping

from ..core.errors import BadRequest, NotFound, Replaced, failures_named
from ..core.nodes import Array, Node
from ..core.stored import Blob
from ..core.walk import Found
from ..exports import FORMS, exported
from ..exports.asked import Asked
from ..exports.pieces import Export
from .forms import Given
from .representation import Representation, Spent, blob_of, digest
from .request import BINARY, EXPORT, PART, Request


def plan_of(found: Found, request: Request, siblings: Mapping[str, Node]) -> Representation:
    """What the parts of a file are: the JSON members `sizes` (null where unknown), `mark`, `is_versioned`.

    Raises
    ------
    ServeError
        If the node cannot be exported so.
    """
    name = "/".join(found.names)
    with failures_named(name):
        export = _export(found, request, siblings)
        told = {
            "sizes": [piece.size for piece in export.pieces],
            "mark": _mark(export, request),
            "is_versioned": all(array.version is not None for array in export.arrays),
        }
    body = json.dumps(told).encode()
    return Representation(name, "application/json", lambda _: blob_of(body), form=EXPORT)


def part_of(found: Found, request: Request, siblings: Mapping[str, Node]) -> Representation:
    """The bytes of the part with the number `part` of the plan that has the `mark`.

    Raises
    ------
    Replaced
        If the data are no longer those of the plan.
    ServeError
        If the node cannot be exported so.
    """
    options, name = dict(request.options), "/".join(found.names)
    with failures_named(name):
        export = _export(found, request, siblings)
    if _mark(export, request) != options.get("mark"):
        raise Replaced(f"{name}: has changed while it was exported; export it again")
    number = options.get("part")
    if not isinstance(number, int) or not 0 <= number < len(export.pieces):
        raise BadRequest(
            f"{name}: the file has {len(export.pieces)} parts, and none with the number {number!r}"
        )

    def make(_: Spent) -> Blob:
        return blob_of(export.pieces[number].make())

    return Representation(name, BINARY, make, etag="", validator=found.validator, form=PART)


def _export(found: Found, request: Request, siblings: Mapping[str, Node]) -> Export:
    if found.key:
        raise NotFound(f"no member {found.key!r} in {'/'.join(found.names)}; ask for one that is listed")
    given = Given(request.options, request.zarr_format)
    form = given.text("as")
    if form not in FORMS or not FORMS[form].maker:
        raise BadRequest(f"{form}: is no form of a file; there are {', '.join(FORMS)}")
    asked = Asked(found.names, given.text("region"), given.names("columns"), given.wanted(), siblings)
    return exported(form, found.node, asked)


def _mark(export: Export, request: Request) -> str:
    """A name for the bytes of a file, as far as versions and metadata tell them."""
    arrays = [_told(array) for array in export.arrays]
    asked = [(name, value) for name, value in request.options if name not in {"mark", "part"}]
    sizes = [piece.size for piece in export.pieces]
    return digest(repr((request.view, request.path, asked, export.identity, sizes, arrays)).encode())


def _told(array: Array) -> tuple[object, ...]:
    return array.version, array.shape, array.chunk_shape, array.dtype
