"""Pictures of a line and of a histogram as paths of SVG."""

from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT = 1000, 240
_MARGIN = 6


def line_plot(line: dict[str, Any]) -> dict[str, Any]:
    """What the template draws of a line; see `preview.values`."""
    lows, highs = line["min"], line["max"]
    known = [value for value in (*lows, *highs) if value is not None]
    low, high = (min(known), max(known)) if known else (0, 0)
    sampled = len(lows) > 0 and line["is_sampled"]
    missing = f"{line['nan_count']:,} missing" if line["nan_count"] else ""
    note = "Too long to be read whole: some values from evenly spread places" if sampled else ""
    labels = line.get("text") or [number(low), number(high)]
    return {
        "kind": "line",
        "width": WIDTH,
        "height": HEIGHT,
        "path": _envelope(lows, highs, low, high),
        "low": labels[0] if known else "",
        "high": labels[1] if known else "",
        "left": f"{line['start']:,}",
        "right": f"{max(0, line['stop'] - 1):,}",
        "note": "; ".join(filter(None, [note, missing])),
    }


def histogram_plot(stats: dict[str, Any]) -> dict[str, Any] | None:
    """What the template draws of a histogram; None where there is nothing to draw."""
    counts, edges = stats["histogram"]["counts"], stats["histogram"]["edges"]
    if not counts:
        return None
    tallest, width = max(counts), WIDTH / len(counts)
    rise = (HEIGHT - _MARGIN) / tallest
    bars = [
        f"M{at * width:.1f} {HEIGHT}v{-count * rise:.1f}h{width * 0.92:.1f}V{HEIGHT}z"
        for at, count in enumerate(counts)
        if count
    ]
    labels = stats.get("text") or [number(edges[0]), number(edges[-1])]
    return {
        "kind": "bars",
        "width": WIDTH,
        "height": HEIGHT,
        "path": "".join(bars),
        "low": "0",
        "high": f"{tallest:,}",
        "left": labels[0],
        "right": labels[1],
        "note": "",
    }


def number(value: float) -> str:
    """A number for people.

    Examples
    --------
    >>> number(1234567), number(0.1 + 0.2), number(2.0)
    ('1,234,567', '0.3', '2')
    """
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


def _envelope(lows: Sequence[Any], highs: Sequence[Any], low: float, high: float) -> str:
    """The outlines of the runs of parts that have values: there along the top, back along the bottom."""
    span = float(high) - float(low)
    step = WIDTH / max(1, len(lows) - 1)

    def point(at: int, value: float) -> str:
        rise = (float(value) - low) / span if 0 < span < float("inf") else 0.5
        return f"{at * step:.1f} {HEIGHT - _MARGIN - rise * (HEIGHT - 2 * _MARGIN):.1f}"

    paths, run = [], list[int]()
    for at in range(len(lows) + 1):
        if at < len(lows) and lows[at] is not None:
            run.append(at)
        elif run:
            there = [point(i, highs[i]) for i in run]
            back = [point(i, lows[i]) for i in reversed(run)]
            paths.append(f"M{'L'.join(there)}L{'L'.join(back)}z")
            run = []
    return "".join(paths)
