"""What consolidated metadata describe, and what they and the attributes of a group leave out.

One member that clients cannot parse would keep them from all its siblings, so it is left out; the
group's attribute `LEFT_OUT` names it and says why. Folders are not looked into for it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from .errors import Forbidden, NotFound, ServeError, Unavailable, Unreadable, failures_named
from .nodes import Array, Group, Node
from .public_text import short, without_folders
from .walk import MOST_LOOKUPS, descendants, members, names_of

LEFT_OUT = "left_out"
_MOST_TOLD = 100
_LONGEST_REASON = 200  # characters
Note = Callable[[str, ServeError], None]


@dataclass(frozen=True)
class Described:
    """A node that consolidated metadata describe.

    Attributes
    ----------
    path
        Relative to the group that they are of.
    left_out
        The members of a group that they do not describe, and why.
    """

    path: str
    node: Node
    left_out: Mapping[str, ServeError] = field(default_factory=dict)


def nodes_described(group: Group, zarr_format: int) -> list[Described] | None:
    """The nodes that consolidated metadata of a group describe: itself and everything below.

    None if it has no consolidated metadata: it is a folder, or too large to be described at once. Else
    they are complete, but for the members that `Described.left_out` names.

    Raises
    ------
    Unavailable
        See `members`.
    """
    if not group.consolidate:
        return None
    found: dict[int, dict[str, ServeError]] = {}

    def members_of(one: Group, names: list[str]) -> Iterator[tuple[str, Node]]:
        return _parsable(one, names, zarr_format, _note(found.setdefault(id(one), {}), names))

    try:
        below = [("", group), *descendants(group, members_of)]
    except Unreadable:
        return None
    return [Described(path, node, found.get(id(node), {})) for path, node in below]


def left_out(group: Group, zarr_format: int) -> dict[str, ServeError]:
    """The members that consolidated metadata do not describe, and why; nothing where there are none.

    Raises
    ------
    Unavailable
        See `members`.
    """
    found: dict[str, ServeError] = {}
    if group.consolidate:
        names = names_of(group)
        if len(names) <= MOST_LOOKUPS:
            for _ in _parsable(group, names, zarr_format, _note(found, names)):
                pass
    return found


def told_of(left_out: Mapping[str, ServeError]) -> dict[str, list[str]]:
    """The attribute of a group that says what was left out of it, a text for each member.

    Texts, as NetCDF has no attributes that are objects. A link that leads outside is not mentioned:
    who has a share link of a part learns no name from it.
    """
    told = {name: e for name, e in left_out.items() if not isinstance(e, NotFound | Forbidden)}
    lines = [f"{short(name)}: {_reason(name, error)}" for name, error in islice(told.items(), _MOST_TOLD)]
    if len(told) > _MOST_TOLD:
        lines.append(f"and {len(told) - _MOST_TOLD:,} more")
    return {LEFT_OUT: lines} if lines else {}


def _reason(name: str, error: ServeError) -> str:
    """Why a member was left out, without its name and without paths of the machine."""
    reason = without_folders(str(error).removeprefix(f"{name}: "))
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"


def _note(found: dict[str, ServeError], names: list[str]) -> Note:
    """Notes what is left out, but in large groups: nobody looks up all their members for it."""
    return found.__setitem__ if len(names) <= MOST_LOOKUPS else lambda _name, _why: None


def _parsable(
    group: Group, names: Iterable[str], zarr_format: int, left_out: Note
) -> Iterator[tuple[str, Node]]:
    """The members whose metadata clients can parse."""
    for name, node in members(group, names, left_out=left_out):
        try:
            with failures_named(name):
                _check(node, zarr_format)
        except Unavailable:
            raise
        except ServeError as error:
            left_out(name, error)
        else:
            yield name, node


def _check(node: Node, zarr_format: int) -> None:
    """See that metadata can be made of a node, and parsed.

    Raises
    ------
    Unreadable
        If clients cannot parse them.
    Exception
        Whatever is raised by a group's attributes that are made of data, such as pixels.
    """
    if isinstance(node, Array):
        obstacle = _obstacle(node, zarr_format)
        if obstacle:
            raise Unreadable(obstacle)
    elif node.by_format:
        node.by_format(zarr_format)


def _obstacle(array: Array, zarr_format: int) -> str:
    """Why clients cannot parse the metadata of an array, or would be given none; "" where they can."""
    stored, dtype = array.stored.get(zarr_format), array.dtype
    obstacle = array.unreadable if stored is None else stored.refusal or stored.obstacle
    if obstacle:
        return obstacle
    if zarr_format == 2 and any(dtype[name].names for name in dtype.names or ()):
        return (
            "structures in structures, which zarr-python 3.1 cannot open in version 2, nor then any "
            "sibling; open it by its own address, or in version 3"
        )
    return ""
