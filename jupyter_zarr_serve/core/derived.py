"""A value that is made once for an array, and forgotten with it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from .nodes import Array

T = TypeVar("T")


class Derived(Generic[T]):
    """One value for each array in use; two threads that ask at once get the same."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Array, T] = WeakKeyDictionary()

    def of(self, array: Array, make: Callable[[Array], T]) -> T:
        """The value for an array.

        Parameters
        ----------
        make
            Makes it of an equal array: one that held the array itself would keep it in use.
        """
        known = self._known.get(array)
        return known if known is not None else self._known.setdefault(array, make(replace(array)))
