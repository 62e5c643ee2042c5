"""Which stored metadata clients can parse: one array whose codecs or type they do not know locks its group.

The codecs are those that zarr-python 2.18 and 3.1 know without further packages.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...core.dtypes import DType, canonical, v3_data_type
from ...core.errors import Unreadable
from ...core.fills import fill_json

_NUMCODECS = {
    "adler32", "astype", "bitround", "blosc", "bz2", "crc32", "delta", "fixedscaleoffset", "fletcher32",
    "gzip", "jenkins_lookup3", "lz4", "lzma", "packbits", "quantize", "shuffle", "zlib", "zstd",
}  # fmt: skip
_KNOWN = {
    2: _NUMCODECS | {"base64", "categorize", "json2", "msgpack2", "vlen-array", "vlen-bytes", "vlen-utf8"},
    3: {f"numcodecs.{name}" for name in _NUMCODECS | {"crc32c"}}
    | {
        "blosc", "bytes", "crc32c", "endian", "gzip", "sharding_indexed", "transpose", "vlen-bytes",
        "vlen-utf8", "zstd",
    },
}  # fmt: skip
_RAW = re.compile(r"r\d+")


def obstacle_of(zarr_format: int, codecs: Any) -> str:
    """Why many clients cannot parse the document of an array with these codecs; "" where they can."""
    strange = sorted({name for name in _names(codecs) if name not in _KNOWN[zarr_format]})
    if not strange:
        return ""
    return (
        f"its codec {strange[0]!r} is unknown to most clients, which could then open none of its siblings; "
        "open it by its own address, with the package that knows the codec"
    )


def data_type(document: Mapping[str, Any], fill_value: Any, dtype: DType) -> dict[str, Any]:
    """Members that spell a data type as clients know it, where version 3 has another spelling of it."""
    spelling = document.get("data_type")
    is_raw = isinstance(spelling, str) and _RAW.fullmatch(spelling) is not None
    if not is_raw and not (isinstance(spelling, Mapping) and spelling.get("name") == "struct"):
        return {}
    try:
        served = canonical(dtype)
        return {"data_type": v3_data_type(served), "fill_value": fill_json(fill_value, served)}
    except Unreadable:
        return {}


def _names(codecs: Any) -> Iterator[str]:
    """The names of codecs, of those inside of shards, too."""
    for codec in codecs if isinstance(codecs, list | tuple) else []:
        if not isinstance(codec, Mapping):
            continue
        yield str(codec.get("id", codec.get("name")))
        configuration = codec.get("configuration")
        if isinstance(configuration, Mapping):
            for inner in ("codecs", "index_codecs"):
                yield from _names(configuration.get(inner))
