"""HDF5 and NetCDF-4 files: opened here, and turned into nodes by the rules for h5py's objects.

Nothing but metadata is read until a chunk is asked for. Links and storage never lead out of the file
(see `adapters.hdf5.links`). The file stays open as long as one of its nodes lives; it is never locked.
"""

import re
import struct
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
        start = file.read(20)
    for magic, remedy in _FOREIGN.items():
        if start.startswith(magic):
            raise Unreadable(f"{path.name}: {remedy}")
    if _is_matlab_4(start):
        raise Unreadable(f"{path.name}: a MATLAB 4 file: save it with -v7.3")
    growing = open_growing(path)
    if growing is not None:
        return node_of(growing["/"], Opened(policy, None, path, growing=True))
    with blamed_on_writer(path):
        root, read_at = open_hdf5(path, policy.limit_bytes)
        return node_of(root["/"], Opened(policy, read_at, path))


def _is_matlab_4(start: bytes) -> bool:
    """Whether a file begins as MATLAB 4 wrote them: with what kind of matrix follows, and no signature.

    References
    ----------
    https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf (section 2)
    """
    if len(start) < 20:
        return False
    for order, machine in (("<", "0"), (">", "1")):
        kind, rows, columns, has_imaginary, name = struct.unpack(f"{order}5i", start)
        is_kind = re.fullmatch(f"{machine}0[0-5][0-2]", f"{kind:04}") is not None
        if is_kind and min(rows, columns) >= 0 and has_imaginary in {0, 1} and 0 < name < 256:
            return True
    return False
