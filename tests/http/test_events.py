"""Notices on Jupyter's event bus: what they say, and what they do not where somebody may not read all."""

import asyncio
import json
from typing import Any

import numpy as np
import pytest
from jupyter_server.auth import AllowAllAuthorizer

from jupyter_zarr_serve.handlers.live.events import SCHEMA_ID
from tests.http.test_live import OnePath

SECONDS = 20


async def told(socket: Any) -> dict[str, Any]:
    """The next event of ours."""
    while True:
        event = json.loads(str(await asyncio.wait_for(socket.read_message(), SECONDS)))
        if event["schema_id"] == SCHEMA_ID:
            return event  # type: ignore[no-any-return]


@pytest.mark.parametrize("authorizer", [AllowAllAuthorizer, OnePath])
async def test_what_changes_is_an_event(jp_serverapp, jp_ws_fetch, jp_root_dir, authorizer):
    (jp_root_dir / "open").mkdir()
    np.save(jp_root_dir / "open" / "a b.npy", np.arange(3))
    events = await jp_ws_fetch("api", "events", "subscribe")
    live = await jp_ws_fetch("zarr", "api", "live")
    await live.read_message()
    jp_serverapp.web_app.settings["authorizer"] = authorizer(parent=jp_serverapp)
    try:
        await live.write_message(json.dumps({"type": "subscribe", "paths": ["files/open/a%20b.npy"]}))
        assert json.loads(str(await live.read_message()))["type"] == "subscribed"
        np.save(jp_root_dir / "open" / "a b.npy", np.arange(4))
        event = await told(events)
    finally:
        live.close()
        events.close()
    assert event["kind"] == "layout"
    assert event["seq"] > 0
    if authorizer is AllowAllAuthorizer:
        assert event["path"] == "files/open/a%20b.npy"
    else:
        assert "a%20b" not in json.dumps(event)
        assert "path" not in event
