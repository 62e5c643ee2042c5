"""Notices on Jupyter's event bus, for front ends that listen to it already.

Whoever may hear of events hears of all, whatever they may read here. So no event holds data, and none
names a path, unless everybody who is logged in may read everything. (Those whom a link or a hub's scope
lets read reach no events.)
"""

from pathlib import Path as FilePath
from typing import Any

from jupyter_server.auth import AllowAllAuthorizer
from jupyter_server.serverapp import ServerApp

from ...sources.live.state import Notice, Path
from ..web.render import quoted

SCHEMA_ID = "urn:jupyter_zarr_serve:notice:v1"
_SCHEMA = FilePath(__file__).parent / "notice.yaml"


class EventBus:
    """Emits notices on the event bus of a server; Jupyter drops them at once while nobody listens."""

    def __init__(self, server: ServerApp) -> None:
        assert server.event_logger is not None  # Jupyter makes it before it asks for handlers
        self._server, self._bus = server, server.event_logger
        if SCHEMA_ID not in self._bus.schemas:
            self._bus.register_event_schema(_SCHEMA)

    def tell(self, path: Path, notice: Notice) -> None:
        """Emit a notice of a path in the whole tree."""
        data: dict[str, Any] = {"seq": notice.seq, "kind": notice.kind, "generation": notice.generation}
        if self._may_all_read_all():
            data["path"] = quoted(path).rstrip("/")
        self._bus.emit(schema_id=SCHEMA_ID, data=data)

    def _may_all_read_all(self) -> bool:
        """Whether everybody who is logged in may read everything."""
        authorizer = self._server.web_app.settings.get("authorizer", self._server.authorizer)
        return type(authorizer) is AllowAllAuthorizer
