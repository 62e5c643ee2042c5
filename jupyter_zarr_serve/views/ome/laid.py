"""The OME view in which each axis has the role that the address gives it, such as y, x or a projection.

``ome;t,max,y,x/files/stack.npy`` is the image of the greatest values along the second axis of an array;
``ome;y,c,x/...`` has its channels along the second one. The levels of a stored image keep what they are.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from threading import Lock

from ...core.children import Seen
from ...core.derived import Derived
from ...core.errors import Unreadable
from ...core.meant import as_meant
from ...core.nodes import Array, Group, Node
from ...preview.colours import in_colours
from .axes import ORDER, letters_of
from .channels import channel_names
from .coordinates import Around
from .image import Image, image_of
from .levels import Pyramid
from .metadata import Scale, Told, source_axes
from .multiscale import is_of_labels, levels_of, multiscale
from .projected import reduced
from .roles import Roles, roles_of
from .scales import scales_of
from .stored import Multiscale, multiscale_of

_MOST = 8  # layings of one array that are remembered


class _Layings:
    """The pyramids of an array, by the roles of its axes; their tiles are remembered with them."""

    def __init__(self, array: Array) -> None:
        self._array = array
        self._known: OrderedDict[Roles, Pyramid] = OrderedDict()
        self._lock = Lock()

    def of(self, roles: Roles) -> Pyramid:
        with self._lock:
            if roles not in self._known:
                image = _image(roles, self._array)
                self._known[roles] = Pyramid([image], is_of_labels(image.source))
            self._known.move_to_end(roles)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
            return self._known[roles]


_LAYINGS: Derived[_Layings] = Derived()


def laid(node: Node, parameters: str, name: str = "", beside: Around | None = None) -> Node:
    """The node as a view shows it in which the axes of images have roles of their own.

    What the parameters mean is found out where an image is met.

    Parameters
    ----------
    parameters
        See `roles.roles_of`.
    name
        What the node is called, where it is in a group.
    beside
        The members of that group, and what it is in.

    Raises
    ------
    BadRequest
        If the parameters have no meaning, or do not fit an image.
    Unreadable
        If it is an array that is no image, or is not in that way.
    """
    if isinstance(node, Array):
        roles = roles_of(parameters)
        pyramid = _LAYINGS.of(node, _Layings).of(roles)
        return multiscale(pyramid, name, {}, partial(_told, node, roles, beside or {}))
    stored = multiscale_of(node)
    if stored is not None or node.levels:
        return _leveled(node, roles_of(parameters), name, stored)
    around = beside.below(node) if beside is not None else Around(node)
    see = lambda child, found: laid(found, parameters, child, around)  # noqa: E731
    return replace(node, children=Seen(node.children, see), consolidate=False)


def _image(roles: Roles, array: Array) -> Image:
    if array.unreadable:
        raise Unreadable(array.unreadable)
    coloured = in_colours(as_meant(array))
    if len(coloured.shape) > len(array.shape):  # by a palette, whose numbers nobody can add
        roles = _with_colours(roles, len(coloured.shape))
    attributes = {key: value for key, value in coloured.attributes.items() if key != "axes"}
    return image_of(reduced(replace(coloured, attributes=attributes), roles), roles.letters)


def _with_colours(roles: Roles, count: int) -> Roles:
    """The roles, and that of the colours that elements stand for, which are the last of `count` axes."""
    if len(roles.words) == count - 1 and "c" not in roles.letters:
        return Roles((*roles.words, "c"))
    return roles


def _told(array: Array, roles: Roles, beside: Mapping[str, Node]) -> Told:
    """What is known of the axes that are left, by the roles that they have now."""
    usual = _usual(array)
    scales = scales_of(array, usual, beside)
    channels: list[str] = []
    if "c" in roles.words and len(roles.words) == len(usual):
        axis = roles.words.index("c")
        as_it_is = array if usual[axis] == "c" else _unnamed(array)
        letters = "".join("c" if word == "c" else " " for word in roles.words)
        channels = channel_names(as_it_is, letters, beside)
    return Told(_by_letter(roles, scales), channels, source_axes(array, roles.words))


def _usual(array: Array) -> str:
    """The letters of the axes without any roles; "" where there are too many or too few."""
    return letters_of(array) if 2 <= len(array.shape) <= len(ORDER) else ""


def _unnamed(array: Array) -> Array:
    kept = {key: value for key, value in array.attributes.items() if key != "channel_names"}
    return replace(array, attributes=kept)


def _by_letter(roles: Roles, scales: list[Scale | None]) -> dict[str, Scale]:
    pairs = zip(roles.words, scales, strict=False)
    return {word: scale for word, scale in pairs if word in ORDER and scale is not None}


def _leveled(group: Group, roles: Roles, name: str, stored: Multiscale | None) -> Group:
    """An image whose levels are stored; each of them is projected by itself."""
    names = stored.paths if stored else group.levels
    images = levels_of((group.children, names), partial(_image, roles))
    pyramid = Pyramid(images, is_of_labels(images[0].source) or bool(stored and stored.is_labels))
    full = group.children[names[0]]
    assert isinstance(full, Array)  # as it was an image
    tell = partial(_told_by, stored, full, roles) if stored else partial(_told, full, roles, {})
    made = multiscale(pyramid, name, {}, tell)
    return replace(made, version=group.version, validator=group.validator)


def _told_by(stored: Multiscale, full: Array, roles: Roles) -> Told:
    is_of_channels = "c" in roles.words and roles.words.index("c") == stored.channel_axis
    named = (
        full
        if full.dimension_names or len(stored.names) != len(full.shape)
        else replace(full, dimension_names=stored.names)
    )
    channels = stored.channels if is_of_channels else []
    return Told(_by_letter(roles, stored.scales), channels, source_axes(named, roles.words))
