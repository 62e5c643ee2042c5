"""The Jupyter extension and the command ``jupyter zarr``; the only place with traitlets.

What reads and encodes data is imported when the first request comes, so that Jupyter starts as fast as
without us; by ``jupyter zarr`` as soon as it listens, as it is there for nothing else.
"""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jupyter_server.extension.application import ExtensionApp
from jupyter_server.serverapp import ServerApp
from traitlets import Bool, Enum, Int, TraitError, Unicode, default

from ._version import __version__
from .core.known_names import COMPRESSORS
from .handlers import faulty_routes, find_first, routes
from .handlers.live.events import EventBus
from .handlers.pages.other_viewers import SHARING, Viewers
from .handlers.web.auth import HUB_SCOPE
from .handlers.web.metrics import watch
from .settings import (
    check_together,
    fault_in,
    in_one_sentence,
    served_folder,
    sharing_of,
    site_settings,
    take_old_names,
)
from .settings_kinds import Group, Mounts, Origins, Seconds, Viewer
from .shares.sharing import ORIGINS
from .sources.lazy import LazySource
from .sources.send_budget import SendBudget
from .welcome import welcome

if TYPE_CHECKING:
    from .sources.site import Site

_COMMANDS = "jupyter_zarr_serve.commands"


class ZarrServeApp(ExtensionApp):
    """Serve files and live variables as Zarr v2 and v3 from a Jupyter server."""

    name = "jupyter_zarr_serve"
    version = __version__
    description = (
        "jupyter zarr [FOLDER]: serve a folder (or the present one) as Zarr v2 and v3, "
        "under Jupyter's own authentication."
    )
    examples = "jupyter zarr --demo\njupyter zarr /data --no-browser"
    subcommand_description = (
        "Commands are run as `jupyter zarr COMMAND`; `jupyter zarr COMMAND -h` tells of one."
    )
    extension_url = "/zarr/"
    load_other_extensions = True
    _fault = ""  # of the settings
    _is_command = False  # whether this is `jupyter zarr`
    subcommands: dict[str, Any] = {  # noqa: RUF012 (traitlets wants a plain class attribute)
        "share": (f"{_COMMANDS}.ShareCommand", "Make a link by which others read one file or folder."),
        "shares": (f"{_COMMANDS}.ListCommand", "List all links."),
        "revoke": (f"{_COMMANDS}.RevokeCommand", "End a link."),
        "rotate": (f"{_COMMANDS}.RotateCommand", "End all links, by a new key."),
    }

    mounts = Mounts(
        value_trait=Unicode(),
        key_trait=Unicode(),
        help="Datasets besides the served folder: name -> path or fsspec URL (such as s3://bucket/x.zarr).",
    ).tag(config=True)

    demo = Bool(False, help="Mount the built-in demo data as demo/.").tag(config=True)

    compressor = Enum(COMPRESSORS, "blosc", help="What compresses chunks that are encoded here.").tag(
        config=True
    )

    chunk_bytes = Int(1 << 20, min=1024, help="Raw size of a chunk to aim at, in bytes.").tag(config=True)

    chunk_limit_bytes = Int(
        1 << 28, min=1024, help="Raw size that no chunk and no decompression may exceed, in bytes."
    ).tag(config=True)

    cache_bytes = Int(
        64 << 20, min=0, help="The most bytes of answers that the server remembers; 0 remembers none."
    ).tag(config=True)

    workers = Int(
        min=0,
        help="Processes that read and encode; by default as many as processors, and at least two. With 0, "
        "threads of the server do: a damaged file may end it then.",
    ).tag(config=True)

    limits = Group(
        {
            "kernel_timeout": Seconds(10.0, min=0.1),
            "worker_timeout": Seconds(120.0, min=1.0),
            "worker_bytes": Int(4 << 30, min=0),
            "worker_cache_bytes": Int(128 << 20, min=0),
            "outgoing_bytes": Int(256 << 20, min=1 << 20),
        },
        help="How long a kernel and a worker may take to answer, in seconds; the bytes that a worker may "
        "take, those of decoded data that it remembers, and those of answers on their way to clients.",
    ).tag(config=True)

    allow_origins = Origins(
        Unicode(),
        help="Origins whose pages may read data by a token, besides c.ServerApp.allow_origin; '*' is all.",
    ).tag(config=True)

    viewers = Group(
        {
            "vizarr": Viewer("https://hms-dbmi.github.io/vizarr/", may_be_folder=True),
            "neuroglancer": Viewer("https://neuroglancer-demo.appspot.com/"),
        },
        help="Where other viewers are: URLs; of vizarr, the folder of a build of it, too; '' is none.",
    ).tag(config=True)

    sharing = Group(
        {
            "on": Bool(True),
            "max_seconds": Int(30 * 86_400, min=0),
            "origins": Origins(Unicode(), list(ORIGINS)),
        },
        switch="on",
        help="Whether there are share links, their longest life, and origins whose pages may read them.",
    ).tag(config=True)

    hub_scope = Unicode(
        "custom:zarr:read",
        help="Scope of a JupyterHub whose holders may read Zarr here, and reach nothing else; '' is none.",
    ).tag(config=True)

    flags = {  # noqa: RUF012 (traitlets wants a plain class attribute)
        "demo": ({"ZarrServeApp": {"demo": True}}, "Mount the built-in demo data as demo/.")
    }

    @classmethod
    def make_serverapp(cls, **kwargs: Any) -> ServerApp:
        """The server of ``jupyter zarr``, which knows our flags besides its own."""
        serverapp: ServerApp = super().make_serverapp(**kwargs)
        serverapp.flags = {**serverapp.flags, **cls.flags}
        return serverapp

    @classmethod
    def initialize_server(cls, *args: Any, **kwargs: Any) -> ServerApp:
        """The server of ``jupyter zarr``, which is of no use without this extension."""
        cls._is_command = True
        with in_one_sentence("jupyter zarr"):
            serverapp: ServerApp = super().initialize_server(*args, **kwargs)  # type: ignore[no-untyped-call]
        if not serverapp.extension_manager.linked_extensions.get(cls.name):
            raise SystemExit("jupyter zarr: the extension could not start; the reason is above")
        return serverapp

    def _link_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        """Take the settings; one that cannot be right ends ``jupyter zarr``, and no other server."""
        try:
            super()._link_jupyter_server_extension(serverapp)
            for warning in take_old_names(self):
                serverapp.log.warning("Zarr: %s", warning)
            if "chunk_bytes" in serverapp.config.get(type(self).__name__, {}):
                check_together(self.chunk_bytes, self.chunk_limit_bytes)
        except (TraitError, ValueError) as error:
            self._fault = fault_in(self, serverapp.config, error)
            if self._is_command:
                raise SystemExit(f"jupyter zarr: {self._fault}") from None
            serverapp.log.error("Zarr is not served: %s", self._fault)  # noqa: TRY400 (one line)

    @default("workers")
    def _default_workers(self) -> int:
        return max(2, os.cpu_count() or 1)  # more of them keep Jupyter's own answers waiting

    def initialize_settings(self) -> None:
        """Tell all handlers whose pages may read data, who else may, and whether there are share links."""
        self.settings[f"{self.name}_origins"] = frozenset(self.allow_origins)
        self.settings[HUB_SCOPE] = self.hub_scope
        self.settings[SHARING] = self.sharing["on"]

    def initialize_handlers(self) -> None:
        """Add the routes; see `handlers.routes`."""
        assert self.serverapp is not None
        if self._fault:
            self.handlers.extend(faulty_routes(self._fault))
            return
        budget = SendBudget(self.limits["outgoing_bytes"])
        self._source = LazySource(partial(self._make_site, budget))
        self._preparing: asyncio.Future[Site] | None = None
        self._shares = sharing_of(
            self, Path(self.serverapp.data_dir, self.name), served_folder(self.serverapp)
        )
        viewers = Viewers(**self.viewers)
        heard = EventBus(self.serverapp).tell
        self.handlers.extend(routes(self._source, budget, self._shares, viewers, heard))
        watch(lambda: budget.bytes, lambda: self._source.made.connected if self._source.made else 0)

    def _prepare_handlers(self) -> None:
        super()._prepare_handlers()  # type: ignore[no-untyped-call]
        assert self.serverapp is not None
        find_first(self.serverapp.web_app, self.serverapp.base_url)

    def _make_site(self, budget: SendBudget) -> "Site":
        from .handlers.gateway import open_channel
        from .sources.site import Site

        assert self.serverapp is not None
        managers = self.serverapp.kernel_manager, self.serverapp.session_manager
        return Site(site_settings(self), *managers, open_channel, budget)

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        """Once the server listens: say where; that of ``jupyter zarr`` what to paste, and get ready."""
        if self._fault:
            return
        url = urlsplit(serverapp.public_url)
        base = f"{url.scheme}://{url.netloc}{serverapp.base_url}"
        if serverapp._starter_app is not self:
            serverapp.log.info("Zarr is served at %szarr/", base)
            return
        token = serverapp.identity_provider.token
        sys.stdout.write(welcome(base, token, str(served_folder(self.serverapp)), demo=self.demo))
        sys.stdout.flush()
        self._preparing = asyncio.ensure_future(self._prepare())

    async def _prepare(self) -> "Site":
        site = await self._source.prepare()
        await site.prepare()
        return site

    async def stop_extension(self) -> None:
        """End the workers, close the connections to kernels and write down who used links."""
        if self._fault:
            return
        self._shares.uses.write()
        if self._preparing is not None:
            self._preparing.cancel()
        if self._source.made is not None:
            self._source.made.close()


main = ZarrServeApp.launch_instance
