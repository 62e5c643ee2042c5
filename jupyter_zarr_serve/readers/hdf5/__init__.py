"""HDF5 and NetCDF-4 files: opened here, and turned into nodes by the rules for h5py's objects.

Nothing but metadata is read until a chunk is asked for. Links and storage never lead out of the file
(see `adapters.hdf5.links`). The file stays open as long as one of its nodes lives; it is never locked.
"""

from pathlib import Path

from ...adapters.hdf5.nodes import Opened, node_of
from ...adapters.hdf5.writers import blamed_on_writer
from ...core.errors import Unreadable
from ...core.nodes import Node, Policy
from ..files import open_binary
from .file import open_growing, open_hdf5

_FOREIGN = {
    b"MATLAB 5.0": "a MATLAB 5 file: save it with -v7.3",
    b"\x0e\x03\x13\x01": "an HDF4 file: convert it with h4toh5",
    b"CDF": "a NetCDF-3 file: give it the suffix .nc",
}


def read(path: Path, policy: Policy) -> Node:
    """The root group of an HDF5 file.

    Raises
    ------
    Unreadable
        If it is a file of another kind that shares the suffix.
    OSError
        If it is no HDF5 file, or a damaged one.
    """
    with open_binary(path) as file:
        start = file.read(16)
    for magic, remedy in _FOREIGN.items():
        if start.startswith(magic):
            raise Unreadable(f"{path.name}: {remedy}")
    growing = open_growing(path)
    if growing is not None:
        return node_of(growing["/"], Opened(policy, None, path, growing=True))
    with blamed_on_writer(path):
        root, read_at = open_hdf5(path, policy.limit_bytes)
        return node_of(root["/"], Opened(policy, read_at, path))
