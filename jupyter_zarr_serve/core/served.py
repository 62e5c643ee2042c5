"""The members of a group by the names under which they are served; see `names`.

Whatever a group says of its members by name (dimensions, the attributes by which the CF conventions and
AnnData refer to siblings) follows when a member is renamed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from .names import ORIGINAL, is_fit, may_be_renamed, renamed, spelled

N = TypeVar("N")
Renames = Callable[[], Mapping[str, str]]

# Attributes that name siblings, or members of the group that has them: one name, several separated by
# spaces, some of them with a colon, or a list of names.
_REFERENCES = {
    "ancillary_variables", "bounds", "cell_measures", "climatology", "compress", "coordinates",
    "formula_terms", "geometry", "grid_mapping", "instance_dimension", "interior_ring", "node_coordinates",
    "node_count", "part_node_count", "sample_dimension",
    "_index", "column-order",
}  # fmt: skip


class Served(Mapping[str, N]):
    """Members by the names under which they are served.

    One whose name is fit is looked up without a look at its siblings. A class of mappings whose names
    are served ones already says so by its attribute `has_fit_names`; one whose names never change, by
    `is_fixed`; one whose members are no parts of one thing, as those of a kernel, by `are_unrelated`.

    Parameters
    ----------
    members
        By the source's names; may be lazy.
    """

    has_fit_names = True

    def __init__(self, members: Mapping[str, N]) -> None:
        self._members = members
        self._is_fixed = getattr(members, "is_fixed", isinstance(members, dict | MappingProxyType))
        self.are_unrelated = getattr(members, "are_unrelated", False)
        self._known: tuple[Mapping[str, str], Mapping[str, str]] | None = None
        self._dressed: dict[str, tuple[N, N]] = {}

    def __getitem__(self, name: str) -> N:
        if not is_fit(name):
            raise KeyError(name)
        try:
            return self._served(name, name, self._members[name])
        except KeyError as error:
            if error.args != (name,):
                raise
        original = self.original(name)
        try:
            return self._served(name, original, self._members[original])
        except KeyError as error:
            raise KeyError(name) if error.args == (original,) else error from None

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or not is_fit(name):
            return False
        return name in self._members or self.original(name) != name

    def __iter__(self) -> Iterator[str]:
        names = [*iter(self._members)]  # not `list(...)`, which asks for their number first
        others, _ = self._both(names)
        return iter([others.get(name, name) for name in names] if others else names)

    def __len__(self) -> int:
        return len(self._members)

    def renames(self) -> Mapping[str, str]:
        """The served names of those members that have another than in the source, by that."""
        return {**renames_of(self._members), **self._both()[0]}

    def original(self, name: str) -> str:
        """The source's name of a member that is served under another one; else `name` itself."""
        return self._both()[1].get(name, name) if may_be_renamed(name) else name

    def _both(self, names: Sequence[str] | None = None) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The served names by the source's, where they differ, and the other way round."""
        if self._known is None or not self._is_fixed:
            others = renamed([*iter(self._members)] if names is None else names)
            self._known = others, {new: old for old, new in others.items()}
        return self._known

    def _served(self, name: str, original: str, member: N) -> N:
        before, after = self._dressed.get(name, (None, None))
        if before is member and after is not None:
            return after
        dressed = with_references(member, self.renames)
        if original != name:
            dressed = named_after(dressed, original)
        if self._is_fixed and dressed is not member:  # views remember arrays by identity
            self._dressed[name] = member, dressed
        return dressed


def renames_of(children: Mapping[str, Any]) -> Mapping[str, str]:
    """The served names of those members that have another than in the source, by that.

    Mappings that wrap the members of another group hand on what those say.
    """
    renames: Renames | None = getattr(children, "renames", None)
    return {} if renames is None else renames()


def original_of(children: Mapping[str, Any], name: str) -> str:
    """The source's name of a member that is served under another one; else `name` itself."""
    original: Callable[[str], str] | None = getattr(children, "original", None)
    return name if original is None else original(name)


def served_name(children: Mapping[str, Any], name: str) -> str:
    """The name of a member for one by which the source has it and no client may ask; else `name` itself.

    No member is looked up for it.
    """
    return name if is_fit(name) else renames_of(children).get(name, name)


def named_after(node: N, original: Any) -> N:
    """A node that says under what name, or by what other key, the source has it."""
    told: Any = node
    name = spelled(original) if isinstance(original, str) else original
    changes: dict[str, Any] = {"attributes": {**told.attributes, ORIGINAL: name}}
    make = getattr(node, "parts", None)
    if make is not None:

        def parts() -> Any:
            made = make()
            return made if made.values is None else replace(made, values=named_after(made.values, original))

        changes["parts"] = parts
    return replace(told, **changes)  # type: ignore[no-any-return]


def with_references(node: N, renames: Renames) -> N:
    """An array whose dimensions and attributes name its siblings as they are served; else `node` itself."""
    told: Any = node
    dimensions = getattr(node, "dimension_names", None) or ()
    if all(name is None or is_fit(name) for name in dimensions) and not _refers(told.attributes):
        return node
    others = renames()
    if not others:
        return node
    changes: dict[str, Any] = {"attributes": referring(told.attributes, lambda: others)}
    if dimensions:
        changes["dimension_names"] = tuple(others.get(name, name) for name in dimensions)
    make = getattr(node, "parts", None)
    if make is not None:
        changes["parts"] = lambda: make().map(lambda part: with_references(part, lambda: others))
    return replace(told, **changes)  # type: ignore[no-any-return]


def referring(attributes: Mapping[str, Any], renames: Renames) -> Mapping[str, Any]:
    """Attributes whose references name members as they are served; `attributes` itself where none does."""
    if not _refers(attributes):
        return attributes
    others = renames()
    if not others:
        return attributes
    return {
        name: _replaced(value, others) if name in _REFERENCES else value
        for name, value in attributes.items()
    }


def _refers(attributes: Mapping[str, Any]) -> bool:
    """Whether a reference may name a member that is served under another name."""
    found = [attributes[name] for name in _REFERENCES.intersection(attributes)]
    return any(not is_fit(text) for value in found for text in _texts(value))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if getattr(value, "ndim", 0) == 1:
        value = value.tolist()
    return [item for item in value if isinstance(item, str)] if isinstance(value, list | tuple) else []


def _replaced(value: Any, others: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        texts = _texts(value)
        return [others.get(text, text) for text in texts] if texts and len(texts) == len(value) else value
    if value in others:
        return others[value]
    return " ".join(_word(word, others) for word in value.split(" "))


def _word(word: str, others: Mapping[str, str]) -> str:
    name, colon = (word[:-1], ":") if word.endswith(":") else (word, "")
    return others.get(name, name) + colon
