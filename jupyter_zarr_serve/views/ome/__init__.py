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
from typing import Any

from ...core.children import Seen
from ...core.derived import Derived
from ...core.errors import Unreadable
from ...core.nodes import Array, Group, Node
from .channels import channel_names
from .image import Image, image_of
from .levels import Pyramid
from .metadata import attributes_of
from .scales import scales_of
from .stored import as_stored, is_stored

_PYRAMIDS: Derived[Pyramid] = Derived()
_OF_LABELS = ("image-label", "flag_values", "flag_meanings")  # attributes that only labels have


def ome(node: Node, name: str = "") -> Node:
    """The node as viewers of OME-Zarr see it.

    Parameters
    ----------
    name
        What the node is called, where it is in a group.

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
    return replace(node, children=Seen(node.children, partial(_member, node.children)), consolidate=False)


def _member(beside: Mapping[str, Node], name: str, node: Node) -> Node:
    return _multiscale(node, name, beside) if isinstance(node, Array) else ome(node, name)


def _multiscale(array: Array, name: str, beside: Mapping[str, Node]) -> Group:
    """The image of an array; its levels are made once, as their tiles are remembered by identity."""
    return _group(_PYRAMIDS.of(array, _pyramid), name, beside)


def _pyramid(array: Array) -> Pyramid:
    return Pyramid([image_of(array)], _is_of_labels(array))


def _leveled(group: Group, name: str) -> Group:
    """An image whose levels are stored, as far as they can be read and are what they should be.

    Raises
    ------
    Unreadable
        If the full one cannot be read.
    """
    images: list[Image] = []
    for level in group.levels:
        try:
            image = image_of(_array(group.children[level], level))
        except Unreadable:
            if not images:
                raise
            break
        if images and not _is_coarser(image.array, images[-1].array):
            break
        images.append(image)
    made = _group(Pyramid(images, _is_of_labels(images[0].source)), name, {})
    return replace(made, version=group.version, validator=group.validator)


def _array(node: Node, name: str) -> Array:
    if isinstance(node, Array):
        return node
    raise Unreadable(f"level {name} of the image is a group; read it without ome/")


def _is_coarser(image: Array, finer: Array) -> bool:
    """Whether an image can be the next level of another one."""
    is_alike = (image.dtype, image.dimension_names) == (finer.dtype, finer.dimension_names)
    return (
        is_alike
        and all(0 < n <= m for n, m in zip(image.shape, finer.shape, strict=True))
        and (image.shape != finer.shape)
    )


def _group(pyramid: Pyramid, name: str, beside: Mapping[str, Node]) -> Group:
    source = pyramid.stored[0].source
    told = source.attributes.get("name")

    def attributes(zarr_format: int) -> Mapping[str, Any]:
        called = told if isinstance(told, str) else name
        scales, channels = scales_of(source, beside), channel_names(source, beside)
        return attributes_of(pyramid, called, scales, channels, zarr_format)

    return Group(
        pyramid.levels,
        source.attributes,
        version=source.version,
        validator=source.validator,
        by_format=attributes,
    )


def _is_of_labels(array: Array) -> bool:
    """Whether elements stand for something: as ``reduction`` says, or as far as the source tells."""
    told = array.attributes.get("reduction")
    if told in ("nearest", "mean") and array.dtype.kind != "b":
        return bool(told == "nearest")
    is_told = any(name in array.attributes for name in _OF_LABELS)
    return array.dtype.kind == "b" or (array.dtype.kind in "iu" and is_told)
