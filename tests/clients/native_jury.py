"""The verdicts on clients that are not zarr-python, by the tables of `cannot_native`.

Beside what a client cannot read there is what it misreads: a wrong value that is exactly the one stated
there, which no server could have prevented. Any other wrong value is an error.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

import numpy as np

from tests import torture
from tests.clients.cannot_native import GDAL, NativeCase, misreading_of, reason_why_not
from tests.clients.conftest import Jury
from tests.clients.jury import RESULTS, Record, shown
from tests.clients.verdicts import EXACT, REFUSED, WRONG, Answer, Question, judge
from tests.torture.portable import portable_leaves, portable_refused
from tests.torture.theme import Leaves

PORTABLE = "portable"
NO_TIMES = np.full(7, np.iinfo("i8").min)
Reading = Callable[[Question], Iterable[Answer]]


def hear_native(client: str, jury: Jury, side: str, zarr_format: int, read: Reading) -> None:
    """Judge what a client reads of the whole tree."""
    leaves = {path: torture.values_served(values) for path, values in torture.leaves(side).items()}
    case = NativeCase(client, side, zarr_format, "", np.empty(0))
    _hear(case, leaves, (), read(jury.question(side, zarr_format)))


def hear_portable(client: str, jury: Jury, side: str, zarr_format: int, read: Reading) -> None:
    """Judge what a client reads of the portable view of the whole tree."""
    leaves, refused = portable_leaves(side), portable_refused(side)
    url = jury.server.store_url(zarr_format, f"{PORTABLE}/{jury.path(side)}")
    question = replace(jury.question(side, zarr_format), url=url, paths=[*leaves, *refused])
    _hear(NativeCase(client, side, zarr_format, "", np.empty(0), PORTABLE), leaves, refused, read(question))


def _hear(case: NativeCase, leaves: Leaves, refused: Collection[str], answers: Iterable[Answer]) -> None:
    told = {answer["path"]: answer for answer in answers}
    cases = [replace(case, path=path, expected=values) for path, values in leaves.items()]
    complaints = [_complaint(one, told.get(one.path, _silence(one.path))) for one in cases]
    complaints += [_unrefused(case, told.get(path, _silence(path))) for path in refused]
    errors = [complaint for complaint in complaints if complaint]
    name = f"{case.client} v{case.zarr_format} {case.side} {case.view}"
    assert not errors, f"{len(errors)} complaints about {name}:\n" + "\n".join(errors)


def _unrefused(case: NativeCase, answer: Answer) -> str:
    """Complains of an answer where the server refuses; GDAL alone fills, with the mark of missing times."""
    is_filled = case.client in GDAL and "error" not in answer and judge(answer, NO_TIMES) == EXACT
    return "" if "error" in answer or is_filled else f"{answer['path']}: was read: {answer!s:.300}"


def _silence(path: str) -> Answer:
    return {"path": path, "error": "no answer"}


def _complaint(case: NativeCase, answer: Answer) -> str:
    """What is wrong with an answer, which is recorded; empty if it is as it should be."""
    reason, misreading = reason_why_not(case), misreading_of(case)
    verdict = judge(answer, case.seen)
    client = f"{case.client} {case.view}".rstrip()
    told = reason or (misreading.reason if misreading else "")
    RESULTS.append(Record(client, case.side, case.zarr_format, case.path, case.kind, verdict, told))
    if misreading is not None:
        is_stated = misreading.reading is None or judge(answer, misreading.reading(case.expected)) == EXACT
        return (
            "" if verdict == WRONG and is_stated else f"{case.path}: not misread as stated: {answer!s:.300}"
        )
    if verdict == (REFUSED if reason else EXACT):
        return ""
    return f"{case.path}: {verdict} ({reason}): {answer!s:.300}; expected {shown(case.seen)}"
