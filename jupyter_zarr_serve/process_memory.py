"""Memory of a process of this user, which another one copies without a socket between them: once.

A kernel says where the values that a client wants are in its memory, and holds them until the client says
that it has copied them, or cannot. Linux decides who may copy: the same user, if the process was not made
unreadable. Where the module Yama restricts that to a process's parents, the kernel names the client as an
exception; the client has proved that it knows the kernel's key, by which it could run code there as well.

References
----------
https://man7.org/linux/man-pages/man2/process_vm_readv.2.html
https://docs.kernel.org/admin-guide/LSM/Yama.html
"""

import ctypes
import os
import socket
import struct
import sys

import numpy as np

from .wire import Raw

LEAST = 1 << 20  # bytes; fewer are sent as fast
ADDRESS = "address"  # in a response's header, which has no body then
COPIED, SEND = b"c", b"s"  # what the client says when it has copied them, or could not
_STEP = 32 << 20  # bytes of one system call; between two of them a program can be interrupted
_PEER = struct.Struct("3i")  # process, user, group
_PR_SET_PTRACER = 0x59616D61
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
CAN_COPY = hasattr(_LIBC, "process_vm_readv")


class _Range(ctypes.Structure):
    """A ``struct iovec``."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def is_same_user(connection: socket.socket) -> bool:
    """Whether a process of this user on this machine, which could copy, has the other end."""
    return CAN_COPY and connection.family == socket.AF_UNIX and _peer(connection)[1] == os.geteuid()


def let_copy(connection: socket.socket, memory: Raw) -> int:
    """Let the process at the other end copy; the address of the memory, to be held meanwhile."""
    assert _LIBC is not None
    _LIBC.prctl(_PR_SET_PTRACER, ctypes.c_ulong(_peer(connection)[0]), 0, 0, 0)  # fails without Yama
    return _address(memory)


def is_copied(connection: socket.socket, address: int, room: memoryview) -> bool:
    """Copy memory of the process at the other end, which holds it meanwhile; False if that is refused."""
    if not is_same_user(connection):
        return False
    assert _LIBC is not None
    process, here, done = _peer(connection)[0], _address(room), 0
    while done < len(room):
        size = min(_STEP, len(room) - done)
        to, source = _Range(here + done, size), _Range(address + done, size)
        copied = _LIBC.process_vm_readv(process, ctypes.byref(to), 1, ctypes.byref(source), 1, 0)
        if copied <= 0:
            return False
        done += copied
    return True


def _peer(connection: socket.socket) -> tuple[int, int]:
    """The process and the user at the other end; the process is 0 where this one cannot see it."""
    process, user, _ = _PEER.unpack(
        connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    )
    return process, user


def _address(memory: Raw) -> int:
    return np.frombuffer(memory, np.uint8).ctypes.data
