"""Objects that a library gives chunk by chunk, of which nobody knew before what they are."""

from ..core.dtypes import STRING, Block
from ..core.errors import Unreadable


def texts(values: Block) -> Block:
    """Text of objects.

    Raises
    ------
    Unreadable
        When they are anything else.
    """
    if not all(isinstance(value, str) for value in values.flat):
        raise Unreadable("holds other objects than text; load it, or convert it with .astype(...)")
    return values.astype(STRING)
