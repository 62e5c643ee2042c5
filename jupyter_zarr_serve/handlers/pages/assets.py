"""The files of our pages: ``static/<name>.<hash>.<ext>``, which never change and are kept for ever."""

import asyncio
import gzip
import json
from functools import cache
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..web.base import ZarrServeHandler
from ..web.static_files import WRITTEN, hashed_name

_DIST = Path(__file__).parent.parent.parent / "viewer" / "dist"
_TYPES = {".js": "text/javascript", ".css": "text/css"}


class ProgramHandler(ZarrServeHandler):
    """A file of a page's program, which tells of no data."""

    asked_path = None
    is_program = True

    def check_xsrf_cookie(self) -> None:
        """Check nothing: a JupyterHub would want a header that browsers do not send for modules.

        Who has no login is refused all the same.
        """


class AssetHandler(ProgramHandler):
    """A file by its hashed name."""

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, name: str) -> None:
        """The file.

        Raises
        ------
        HTTPError
            404 when there is none of that name.
        """
        path = _files().get(name)
        if path is None:
            raise web.HTTPError(404, "there is no such file; reload the page")
        body = await asyncio.to_thread(_packed, path)
        self.set_header("Content-Type", f"{_TYPES[Path(name).suffix]}; charset=utf-8")
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.set_header("Vary", "Accept-Encoding")
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
        else:
            body = gzip.decompress(body)
        await self.finish(body)

    head = get


def addresses(name: str) -> list[str]:
    """The hashed name of a file, and those of the files that it needs before it can run.

    Raises
    ------
    HTTPError
        404 when the page was not built.
    """
    file = _DIST / "manifest.json"
    if not file.exists():
        raise web.HTTPError(404, "the viewer was not built; install the package again (pip install -e .)")
    return [str(found) for found in json.loads(file.read_text())[name]]


def _files() -> dict[str, Path]:
    """What is served, by name."""
    built = {path.name: path for path in _DIST.glob("*.*") if path.suffix in _TYPES}
    return built | {hashed_name(path.name): path for path in WRITTEN.iterdir()}


@cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)
