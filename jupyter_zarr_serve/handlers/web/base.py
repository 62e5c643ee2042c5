"""The base of all handlers: identity, authorisation, origins, and failures as JSON.

Jupyter's own checks all run (host, identity provider, authorizer, origin). Only what costs much and
protects nothing is left out: a second ETag, a login cookie for each request that carries a token, and
log lines for answers that are routine among Zarr clients.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Collection, Mapping, Sequence
from http.client import responses
from typing import Any, cast

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.call_context import CallContext
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.prometheus.log_functions import prometheus_log_method
from tornado.httputil import HTTPServerRequest
from tornado.iostream import StreamClosedError
from tornado.web import Application, HTTPError

from ...core.public_text import public
from . import headers
from .auth import LOGIN
from .failure import Failure, failure_page
from .framing import OWN, admit_frame
from .hiding import hide_tokens
from .phrase import phrase
from .render import NO_LABELS
from .scope import Scope
from .visitor import Entrance, MayRead
from .visits import hide_token, is_key, is_navigation, leave_token

_ACCEPTED = "authorization, cache-control, if-none-match, range, x-xsrftoken"  # gridlook: cache-control
_MOST_HOSTS = 64
_ROUTINE = {200, 206, 304, 404}
_QUIET_BY_LINK = {200, 204, 206, 304, 404, 429}  # not a line for each of very many guesses
_MAY_READ = MayRead()


class ZarrServeHandler(JupyterHandler):
    """A handler whose every answer is meant for programs first."""

    auth_resource = "zarr"
    is_for_readers = True  # whom a hub lets read Zarr, and reach nothing else
    is_page = False  # whether people come here by a link
    is_program = False  # whether it is a part of a page
    _is_in_own_frame = False  # of a page of this server, on a hub
    labels: Mapping[str, str] = NO_LABELS  # shown in the place of names, on the page of a failure

    def __init__(
        self, app: Application, request: HTTPServerRequest, *, entrance: Entrance = LOGIN, **given: Any
    ) -> None:
        self._entrance = entrance
        self.visitor = entrance.stranger(app.settings.get("base_url", "/"))
        hide_token(request)
        if self.visitor.is_by_link:
            hide_tokens(request)
        super().__init__(app, request, **given)

    def _execute(self, *args: Any, **kwargs: Any) -> Any:
        """Tornado's, begun in this turn of the event loop where Python can do so, not in the next."""
        # What is known at once is answered before other events, and nobody's going need be watched for.
        execute = super()._execute(*args, **kwargs)
        if sys.version_info < (3, 12):
            return execute
        return asyncio.Task(execute, loop=asyncio.get_running_loop(), eager_start=True)

    async def prepare(self) -> None:  # type: ignore[override]
        """Find out who asks, then refuse what they may not ask.

        Raises
        ------
        HTTPError
            401 if nobody is logged in; 403 for a foreign host or origin, for somebody whom a hub does not
            let in, and for a share link that is not valid; 429 after too many of those.
        """
        CallContext.set(CallContext.JUPYTER_HANDLER, self)
        self.current_user = self._jupyter_current_user = None
        if not self.check_host():
            raise HTTPError(403)
        self.visitor = await self._entrance.admit(self)
        if self._finished:  # sent to the login already
            return
        self.current_user = self._jupyter_current_user = self.visitor.user
        self.set_cors_headers()
        self._entrance.check(self)
        leave_token(self, is_by_link=self.visitor.is_by_link)
        self._is_in_own_frame = admit_frame(self)

    def check_host(self) -> bool:
        """Jupyter's check, whose yes is remembered but for paths of sockets, which may vanish."""
        known: set[str] = self.settings.setdefault("jupyter_zarr_serve_hosts", set())
        host = self.request.host
        if host in known:
            return True
        is_allowed: bool = super().check_host()
        if is_allowed and "%" not in host and len(known) < _MOST_HOSTS:
            known.add(host)
        return is_allowed

    @property
    def scope(self) -> Scope:
        """The part of the tree that the visitor can reach."""
        return self.visitor.scope

    @property
    def origin(self) -> str:
        """Scheme and host by which the server is asked."""
        return f"{self.request.protocol}://{self.request.host}"

    @property
    def authorizer(self) -> Any:
        """Jupyter's own; for share links, one that lets them read."""
        return _MAY_READ if self.visitor.is_by_link else super().authorizer

    @property
    def content_security_policy(self) -> str:
        """Jupyter's own; for share links and frames without the address for reports of browsers."""
        return OWN if self.visitor.is_by_link or self._is_in_own_frame else super().content_security_policy

    @property
    def asked_path(self) -> tuple[str, ...] | None:
        """The path in the whole tree of what is asked for, for the authorizer; None asks for no data.

        A handler without a path of its own counts as asking for everything.
        """
        return ()

    @property
    def log(self) -> logging.Logger:
        """Jupyter's log, which drops what is below its level before it is made into a record."""
        log = super().log
        quiet = log.getChild("zarr")
        if quiet.level == logging.NOTSET:
            quiet.setLevel(min((handler.level for handler in log.handlers), default=logging.INFO))
        return quiet

    @allow_unauthenticated
    def options(self, *args: Any) -> None:
        """Answer a preflight; it carries no credentials and tells nothing about the data."""
        self.set_header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
        self.set_header("Access-Control-Allow-Headers", _ACCEPTED)
        self.set_header("Access-Control-Max-Age", "600")
        is_private = self.request.headers.get("Access-Control-Request-Private-Network") == "true"
        if is_private and "Access-Control-Allow-Origin" in self._headers:
            self.set_header("Access-Control-Allow-Private-Network", "true")
        self.set_status(204)

    def get_login_url(self) -> str:
        """Where people log in; no program is sent there, as a Zarr client would parse the login page.

        Raises
        ------
        HTTPError
            401 for everybody but a browser that goes to a page.
        """
        if self.is_page and is_navigation(self.request) and not is_key(self.request):
            return super().get_login_url()
        raise HTTPError(401, "log in first: send the header 'Authorization: token <token>'")

    def set_default_headers(self) -> None:
        """Jupyter's headers, and ours."""
        headers.set_default(self, super().set_default_headers)

    def set_cors_headers(self) -> None:
        """Jupyter's rules for other origins, and ours."""
        headers.set_cors(self, super().set_cors_headers)

    @property
    def data_origins(self) -> Collection[str]:
        """The origins whose pages may read the answers, "*" for all, besides those that Jupyter lets."""
        return cast(Collection[str], self.settings.get("jupyter_zarr_serve_origins", ()))

    def set_signed_cookie(self, name: str, value: str | bytes, *args: Any, **kwargs: Any) -> None:
        """Set cookies only for people: programs would get a fresh login with every chunk."""
        if self.wants_page():
            super().set_signed_cookie(name, value, *args, **kwargs)

    set_secure_cookie = set_signed_cookie

    def wants_page(self) -> bool:
        """Whether the client is a browser that shows the answer to a person."""
        return "text/html" in self.request.headers.get("Accept", "")

    def compute_etag(self) -> None:
        """Leave ETags to the response: Tornado's would hash every body again."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A failure as JSON, readable across origins like any other answer."""
        error = kwargs.get("exc_info", (None, None))[1]
        message = isinstance(error, HTTPError) and error.log_message and error.log_message % error.args
        if hasattr(self, "_jupyter_current_user"):
            self.set_cors_headers()
        else:  # what Tornado refuses before `prepare`
            self.current_user = self._jupyter_current_user = None
        if status_code == 401:
            self.set_header("WWW-Authenticate", 'Bearer realm="Jupyter"')
        reason = responses.get(status_code, "error")
        self.say(status_code, message or reason, reason.replace(" ", ""))

    def say(self, status_code: int, message: str, reason: str, near: Sequence[str] = ()) -> None:
        """Send a failure: as JSON or, to people, as a page that offers names `near` what was asked for."""
        message = public(message)
        self.set_status(status_code, phrase(message, self.request))
        if self.wants_page():
            told = Failure(status_code, message, reason, near)
            self.finish(failure_page(self, self.visitor, told, self.labels))
            return
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"message": message, "reason": reason}))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Leave refusals to the access log, which hides tokens; a client that went away is no failure."""
        if not isinstance(value, HTTPError | StreamClosedError):
            hide_tokens(self.request)
            super().log_exception(typ, value, tb)

    def _log(self) -> None:
        """Count every request; write a line only for those that are not routine."""
        if self.visitor.is_by_link and self.get_status() in _QUIET_BY_LINK:
            return
        if self.get_status() in _ROUTINE:
            prometheus_log_method(self)
        else:
            hide_tokens(self.request)
            super()._log()
