"""h5py's open files, groups and datasets, by the rules for HDF5 files; h5py's own lock orders all reads.

Nothing is opened: each read goes through the object that was given, and sees what was written to it.
"""

from typing import Any

import h5py

from ..core.errors import Unreadable
from ..core.nodes import Node, Policy
from .hdf5.nodes import Opened, node_of


def adapt(obj: Any, policy: Policy) -> Node:
    """The node of an h5py object.

    Raises
    ------
    Unreadable
        If its file is closed, or it is no dataset, group or file.
    """
    if not isinstance(obj, h5py.Group | h5py.Dataset):
        raise Unreadable(f"h5py {type(obj).__qualname__}: neither a Dataset, a Group nor a File")
    if not obj:
        raise Unreadable(f"h5py {type(obj).__qualname__}: its file is closed; open it again")
    return node_of(obj, Opened(policy))
