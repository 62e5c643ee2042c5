"""Arrays of what elements mean, for all who show values or count with them; see `signs`."""

from .chunks import seen_through
from .derived import Derived
from .dtypes import Block
from .fills import scalar
from .grid import Region
from .nodes import Array
from .signs import OF_ELEMENTS, UNSIGNED, in_sign, meant_dtype

_MEANT: Derived[Array] = Derived()


def as_meant(array: Array) -> Array:
    """An array of what the elements of another one mean; the same one whenever it is asked for.

    Its fill value, and the attributes that hold elements, have the sign that is meant, too.
    """
    is_as_stored = meant_dtype(array.dtype, array.attributes) == array.dtype
    return array if is_as_stored else _MEANT.of(array, _meant)


def _meant(array: Array) -> Array:
    dtype = meant_dtype(array.dtype, array.attributes)

    def view(block: Block, _: Region) -> Block:
        return block.view(dtype)

    attributes = {
        name: in_sign(value, dtype) if name in OF_ELEMENTS else value
        for name, value in array.attributes.items()
        if name != UNSIGNED
    }
    fill = in_sign(scalar(array.fill, array.dtype), dtype)
    return seen_through(array, view, dtype=dtype, fill_value=fill, attributes=attributes)
