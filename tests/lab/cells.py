"""The kernel of the notebook that a test has open, and code that runs in it as cells do."""

import json

from tests.lab.conftest import Lab

KERNEL = """[...window.jupyterapp.shell.widgets("main")]
  .find((one) => one.context?.path === "waves.ipynb").sessionContext.session.kernel"""
IMPORTS = "import os, sys, time, numpy as np, jupyter_zarr_serve as jz\n"


def run(lab: Lab, code: str, *, wait: bool = True) -> None:
    """Run code in the kernel of the notebook, as cells do; without `wait` it runs on."""
    told = f"({KERNEL}).requestExecute({{ code: {json.dumps(code)} }})"
    lab.page("evaluate", f"async () => {{ const sent = {told}; {'await sent.done;' if wait else ''} }}")


def restart(lab: Lab) -> None:
    lab.page("evaluate", f"async () => {{ await ({KERNEL}).restart(); await ({KERNEL}).info; }}")


def shut_down(lab: Lab, path: str) -> None:
    """End the kernel of a notebook, so that other tests find the first one alone."""
    sessions = "window.jupyterapp.serviceManager.sessions"
    found = f"await {sessions}.findByPath({path!r})"
    lab.page("evaluate", f"async () => {{ const it = {found}; if (it) await {sessions}.shutdown(it.id); }}")
