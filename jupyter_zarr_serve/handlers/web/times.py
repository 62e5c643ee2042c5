"""Times for people: how long ago or how soon; the page's script adds the reader's own clock."""

import time
from datetime import UTC, datetime

_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"))


def moment(given: float | str) -> dict[str, str]:
    """A time, in seconds since 1970 or spelled as in ISO 8601, for templates: in words, and exactly."""
    at = datetime.fromisoformat(given) if isinstance(given, str) else datetime.fromtimestamp(given, UTC)
    return {
        "iso": at.isoformat(),
        "words": in_words(at.timestamp() - time.time()),
        "exact": f"{at:%Y-%m-%d %H:%M} UTC",
    }


def in_words(seconds: float) -> str:
    """A span of time from now, into the future where it is positive.

    Examples
    --------
    >>> in_words(7 * 86_400 - 2), in_words(-7300), in_words(-5), in_words(90)
    ('in 7 days', '2 hours ago', 'just now', 'in 2 minutes')
    """
    size = abs(seconds)
    if size < 30:
        return "just now"
    # A day is counted as one from 36 hours on, an hour from 90 minutes.
    length, unit = next((each for each in _UNITS if size >= 1.5 * each[0]), _UNITS[-1])
    count = max(1, round(size / length))
    span = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"in {span}" if seconds > 0 else f"{span} ago"
