"""A group of the levels of one image, and what of them can be made of what is stored."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...core.errors import Unreadable
from ...core.nodes import Array, Group, Node
from .channels import channel_names
from .image import Image
from .levels import Pyramid
from .metadata import Told, attributes_of, source_axes
from .scales import scales_of

_OF_LABELS = ("image-label", "flag_values", "flag_meanings")  # attributes that only labels have


def multiscale(
    pyramid: Pyramid, name: str, beside: Mapping[str, Node], tell: Callable[[], Told] | None = None
) -> Group:
    """The group of the levels of an image.

    Parameters
    ----------
    name
        What the image is called; "" where it is not known.
    beside
        The members of the group that the image is in, coordinates of its dimensions among them.
    tell
        Tells what is known of it; None for what its source and what is beside it say.
    """
    first = pyramid.stored[0]
    source, letters = first.source, first.letters
    called = source.attributes.get("name")

    def said() -> Told:
        scales = dict(zip(letters, scales_of(source, letters, beside), strict=True))
        known = {letter: scale for letter, scale in scales.items() if scale is not None}
        return Told(known, channel_names(source, letters, beside), source_axes(source, letters))

    def attributes(zarr_format: int) -> Mapping[str, Any]:
        told = (tell or said)()
        title = called if isinstance(called, str) else name
        return attributes_of(pyramid, title, told, zarr_format)

    return Group(
        pyramid.levels,
        source.attributes,
        version=source.version,
        validator=source.validator,
        by_format=attributes,
    )


def levels_of(
    stored: tuple[Mapping[str, Node], Sequence[str]], image_of: Callable[[Array], Image]
) -> list[Image]:
    """The stored levels of an image, as far as they can be read and are what they should be.

    Parameters
    ----------
    stored
        The members of a group, and the names of those that are levels, the full one first.
    image_of
        Makes an image of an array.

    Raises
    ------
    Unreadable
        If the full one cannot be read.
    """
    images: list[Image] = []
    children, names = stored
    for name in names:
        try:
            image = image_of(_array(children[name], name))
        except Unreadable:
            if not images:
                raise
            break
        if images and not _is_coarser(image.array, images[-1].array):
            break
        images.append(image)
    return images


def is_of_labels(array: Array) -> bool:
    """Whether elements stand for something: as ``reduction`` says, or as far as the source tells."""
    told = array.attributes.get("reduction")
    if told in ("nearest", "mean") and array.dtype.kind != "b":
        return bool(told == "nearest")
    is_told = any(name in array.attributes for name in _OF_LABELS)
    return array.dtype.kind == "b" or (array.dtype.kind in "iu" and is_told)


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
