"""NetCDF files, told apart by their first bytes: NetCDF-4 is HDF5, the classic formats are their own."""

from pathlib import Path

from ...core.errors import Unreadable
from ...core.nodes import Node, Policy
from ..files import open_binary, size_of
from . import classic

_HDF5 = b"\x89HDF\r\n\x1a\n"
_CLASSIC = (b"CDF\x01", b"CDF\x02", b"CDF\x05")
_OTHERS = {
    b"\x1f\x8b": "a gzip file: decompress it",
    b"PK\x03\x04": "a zip archive: unpack it, or give it the suffix .zip",
    b"GRIB": "a GRIB file: give it the suffix .grib",
    b"\x0e\x03\x13\x01": "an HDF4 file: convert it with h4toh5",
    b"\xcd\xf3\x00\x01": "a NASA CDF file: convert it with cdf_to_netcdf",
    b"<": "HTML or XML, perhaps an error page of a failed download: get the file again",
    b"netcdf ": "CDL text: make a NetCDF file of it with ncgen",
}


def read(path: Path, policy: Policy) -> Node:
    """The root group of a NetCDF file.

    Raises
    ------
    Unreadable
        If it is none, or a damaged one; the message says what it looks like.
    ImportError
        If it is NetCDF-4 and h5py is not installed.
    """
    start = _start(path)
    if start.startswith(_CLASSIC):
        return classic.read(path, policy)
    if _is_hdf5(path):
        from .. import hdf5

        return hdf5.read(path, policy)
    raise Unreadable(f"{path.name}: {_looks_like(start)}")


def _start(path: Path, offset: int = 0) -> bytes:
    with open_binary(path) as file:
        file.seek(offset)
        return bytes(file.read(8))


def _is_hdf5(path: Path) -> bool:
    """Whether HDF5's signature is at the start, or behind a user block of 512, 1024, 2048, ... bytes."""
    offset, size = 0, size_of(path)
    while offset < size:
        if _start(path, offset) == _HDF5:
            return True
        offset = max(512, offset * 2)
    return False


def _looks_like(start: bytes) -> str:
    for magic, remedy in _OTHERS.items():
        if start.startswith(magic):
            return f"is {remedy}"
    what = f"starts with the bytes {start!r}" if start else "is empty"
    return f"{what}, which is no NetCDF file; write it again or rename it"
