"""The jury's verdicts: each client's answers against the torture tree, kept in one table.

What a client cannot do stands in `cannot`; whatever else it does not read exactly is an error, and so
is anything in that table that it does read. A wrong value is an error always.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from tests import torture
from tests.clients.cannot import Case, reason_why_not
from tests.clients.verdicts import EXACT, REFUSED, WRONG, Answer, judge


@dataclass(frozen=True)
class Record:
    """A row of the table: what a client said of an array; `reason` is why it cannot read it."""

    client: str
    side: str
    zarr_format: int
    path: str
    kind: str
    verdict: str
    reason: str = ""


RESULTS: list[Record] = []


def dump(path: Path) -> None:
    """Write the table as JSON."""
    path.write_text(json.dumps([asdict(record) for record in RESULTS], indent=1))


def hear(client: str, side: str, zarr_format: int, answers: Iterable[Answer], paths: Iterable[str]) -> None:
    """Judge what a client answered about `paths`, all of them."""
    told = {answer["path"]: answer for answer in answers}
    leaves = torture.leaves(side)
    errors = []
    for path in paths:
        case = Case(client, side, zarr_format, path, torture.values_served(leaves[path]))
        answer = told.get(path, {"path": path, "error": "no answer"})
        verdict, reason = judge(answer, case.expected), reason_why_not(case)
        RESULTS.append(Record(client, side, zarr_format, path, case.kind, verdict, reason))
        if verdict != (REFUSED if reason else EXACT):
            errors.append(_complaint(case, verdict, reason, answer))
    assert not errors, f"{len(errors)} wrong answers of {client}:\n" + "\n".join(errors)


def _complaint(case: Case, verdict: str, reason: str, answer: Answer) -> str:
    if verdict == WRONG:
        return f"v{case.zarr_format} {case.path}: wrong: {str(answer)[:300]}; not {shown(case.expected)}"
    if verdict == EXACT:
        return f"v{case.zarr_format} {case.path}: was read, though it cannot be: {reason}"
    return f"v{case.zarr_format} {case.path}: {answer['error']}"


def shown(values: np.ndarray) -> str:
    """Values for people; NumPy cannot print all times."""
    plain = values.view("<i8") if values.dtype.kind in "mM" else values
    return f"{values.dtype} {values.shape} {plain!s:.200}"
