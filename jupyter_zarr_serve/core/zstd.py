"""How large a Zstandard stream can become, from its frame and block headers alone.

Writers that stream, such as TensorStore, do not announce the size of the content. A compressed block
still never expands to more than 128 KiB.

References
----------
https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1
"""

_MAGIC = 0xFD2FB528
_BLOCK_LIMIT = 1 << 17
_RAW, _RUN, _RESERVED = 0, 1, 3


def zstd_bound(data: bytes) -> int:
    """The largest number of bytes that the stream can expand to.

    Raises
    ------
    ValueError
        If the bytes are no stream of Zstandard frames, or are truncated.

    Examples
    --------
    >>> from numcodecs import Zstd
    >>> zstd_bound(bytes(Zstd().encode(b"x" * 1000)))
    1000
    """
    bound = at = 0
    while at < len(data) or at == 0:
        expands_to, at = _frame(data, at)
        bound += expands_to
    return bound


def _frame(data: bytes, at: int) -> tuple[int, int]:
    """The bound for the frame at an offset, and the offset of what follows it."""
    if _number(data, at, 4) != _MAGIC:
        raise ValueError("not a Zstandard frame")
    descriptor = _number(data, at + 4, 1)
    is_single = bool(descriptor & 0x20)
    at += 5 + (not is_single) + (0, 1, 2, 4)[descriptor & 3]
    width = (int(is_single), 2, 4, 8)[descriptor >> 6]
    announced = _number(data, at, width) + (256 if width == 2 else 0)
    blocks, at = _blocks(data, at + width)
    return announced if width else blocks, at + (4 if descriptor & 4 else 0)


def _blocks(data: bytes, at: int) -> tuple[int, int]:
    """The bound for the blocks of a frame, and the offset of what follows them."""
    bound, is_last = 0, False
    while not is_last:
        header = _number(data, at, 3)
        is_last, kind, size = bool(header & 1), header >> 1 & 3, header >> 3
        if kind == _RESERVED:
            raise ValueError("a Zstandard block of an unknown kind")
        bound += size if kind in {_RAW, _RUN} else _BLOCK_LIMIT
        at += 3 + (1 if kind == _RUN else size)
    return bound, at


def _number(data: bytes, at: int, width: int) -> int:
    part = data[at : at + width]
    if len(part) < width:
        raise ValueError("a Zstandard stream is truncated")
    return int.from_bytes(part, "little")
