"""Headers of every answer: Jupyter's, those for other origins, those that keep share links secret."""

from collections.abc import Callable
from typing import Any

_REMEMBERED = "jupyter_zarr_serve_headers"  # the setting
_EXPOSED = "Accept-Ranges, Content-Length, Content-Range, ETag, Retry-After"
_NO_PAGE = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'"
_JUPYTERS_RULES = ("allow_origin", "allow_origin_pat", "allow_credentials")  # settings
_ALLOWED = "Access-Control-Allow-Origin"


def set_default(handler: Any, set_jupyters: Callable[[], None]) -> None:
    """Set the headers that are the same in all answers of a handler's class to a kind of visitor.

    The server's settings decide the rest of them, so they are made once.

    Parameters
    ----------
    set_jupyters
        Sets those of all of Jupyter's answers.
    """
    remembered: dict[Any, list[tuple[str, str]]] = handler.settings.setdefault(_REMEMBERED, {})
    kind = type(handler), handler.visitor.is_by_link, "Origin" in handler.request.headers
    if kind in remembered:
        for name, value in remembered[kind]:
            handler._headers[name] = value
        return
    set_jupyters()
    _set_own(handler)
    remembered[kind] = [(name, value) for name, value in handler._headers.get_all() if name != "Date"]


def set_cors(handler: Any, set_jupyters: Callable[[], None]) -> None:
    """Heed Jupyter's rules for other origins, and ours; for share links, only what their owners allowed.

    Parameters
    ----------
    set_jupyters
        Sets what Jupyter's rules want.
    """
    origin, by_link = handler.request.headers.get("Origin"), handler.visitor.origins
    if by_link is not None:
        if origin is not None and not {origin, "*"}.isdisjoint(by_link):
            handler.set_header(_ALLOWED, "*" if "*" in by_link else origin)
        return
    if origin is None and not any(map(handler.settings.get, _JUPYTERS_RULES)):
        return
    set_jupyters()
    if not handler._headers.get(_ALLOWED, "set"):
        handler.clear_header(_ALLOWED)
    if origin is not None and not {origin, "*"}.isdisjoint(handler.data_origins):
        handler.set_header(_ALLOWED, origin)
        handler.clear_header("Access-Control-Allow-Credentials")  # cookies stay at home


def _set_own(handler: Any) -> None:
    handler.set_header("Vary", "Accept, Origin")
    handler.set_header("X-Content-Type-Options", "nosniff")
    if not handler.is_program:  # what is no page of ours does nothing where a browser shows it as one
        handler.set_header("Content-Security-Policy", f"{_NO_PAGE}; {handler.content_security_policy}")
    if "Origin" in handler.request.headers:
        handler.set_header("Access-Control-Expose-Headers", _EXPOSED)
    if handler.visitor.is_by_link:  # nothing may spread the link
        handler.set_header("Referrer-Policy", "no-referrer")
        handler.set_header("X-Robots-Tag", "noindex, nofollow")
        handler.set_header("Cache-Control", "private, no-cache")
