"""What an address asks of a table: columns, order and conditions, as options of a request.

Names are separated by commas; a name with a comma in it stands in quotes, as in CSV. A condition is
``<column>:<operation>:<value>``, a column with a colon in its name in quotes, too.
"""

import csv
import json
import re
from typing import Any

from tornado.web import HTTPError

from ...core import limits
from ...serve.request import Options

_OPERATIONS = "eq|ne|lt|le|gt|ge|has|null|notnull"
_CONDITION = re.compile(
    rf'(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>.*?)):(?P<operation>{_OPERATIONS})(?::(?P<value>.*))?',
    re.DOTALL,
)
_AXES = re.compile("[0-8](,[0-8]){0,8}")
_WITHOUT_VALUE = {"null", "notnull"}
_MOST_NAMES = 1000
_LONGEST = 1 << 16  # characters of all that is said


def table_options(handler: Any) -> Options:
    """The options `columns`, `x`, `sort`, `where` and `find` that the query of a handler's request gives.

    Raises
    ------
    HTTPError
        400 if one of them has no meaning, or says too much.
    """
    given = {name: handler.get_query_arguments(name) for name in ("columns", "x", "sort", "where", "find")}
    if sum(len(text) for texts in given.values() for text in texts) > _LONGEST:
        raise HTTPError(
            400, f"columns, x, sort, where, find: more than {_LONGEST:,} characters are too many"
        )
    if len(given["where"]) > limits.CONDITIONS:
        raise HTTPError(400, f"where: more than {limits.CONDITIONS} conditions are too many")
    told: dict[str, str] = {}
    for name, most in (("columns", _MOST_NAMES), ("x", 1), ("sort", limits.CONDITIONS)):
        names = [one for text in given[name] for one in names_in(text)]
        if len(names) > most:
            raise HTTPError(400, f"{name}: more than {most:,} columns are too many")
        told |= {name: json.dumps(names)} if names else {}
    if given["where"]:
        told["where"] = json.dumps([condition(text) for text in given["where"]])
    sought = "".join(given["find"])
    if len(sought) > limits.SEARCH:
        raise HTTPError(400, f"find: has more than {limits.SEARCH:,} characters")
    return tuple((told | ({"find": sought} if sought else {})).items())


def axes_option(handler: Any) -> Options:
    """The option `log` of a request: the numbers of the axes that are to be logarithmic.

    Raises
    ------
    HTTPError
        400 if it is anything else.
    """
    text: str = handler.get_query_argument("log", "")
    if text and not _AXES.fullmatch(text):
        raise HTTPError(400, "log: must be numbers of axes, from 0 to 8, with commas between them")
    return (("log", text),) if text else ()


def names_in(text: str) -> list[str]:
    """The names in a text.

    Examples
    --------
    >>> names_in('a,"b,c","d""e",-f')
    ['a', 'b,c', 'd"e', '-f']
    """
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as error:
        raise HTTPError(
            400, "columns, x, sort: a name in quotes must end with a quote, before a comma"
        ) from error
    return [name for row in rows for name in row]


def condition(text: str) -> tuple[str, str, str]:
    """Column, operation and value of a condition.

    Examples
    --------
    >>> condition("time:ge:2020-01-01T00:00"), condition('"a:eq:b":null')
    (('time', 'ge', '2020-01-01T00:00'), ('a:eq:b', 'null', ''))
    """
    found = _CONDITION.fullmatch(text)
    if found is None or (found["value"] is None) != (found["operation"] in _WITHOUT_VALUE):
        raise HTTPError(
            400,
            f"where: {text[:100]!r} must be <column>:<operation>:<value>, the operation one of eq, ne, lt, "
            "le, gt, ge, has; or <column>:null or <column>:notnull",
        )
    name = found["plain"] if found["quoted"] is None else found["quoted"].replace('""', '"')
    return name, found["operation"], found["value"] or ""
