"""The newest step of a group by a share link: of what is shared, as long as the link is valid."""

import time
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np

from tests.server import Server
from tests.shares.conftest import below, share


def test_a_link_tells_the_steps_of_what_is_shared_until_it_is_revoked(server: Server, folder):
    for place in ("open", "closed"):
        with h5py.File(folder / place / "steps.h5", "w") as file:
            file["time"] = np.arange(7)
            file["time"].make_scale("time")
    told = share(server, "files/lab/open")
    current, following = (below(told, f"v3/steps.h5/{which}-timestep") for which in ("current", "next"))
    assert server.nobody(current).json() == {"timestep": 6}
    for outside in (
        "../closed/steps.h5",
        "files/lab/closed/steps.h5",
        "%2e%2e/closed/steps.h5",
        "way_out/steps.h5",
    ):
        assert server.nobody(below(told, f"v3/{outside}/current-timestep")).status_code in {403, 404, 409}
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(server.nobody, following)
        time.sleep(0.5)
        assert server.get(f"zarr/api/shares/{told['id']}", "DELETE").ok
        began = time.monotonic()
        assert waiting.result(10).status_code == 403
        assert time.monotonic() - began < 2
    assert server.nobody(current).status_code == 403
