"""``{base_url}zarr/shares``: the page on which people make, list and revoke share links.

It is one form and one table, without scripts. A new link is shown once, in the answer to the form.
"""

from html import escape
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..shares.life import text_of
from .shares_making import ManagingHandler

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Share links</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; background: Canvas; color: CanvasText; }}
body {{ font: 15px/1.5 system-ui, sans-serif; }}
body {{ max-width: 70em; margin: 2em auto; padding: 0 1em; }}
label {{ display: inline-block; min-width: 6em; }}
table {{ border-collapse: collapse; }}
td, th {{ text-align: left; padding: .2em 1em .2em 0; vertical-align: top; }}
input {{ font: inherit; max-width: 100%; box-sizing: border-box; }}
.wide {{ overflow-x: auto; }}
code {{ overflow-wrap: anywhere; }}
.told {{ border: 1px solid; border-radius: 4px; padding: .5em 1em; }}
</style></head>
<body><main><h1>Share links</h1>
<p><a href="{tree}">All data</a></p>
{told}
<form method="post" action="{action}">{xsrf}
<p><label for="path">What</label> <input id="path" name="path" size="50" required value="{path}"
 placeholder="files/run42.h5"></p>
<p><label for="expires">For</label> <input id="expires" name="expires" size="6" value="{expires}">
 such as 30m, 12h, 7d, 2w{longest}</p>
<p><label for="note">Note</label> <input id="note" name="note" size="50" maxlength="500"></p>
<p><label for="origins">Read by</label> <input id="origins" name="origins" size="50" value="{origins}">
 pages of these origins; * is all</p>
<p><button>Make a link</button></p></form>
<div class="wide" tabindex="0" role="region" aria-label="All links">
<table><thead><tr><th scope="col">what</th><th scope="col">state</th><th scope="col">until</th>
<th scope="col">by</th><th scope="col">used</th><th scope="col">note</th><td></td></tr></thead><tbody>
{rows}</tbody></table></div></main></body></html>
"""
_ROW = (
    "<tr><td><code>{path}</code></td><td>{state}</td><td>{expires}</td><td>{maker}</td><td>{used}</td>"
    "<td>{note}</td><td>{button}</td></tr>\n"
)
_REVOKE = (
    '<form method="post" action="{action}">{xsrf}<input type="hidden" name="revoke" value="{id}">'
    '<button aria-label="Revoke the link to {path}">Revoke</button></form>'
)
_MADE = (
    '<div class="told"><p>Whoever has this link can read <code>{path}</code> until {expires}. It is shown '
    'this once only.</p><p><a href="{link}v3/" rel="noopener noreferrer">Open</a>; for any Zarr client:</p>'
    "<p><code>{url}v3</code></p></div>"
)


class SharesPageHandler(ManagingHandler):
    """The page."""

    @web.authenticated
    @authorized("write", resource="zarr")
    async def get(self) -> None:
        """The form, with what the query names, and the table."""
        await self._show("", self.get_query_argument("path", ""))

    head = get

    @web.authenticated
    @authorized("write", resource="zarr")
    async def post(self) -> None:
        """Make or revoke a link, and show the page."""
        share_id = self.get_body_argument("revoke", "")
        if share_id:
            is_ended = await self.revoke(share_id)
            await self._show(
                _said("The link is revoked." if is_ended else "There is no such link any more.")
            )
            return
        path = self.get_body_argument("path", "")
        try:
            told = await self.make(
                {
                    "path": path.strip().strip("/"),
                    "expires": self.get_body_argument("expires", ""),
                    "note": self.get_body_argument("note", ""),
                    "origins": self.get_body_argument("origins", "").replace(",", " ").split() or None,
                }
            )
        except web.HTTPError as error:
            self.set_status(error.status_code)
            await self._show(_said(str((error.log_message or "") % error.args)), path)
            return
        await self._show(_MADE.format(**{key: escape(str(told[key])) for key in _SHOWN}))

    async def _show(self, told: str, path: str = "") -> None:
        settings = self.sharing.settings
        if not settings.is_on:
            told = _said("Sharing is switched off on this server: all links are closed.") + told
        self.set_header("Content-Type", "text/html; charset=utf-8")
        await self.finish(
            _PAGE.format(
                tree=escape(self.scope.url),
                told=told,
                action=escape(f"{self.scope.url}shares"),
                xsrf=self.xsrf_form_html(),
                path=escape(path),
                expires="7d" if not settings.longest else text_of(min(settings.longest, 7 * 86_400)),
                longest=f", at most {text_of(settings.longest)}" if settings.longest else "",
                origins=escape(" ".join(settings.origins)),
                rows="".join(map(self._row, await self.listed())),
            )
        )

    def _row(self, share: dict[str, Any]) -> str:
        used = f"{share['uses']} times, last {share['last_used']}" if share["uses"] else "never"
        told = {**share, "used": used, "expires": share["expires"] or "-"}
        shown = {key: escape(str(value)) for key, value in told.items()}
        button = ""
        if share["state"] not in {"revoked", "expired"}:
            action = escape(f"{self.scope.url}shares")
            what = {"id": shown["id"], "path": shown["path"]}
            button = _REVOKE.format(action=action, xsrf=self.xsrf_form_html(), **what)
        return _ROW.format(
            **{**shown, "expires": shown["expires"] if share["expires"] else "-"}, button=button
        )


_SHOWN = ("path", "expires", "link", "url")


def _said(text: str) -> str:
    return f'<p class="told">{escape(text)}</p>'
