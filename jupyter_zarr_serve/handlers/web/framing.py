"""Frames on a JupyterHub: a page is framed by pages of the same Jupyter server alone.

A hub forbids all frames, as its servers may share one origin: a page of another server, which frames ours,
could read it and its XSRF token. A page of this server, such as JupyterLab, proves what it is by a ticket,
which only a script with the XSRF token gets. A frame without one shows `_REFUSAL`: it runs in an origin of
its own, and asks the page around it to come again with a ticket.

References
----------
https://www.w3.org/TR/CSP3/#directive-frame-ancestors
"""

import base64
import hashlib
from typing import Any

from .auth import hub_auth

TICKET = "frame_ticket"  # of the query
OWN = "frame-ancestors 'self'"  # the policy of pages that pages of their own origin may frame
_NAME = "jupyter_zarr_serve_frame"
_LIFE = 60 / 86_400  # days; a ticket is used at once
_SCRIPT = """
const { href, origin } = new URL(location.href);
parent.postMessage({ type: "jupyter-zarr-serve:frame", href }, origin);
setTimeout(() => document.querySelector("p").hidden = false, 3000);
"""
_REFUSAL = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Not in a frame</title></head>
<body><p hidden>This JupyterHub shows the page only in a tab of JupyterLab:
<a href="" target="_blank">open it in a tab of the browser</a>.</p><script>{_SCRIPT}</script></body></html>
"""
_DIGEST = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_POLICY = (
    "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    f"script-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
)


def ticket_for(handler: Any) -> str:
    """A ticket for a frame of the handler's user."""
    return str(handler.create_signed_value(_NAME, handler.current_user.username).decode())


def admit_frame(handler: Any) -> bool:
    """Whether the answer is for a frame of a page of this server on a hub; other frames get `_REFUSAL`."""
    is_frame = handler.request.headers.get("Sec-Fetch-Dest") == "iframe"
    is_decided = handler._finished or handler.current_user is None or handler.visitor.is_by_link
    if not is_frame or is_decided or hub_auth(handler) is None:
        return False
    if _is_proved(handler):
        return True
    handler.set_header("Content-Type", "text/html; charset=utf-8")
    handler.set_header("Content-Security-Policy", _POLICY)
    handler.set_header("Cache-Control", "no-store")
    handler.finish(_REFUSAL)
    return False


def _is_proved(handler: Any) -> bool:
    """Whether there is a ticket of the user's, or a form with the XSRF token, which Tornado has checked."""
    if handler.request.method == "POST":
        return True
    given = handler.get_query_argument(TICKET, "")
    user = handler.get_signed_cookie(_NAME, given, max_age_days=_LIFE)
    return user is not None and user.decode() == handler.current_user.username
