"""A Jupyter extension with a bare Tornado handler: no authentication, no log, the same bytes each time."""

import os
from pathlib import Path
from typing import Any

from tornado.web import RequestHandler


class BareHandler(RequestHandler):
    """Writes constant bytes."""

    def initialize(self, body: bytes) -> None:
        self._body = body

    def get(self) -> None:
        self.finish(self._body)

    def compute_etag(self) -> None:
        """Leave out what hashes the body."""


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: Any) -> None:
    for file in Path(os.environ["BARE_FILES"]).iterdir():
        route = (f"{app.base_url}bare/{file.name}", BareHandler, {"body": file.read_bytes()})
        app.web_app.add_handlers(".*$", [route])
