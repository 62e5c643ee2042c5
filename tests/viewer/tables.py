"""Tables whose every value is known."""

from pathlib import Path

import numpy as np
import pandas as pd

LONG = 1_000_000
VAST = 100_000_000
HTML = "<b onclick='alert(1)'>bold</b> & <script>x</script>"
GREATEST = 2**63 - 1


def long_table() -> pd.DataFrame:
    """A million rows: numbers, what is missing among them, times, and text."""
    row = np.arange(LONG)
    value = np.where(row % 10 == 3, np.nan, row / 8)
    return pd.DataFrame(
        {
            "id": GREATEST - row[::-1],
            "value": value,
            "when": pd.Timestamp("2020-02-29 06:30:00") + pd.to_timedelta(row, unit="s"),
            "note": np.where(row % 7 == 2, None, np.where(row % 7 == 1, HTML, "plain")).astype(object),
            "flag": row % 2 == 0,
        }
    )


def records() -> np.ndarray:
    """A few records, one of whose fields has a unit of time."""
    found = np.zeros(5, [("name", "U8"), ("count", "u8"), ("at", "M8[s]")])
    found["name"] = ["a", "b", "c", "d", "e"]
    found["count"] = 2**64 - 1 - np.arange(5).astype("u8")
    found["at"] = np.datetime64("2021-03-04T05:06:07") + np.arange(5)
    found["at"][1] = "NaT"
    return found


def write_tables(folder: Path) -> None:
    """All of them; the vast one is a file with a hole."""
    long_table().to_parquet(folder / "long.parquet", row_group_size=20_000)
    np.save(folder / "records.npy", records())
    vast = np.lib.format.open_memmap(
        folder / "vast.npy", mode="w+", dtype=[("id", "i8"), ("x", "f4")], shape=(VAST,)
    )
    vast[-1] = (-(2**63), 0.1)
    del vast
    for name, count in {"wide": 60, "wider": 200}.items():
        wide = pd.DataFrame({f"c{i}": [i, -i] for i in range(count)})
        wide.to_csv(folder / f"{name}.csv", index=False)
