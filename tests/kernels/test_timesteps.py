"""The newest step of a dataset that grows in a kernel, as gridlook asks for it."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.http.test_timesteps import step
from tests.kernels.conftest import PRELUDE
from tests.kernels.jupyter import Kernel

DATASET = """
import xarray as xr
def made(count):
    shape = (count, 3, 4)
    return xr.Dataset({"t": (("time", "y", "x"), np.zeros(shape))}, {"time": np.arange(count)})
handle = jz.publish("run", made(5))
"""


def test_a_dataset_that_grows_is_followed(kernel: Kernel):
    kernel.run(PRELUDE + DATASET)
    path = f"v3/{kernel.path}/run"
    assert step(kernel.server, path) == 4
    with ThreadPoolExecutor(1) as pool:
        for count in (6, 7):
            following = pool.submit(step, kernel.server, path, "next")
            time.sleep(0.7)
            assert not following.done()
            kernel.run(f"jz.publish('run', made({count}))")
            assert following.result(5) == count - 1
    assert kernel.server.open(3, f"{kernel.path}/run/t").shape == (7, 3, 4)


def test_an_attribute_tells_the_step_while_a_cell_runs(kernel: Kernel, tmp_path):
    kernel.run(
        PRELUDE
        + DATASET
        + "data = made(50)\ndata.attrs['current_timestep'] = 0\nhandle = jz.publish('run', data)"
    )
    path, flag = f"v3/{kernel.path}/run", tmp_path / "flag"
    assert step(kernel.server, path) == 0
    loop = f"""
for now in range(1, 50):
    data.t[now] = now
    data.attrs["current_timestep"] = now
    handle.touch()
    time.sleep(0.3)
    if os.path.exists({str(flag)!r}): break
"""
    kernel.run(loop, wait=False)
    told = [step(kernel.server, path, "next") for _ in range(5)]
    flag.touch()
    assert told == sorted(set(told))
    assert told[0] > 0
