"""Rows of columns, wherever they lie."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from jupyter_zarr_serve.adapters import adapt, column_array
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.preview.column import values_at
from jupyter_zarr_serve.preview.table import table_of


def test_rows_of_data_frames_that_lie_apart_are_read_alone(monkeypatch):
    seen: list[int] = []

    def seen_by(read: Any, *given: Any) -> Any:
        block = read(*given)
        seen.append(len(block))
        return block

    monkeypatch.setattr(column_array, "_read", partial(seen_by, column_array._read))
    frame = pd.DataFrame({"text": np.arange(1_000_000).astype(str).astype(object)})
    rows = [999_990, 5, 6, 5000]
    (found,) = values_at([table_of(adapt(frame, Policy())).column("text")], rows)
    assert found.tolist() == ["999990", "5", "6", "5000"]
    assert seen == [2, 1, 1]
