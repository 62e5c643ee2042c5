"""astropy's tables, FITS files and times; its quantities are arrays with a unit.

A table is a group of columns, masked and with units as they are. Of a FITS file each part (HDU) is a member
by its name, with its header as attributes; tables in it are scaled as their headers say.
"""

from dataclasses import replace
from functools import singledispatch
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Table
from astropy.time import Time

from ..core.children import Children, children_by_key
from ..core.errors import Unreadable
from ..core.names import served_names
from ..core.nodes import Array, Group, Node, Policy
from . import adapt as adapt_any
from . import by_protocol, from_numpy

_PLAIN = (str, int, float, bool)


@singledispatch
def adapt(obj: Any, policy: Policy) -> Node:
    """The node of an object of astropy.

    Raises
    ------
    Unreadable
        If it is neither an array, a table, a time nor a part of a FITS file.
    """
    return from_numpy.adapt(obj, policy) if isinstance(obj, np.ndarray) else by_protocol.adapt(obj, policy)


@adapt.register
def _(table: Table, policy: Policy) -> Group:
    def column(name: str) -> Node:
        node = adapt_any(table[name], policy)
        if not isinstance(node, Array):
            return node
        return replace(node, dimension_names=("row", *(None,) * (len(node.shape) - 1)))

    called = "table" if all(len(table[name].shape) == 1 for name in table.colnames) else "group"
    return Group(children_by_key(table.colnames, column), _plain(table.meta), called=called)


@adapt.register
def _(times: Time, policy: Policy) -> Node:
    node = from_numpy.adapt(np.ma.asanyarray(times.datetime64), policy)
    return replace(node, attributes={**node.attributes, "scale": times.scale})


@adapt.register
def _(records: fits.FITS_rec, policy: Policy) -> Node:
    return adapt(Table(records, copy=False), policy)  # the memory itself has values before they are scaled


@adapt.register(fits.PrimaryHDU)
@adapt.register(fits.ImageHDU)
@adapt.register(fits.CompImageHDU)
@adapt.register(fits.BinTableHDU)
@adapt.register(fits.TableHDU)
def _(hdu: Any, policy: Policy) -> Node:
    if hdu.data is None:
        raise Unreadable(f"the part {hdu.name!r} of a FITS file has no data")
    node = adapt_any(hdu.data, policy)
    return replace(node, attributes={**_plain(hdu.header), **node.attributes})


@adapt.register
def _(parts: fits.HDUList, policy: Policy) -> Group:
    names = served_names([hdu.name or str(place) for place, hdu in enumerate(parts)])
    places = {name: place for place, name in enumerate(names)}
    return Group(Children(names, lambda name: adapt(parts[places[name]], policy)))


def _plain(header: Any) -> dict[str, Any]:
    """What is text, a number or a truth value of a header."""
    return {str(key): value for key, value in header.items() if key and isinstance(value, _PLAIN)}
