"""Nodes of a local Zarr store that know whether their documents are still the same."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ..core.errors import ServeError
from ..core.known_names import ZARR_JSON, ZARRAY, ZATTRS
from ..core.nodes import Group, Node
from ..core.served import original_of, renames_of
from ..readers.zarr_store.places import is_member_name
from .same_store import StoreGroup, Unsettled
from .validator import SameFile, same_file
from .writing import settled_stamp, unless_written

_DOCUMENTS = (ZARR_JSON, ZARRAY, ZATTRS)


@dataclass(frozen=True)
class SameDocuments:
    """Tells whether the documents of a node are still those that were read; see `core.nodes.Validator`.

    Attributes
    ----------
    absent
        Where there were none.
    """

    present: tuple[SameFile, ...]
    absent: tuple[Path, ...]

    @property
    def is_near(self) -> bool:
        """Whether the answer comes at once."""
        return all(file.is_near for file in self.present)

    def __call__(self) -> bool:
        """Whether they are."""
        return all(file() for file in self.present) and not any(map(os.path.lexists, self.absent))


def fresh_node(real: Path, asked: Path, make: Callable[[], Node], above: StoreGroup | None = None) -> Node:
    """What `make` gives for a folder of a store; it tells whether it is still the same.

    Parameters
    ----------
    real, asked
        The folder, its links resolved, and as it was asked for.
    above
        The group that it is in; None for the store itself.
    """
    since = time.time_ns()
    documents = _documents(real, asked)  # as they are before they are read
    with unless_written(real / name for name in _DOCUMENTS):
        node = make()
    if isinstance(node, Group):
        group = StoreGroup(real, asked, since) if above is None else above.below(real, asked)
        return replace(node, children=_Members(node.children, group), validator=group)
    return replace(node, validator=documents or Unsettled())


class _Members(Mapping[str, Node]):
    has_fit_names = True

    def __init__(self, children: Mapping[str, Node], group: StoreGroup) -> None:
        self._children = children
        self._group = group

    def __getitem__(self, name: str) -> Node:
        if not is_member_name(name):  # before any file is looked at
            raise KeyError(name)
        make = partial(self._children.__getitem__, name)
        real, asked = self._group.real, self._group.asked
        original = name if os.path.lexists(real / name) else original_of(self._children, name)
        return fresh_node(real / original, asked / original, make, self._group)

    def __iter__(self) -> Iterator[str]:
        return iter(self._children)

    def __len__(self) -> int:
        return len(self._children)

    def renames(self) -> Mapping[str, str]:
        """See `served.renames_of`."""
        return renames_of(self._children)


def _documents(real: Path, asked: Path) -> SameDocuments | None:
    """What tells whether the documents change; None where nothing does."""
    present: list[SameFile] = []
    absent: list[Path] = []
    for name in _DOCUMENTS:
        try:
            file = (real / name).resolve(strict=True)
            stamp, is_settled = settled_stamp(file)
            known = same_file(asked / name, file, stamp) if is_settled else None
        except (
            OSError,
            RuntimeError,
            ValueError,
            ServeError,
        ):  # no document there, or no name of a file at all
            absent.append(asked / name)
            continue
        if known is None:
            return None
        present.append(known)
    return SameDocuments(tuple(present), tuple(absent)) if present else None
