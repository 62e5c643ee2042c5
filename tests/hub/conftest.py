"""A Hub, who may ask it for what, and a kernel there."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.clients.browser import page_server
from tests.clients.environments import on_top
from tests.hub.hub import RAMP, TOKENS, VALUES, Hub, bearing, running_hub

PUBLISH = """
import numpy as np, pandas as pd, jupyter_zarr_serve as jz
frame = pd.DataFrame({"n": [1, 2]}, index=pd.Index([5, 7], name="row"))
handles = jz.publish(t=np.arange(12.0).reshape(3, 4), frame=frame)
print(handles["t"].url(), handles["t"]._repr_html_())
"""
TOKEN_OF_SERVICE = {
    "a service with the scope": "dashboard",
    "a service with access": "fellow",
    "a service with the owner's name": "alice",
}


@pytest.fixture(scope="module", params=["6", "5"])
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """JupyterHub of a version, with alice's server; 6 knows its public URL, 5 does not."""
    folder = tmp_path_factory.mktemp("hub")
    for name in ("public", "private"):
        (folder / "home" / "alice" / name).mkdir(parents=True)
        np.save(folder / "home" / "alice" / name / "a.npy", VALUES)
    np.save(folder / "home" / "alice" / "public" / "ramp.npy", RAMP)
    is_newest = request.param == "6"
    python = Path(sys.executable)
    if not is_newest:
        python = on_top("hub5", "jupyterhub>=5,<6")
    with page_server() as origin, running_hub(python, folder, origin, is_public=is_newest) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def tokens(hub: Hub) -> dict[str, str]:
    """A token of everybody in the table."""
    hub.api("POST", "shares/alice/", user="carol")
    return {
        "a wrong token": "wrong",
        "the owner": hub.token("alice"),
        "the owner's token for her server": hub.token("alice", "access:servers!server=alice/"),
        "the owner's token for Zarr": hub.token("alice", "custom:zarr:read!server=alice/"),
        "a user without access": hub.token("bob"),
        "a user to whom the server is shared": hub.token("carol"),
        "a user of a group with the scope": hub.token("dan"),
        **{who: TOKENS[service] for who, service in TOKEN_OF_SERVICE.items()},
    }


@pytest.fixture(scope="module")
def kernel(hub: Hub, tokens: dict[str, str]) -> tuple[str, str]:
    """The id of a kernel of alice's, and what it prints of what it publishes."""
    answer = hub.get("api/kernels", "POST", headers=bearing(tokens["the owner"]), json={"name": "python3"})
    assert answer.status_code == 201, answer.text
    kernel_id = answer.json()["id"]
    return kernel_id, hub.run(kernel_id, PUBLISH)
