"""How long a link lives, as text: "30m", "12h", "7d", "2w"."""

import re

_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TEXT = re.compile(r"([1-9][0-9]{0,5})([mhdw])", re.ASCII)


def seconds_of(text: str) -> int:
    """The seconds that a text says.

    Raises
    ------
    ValueError
        When it says none.

    Examples
    --------
    >>> seconds_of("12h")
    43200
    """
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no length of life; say for example '30m', '12h', '7d' or '2w'")
    return int(found[1]) * _SECONDS[found[2]]


def text_of(seconds: int) -> str:
    """The shortest text for so many seconds, rounded down to minutes.

    Examples
    --------
    >>> text_of(2_592_000), text_of(5400)
    ('30d', '90m')
    """
    unit = next((unit for unit in "dhm" if seconds % _SECONDS[unit] == 0), "m")
    return f"{seconds // _SECONDS[unit]}{unit}"
