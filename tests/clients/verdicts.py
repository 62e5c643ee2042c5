"""What a client is asked, what it says of an array as a line of JSON, and whether it is right.

A client that is a program of its own reads a question from its standard input, as one JSON object with
the members of `Question`, and prints one answer per line; other lines are passed over. An answer is
``{"path": ..., "dtype": ..., "shape": [...], "data": ...}`` or ``{"path": ..., "error": ...}``. `dtype`
is NumPy's name or descriptor. `data` are the bytes in C order, little-endian unless the dtype says
otherwise, in base64; text of any length is a list of strings with the dtype "text", bytes of any length
a list of base64 with the dtype "bytes".
"""

import base64
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

import numpy as np

Answer = dict[str, Any]
EXACT, WRONG, REFUSED = "exact", "wrong", "refused"
REPOSITORY = Path(__file__).parent.parent.parent
PROGRAM_SECONDS = 300


@dataclass(frozen=True)
class Question:
    """Arrays to be read: the URL of the group above them, their paths, and how to ask for them.

    The paths are plain, the URL is percent-encoded; `url_of` puts them together.
    """

    url: str
    zarr_format: int
    paths: Sequence[str]
    headers: dict[str, str]

    def url_of(self, path: str) -> str:
        """The percent-encoded URL of an array."""
        return f"{self.url}/{quote(path)}"


def asked(source: TextIO) -> Question:
    """The question that a program was asked."""
    return Question(**json.load(source))


def tell(answers: Iterable[Answer]) -> None:
    """Print answers as a program does."""
    for answer in answers:
        sys.stdout.write(json.dumps(answer) + "\n")


def answers_of_program(command: Sequence[str | Path], question: Question) -> list[Answer]:
    """What a program answers."""
    done = subprocess.run(  # noqa: PLW1510 (what it printed is worth more than its exit code)
        list(map(str, command)), input=json.dumps(asdict(question)), cwd=REPOSITORY,
        capture_output=True, text=True, timeout=PROGRAM_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def answer_of(path: str, values: Any) -> Answer:
    """The answer of a client that has read an array into NumPy."""
    array = np.asarray(values)
    told: Answer = {"path": path, "shape": list(array.shape)}
    if array.dtype.kind in "OT":
        flat = [item.item() if isinstance(item, np.generic) else item for item in array.reshape(-1)]
        if any(isinstance(item, bytes) for item in flat):
            return {**told, "dtype": "bytes", "data": [_encoded(item) for item in flat]}
        return {**told, "dtype": "text", "data": flat}
    descriptor = array.dtype.descr if array.dtype.names else array.dtype.str
    return {**told, "dtype": descriptor, "data": _encoded(array.tobytes())}


def error_of(path: str, error: BaseException) -> Answer:
    """The answer of a client that could not read an array."""
    return {"path": path, "error": f"{type(error).__name__}: {error}"[:300]}


def judge(answer: Answer, expected: np.ndarray) -> str:
    """Whether an answer is exact, refused, or wrong in value, shape or dtype."""
    if "error" in answer:
        return REFUSED
    return EXACT if _is_exact(answer, expected) else WRONG


def _is_exact(answer: Answer, expected: np.ndarray) -> bool:
    if tuple(answer["shape"]) != expected.shape:
        return False
    if isinstance(answer["data"], list):
        return expected.dtype.kind in "OTU" and answer["data"] == _listed(answer["dtype"], expected)
    dtype = _dtype_of(answer["dtype"])
    values = np.frombuffer(base64.b64decode(answer["data"]), dtype).reshape(expected.shape)
    return same_dtype(dtype, expected.dtype) and same_bits(values, expected)


def same_dtype(one: np.dtype, other: np.dtype) -> bool:
    """Equality but for byte order and padding."""
    return packed(one) == packed(other)


def packed(dtype: np.dtype) -> np.dtype:
    """The dtype in little-endian order, its fields without padding between them."""
    if dtype.names:
        return np.dtype([(name, packed(dtype[name])) for name in dtype.names])
    return dtype.newbyteorder("<")


def same_bits(one: np.ndarray, other: np.ndarray) -> bool:
    """Equality of values that tells zeros and NaNs apart, but not byte orders."""
    return one.astype(packed(one.dtype)).tobytes() == other.astype(packed(other.dtype)).tobytes()


def _dtype_of(spelled: Any) -> np.dtype:
    if isinstance(spelled, str):
        return np.dtype(spelled)
    return np.dtype([(name, _dtype_of(field)) for name, field in spelled])


def _listed(dtype: str, expected: np.ndarray) -> list[Any] | None:
    """What an answer lists of text or bytes; None if that is not what is expected."""
    values = expected.reshape(-1).tolist()
    kind = bytes if dtype == "bytes" else str
    if not all(isinstance(value, kind) for value in values):
        return None
    return list(map(_encoded, values)) if kind is bytes else values


def _encoded(data: bytes) -> str:
    return base64.standard_b64encode(data).decode()
