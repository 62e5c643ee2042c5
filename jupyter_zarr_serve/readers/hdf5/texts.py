"""Texts of varying length: how long they are is looked up before HDF5 reads them.

HDF5 makes room for what the place of a text claims as its length, up to 4 GiB, before it finds that
nothing of that length is there.

References
----------
https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t4.html (global heap, variable-length data)
"""

import h5py
import numpy as np

from ...core.dtypes import Block
from ...core.errors import Unreadable
from ...core.grid import Region
from ...core.nodes import Read
from ..files import ReadAt
from ..strided import read_strided

PLACE = np.dtype([("length", "<u4"), ("rest", "V12")])  # where addresses have eight bytes


def has_places(dataset: h5py.Dataset) -> bool:
    """Whether the elements that are stored are `PLACE` of texts."""
    string = h5py.check_string_dtype(dataset.dtype)
    is_wide = dataset.file.id.get_create_plist().get_sizes()[0] == 8
    return string is not None and string.length is None and is_wide


def contiguous_texts(dataset: h5py.Dataset, limit_bytes: int, read_at: ReadAt | None) -> Read:
    """What reads a contiguous dataset of texts, once it is known how long they are."""
    offset, shape = dataset.id.get_offset(), dataset.shape

    def read(region: Region) -> Block:
        if offset is not None and read_at is not None:
            refuse_long(read_strided(read_at, offset, shape, PLACE, region), limit_bytes)
        block: Block = dataset[region]
        return block

    return read


def refuse_long(places: Block, limit_bytes: int) -> None:
    """Make sure that texts fit together into what one chunk may take.

    Raises
    ------
    Unreadable
        When they do not.
    """
    total = int(places["length"].sum(dtype=np.int64))
    if total > limit_bytes:
        raise Unreadable(
            f"{places.size:,} texts that claim to have {total:,} bytes, more than the {limit_bytes:,} "
            "allowed; they are damaged, or need smaller chunks"
        )
