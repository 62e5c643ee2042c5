"""The files of pages: of our own, which never change, and of vizarr, if this machine has its build.

Our own are ``static/<name>.<hash>.<ext>``; browsers cache them for ever.
"""

import asyncio
import gzip
import mimetypes
from functools import cache
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..web.base import ZarrServeHandler
from ..web.static_files import BUILT, WRITTEN, hashed_name
from .other_viewers import Viewers

_TYPES = {".js": "text/javascript", ".css": "text/css"}


class ProgramHandler(ZarrServeHandler):
    """A file of a page's program, which tells of no data."""

    asked_path = None
    is_program = True

    def check_xsrf_cookie(self) -> None:
        """Check nothing: a JupyterHub would want a header that browsers do not send for modules.

        Visitors without a login are refused all the same.
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
            404 if there is none of that name.
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


class VizarrHandler(ProgramHandler):
    """A file of vizarr's build; nothing outside of its folder, whatever links there say."""

    def initialize(self, viewers: Viewers) -> None:
        """Take the folder."""
        self._folder = viewers.folder

    @web.authenticated
    @authorized("read", resource="zarr")
    async def get(self, path: str) -> None:
        """The file.

        Raises
        ------
        HTTPError
            404 if there is none.
        """
        found = await asyncio.to_thread(_file_below, self._folder, path or "index.html")
        if found is None:
            raise web.HTTPError(404, "vizarr's folder (c.ZarrServeApp.viewers) has no such file")
        self.set_header("Content-Type", mimetypes.guess_type(path or "index.html")[0] or "text/plain")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "private, no-cache")
        await self.finish(found)

    head = get


def _files() -> dict[str, Path]:
    """What is served, by name."""
    built = {path.name: path for path in BUILT.glob("*.*") if path.suffix in _TYPES}
    return built | {hashed_name(path.name): path for path in WRITTEN.iterdir()}


@cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def _file_below(folder: Path | None, path: str) -> bytes | None:
    if folder is None or "\0" in path:
        return None
    root = folder.resolve()
    file = (root / path).resolve()
    return file.read_bytes() if file.is_relative_to(root) and file.is_file() else None
