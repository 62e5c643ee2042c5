"""Jupyter's own test server, with the extension in it."""

from typing import Any

import pytest


@pytest.fixture
def jp_server_config(jp_server_config: Any) -> dict[str, Any]:
    return {**jp_server_config, "ServerApp": {"jpserver_extensions": {"jupyter_zarr_serve": True}}}


@pytest.fixture
def jp_serverapp(jp_serverapp: Any) -> Any:
    """Jupyter's, whose database of sessions is closed at the end; Jupyter leaves it to chance."""
    yield jp_serverapp
    jp_serverapp.session_manager.close()
    jp_serverapp.session_manager.connection.close()
