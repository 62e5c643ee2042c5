"""What mypy must refuse: names that the core's seams do not have. Nothing imports or runs this file.

Each line is wrong, and says so by ``type: ignore``. mypy is strict: it fails where such a comment is not
needed, so it fails as soon as one of these mistakes would pass.
"""

import numpy as np

from jupyter_zarr_serve.core.dialects import DIALECTS, Dialect
from jupyter_zarr_serve.core.grid import Region
from jupyter_zarr_serve.core.nodes import Policy, make_array


def misspelled_name_of_a_dialect(dialect: Dialect) -> None:
    dialect.chunk_kye((0, 0))  # type: ignore[attr-defined]
    DIALECTS[3].DOCUMENT_KEYS  # type: ignore[attr-defined]  # noqa: B018


def module_that_is_no_dialect() -> Dialect:
    from jupyter_zarr_serve.core import grid

    return grid  # type: ignore[return-value]


def misspelled_parameter_of_an_array(policy: Policy) -> None:
    def read(region: Region) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.zeros(3)[region]

    make_array((3,), np.dtype("f8"), read, policy, versoin="1")  # type: ignore[call-arg]
    make_array((3,), np.dtype("f8"), read, policy, version=3)  # type: ignore[arg-type]
