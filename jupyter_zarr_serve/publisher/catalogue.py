"""Handles by name: what `publish` returns for several objects, and `published` always."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from . import card
from .handle import Published
from .unserved import why_unserved

_RULE = "Served by %load_ext jupyter_zarr_serve, which serves every variable that can be served"


class Catalogue(Mapping[str, Published]):
    """Several published objects by name."""

    def __init__(self, handles: Mapping[str, Published]) -> None:
        self._handles = dict(handles)

    def __getitem__(self, name: str) -> Published:
        return self._handles[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._handles)

    def __len__(self) -> int:
        return len(self._handles)

    def touch(self) -> None:
        """See `Published.touch`."""
        for handle in self._handles.values():
            handle.touch()

    def unpublish(self) -> None:
        """Withdraw everything that was published by name."""
        for handle in self._named_and_by_rule[0]:
            handle.unpublish()

    @property
    def _named_and_by_rule(self) -> tuple[list[Published], list[Published]]:
        """The handles of what was published by name, and of what ``%load_ext`` serves."""
        handles = list(self._handles.values())
        by_rule = [handle for handle in handles if handle.is_of_namespace]
        return [handle for handle in handles if handle not in by_rule], by_rule

    def __repr__(self) -> str:
        named, by_rule = self._named_and_by_rule
        lines = [handle._line() for handle in named]
        if by_rule:
            lines += [f"{_RULE}:", *(handle._line() for handle in by_rule)]
        return "\n".join([*lines, *card.warnings()]) if lines else "<nothing is published>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        named, by_rule = self._named_and_by_rule
        return {} if by_rule else card.bundle([handle._card_data for handle in named])

    def _repr_html_(self) -> str:
        named, by_rule = self._named_and_by_rule
        warning = why_unserved() if named or by_rule else ""
        cards = [handle._card("") for handle in named]
        if by_rule:
            cards += [f"<div>{escape(_RULE)}:</div>", *(handle._card("") for handle in by_rule)]
        return card.warned(warning) + "".join(cards) if cards else "nothing is published"
