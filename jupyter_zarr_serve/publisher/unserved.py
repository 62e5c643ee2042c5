"""Whether anything serves what a kernel publishes: its Jupyter server may be without this extension.

Publishing does not wait for it: only what shows addresses asks, and waits no longer than a moment.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from threading import Thread

from ..servers.running import Server, server_that_started

_MOMENT = 1.0  # seconds
_NO_SERVER = (
    "this kernel knows no Jupyter server that started it. In a notebook of a Jupyter server elsewhere the "
    "addresses work below that server's own; for a kernel of VS Code, `jupyter console` or qtconsole "
    "nothing serves them: open the notebook in `jupyter lab` with jupyter_zarr_serve installed "
    "(VS Code: Select Kernel, Existing Jupyter Server)"
)
_serving: set[Server] = set()


def why_unserved(environment: Mapping[str, str] = os.environ) -> str:
    """Why the addresses that this kernel shows lead nowhere, and what mends it; "" if they do not."""
    from jupyter_core.paths import jupyter_runtime_dir

    server = server_that_started(Path(jupyter_runtime_dir()), environment)
    if server is None:
        return "" if environment.get("JUPYTERHUB_SERVICE_PREFIX") else _NO_SERVER
    return server.remedy() if _lacks_zarr(server) else ""


def _lacks_zarr(server: Server) -> bool:
    """Whether a server says within a moment that it serves no Zarr; one that serves it is asked once."""
    if server in _serving:
        return False
    found: list[bool | None] = []
    asking = Thread(target=lambda: found.append(server.lacks_zarr()), daemon=True)
    asking.start()
    asking.join(_MOMENT)
    if found == [False]:
        _serving.add(server)
    return found == [True]
