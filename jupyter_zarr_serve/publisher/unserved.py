"""Whether a Jupyter server serves this kernel's variables: it may lack this extension.

Only code that shows addresses checks it, and waits a second at most; `publish` itself does not.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from threading import Thread

from ..servers.running import Server, server_that_started

_MOMENT = 1.0  # seconds
_NO_SERVER = (
    "this kernel cannot find the Jupyter server that started it. In a notebook of a Jupyter server "
    "elsewhere the addresses work below that server's own; for a kernel of VS Code, `jupyter console` or "
    "qtconsole nothing serves them: open the notebook in `jupyter lab` with jupyter_zarr_serve installed "
    "(VS Code: Select Kernel, Existing Jupyter Server)"
)
_serving: set[Server] = set()


def why_unserved(environment: Mapping[str, str] = os.environ) -> str:
    """Why this kernel's addresses do not work, and what mends it; "" if they work."""
    from jupyter_core.paths import jupyter_runtime_dir

    server = server_that_started(Path(jupyter_runtime_dir()), environment)
    if server is None:
        return "" if environment.get("JUPYTERHUB_SERVICE_PREFIX") else _NO_SERVER
    return server.remedy() if _lacks_zarr(server) else ""


def _lacks_zarr(server: Server) -> bool:
    """Whether a server answers within `_MOMENT` that it lacks Zarr; a server with Zarr is asked once."""
    if server in _serving:
        return False
    found: list[bool | None] = []
    asking = Thread(target=lambda: found.append(server.lacks_zarr()), daemon=True)
    asking.start()
    asking.join(_MOMENT)
    if found == [False]:
        _serving.add(server)
    return found == [True]
