"""The extension of JupyterLab in headless Chromium: its size, its start, its panel, what a kernel pays."""

import gzip
import json
import tempfile
import time
from pathlib import Path

from benchmarks.table import Row, keep, most
from tests.kernels.jupyter import run, runtime_of
from tests.lab.cells import KERNEL
from tests.lab.conftest import OPENED, Lab, opened_lab
from tests.lab.test_panel import row
from tests.viewer.lab import DIST

VARIABLES, TURNS, CHANGES = 200, 9, 5
PANEL, HIDDEN = "jupyter-zarr-serve:panel", "filebrowser:activate"
TIMED = """
globalThis._JUPYTERLAB = new Proxy({}, { set(all, name, container) {
  const get = async (path) => {
    const make = await container.get(path);
    return () => {
      const made = make();
      for (const plugin of name === "jupyter-zarr-serve" ? (made.default ?? []) : []) {
        const activate = plugin.activate;
        plugin.activate = (...given) => {
          const begun = performance.now();
          try { return activate(...given); }
          finally { globalThis.activation = (globalThis.activation ?? 0) + performance.now() - begun; }
        };
      }
      return made;
    };
  };
  all[name] = { init: (...given) => container.init(...given), get };
  return true;
} });
"""
PAINTED = """async () => {
  const begun = performance.now();
  await window.jupyterapp.commands.execute("jupyter-zarr-serve:panel");
  while (![...document.querySelectorAll(".jp-ZarrServe-name")].some((one) => one.innerText === "v000"))
    await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}"""
SEEN = """async () => {
  while (![...document.querySelectorAll(".jp-ZarrServe-name")].some((one) => one.innerText === "%s"))
    await new Promise(requestAnimationFrame);
  return Date.now() / 1000;
}"""
PUBLISH = f"""
import time, numpy as np, jupyter_zarr_serve as jz
jz.unpublish()
jz.publish(**{{f"v{{i:03}}": np.zeros((i + 1, 8)) for i in range({VARIABLES})}})
"""
LOOP = """
begun, total = time.perf_counter(), 0
for i in range(6_000_000): total += i
print(time.perf_counter() - begun)
"""
APPEARS = """
time.sleep(0.2)
jz.publish({name}=np.zeros(3)); stamp = time.time()
while time.time() < stamp + 3: pass
"""


def slowed(lab: Lab, file: Path) -> float:
    """By how many percent the panel, open and idle, slows a loop of the kernel, of the shortest turns."""
    seconds: dict[str, list[float]] = {HIDDEN: [], PANEL: []}
    for _ in range(TURNS):
        for command, taken in seconds.items():
            lab.do(command)
            time.sleep(0.5)  # until the panel has listed all, and is idle
            taken.append(float(run(file, LOOP)))
    return 100 * (min(seconds[PANEL]) / min(seconds[HIDDEN]) - 1)


def delays(lab: Lab, file: Path) -> list[float]:
    """The seconds from `publish` in a running cell to its row in the panel, while the cell still runs."""
    found = []
    for number in range(CHANGES):
        name = f"a{number}"
        code = json.dumps(APPEARS.format(name=name))
        lab.page("evaluate", f"() => {{ void ({KERNEL}).requestExecute({{ code: {code} }}); }}")
        seen = lab.page("evaluate", SEEN % name)
        found.append(seen - float(run(file, "print(stamp)")))
    return found


def main() -> None:
    """Measure and print every row, and keep them for the documentation."""
    size = sum(len(gzip.compress(path.read_bytes())) for path in (DIST / "static").glob("*.js"))
    rows: list[Row] = [most("all scripts of the extension, compressed", size / 1000, 120, "kB")]
    with tempfile.TemporaryDirectory() as name:
        folder, private = Path(name, "data"), Path(name, "private")
        folder.mkdir()
        private.mkdir()
        with opened_lab(folder, private) as lab:
            lab.page("before", TIMED)
            lab.start()
            rows.append(most("activation", lab.page("evaluate", "() => activation"), 40, "ms"))
            asked = [one for one in lab.page("requests") if "/zarr/" in one]
            rows.append(most("requests before something of it is opened", len(asked), 0, ""))
            lab.page("evaluate", OPENED)
            kernel = lab.page("evaluate", f"() => ({KERNEL}).id")
            file = runtime_of(lab.server) / f"kernel-{kernel}.json"
            run(file, PUBLISH)
            painted = lab.page("evaluate", PAINTED)
            rows.append(most(f"panel's first paint with {VARIABLES} variables", painted, 300, "ms"))
            rows.append(most("a loop slowed by the open panel", slowed(lab, file), 2, "%"))
            run(file, "jz.unpublish(); jz.publish(v000=np.zeros(3))")
            lab.do(PANEL)
            lab.page("see", row("v000"))
            found = delays(lab, file)
            rows.append(most("from publish in a running cell to its row, slowest", max(found), 1, "s"))
    keep("lab", rows)


if __name__ == "__main__":
    main()
