"""The names of an enumeration's values.

References
----------
https://cfconventions.org/cf-conventions/cf-conventions.html#flags
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.dtypes import DType


def flags(enum: Mapping[str, int], dtype: DType) -> dict[str, Any]:
    """The names of an enumeration's values, as attributes; spaces in them become underscores."""
    names = sorted(enum, key=enum.__getitem__)
    meanings = " ".join(name.replace(" ", "_") for name in names)
    return {"flag_values": np.array([enum[name] for name in names], dtype), "flag_meanings": meanings}
