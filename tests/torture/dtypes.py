"""Every dtype, in both byte orders, with the values at its edges."""

import numpy as np

from .theme import Leaves, Theme, of_npz

UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as")
TEXTS = ["", "a", "a\0b", "\0z", "näïve", "日本語", "🦀🎉", "e\u0301", "\U0010ffff", "exactly8"]


def leaves() -> Leaves:
    """One array per dtype and byte order."""
    arrays = {"bool": np.array([True, False, False, True, True])}
    for little in (*_integers(), *_floats(), *_complex(), *_times(), *_texts(), *_structures()):
        name, array = little
        arrays[name] = array
        big = array.astype(array.dtype.newbyteorder(">"))
        if big.dtype != array.dtype:
            arrays[f"big-endian-{name}"] = big
    return arrays


def _integers() -> list[tuple[str, np.ndarray]]:
    infos = [np.iinfo(f"{kind}{size}") for kind in "iu" for size in (1, 2, 4, 8)]
    return [
        (info.dtype.name, np.array([0, 1, info.max, info.min, info.max // 3, 100], info.dtype))
        for info in infos
    ]


def _floats() -> list[tuple[str, np.ndarray]]:
    return [(f"float{bits}", special_floats(bits)) for bits in (16, 32, 64)]


def special_floats(bits: int) -> np.ndarray:
    """Infinities, zeros of both signs, the smallest and largest numbers, and NaNs with payloads."""
    info = np.finfo(f"f{bits // 8}")
    plain = [0.0, -0.0, 1.5, np.inf, -np.inf, info.max, info.min, info.smallest_subnormal, np.nan]
    quiet = (2 ** (info.nexp + 1) - 1) << (info.nmant - 1)
    sign = 1 << (bits - 1)
    payloads = np.array([quiet | 1, quiet | 5 | sign, quiet], f"u{bits // 8}").view(info.dtype)
    return np.concatenate([np.array(plain, info.dtype), payloads])


def _complex() -> list[tuple[str, np.ndarray]]:
    arrays = []
    for bits in (32, 64):
        parts = special_floats(bits)
        array = np.empty(parts.size, f"c{bits // 4}")
        array.real, array.imag = parts, parts[::-1]
        arrays.append((array.dtype.name, array))
    return arrays


def _times() -> list[tuple[str, np.ndarray]]:
    ticks = np.array([0, 1, -1, 2**62, -(2**63) + 1, -(2**63), 12345], "i8")
    kinds = [("datetime64", "M8"), ("timedelta64", "m8")]
    units = [*UNITS, "25s"]
    return [(f"{name}-{unit}", ticks.view(f"{code}[{unit}]")) for name, code in kinds for unit in units]


def _texts() -> list[tuple[str, np.ndarray]]:
    encoded = [text.encode() for text in TEXTS] + [b"\xff\xfe", b"\0"]
    return [
        ("text-fixed", np.array(TEXTS, "<U8")),
        ("text-one", np.array(["", "x", "🦀"], "<U1")),
        ("bytes-fixed", np.array(encoded, "S12")),
        ("bytes-text", np.array([text.encode() for text in ("", "x", "näïve")], "S8")),
        ("bytes-one", np.array([b"", b"x", b"\xff"], "S1")),
        ("opaque", np.frombuffer(bytes(range(21)), "V7")),
    ]


def _structures() -> list[tuple[str, np.ndarray]]:
    flat = np.zeros(3, [("x", "<i2"), ("y", "<f8"), ("name", "<U3"), ("when", "<M8[s]")])
    flat["x"], flat["y"] = [1, -2, 3], [np.nan, -0.0, np.inf]
    flat["name"], flat["when"] = ["", "a🦀", "abc"], ["2020-01-01", "NaT", "1969-12-31"]
    inner = np.dtype([("re", "<f4"), ("im", "<f4")])
    nested = np.zeros(4, [("id", "<u1"), ("value", inner), ("deep", [("er", [("est", "<i4")])])])
    nested["value"]["re"], nested["deep"]["er"]["est"] = [1, 2, 3, 4], [-1, -2, -3, -4]
    padded = np.zeros(3, np.dtype([("a", "i1"), ("b", "<i8")], align=True))
    padded["a"], padded["b"] = [1, 2, 3], [2**40, -(2**40), 0]
    return [("structured", flat), ("structured-nested", nested), ("structured-padded", padded)]


THEMES: dict[str, Theme] = {"dtypes.npz": of_npz(leaves)}
