"""A live object: its node is made at the first request, and again after the object has changed.

Values that change in place need nothing, for nodes read the object each time. What metadata say of it
(shape, dtype, columns, members) is compared at each lookup, as far as that is cheap; see `signature`.
"""

import itertools
from collections import deque
from threading import Lock
from typing import Any

from ..adapters import adapt
from ..core.attributes import DECODING
from ..core.errors import ServeError, failures_named, of_objects
from ..core.nodes import Node
from .options import Options, dressed
from .touched import Part, spanned

_FRAMES = ("pandas", "polars")
_ARRAYS = ("h5py", "numpy", "torch", "zarr")
_TOUCHES = 64  # the most that are stored
_serials = itertools.count(1)
_PLAIN = {bool, int, float, complex, str, bytes, type(None)}


class Live:
    """A published object and the node it stands for at present.

    Parameters
    ----------
    name
        For messages.
    version
        What begins the versions of a frozen object's generations.

    Attributes
    ----------
    serial
        Another one for each object that is published.
    changes
        How often the object was seen or said to have changed.
    """

    def __init__(self, name: str, obj: Any, options: Options, version: str = "") -> None:
        self.obj = obj
        self.serial = next(_serials)
        self.changes = 0
        self._touches: deque[tuple[int, Part | None]] = deque(maxlen=_TOUCHES)
        self._name = name
        self._options = options
        self._version = version
        self._generation = 0
        self._lock = Lock()
        self._made: tuple[Any, Node] | None = None

    @property
    def is_frozen(self) -> bool:
        """Whether the user promised that the data never change."""
        return self._options.frozen

    def node(self) -> Node:
        """The node of the object as it is now.

        Raises
        ------
        ServeError
            If the object cannot be served.
        ValueError
            If the options do not fit it, the first time.
        """
        with self._lock, of_objects():
            with failures_named(self._name):
                seen = None if self.is_frozen else signature(self.obj)
            if self._made is None or self._made[0] != seen:
                self.changes += self._made is not None
                with failures_named(self._name):
                    plain = adapt(self.obj, self._options.policy)
                self._made = (seen, dressed(plain, self._options, self._next_version()))
            return self._made[1]

    def touch(self, part: Part | None = None) -> None:
        """Note that the object changed in a way that does not show, and forget its node.

        Parameters
        ----------
        part
            Where its values changed, if nothing else did: its node stays.
        """
        with self._lock:
            if part is None or self.is_frozen:
                self._made = None
            self.changes += 1
            self._touches.append((self.changes, part))

    def touched_since(self, changes: int) -> Part | None:
        """The part that holds all changes after some number of them; None where that is not known."""
        with self._lock:
            parts = [part for number, part in self._touches if number > changes]
            known = [part for part in parts if part is not None]
            is_all = 0 < len(known) == len(parts) == self.changes - changes
        return spanned(known) if is_all and len({*map(len, known)}) == 1 else None

    def is_as_made(self) -> bool:
        """Whether the object is unchanged since its node was made, as far as `signature` shows."""
        made = self._made
        if made is None:
            return False
        try:
            with of_objects(), failures_named(self._name):
                return bool(made[0] == (None if self.is_frozen else signature(self.obj)))
        except ServeError:
            return False

    def _next_version(self) -> str | None:
        self._generation += 1
        return f"{self._version}.{self._generation}" if self.is_frozen else None


class _Same:
    """An object that equals itself alone."""

    def __init__(self, obj: Any) -> None:
        self._obj = obj

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other._obj is self._obj

    __hash__ = None  # type: ignore[assignment]


class _Attributes:
    """Attributes that equal those of the same names and values, or of the very same objects."""

    def __init__(self, told: Any) -> None:
        self._told = dict(told)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Attributes) or [*self._told] != [*other._told]:
            return False
        return all(_is_same(self._told[name], other._told[name]) for name in self._told)

    __hash__ = None  # type: ignore[assignment]


def _is_same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if hasattr(one, "tobytes"):  # of NumPy, with NaN perhaps
        is_alike = (one.dtype, one.shape) == (other.dtype, other.shape)
        if is_alike and one.dtype.hasobject:
            return bool(one.tolist() == other.tolist())
        return bool(is_alike and one.tobytes() == other.tobytes())
    return type(one) in _PLAIN and bool(one == other)


def signature(obj: Any) -> Any:
    """A value that differs, by ``==``, after changes of an object that its metadata show.

    Examples
    --------
    >>> signature([1, 2]) == signature([1, 2]), signature([1]) == signature([2])
    (True, False)
    """
    if type(obj) in _PLAIN:
        return obj
    if isinstance(obj, dict):
        return [(key, signature(value)) for key, value in list(obj.items())]
    if isinstance(obj, list | tuple):
        return list(obj) if set(map(type, obj)) <= _PLAIN else [signature(value) for value in obj]
    return (_Same(obj), *_looks(obj))


def _looks(obj: Any) -> tuple[Any, ...]:
    """What may change in place, of the libraries whose objects tell it at once."""
    packages = {base.__module__.partition(".")[0] for base in type(obj).__mro__}
    if "netCDF4" in packages:
        return _netcdf(obj)
    if not hasattr(obj, "shape") and not hasattr(obj, "variables"):
        return ()
    if not packages.isdisjoint(_FRAMES):
        return obj.shape, _columns(obj), _Attributes(getattr(obj, "attrs", {}))
    if "xarray" in packages:
        holder = obj if hasattr(obj, "variables") else getattr(obj, "coords", None)
        members = {} if holder is None else holder.variables
        looks = [(n, v.shape, v.dtype, _Same(v), _Attributes(v.attrs)) for n, v in members.items()]
        return getattr(obj, "shape", None), getattr(obj, "dtype", None), looks, _Attributes(obj.attrs)
    if packages.isdisjoint(_ARRAYS):
        return ()
    told = getattr(obj, "attrs", {})
    if "h5py" in packages:  # which reads each attribute anew
        told = {name: told[name] for name in told if name in DECODING}
    return obj.shape, obj.dtype, _Attributes(told)


def _netcdf(obj: Any) -> tuple[Any, ...]:
    """Of variables their shapes and how they are read; of groups those of all that is below."""
    if not hasattr(type(obj), "groups"):
        told = _Attributes((name, obj.getncattr(name)) for name in obj.ncattrs())
        return tuple(obj.shape), obj.mask, obj.scale, told
    return tuple((name, _netcdf(member)) for name, member in [*obj.variables.items(), *obj.groups.items()])


def _columns(obj: Any) -> Any:
    """Of frames the columns, their dtypes and the index; of series and indices the dtype alone."""
    if hasattr(obj, "columns"):
        return list(obj.columns), list(obj.dtypes), _Same(getattr(obj, "index", None))
    return obj.dtype, _Same(getattr(obj, "index", None))
