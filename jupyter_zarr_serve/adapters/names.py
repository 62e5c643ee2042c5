"""Names of nodes for columns and fields of any names."""

import re
from collections.abc import Collection, Sequence
from typing import Any

# Separators to some client, and what has no UTF-8 form.
_UNFIT = re.compile("[/\\\\\0\ud800-\udfff]")
_RESERVED = {"", ".", "..", "zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata"}


def served_names(originals: Sequence[Any], taken: Collection[str] = ()) -> list[str]:
    """Unique names of nodes for columns of any names; one that may stay as it is does.

    Parameters
    ----------
    taken
        Names that siblings have already.

    Examples
    --------
    >>> served_names(["a", "a", 3, ("x", "y"), "km/h", ""])
    ['a', 'a_1', '3', 'x_y', 'km_h', 'unnamed']
    >>> served_names(["a/b", "a_b"])
    ['a_b_1', 'a_b']
    """
    plain = [_plain_name(original) for original in originals]
    keeps = [isinstance(given, str) and given == name for given, name in zip(originals, plain, strict=True)]
    kept = {name for name, keep in zip(plain, keeps, strict=True) if keep}
    reserved = {*plain, *taken}
    used = set(taken)
    names = []
    for base, keep in zip(plain, keeps, strict=True):
        name, copies = base, 0
        while name in used or (copies and name in reserved) or (name in kept and not keep):
            copies += 1
            name = f"{base}_{copies}"
        used.add(name)
        names.append(name)
    return names


def _plain_name(original: Any) -> str:
    parts = original if isinstance(original, tuple) else (original,)
    name = "_".join(str(part) for part in parts if str(part))
    name = _UNFIT.sub("_", name)
    if not name:
        return "unnamed"
    return f"_{name}" if name in _RESERVED else name
