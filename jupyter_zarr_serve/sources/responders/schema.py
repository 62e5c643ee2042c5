"""The JSON that a kernel may tell of a node, as far as pages and code to copy are made of it.

The schemas are those of `schemas.fits`.
"""

import json
import re
from typing import Any, NoReturn

from ...core.known_names import UNAVAILABLE, UNKNOWN
from ...core.limits import EXPORT_PART
from ...serve.request import EXPORT, FOLLOWED, JSON, LINE, NODE, POINTS, ROWS, STATS
from .schemas import fits

Number = int | float
_MARK = re.compile(r"[0-9a-f]{1,64}", re.ASCII)
_FACTS = {"shape": [int], "dtype": str, "chunk_shape": [int], "nbytes": int | None}
_MEMBER = {
    "name": str,
    "kind": {"array", "group", UNAVAILABLE},
    "message?": str,
    "icon?": bool,
    **{f"{name}?": schema for name, schema in _FACTS.items()},
}
_IMAGE = {"region": [[int]], "axes": [int], "step?": int}
_NODE = {
    "path": str,
    "attributes": dict,
    "attributes_cut?": bool,
    "previews": {"line?": dict, "stats?": dict, "rows?": dict, "image?": _IMAGE},
}
_ARRAY = {**_NODE, **_FACTS, "kind": {"array"}, "dimension_names": [str | None], "fill_value": object}
_GROUP = {
    **_NODE,
    "kind": {"group"},
    "members": {
        "total": int,
        "offset": int,
        "limit": int,
        "items": [_MEMBER],
        "sort?": str,
        "sorts?": [str],
    },
    "levels": list,
    "is_all?": bool,
}
_SCHEMAS: dict[str, tuple[Any, ...]] = {
    NODE: (_ARRAY, {**_ARRAY, "dimension_names": type(None)}, _GROUP),
    LINE: (
        {"start": int, "stop": int, "min": [Number | None], "max": [Number | None], "nan_count": int,
         "is_sampled": bool, "text?": [str]},
    ),
    STATS: (
        {"min": Number | None, "max": Number | None, "nan_count": int, "infinite_count": int, "count": int,
         "histogram": {"edges": [Number], "counts": [int]}, "is_sampled": bool, "text?": [str]},
    ),
    ROWS: (
        {"columns": [{"name": str, "dtype": str}], "total": int, "of?": int, "offset": int,
         "rows": [[str | None]]},
    ),
    POINTS: (
        {"axes": [{"name": str, "dtype": str, "missing": int, "infinite": int, "values": [Number | None],
                   "least?": str, "texts?": [str]}],
         "rows": [int], "total": int, "of": int, "is_reduced": bool},
    ),
    EXPORT: ({"sizes": [int | None], "mark": str, "is_versioned": bool},),
    FOLLOWED: ({"pause": Number, "states": [{"at": int, "mark": [str], "part?": [[int]]}]},),
    JSON: ({"kind": {"array", "group"}, "members": dict},),
}  # fmt: skip


def parsed(body: bytes, form: str) -> dict[str, Any]:
    """The object in the body of an answer.

    Parameters
    ----------
    form
        `NODE`, `LINE`, `STATS`, `ROWS`, `POINTS` or `FOLLOWED`; `JSON` is a listing.

    Raises
    ------
    ValueError
        If it is no JSON, or not what is told in this form.
    """
    told = json.loads(body, parse_constant=_refuse)
    is_told = any(fits(told, schema) for schema in _SCHEMAS[form])
    if not is_told or not _hangs_together(told, form):
        raise ValueError(f"this is not what is told as {form!r}")
    return dict(told)


def _hangs_together(told: dict[str, Any], form: str) -> bool:
    """Whether numbers that count others, or say where they are, do so."""
    if form == JSON:
        kinds = {"array", "group", UNAVAILABLE, UNKNOWN}
        return all(isinstance(kind, str) and kind in kinds for kind in told["members"].values())
    if form == ROWS:
        return all(len(row) == len(told["columns"]) for row in told["rows"])
    if form == POINTS:
        return all(len(axis["values"]) == len(told["rows"]) for axis in told["axes"])
    if form == STATS:
        counts = told["histogram"]["counts"]
        return not counts or (max(counts) > 0 and len(told["histogram"]["edges"]) == len(counts) + 1)
    if form == LINE:
        return len(told["min"]) == len(told["max"]) and len(told.get("text", [])) in {0, 2}
    if form == EXPORT:
        return _MARK.fullmatch(told["mark"]) is not None and all(
            size is None or 0 <= size <= 2 * EXPORT_PART for size in told["sizes"]
        )
    if form == FOLLOWED or told["kind"] != "array":
        return True
    axes, image = len(told["shape"]), told["previews"].get("image")
    is_drawn = image is None or (
        [*map(len, image["region"])] == [2] * axes
        and len(image["axes"]) > 0
        and all(0 <= axis < axes for axis in image["axes"])
    )
    return is_drawn and len(told["chunk_shape"]) == axes


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
