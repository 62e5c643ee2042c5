"""The URLs of what is published: absolute where the server is known, else from the server's root on.

A kernel finds the server that started it by that server's own runtime file. Behind a hub or a proxy
nobody in here knows the public address; links from the server's root on work there, too. Tokens are
never told: outputs are saved in notebooks.
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
    """Where a kernel's variables are served.

    Attributes
    ----------
    origin
        Scheme, host and port of the server; empty where unknown.
    base
        The path of the server's base URL, with a slash at both ends.
    kernel_id
        The kernel's id.
    notebook
        The notebook's path below the server's root folder, where known.
    """

    origin: str
    base: str
    kernel_id: str
    notebook: str | None = None

    def path(self, zarr_format: int, name: str = "") -> str:
        """The URL path of a published name, or of all of them."""
        return f"{self.base}zarr/v{zarr_format}/{KERNELS}/{_quoted(self.kernel_id, *_given(name))}"

    def view_path(self, *names: str) -> str:
        """The URL path of the page that shows what a kernel publishes under a path of names."""
        path = "/".join([KERNELS, self.kernel_id, *names])
        return f"{self.base}zarr/view?path={quote(path, errors='surrogateescape')}"

    def notebook_path(self, zarr_format: int, name: str = "") -> str | None:
        """The same by the notebook's path: it outlives restarts of the kernel."""
        if self.notebook is None:
            return None
        names = [*map(_served, self.notebook.split("/")), *_given(name)]
        return f"{self.base}zarr/v{zarr_format}/notebooks/{_quoted(*names)}"


def kernel_address(connection_file: Path, environment: Mapping[str, str] = os.environ) -> KernelAddress:
    """Where the variables of the kernel with a connection file are served."""
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
    """What the server that started this kernel wrote of itself; empty where there is none."""
    from jupyter_core.paths import jupyter_runtime_dir

    file = Path(jupyter_runtime_dir(), f"jpserver-{environment.get('JPY_PARENT_PID')}.json")
    try:
        info = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return info if isinstance(info, dict) else {}


def _notebook(session: str, root: str) -> str | None:
    """The session's path below the server's root folder."""
    path = PurePath(session)
    if not session or not root or not path.is_relative_to(root):
        return None
    return path.relative_to(root).as_posix()


def _given(name: str) -> list[str]:
    return [name] if name else []


def _served(name: str) -> str:
    """A notebook's name, or a folder's, in addresses; of two that differ in signs alone, the first's."""
    return renamed([name]).get(name, name)


def _quoted(*names: str) -> str:
    return "/".join(quote(name, safe="", errors="surrogateescape") for name in names)
