"""``jupyter zarr share``, ``shares``, ``revoke`` and ``rotate``: share links from the command line.

A link is made by the running server that serves the path. The list of links is this user's own file, so
that links are listed and ended without any server.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jupyter_core.application import JupyterApp
from traitlets import List, Unicode

from ._version import __version__
from .core.errors import ServeError, Unavailable
from .core.known_names import FILES
from .servers.running import Server, servers
from .shares.ledger import Ledger
from .shares.link import person
from .shares.uses import Uses

_FOLDER = "jupyter_zarr_serve"
_START = "start one: jupyter zarr FOLDER, or jupyter lab"


class SharesCommand(JupyterApp):
    """What the commands have in common."""

    version = __version__
    aliases: dict[str, Any] = {}  # noqa: RUF012 (traitlets wants a plain class attribute)
    flags: dict[str, Any] = {}  # noqa: RUF012

    def start(self) -> None:
        """Do it; a failure is one line."""
        try:
            self.run(list(self.extra_args))
        except (ServeError, OSError) as error:
            raise SystemExit(f"{self.name}: {error}") from None

    def run(self, arguments: list[str]) -> None:
        """What the command does."""
        raise NotImplementedError

    @property
    def ledger(self) -> Ledger:
        """The list of this user's links."""
        return Ledger(Path(self.data_dir, _FOLDER))

    def say(self, text: str) -> None:
        """Print a line."""
        sys.stdout.write(f"{text}\n")


class ShareCommand(SharesCommand):
    """Make a link."""

    name = "jupyter-zarr-share"
    description = "jupyter zarr share PATH: make a link by which whoever has it can read a file or folder."
    examples = (
        "jupyter zarr share run42.h5 --expires=12h\njupyter zarr share notebooks/a.ipynb/t --note=Ann"
    )

    expires = Unicode("7d", help="How long it lives: 30m, 12h, 7d, 2w; never, where that is allowed.").tag(
        config=True
    )
    note = Unicode("", help="What the list of links says of it.").tag(config=True)
    origins = List(Unicode(), help="Origins whose pages may read it; '*' is all.").tag(config=True)
    aliases = {  # noqa: RUF012
        "expires": "ShareCommand.expires",
        "note": "ShareCommand.note",
        "origin": "ShareCommand.origins",
    }

    def run(self, arguments: list[str]) -> None:
        """Ask the server that serves the path.

        Raises
        ------
        Unavailable
            When there is none, or it does not want to.
        """
        if len(arguments) != 1:
            raise SystemExit("say what to share: jupyter zarr share PATH")
        server, path = self._found(arguments[0])
        told = server.make(
            {
                "path": path,
                "expires": None if self.expires == "never" else self.expires,
                "note": self.note,
                "origins": list(self.origins) or None,
            }
        )
        self.say(f"{server.origin}{told['link']}v3")
        until = f"until {told['expires']}" if told["expires"] else "without end"
        sys.stderr.write(
            f"Whoever has this link can read {told['path']} {until}.\n"
            f"To end it before: jupyter zarr revoke {told['id']}\n"
        )

    def _found(self, given: str) -> tuple[Server, list[str]]:
        """The server, and the path in its tree."""
        running = list(servers(Path(self.runtime_dir)))
        file = Path(given).expanduser().absolute()
        for server in sorted(running, key=lambda server: -len(server.root.parts)):
            for root in (server.root, server.root.resolve()):
                if file.exists() and file.is_relative_to(root):
                    return server, [FILES, *file.relative_to(root).parts]
        if not file.exists() and running:
            return running[-1], [name for name in given.split("/") if name]
        what = f"serves {file}" if running else "is running"
        raise Unavailable(f"no Jupyter server of yours {what}; {_START}")


class ListCommand(SharesCommand):
    """List all links."""

    name = "jupyter-zarr-shares"
    description = "jupyter zarr shares: list the links that were made, by whom, for what, and their use."

    def run(self, arguments: list[str]) -> None:
        """Print one line for each."""
        ledger, uses = self.ledger, Uses(Path(self.data_dir, _FOLDER)).all()
        for share in ledger.all():
            times, last = uses.get(share.id, (0, None))
            used = f"used {times} times, last {_time(last)}" if last else "never used"
            by = f"  by {person(share.maker)}" if person(share.maker) else ""
            line = f"{share.id}  {ledger.state(share):8}  until {_time(share.expires)}  {used}"
            self.say(f"{line}  /{'/'.join(share.path)}{by}  {share.note}".rstrip())


class RevokeCommand(SharesCommand):
    """End links."""

    name = "jupyter-zarr-revoke"
    description = "jupyter zarr revoke ID...: end links, at once."

    def run(self, arguments: list[str]) -> None:
        """End those that are named."""
        if not arguments:
            raise SystemExit("say which: jupyter zarr revoke ID; jupyter zarr shares lists them")
        for share_id in arguments:
            if not self.ledger.revoke(share_id):
                raise SystemExit(f"{share_id}: there is no such link that is not revoked yet")
            self.say(f"{share_id} is revoked")


class RotateCommand(SharesCommand):
    """End all links."""

    name = "jupyter-zarr-rotate"
    description = "jupyter zarr rotate: replace the key that signs links, which ends all of them at once."

    def run(self, arguments: list[str]) -> None:
        """Write a new key."""
        self.say(f"the key is new; {self.ledger.rotate()} links were ended")


def _time(seconds: int | None) -> str:
    return "ever" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%MZ")
