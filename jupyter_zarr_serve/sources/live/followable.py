"""A source whose changes are told."""

from typing import Protocol

from .. import Source
from .state import Path, Stop, Told


class Followable(Source, Protocol):
    """A source whose changes are told."""

    def follow(self, path: Path, within: int, told: Told) -> Stop:
        """Told the state of a path, soon and each time that it may be another one, until it is stopped.

        Parameters
        ----------
        within
            The number of names at the beginning of the path that no link may lead out of.

        Raises
        ------
        ServeError
            If it cannot be followed.
        """
