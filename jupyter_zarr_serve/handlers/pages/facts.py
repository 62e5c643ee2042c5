"""What a page says of a node in words: what people call it, its facts, its rows and its statistics."""

import json
from typing import Any

from ...preview.called import called
from ..web.render import shown, size
from .plots import histogram_plot, number

_MEMBERS = {"table": "column", "dataset": "variable"}


def lead(node: dict[str, Any], name: str, *, is_search: bool) -> str:
    """One line that says what a node is."""
    kind = called(node, name)
    if node["kind"] == "array":
        elements = f"{node['dtype']}: {lengths(node['shape'])}" if node["shape"] else f"one {node['dtype']}"
        return f"{_begun(kind)} of {elements}"
    kind = "table" if "rows" in node["previews"] else kind
    total, member = node["members"]["total"], _MEMBERS.get(kind, "member")
    kind = _begun(kind)
    return kind if is_search else f"{kind} of {total:,} {member}{'' if total == 1 else 's'}"


def _begun(kind: str) -> str:
    """A kind at the beginning of a sentence; letters that are large already stay so."""
    return kind[:1].upper() + kind[1:]


def lengths(shape: list[int] | None) -> str:
    """A shape for people; "" for what has none."""
    if shape is None:
        return ""
    return " × ".join(f"{length:,}" for length in shape) if shape else "scalar"


def facts(node: dict[str, Any]) -> dict[str, str]:
    """What an array is, by the names of the facts."""
    names = node["dimension_names"] or []
    shown_names = [shown(name) if name else "–" for name in names] if any(names) else []
    facts = {
        "Shape": lengths(node["shape"]),
        "Dimensions": ", ".join(shown_names),
        "Type": node["dtype"],
        "Chunks": lengths(node["chunk_shape"]) if node["shape"] else "",
        "Size": size(node["nbytes"]),
        "Fill value": "" if node["fill_value"] is None else json.dumps(node["fill_value"]),
    }
    return {name: fact for name, fact in facts.items() if fact}


def rows_told(rows: dict[str, Any]) -> dict[str, Any]:
    """The first rows, as the template shows them."""
    count, total = len(rows["rows"]), rows["total"]
    return {
        **rows,
        "caption": f"The first {count:,} of {total:,} rows" if count < total else f"{total:,} rows",
    }


def stats_told(stats: dict[str, Any]) -> dict[str, Any]:
    """The statistics, as the template shows them."""
    lowest, highest = stats.get("text") or [
        "" if value is None else number(value) for value in (stats["min"], stats["max"])
    ]
    count = f"{stats['count']:,}"
    if stats["is_sampled"]:
        count += ", a sample: whole chunks from all over the array"
    infinite = f"{stats['infinite_count']:,}" if stats["infinite_count"] else ""
    facts = {
        "Minimum": lowest,
        "Maximum": highest,
        "Missing (NaN)": f"{stats['nan_count']:,}",
        "Infinite": infinite,
        "Values read": count,
    }
    return {"facts": {name: fact for name, fact in facts.items() if fact}, "plot": histogram_plot(stats)}
