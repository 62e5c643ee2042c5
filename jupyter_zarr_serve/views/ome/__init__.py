"""The OME view: each image as a multiscale group, whose levels are made when they are read.

An array of two to five axes becomes a group of its levels, "0" being the array itself; a stored image
with several levels keeps them. Groups become groups of what is an image in them. What is no image says
so when it is asked for.

References
----------
https://ngff.openmicroscopy.org/0.4/
https://ngff.openmicroscopy.org/0.5/
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from ...core.children import Seen
from ...core.derived import Derived
from ...core.nodes import Array, Group, Node
from .coordinates import Around
from .image import image_of
from .levels import Pyramid
from .multiscale import is_of_labels, levels_of, multiscale
from .stored import as_stored, is_stored

_PYRAMIDS: Derived[Pyramid] = Derived()


def ome(node: Node, name: str = "", above: Around | None = None) -> Node:
    """The node as viewers of OME-Zarr see it.

    Parameters
    ----------
    name
        What the node is called, where it is in a group.
    above
        That group, and what it is in.

    Raises
    ------
    Unreadable
        If it is an array that is no image.
    """
    if isinstance(node, Array):
        return _multiscale(node, name, {})
    if is_stored(node):
        return as_stored(node, ome)
    if node.levels:
        return _leveled(node, name)
    # what describes an image looks at some of its pixels: not at those of all that are in a file
    around = above.below(node) if above is not None else Around(node)
    return replace(node, children=Seen(node.children, partial(_member, around)), consolidate=False)


def _member(around: Around, name: str, node: Node) -> Node:
    return _multiscale(node, name, around) if isinstance(node, Array) else ome(node, name, around)


def _multiscale(array: Array, name: str, beside: Mapping[str, Node]) -> Group:
    """The image of an array; its levels are made once, as their tiles are remembered by identity."""
    return multiscale(_PYRAMIDS.of(array, _pyramid), name, beside)


def _pyramid(array: Array) -> Pyramid:
    return Pyramid([image_of(array)], is_of_labels(array))


def _leveled(group: Group, name: str) -> Group:
    """An image whose levels are stored, as far as they can be read and are what they should be.

    Raises
    ------
    Unreadable
        If the full one cannot be read.
    """
    images = levels_of((group.children, group.levels), image_of)
    made = multiscale(Pyramid(images, is_of_labels(images[0].source)), name, {})
    return replace(made, version=group.version, validator=group.validator)
