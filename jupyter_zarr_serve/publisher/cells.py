"""The end of each cell, as IPython tells it."""

import sys
from collections.abc import Callable
from typing import Any


def at_end_of_cells(call: Callable[..., Any]) -> Callable[[], None]:
    """Call a function after each cell of the shell that this process has, if it has one.

    Returns
    -------
    What ends it.
    """
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    if shell is None:
        return lambda: None

    def told(_: Any) -> None:  # IPython looks at how many arguments it takes
        call()

    shell.events.register("post_run_cell", told)

    def end() -> None:
        if told in shell.events.callbacks["post_run_cell"]:
            shell.events.unregister("post_run_cell", told)

    return end
