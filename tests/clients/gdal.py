"""GDAL's multidimensional reader as a client: ``gdalmdiminfo`` prints the values of groups as JSON."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest

from tests.clients.verdicts import PROGRAM_SECONDS, Answer, Question, answer_of

# In CI a missing tool is a failure, not a reason to skip.
needs_gdal = pytest.mark.skipif(
    shutil.which("gdalmdiminfo") is None and "CI" not in os.environ,
    reason="install GDAL (Debian: gdal-bin)",
)
PROCESSES = 3
# Groups that nobody reads whole; their arrays are opened one by one.
CROWDS = ("crowd.npz/",)
DTYPES = {
    "Byte": "u1", "Int16": "<i2", "UInt16": "<u2", "Int32": "<i4", "UInt32": "<u4",
    "Int64": "<i8", "UInt64": "<u8", "Float32": "<f4", "Float64": "<f8",
    "CFloat32": "<c8", "CFloat64": "<c16",
}  # fmt: skip


def information(url: str, headers: dict[str, str], *arguments: str) -> dict[str, Any]:
    """What GDAL tells of a group or array."""
    told = ", ".join(f"{name}: {value}" for name, value in headers.items())
    done = subprocess.run(
        ["gdalmdiminfo", "--config", "GDAL_HTTP_HEADERS", told, *arguments, f'ZARR:"/vsicurl/{url}"'],
        capture_output=True, text=True, errors="surrogateescape", check=True, timeout=PROGRAM_SECONDS,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def read(question: Question) -> list[Answer]:
    """The answers, group by group."""
    roots = sorted({path if path.startswith(CROWDS) else path.partition("/")[0] for path in question.paths})
    with ThreadPoolExecutor(PROCESSES) as pool:
        return [answer for answers in pool.map(partial(_read_root, question), roots) for answer in answers]


def _read_root(question: Question, root: str) -> list[Answer]:
    try:
        found = information(question.url_of(root), question.headers, "-detailed")
    except subprocess.CalledProcessError:
        return []
    above = root.rpartition("/")[0] if root.startswith(CROWDS) else root
    return list(_answers(above, found))


def _answers(path: str, group: dict[str, Any]) -> Iterator[Answer]:
    for name, array in group.get("arrays", {}).items():
        where = path if path.endswith(f"/{name}") else f"{path}/{name}"
        yield _answer(where, array)
    for name, child in (group.get("groups") or {}).items():
        yield from _answers(f"{path}/{name}", child)


def _answer(path: str, array: dict[str, Any]) -> Answer:
    shape = array.get("dimension_size", [])
    if array["datatype"] == "String":
        flat = np.empty(np.prod(shape, dtype=int), object)
        flat[:] = array["values"] if shape else [array["values"]]
        return answer_of(path, flat.reshape(shape))
    values = np.array(_numbers(array["values"]), _dtype(array["datatype"]))
    if list(values.shape) != shape:
        return {"path": path, "error": f"GDAL gave no values: {array['values']}"}
    return answer_of(path, values)


def _dtype(datatype: Any) -> np.dtype:
    if isinstance(datatype, str):
        return np.dtype(DTYPES[datatype])
    return np.dtype([(part["name"], _dtype(part["type"])) for part in datatype["components"]])


def _numbers(value: Any) -> Any:
    """JSON as NumPy takes it: structures as tuples."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, dict):
        parts = [_numbers(part) for part in value.values()]
        return complex(*parts) if set(value) == {"real", "imag"} else tuple(parts)
    return float(value) if isinstance(value, str) else value
