"""Calls after each cell, by IPython's events."""

import sys
from collections.abc import Callable
from typing import Any


def at_end_of_cells(call: Callable[..., Any]) -> Callable[[], None]:
    """Call a function after each cell of this process's IPython shell, if it has one.

    Returns
    -------
    A function that ends the calls.
    """
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    if shell is None:
        return lambda: None

    def after_cell(_: Any) -> None:  # IPython inspects how many arguments it takes
        call()

    shell.events.register("post_run_cell", after_cell)

    def end() -> None:
        if after_cell in shell.events.callbacks["post_run_cell"]:
            shell.events.unregister("post_run_cell", after_cell)

    return end
