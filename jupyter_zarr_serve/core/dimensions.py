"""Names of dimensions: one for every axis, and whether those of several arrays go together."""

from collections.abc import Iterable, Sequence


def named_axes(shape: Sequence[int], names: Sequence[str | None] | None) -> tuple[str, ...]:
    """A name for every axis; made from its length where it has none.

    Equal names must mean equal lengths, or xarray cannot open a group of arrays; and no name may occur
    twice in one array.

    Examples
    --------
    >>> named_axes((3, 3), ("x", None)), named_axes((3, 3), None)
    (('x', 'phony_dim_3'), ('phony_dim_3', 'phony_dim_3_2'))
    """
    found: list[str] = []
    for axis, length in enumerate(shape):
        name = names[axis] if names else None
        if not name or name in found:
            base = name = f"phony_dim_{length}"
            copies = 1
            while name in found:
                copies += 1
                name = f"{base}_{copies}"
        found.append(name)
    return tuple(found)


def are_one_dataset(arrays: Iterable[tuple[Sequence[int], Sequence[str | None] | None]]) -> bool:
    """Whether arrays, given by shapes and names of dimensions, can be opened as one xarray dataset.

    Examples
    --------
    >>> are_one_dataset([((3, 4), ("y", "x")), ((4,), ("x",)), ((7,), None)])
    True
    >>> are_one_dataset([((3,), ("x",)), ((4,), ("x",))]), are_one_dataset([])
    (False, False)
    """
    lengths: dict[str, int] = {}
    for shape, names in arrays:
        for name, length in zip(named_axes(shape, names), shape, strict=True):
            if lengths.setdefault(name, length) != length:
                return False
    return bool(lengths)
