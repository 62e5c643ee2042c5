"""``%load_ext jupyter_zarr_serve``: the user's variables, published live under their own names.

Each request looks names up, so new variables need no announcement. Private names, modules, functions,
classes and IPython's own names are not served. A variable that cannot be served is not listed; a request
for it by name gets the reason.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Protocol

from ..core.known_names import DOCUMENT_KEYS
from .live import Live
from .options import Options
from .service import running, service

_TOOLS = (BuiltinFunctionType, FunctionType, MethodType, ModuleType, type)
_NONE: Any = object()
_loaded: list["Namespace"] = []


class Events(Protocol):
    """IPython's registry of callbacks."""

    def register(self, event: str, function: Callable[..., Any]) -> None:
        """Add a callback."""

    def unregister(self, event: str, function: Callable[..., Any]) -> None:
        """Remove a callback."""


class Shell(Protocol):
    """The part of IPython's shell that is used here."""

    user_ns: dict[str, Any]
    user_ns_hidden: dict[str, Any]
    events: Events


class Namespace(Mapping[str, Live]):
    """The variables of a shell that are served."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self._lives: dict[str, Live] = {}

    def __getitem__(self, name: str) -> Live:
        value = self.shell.user_ns[name]
        if not self._is_variable(name, value):
            raise KeyError(name)
        live = self._lives.get(name)
        if live is None or live.obj is not value:
            live = self._lives[name] = Live(name, value, Options())
        return live

    def __contains__(self, name: object) -> bool:
        value = self.shell.user_ns.get(name, _NONE) if isinstance(name, str) else _NONE
        return value is not _NONE and self._is_variable(str(name), value)

    def __iter__(self) -> Iterator[str]:
        self.forget_deleted()  # also while a cell runs
        return iter(
            [name for name, value in list(self.shell.user_ns.items()) if self._is_variable(name, value)]
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def forget_deleted(self, *_: Any) -> None:
        """Drop objects whose names were deleted or rebound, so that their memory is freed."""
        for name, live in list(self._lives.items()):
            if self.shell.user_ns.get(name, _NONE) is not live.obj:
                self._lives.pop(name, None)

    def _is_variable(self, name: Any, value: Any) -> bool:
        is_name = isinstance(name, str) and not name.startswith("_") and name not in DOCUMENT_KEYS
        is_ours = is_name and type(value).__module__.startswith(__package__)
        is_hidden = is_name and self.shell.user_ns_hidden.get(name, _NONE) is value
        return is_name and not is_ours and not is_hidden and not isinstance(value, _TOOLS)


def load_ipython_extension(shell: Shell) -> None:
    """Publish all variables of the shell, live.

    Raises
    ------
    RuntimeError
        If this process is not a Jupyter kernel.
    """
    from .card import sentence
    from .unserved import why_unserved
    from .urls import kernel_address

    serving = service()
    unload_ipython_extension(shell)
    namespace = Namespace(shell)
    serving.registry.attach(namespace)
    shell.events.register("post_run_cell", namespace.forget_deleted)
    _loaded.append(namespace)
    place = kernel_address(serving.connection_file)
    sys.stdout.write(f"Variables are published live at {place.origin}{place.path(3)}/\n")
    warning = why_unserved()
    if warning:
        sys.stdout.write(f"{sentence(warning)}\n")


def unload_ipython_extension(shell: Shell) -> None:
    """Undo `load_ipython_extension`; names that `publish` published stay."""
    while _loaded:
        shell.events.unregister("post_run_cell", _loaded.pop().forget_deleted)
    serving = running()
    if serving is not None:
        serving.registry.detach()
