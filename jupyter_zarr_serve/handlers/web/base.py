"""What all handlers share: identity, authorisation, origins, and failures as JSON.

Jupyter's own checks all run (host, identity provider, authorizer, origin). Only what costs much and
protects nothing is left out: a second ETag, a login cookie for each request that carries a token, and
log lines for answers that are routine among Zarr clients.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from http.client import responses
from inspect import isawaitable
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.call_context import CallContext
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.prometheus.log_functions import prometheus_log_method
from tornado.web import HTTPError

from ...core.public_text import public
from ...shares.link import Share
from . import hub
from .bearer import bearer
from .failure import failure_page
from .hiding import hide_tokens
from .phrase import phrase
from .render import NO_LABELS
from .scope import Scope
from .visits import hide_token, is_key, is_navigation, leave_token

_EXPOSED = "Accept-Ranges, Content-Length, Content-Range, ETag, Retry-After"
_ACCEPTED = "authorization, if-none-match, range, x-xsrftoken"
_MOST_HOSTS = 64
SHARING = "jupyter_zarr_serve_sharing"  # the setting that says whether there are share links
_NO_PAGE = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'"
_ROUTINE = {200, 206, 304, 404}


class ZarrServeHandler(JupyterHandler):
    """A handler whose every answer is meant for programs first."""

    auth_resource = "zarr"
    is_for_readers = True  # whom a hub lets read Zarr, and reach nothing else
    is_page = False  # whether people come here by a link
    is_program = False  # whether it is a part of a page
    is_reader = False  # whether the user may do nothing but read, whatever an authorizer says
    link_origins: Collection[str] | None = None  # whose pages may read, below a share link
    link: Share | None = None  # that led here
    labels: Mapping[str, str] = NO_LABELS  # shown in the place of names, on the page of a failure

    def _execute(self, *args: Any, **kwargs: Any) -> Any:
        """Tornado's, begun in this turn of the event loop where Python can do so, not in the next."""
        # What is known at once is answered before other events, and nobody's going need be watched for.
        execute = super()._execute(*args, **kwargs)
        if sys.version_info < (3, 12):
            return execute
        return asyncio.Task(execute, loop=asyncio.get_running_loop(), eager_start=True)

    async def prepare(self) -> None:  # type: ignore[override]
        """Identify the user, then refuse what another site asks for with the user's cookie.

        Raises
        ------
        HTTPError
            401 when nobody is logged in, 403 for a foreign host or origin, or whom a hub does not let in.
        """
        hide_token(self.request)
        # JupyterHub may put its own method into Jupyter's class; Jupyter's `prepare` heeds that.
        if self.get_current_user.__module__ == JupyterHandler.__module__:
            await self._identify()
        else:
            await super().prepare()
        by_token = self.request.method == "OPTIONS" or self.token_authenticated
        if self.current_user and not by_token and self._is_foreign():
            raise HTTPError(403, "requests from another site need a token, or c.ServerApp.allow_origin")
        if self.current_user and not by_token and not self.is_program:
            hub.refuse_embedding(self)
        leave_token(self)

    async def _identify(self) -> None:
        """What Jupyter's `prepare` does for methods that change nothing, in the same order.

        Jupyter's own looks for the source of a method in each request, to warn of the old way.
        """
        CallContext.set(CallContext.JUPYTER_HANDLER, self)
        self.current_user = self._jupyter_current_user = None
        if not self.check_host():
            raise HTTPError(403)
        known = None if self.wants_page() else bearer(self)  # people get the cookie of a login
        user = known or self.identity_provider.get_user(self)
        user = await user if isawaitable(user) else user
        if user is None:
            user = await hub.reader(self)
            self.is_reader = user is not None
        self.current_user = self._jupyter_current_user = user
        self.set_cors_headers()
        if self.request.method != "OPTIONS" and self.current_user is None:
            self.get_login_url()

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

    @cached_property
    def scope(self) -> Scope:
        """The part of the tree that the request may reach."""
        return Scope(f"{self.base_url}zarr/")

    @property
    def asked_path(self) -> tuple[str, ...] | None:
        """The path in the whole tree of what is asked for, for the authorizer; None asks for no data.

        What does not say is taken to ask for everything.
        """
        return ()

    async def may_share(self) -> bool:
        """Whether there are links, and this user may make them; see `shares_page`."""
        if not self.settings.get(SHARING, False) or self.scope.path or self.is_reader:
            return False
        asked = self.authorizer.is_authorized(self, self.current_user, "write", "zarr")
        return bool(await ensure_async(asked))

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

    def _is_foreign(self) -> bool:
        headers = self.request.headers
        cross_site = headers.get("Sec-Fetch-Site") == "cross-site"
        return not self.check_origin() or (cross_site and headers.get("Sec-Fetch-Mode") == "no-cors")

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
        """Jupyter's headers, and those that let pages of other origins read an answer."""
        super().set_default_headers()
        self.set_header("Vary", "Accept, Origin")
        self.set_header("X-Content-Type-Options", "nosniff")
        if not self.is_program:  # what is no page of ours does nothing where a browser shows it as one
            self.set_header("Content-Security-Policy", f"{_NO_PAGE}; {self.content_security_policy}")
        if "Origin" in self.request.headers:
            self.set_header("Access-Control-Expose-Headers", _EXPOSED)

    def set_cors_headers(self) -> None:
        """Jupyter's rules for other origins, and ours; nothing for requests that come from none."""
        super().set_cors_headers()
        if not self._headers.get("Access-Control-Allow-Origin", "set"):
            self.clear_header("Access-Control-Allow-Origin")
        origin = self.request.headers.get("Origin")
        if origin is not None and not {origin, "*"}.isdisjoint(self.data_origins):
            self.set_header("Access-Control-Allow-Origin", origin)
            self.clear_header("Access-Control-Allow-Credentials")  # cookies stay at home

    @property
    def data_origins(self) -> Collection[str]:
        """The origins whose pages may read the answers, "*" for all, besides those that Jupyter lets."""
        origins: Collection[str] = self.settings.get("jupyter_zarr_serve_origins", ())
        return origins

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
            self.finish(failure_page(self, status_code, message, reason, near))
            return
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"message": message, "reason": reason}))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Leave refusals to the access log, which hides the token of a URL; Tornado's line would not."""
        if not isinstance(value, HTTPError):
            hide_tokens(self.request)
            super().log_exception(typ, value, tb)

    def _log(self) -> None:
        """Count every request; write a line only for those that are not routine."""
        if self.get_status() in _ROUTINE:
            prometheus_log_method(self)
        else:
            hide_tokens(self.request)
            super()._log()
