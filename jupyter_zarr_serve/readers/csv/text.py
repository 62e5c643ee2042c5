r"""The text of a CSV file: its encoding, its delimiter, where its rows end, and how pandas parses it.

A quotation mark opens a quoted field only at the field's start, "" inside one is a mark, and line
ends inside one belong to the field; elsewhere \n, \r\n and \r end a row.

References
----------
https://www.rfc-editor.org/rfc/rfc4180
"""

import codecs
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from ...core.errors import Unreadable

_DELIMITERS = b",;\t|"
_LONE = re.compile(rb"\r(?!\n)")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding of a file that starts with `head`, and the length of its byte order mark.

    Text that is no UTF-8 is taken for Latin-1, in which every byte is a character.
    """
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    return ("utf-8" if is_utf8(head) else "latin-1"), 0


def is_utf8(part: bytes, *, whole: bool = False) -> bool:
    """Whether bytes are UTF-8, but for a character cut at their end unless they are the `whole`."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(part, whole)
    except UnicodeDecodeError:
        return False
    return True


def to_utf8(raw: bytes, encoding: str) -> bytes:
    """Text in UTF-8; a character cut at the end of `raw` is left out."""
    if encoding == "utf-8":
        return raw
    return codecs.getincrementaldecoder(encoding)().decode(raw).encode()


def stored_length(text: bytes, encoding: str) -> int:
    """Bytes in the file that UTF-8 text was made from."""
    return len(text) if encoding == "utf-8" else len(text.decode().encode(encoding))


@dataclass(frozen=True)
class Dialect:
    """How rows and fields are told apart.

    Attributes
    ----------
    delimiter
        One character.
    width
        Fields in a row.
    """

    delimiter: str
    width: int

    def rows_end(self, text: bytes, *, last: bool) -> int:
        """Where the last whole row of a text ends that begins with a row; 0 if there is none.

        Parameters
        ----------
        last
            Whether nothing follows the text.
        """
        if last:
            return len(text)
        if b'"' not in text:
            return max(text.rfind(b"\n"), text.rfind(b"\r", 0, -1)) + 1
        return _rows(self.delimiter).match(text).end()  # type: ignore[union-attr]

    def parse(self, text: bytes, dtype: Any = None) -> Any:
        """The rows of a text as a frame with columns 0, 1, ...

        Raises
        ------
        pandas.errors.ParserError
            If a row has too many fields or a quotation mark is not closed.
        """
        columns = range(self.width)
        # Rows may have as many fields as the one before them: the header says how many are right.
        header = self.delimiter.join(map(str, columns)).encode() + b"\n"
        text = _ended_by_newlines(text, self.delimiter)
        first = _width_of_first(text, self.delimiter)
        if first > self.width:
            raise pd.errors.ParserError(f"Expected {self.width} fields in line 2, saw {first}")
        return _read_csv(header + text, sep=self.delimiter, names=list(columns), header=0, dtype=dtype)

    def first_width(self, text: bytes) -> int:
        """Fields of the first row; 0 if there is none."""
        return width_of_first(text, self.delimiter)


def _read_csv(text: bytes, **options: Any) -> Any:
    return pd.read_csv(io.BytesIO(text), low_memory=False, encoding="utf-8", **options)


def _ended_by_newlines(text: bytes, delimiter: str) -> bytes:
    r"""The same rows, ended by \n; what is quoted stays as it is.

    Where a space follows a row that ends by \r alone, pandas reads rows before it again, some without end.
    """
    if not _LONE.search(text):
        return text
    rows: list[bytes] = []
    end = 0
    while found := _ended_row(delimiter).match(text, end):
        rows += found[1], b"\n"
        end = found.end()
    return b"".join([*rows, text[end:]])


def width_of_first(text: bytes, delimiter: str) -> int:
    """Fields of the first row; 0 if there is none."""
    return _width_of_first(_ended_by_newlines(text, delimiter), delimiter)


def _width_of_first(text: bytes, delimiter: str) -> int:
    try:
        return int(_read_csv(text, sep=delimiter, header=None, nrows=1, dtype=str).shape[1])
    except pd.errors.EmptyDataError:
        return 0


def _row(delimiter: str) -> bytes:
    """A row, without what ends it. Text may follow a closed quotation; an open one is no field yet."""
    mark = re.escape(delimiter.encode())
    field = rb'(?:"(?:[^"]++|"")*+"|(?!"))[^%b\r\n]*+' % mark
    return rb"%b(?:%b%b)*+" % (field, mark, field)


@lru_cache
def _rows(delimiter: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?:%b(?:\r\n|\n|\r(?!\Z)))*+" % _row(delimiter))


@lru_cache
def _ended_row(delimiter: str) -> re.Pattern[bytes]:
    return re.compile(rb"(%b)(?:\r\n|\n|\r)" % _row(delimiter))


@lru_cache
def _first_row(delimiter: str) -> re.Pattern[bytes]:
    return re.compile(rb"[ \r\n]*+%b(?:\r\n|\n|\r(?!\Z))" % _row(delimiter))


def first_row_end(text: bytes, delimiter: str) -> int:
    """Where the first row that is not blank ends, 0 if `text` ends before it does."""
    found = _first_row(delimiter).match(text)
    return found.end() if found else 0


def delimiter_of(name: str, text: bytes) -> str:
    """The delimiter that is most frequent in the header, if the rows below have it, too.

    Parameters
    ----------
    name
        Of the file: ``.tsv`` decides where the header does not.
    """
    usual = "\t" if name.lower().endswith(".tsv") else ","
    lines = [line for line in text[: 1 << 16].splitlines() if line.strip()][:2]
    if not lines:
        return usual
    plain = [re.sub(rb'"[^"]*"', b"", line) for line in lines]
    counts = {chr(mark): plain[0].count(mark) for mark in _DELIMITERS if plain[-1].count(mark)}
    best = max(counts, key=lambda mark: (counts[mark], mark == usual), default=usual)
    return best if counts.get(best) else usual


def header_names(header: bytes, delimiter: str) -> list[str]:
    """The names pandas gives to the columns of a header row."""
    frame = _read_csv(_ended_by_newlines(header, delimiter), sep=delimiter, nrows=0)
    return [str(name) for name in frame.columns]


def refuse_rows(error: Exception, lines_before: int, block: bytes) -> Unreadable:
    """What a parser's complaint about a block means in the file."""
    if block.startswith(b"#") or b"\n#" in block or b"\r#" in block:
        return Unreadable(
            "it has lines that begin with '#', and a CSV file has no comments; remove them, or publish "
            "what pandas.read_csv(..., comment='#') reads"
        )
    text = " ".join(str(error).split())
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", text)
    if found:
        expected, line, saw = map(int, found.groups())
        return Unreadable(
            f"line {lines_before + line - 1:,} has {saw} fields where {expected} are expected; "
            "correct the line or quote its text"
        )
    return Unreadable(
        f"a row after line {lines_before:,} cannot be parsed ({text}); close its quotation marks"
    )
