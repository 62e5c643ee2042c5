"""Kinds of objects that `open` makes: one module for each, with ``of(reader, kind)``."""
