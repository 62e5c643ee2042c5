"""NumPy's ``.npz`` files: a group of arrays, or one array that was saved sparse.

Members are read in place, or decoded as far as needed (see `zipped`), and never unpickled. Chunks of
compressed members are runs of the stream, so that none is decoded for another's sake.
"""

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core.children import Children
from ...core.dtypes import Block
from ...core.errors import Unreadable
from ...core.grid import Region
from ...core.nodes import Array, Group, Node, Policy, make_array
from ..npy import MAX_HEAD, Header, parse_header
from ..zipped import Deflated, Member, members_of, open_member
from .sparse import is_sparse, sparse_view

_SUFFIX = ".npy"

Members = dict[tuple[str, ...], zipfile.ZipInfo]  # by the segments of their names below a group


@dataclass(frozen=True)
class SavedArray:
    """An ``.npy`` file that is a member of an archive."""

    name: str
    header: Header
    member: Member

    def read(self, region: Region) -> Block:
        """A region of the array."""
        self.member.check()
        with self.member.open_at() as read_at:
            return self.header.read(read_at, region)


def read(path: Path, policy: Policy) -> Node:
    """The group of arrays in an ``.npz`` file; an array if `sparse` or SciPy saved it.

    Raises
    ------
    Unreadable
        If an array that was saved sparse is damaged or too large.
    MissingLibrary
        If SciPy saved a sparse array and is not installed.
    zipfile.BadZipFile
        If the file is no ZIP archive or its directory is damaged.
    """
    infos = members_of(path)
    by_name = {info.filename.removesuffix(_SUFFIX): info for info in infos}
    if is_sparse(by_name):
        saved = {name: _open(path, info) for name, info in by_name.items()}
        return sparse_view(path.name, saved, policy)
    return _group(path, _by_segments(infos), policy)


def _by_segments(infos: Iterable[zipfile.ZipInfo]) -> Members:
    """Arrays come last, to win against other members that claim the same name."""
    ordered = sorted(infos, key=lambda info: info.filename.endswith(_SUFFIX))
    return {tuple(info.filename.removesuffix(_SUFFIX).split("/")): info for info in ordered}


def _group(path: Path, members: Members, policy: Policy) -> Group:
    below: dict[str, Members] = {}
    for (name, *rest), info in members.items():
        below.setdefault(name, {})[tuple(rest)] = info
    for name, inner in list(below.items()):
        if () in inner and len(inner) > 1:  # an array and a folder of the same name
            below[f"{name}{_SUFFIX}"] = {(): inner.pop(())}

    def make(name: str) -> Node:
        inner = below[name]
        return _array(path, inner[()], policy) if () in inner else _group(path, inner, policy)

    return Group(Children(below, make))


def _array(path: Path, info: zipfile.ZipInfo, policy: Policy) -> Array:
    saved = _open(path, info)
    header = saved.header
    chunks = _run(header, policy.target_bytes) if isinstance(saved.member, Deflated) else None
    return make_array(header.shape, header.dtype, saved.read, policy, chunk_shape=chunks)


def _open(path: Path, info: zipfile.ZipInfo) -> SavedArray:
    name = f"{path.name}/{info.filename}"
    if not info.filename.endswith(_SUFFIX):
        raise Unreadable(f"{name}: is no .npy file; only arrays are served, open the archive for the rest")
    member = open_member(path, info)
    with member.open_at() as read_at:
        header = parse_header(read_at(0, min(member.size, MAX_HEAD)), name)
    if header.end != member.size:
        raise Unreadable(
            f"{name}: its header promises {header.end:,} bytes, the archive {member.size:,}; save it again"
        )
    return SavedArray(name, header, member)


def _run(header: Header, target_bytes: int) -> Sequence[int]:
    """The shape of a chunk whose elements follow each other in the file."""
    budget = max(1, target_bytes // max(1, header.dtype.itemsize))
    lengths = []
    for length in header.shape[::-1] if header.order == "C" else header.shape:
        lengths.append(max(1, min(length, budget)))
        budget = budget // lengths[-1] if lengths[-1] == length else 1
    return lengths[::-1] if header.order == "C" else lengths
