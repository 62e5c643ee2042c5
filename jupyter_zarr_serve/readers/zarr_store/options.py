"""The codecs that are decoded here, and the options that they may have: what is not listed is refused.

An option that slips through could name another codec, or make objects out of bytes.

References
----------
https://numcodecs.readthedocs.io/
https://zarr-specs.readthedocs.io/en/latest/v3/codecs/index.html
"""

import re
from collections.abc import Mapping
from typing import Any

from ...core.errors import Unreadable

Configuration = Mapping[str, Any]

_PLAIN = re.compile(
    r"[<>|=]?([biufc]\d{1,2}|\?|[mM]8(\[\d*\w+\])?)|bool|u?int\d\d?|float\d\d|complex\d{2,3}"
)
_TYPES = frozenset({"dtype", "astype", "encode_dtype", "decode_dtype"})

_DTYPES = ("dtype", "astype")

# All codecs that are decoded, with their options; those of numcodecs that are not in `codecs._EXPANDING`
# give a result whose size follows from what they are given.
_OPTIONS: dict[str, tuple[str, ...]] = {
    "blosc": ("cname", "clevel", "shuffle", "typesize", "blocksize"),
    "zstd": ("level", "checksum"),
    "lz4": ("acceleration",),
    "zlib": ("level",),
    "gzip": ("level",),
    "bz2": ("level",),
    "lzma": ("format", "check", "preset", "filters"),
    "crc32c": ("location",),
    "adler32": ("location",),
    "crc32": ("location",),
    "jenkins_lookup3": ("initval", "prefix"),
    "fletcher32": (),
    "astype": ("encode_dtype", "decode_dtype"),
    "base64": (),
    "bitround": ("keepbits",),
    "delta": _DTYPES,
    "fixedscaleoffset": ("offset", "scale", *_DTYPES),
    "packbits": (),
    "quantize": ("digits", *_DTYPES),
    "shuffle": ("elementsize",),
    "vlen-utf8": (),
    "vlen-bytes": (),
    "json2": (
        "encoding", "skipkeys", "ensure_ascii", "check_circular", "allow_nan", "sort_keys", "indent",
        "separators", "strict",
    ),
    "msgpack2": ("use_single_float", "use_bin_type", "raw"),
    "categorize": ("labels", *_DTYPES),
    "bytes": ("endian",),
    "scale_offset": ("scale", "offset"),
    "cast_value": ("data_type", "rounding", "out_of_range", "scalar_map"),
    "transpose": ("order",),
    "sharding_indexed": ("chunk_shape", "codecs", "index_codecs", "index_location"),
}  # fmt: skip


def check_options(name: str, configuration: Configuration) -> None:
    """Refuse a codec that is not in the table of those that are decoded here, or an option that is not.

    Raises
    ------
    Unreadable
        If it is not; the message names it.
    """
    if name not in _OPTIONS:
        raise Unreadable(
            f"codec {str(name)[:80]!r} is not decoded here; use the format in which the array is stored"
        )
    unknown = [option for option in configuration if option not in _OPTIONS[name]]
    if unknown:
        raise Unreadable(
            f"codec {name!r} has the unknown option {unknown[0][:80]!r}; write the array without it, or "
            "use the format in which it is stored"
        )
    for option in (_TYPES - {"dtype"} if name == "categorize" else _TYPES) & configuration.keys():
        _check_type(name, option, configuration[option])


def _check_type(name: str, option: str, spelling: Any) -> None:
    """Refuse what is no plain number: objects, text and structures are never made of a chunk's bytes."""
    if not isinstance(spelling, str) or not _PLAIN.fullmatch(spelling):
        raise Unreadable(f"codec {name!r} has the {option} {str(spelling)[:80]!r}, which is no number")
