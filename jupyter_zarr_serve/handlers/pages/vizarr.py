"""vizarr itself, where its build is in a folder of this machine."""

import asyncio
import mimetypes
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from tornado import web

from .assets import ProgramHandler
from .other_viewers import Viewers


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
            404 when there is none.
        """
        found = await asyncio.to_thread(_read, self._folder, path or "index.html")
        if found is None:
            raise web.HTTPError(404, "vizarr's folder (c.ZarrServeApp.viewers) has no such file")
        self.set_header("Content-Type", mimetypes.guess_type(path or "index.html")[0] or "text/plain")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "private, no-cache")
        await self.finish(found)

    head = get


def _read(folder: Path | None, path: str) -> bytes | None:
    if folder is None or "\0" in path:
        return None
    root = folder.resolve()
    file = (root / path).resolve()
    return file.read_bytes() if file.is_relative_to(root) and file.is_file() else None
