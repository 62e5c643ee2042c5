"""The URLs of published objects: absolute if the server is known, else without scheme and host.

A kernel finds the server that started it by the server's runtime file. Behind a hub or a proxy the kernel
does not know the public address, but links without a host work there, too. URLs never hold a token, since
notebooks save their outputs.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote, urlsplit

from ..core.known_names import KERNELS
from ..core.names import renamed


@dataclass(frozen=True)
class KernelAddress:
    """The address of a kernel's variables.

    Attributes
    ----------
    origin
        Scheme, host and port of the server; "" if unknown.
    base
        The path of the server's base URL, with a slash at both ends.
    kernel_id
        The kernel's id.
    notebook
        The notebook's path below the server's root folder, if known.
    """

    origin: str
    base: str
    kernel_id: str
    notebook: str | None = None

    def path(self, zarr_format: int, name: str = "") -> str:
        """The URL path of a published name; without a name, of the kernel."""
        return f"{self.base}zarr/v{zarr_format}/{KERNELS}/{_quoted(self.kernel_id, *_given(name))}"

    def view_path(self, *names: str) -> str:
        """The URL path of the viewer for the node at a path of names."""
        path = "/".join([KERNELS, self.kernel_id, *names])
        return f"{self.base}zarr/view?path={quote(path, errors='surrogateescape')}"

    def notebook_path(self, zarr_format: int, name: str = "") -> str | None:
        """The URL path by the notebook's path, which outlives kernel restarts; None if it is unknown."""
        if self.notebook is None:
            return None
        names = [*map(_served, self.notebook.split("/")), *_given(name)]
        return f"{self.base}zarr/v{zarr_format}/notebooks/{_quoted(*names)}"


def kernel_address(connection_file: Path, environment: Mapping[str, str] = os.environ) -> KernelAddress:
    """The address of the variables of the kernel with a connection file."""
    server = _server(environment)
    kernel_id = connection_file.stem.removeprefix("kernel-")
    notebook = _notebook(environment.get("JPY_SESSION_NAME", ""), str(server.get("root_dir", "")))
    prefix = environment.get("JUPYTERHUB_SERVICE_PREFIX")
    if prefix:
        public = urlsplit(environment.get("JUPYTERHUB_PUBLIC_URL", ""))
        origin = f"{public.scheme}://{public.netloc}" if public.netloc else ""
        return KernelAddress(origin, f"/{prefix.strip('/')}/", kernel_id, notebook)
    url = urlsplit(str(server.get("url", "")))
    origin = f"{url.scheme}://{url.netloc}" if url.scheme in ("http", "https") else ""
    return KernelAddress(origin, str(server.get("base_url", "/")), kernel_id, notebook)


def _server(environment: Mapping[str, str]) -> dict[str, Any]:
    """The runtime file of the server that started this kernel; empty if there is none."""
    from jupyter_core.paths import jupyter_runtime_dir

    file = Path(jupyter_runtime_dir(), f"jpserver-{environment.get('JPY_PARENT_PID')}.json")
    try:
        info = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return info if isinstance(info, dict) else {}


def _notebook(session: str, root: str) -> str | None:
    """The path of a session's notebook below the server's root folder; None if it is elsewhere."""
    path = PurePath(session)
    if not session or not root or not path.is_relative_to(root):
        return None
    return path.relative_to(root).as_posix()


def _given(name: str) -> list[str]:
    return [name] if name else []


def _served(name: str) -> str:
    """The name of a notebook or folder in URLs, where `core.names` replaces some characters."""
    return renamed([name]).get(name, name)


def _quoted(*names: str) -> str:
    return "/".join(quote(name, safe="", errors="surrogateescape") for name in names)
