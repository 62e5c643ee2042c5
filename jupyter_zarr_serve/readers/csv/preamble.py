"""What lies above the header of a CSV file: Excel's ``sep=;``, and comments that begin with ``#``.

pandas takes the first of these lines for the header. Its ``comment="#"`` cuts text in all rows, too, so
comments are only looked for above the header.
"""

import re
from dataclasses import dataclass

from .text import delimiter_of, first_row_end, width_of_first

_TOLD = 100  # lines
_END = rb"(?:\r\n|\n|\r(?!\Z))"
_SEPARATOR = re.compile(rb'"?sep=([,;\t|])"?' + _END, re.IGNORECASE)
_BLANKS_AND_COMMENTS = re.compile(rb"(?:[ \t]*+(?:#[^\r\n]*+)?%b)*+" % _END)


@dataclass(frozen=True)
class Preamble:
    """The lines above a header.

    Attributes
    ----------
    end
        Where the header begins, in bytes.
    delimiter
        The one that the lines name, or "".
    comments
        The first lines that begin with ``#``.
    """

    end: int
    delimiter: str
    comments: list[str]


def preamble_of(name: str, text: bytes) -> Preamble:
    """The lines above the header of a text, which begins a file.

    The last comment is the header itself if nothing follows it, or if it has as many fields as the row
    below, and that row has a number or no space follows the ``#``; then that row may have a label more.

    Parameters
    ----------
    name
        See `delimiter_of`.
    """
    named = _SEPARATOR.match(text)
    delimiter, start = (named[1].decode(), named.end()) if named else ("", 0)
    end = _BLANKS_AND_COMMENTS.match(text, start).end()  # type: ignore[union-attr]
    lines = [line for line in text[start:end].splitlines(keepends=True) if line.strip()]
    if not lines:
        return Preamble(start, delimiter, [])
    delimiter_below = delimiter or delimiter_of(name, text[end:])
    if _is_header(lines[-1], text[end:], delimiter_below):
        end = start + text[start:end].rindex(lines.pop())
    return Preamble(end, delimiter, [line.decode(errors="replace").strip() for line in lines[:_TOLD]])


def _is_header(comment: bytes, rows: bytes, delimiter: str) -> bool:
    if not rows.strip():
        return True
    row = rows[: first_row_end(rows, delimiter)] or rows
    width, below = width_of_first(comment, delimiter), width_of_first(row, delimiter)
    has_number = any(map(_is_number, row.split(delimiter.encode())))
    if comment.lstrip().startswith(b"# "):
        return width == below and has_number
    return width == below or (has_number and 1 < width == below - 1)


def _is_number(field: bytes) -> bool:
    try:
        float(field.strip(b' \t\r\n"'))
    except ValueError:
        return False
    return True
