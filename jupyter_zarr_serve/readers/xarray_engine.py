"""Any file that an installed xarray backend can open, such as GRIB through cfgrib."""

from pathlib import Path
from typing import Any

import xarray as xr
from xarray.backends.plugins import list_engines

from ..adapters.from_xarray import adapt
from ..core.errors import Unreadable
from ..core.nodes import Node, Policy
from .files import is_local

_ENGINES = {".grib": "cfgrib", ".grib2": "cfgrib", ".grb": "cfgrib", ".grb2": "cfgrib"}


def read(path: Path, policy: Policy) -> Node:
    """The group of a file's variables, as the file has them (not decoded).

    Raises
    ------
    Unreadable
        When the file is not on this machine, or no installed engine opens it.
    """
    if not is_local(path):
        raise Unreadable(f"{path.name}: files of this kind are only read from local disks; copy it")
    engine = _engine_for(path)
    options: dict[str, Any] = {"indexpath": ""} if engine == "cfgrib" else {}
    dataset = xr.open_dataset(path, engine=engine, decode_cf=False, cache=False, **options)
    return adapt(dataset, policy)


def _engine_for(path: Path) -> str:
    """The first installed engine that claims the file."""
    for name, backend in list_engines().items():
        if name != "store" and backend.guess_can_open(str(path)):
            return name
    wanted = _ENGINES.get(path.suffix.lower())
    remedy = f"run: pip install {wanted}" if wanted else "install the xarray backend that reads it"
    raise Unreadable(f"{path.name}: no installed xarray engine reads this file; {remedy}")
