"""Large bodies as memory that its maker hands over by a descriptor: copied once, and then mapped.

Only to the same user, over a Unix socket, on Linux. The memory is sealed: nobody can cut it short below
whoever has it mapped, nor change what is read there.

References
----------
https://man7.org/linux/man-pages/man2/memfd_create.2.html
"""

import os
import socket
import struct
from contextlib import suppress
from mmap import ACCESS_COPY, mmap
from typing import Any

from .frames import receive_into
from .wire import PREFIX, FrameError, Raw, members_of, parse_prefix

OPTION = "descriptor"  # of a request whose client takes one
SIZE = "described"  # in a response's header: the bytes behind the descriptor that came with it
LEAST = 1 << 20  # bytes; less is sent as it is
_PEER = struct.Struct("3i")  # process, user, group
_SEALS = ("F_SEAL_SHRINK", "F_SEAL_GROW", "F_SEAL_WRITE", "F_SEAL_SEAL")


def can_pass(connection: socket.socket) -> bool:
    """Whether descriptors can go over a connection, and to a process of this user."""
    if not hasattr(os, "memfd_create") or connection.family != socket.AF_UNIX:
        return False
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    return bool(_PEER.unpack(told)[1] == os.geteuid())


def send_described(connection: socket.socket, head: bytes, body: Raw) -> None:
    """Send the head of a frame, which has no body, and a descriptor of memory that has one.

    Raises
    ------
    OSError
        When there is no memory for it, or the peer is gone.
    """
    descriptor = os.memfd_create("zarr-values", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        left = memoryview(body).cast("B")
        while left:
            left = left[os.write(descriptor, left) :]
        _seal(descriptor)
        sent = socket.send_fds(connection, [head], [descriptor])
        connection.sendall(head[sent:])
    finally:
        os.close(descriptor)


def receive_described(connection: socket.socket) -> tuple[bytes, Raw]:
    """The header of the next frame, and its body, or a private mapping of the memory that came with it.

    Raises
    ------
    FrameError
        If it is no frame, or the memory is not what the header says.
    ConnectionError
        If the peer closed the connection.
    """
    prefix, descriptors, _, _ = socket.recv_fds(connection, PREFIX.size, 1)
    try:
        if not prefix:
            raise ConnectionResetError("the peer closed the connection")
        whole = bytearray(PREFIX.size)
        whole[: len(prefix)] = prefix
        receive_into(connection, memoryview(whole)[len(prefix) :])
        length, body_length = parse_prefix(whole)
        header = bytearray(length)
        receive_into(connection, memoryview(header))
        body: Any = _mapped(descriptors[0], header) if descriptors else bytearray(body_length)
        if not descriptors:
            receive_into(connection, memoryview(body))
        return bytes(header), body
    finally:
        for descriptor in descriptors:
            with suppress(OSError):
                os.close(descriptor)


def _mapped(descriptor: int, header: Raw) -> mmap:
    """The memory; what is written to it is seen by nobody else."""
    size = int(members_of(header, {SIZE: int})[SIZE])
    if not _is_sealed(descriptor) or size <= 0 or os.fstat(descriptor).st_size != size:
        raise FrameError("the memory that a kernel hands over is not what it says")
    return mmap(descriptor, size, access=ACCESS_COPY)


def _seal(descriptor: int) -> None:
    import fcntl  # which Windows has not

    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, sum(getattr(fcntl, name) for name in _SEALS))


def _is_sealed(descriptor: int) -> bool:
    import fcntl

    found: int = fcntl.fcntl(descriptor, fcntl.F_GET_SEALS)
    return all(found & getattr(fcntl, name) for name in _SEALS)
