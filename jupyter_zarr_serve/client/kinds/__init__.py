"""Kinds of objects that `open` makes: one module for each, with ``of(reader, kind)``."""

from ...adapters.made_of import MADE_OF

__all__ = ["MADE_OF"]
