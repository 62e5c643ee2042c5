"""Chunks that both Zarr formats can describe: the same bytes under the other format's spelling.

These are chunks in C order of little-endian elements, plain or compressed once by Blosc, gzip or
Zstandard. All three can be decoded without knowing their parameters, so a chunk that has to be
encoded anew may be encoded by others.
"""

from collections.abc import Callable
from typing import Any

from ...core.codecs import BloscCodec, Codec, GzipCodec, ZstdCodec
from ...core.dtypes import DType
from .codecs import Step
from .objects import VLEN
from .options import Configuration
from .pipeline import Pipeline

Json = dict[str, Any]

_SHUFFLES = ("noshuffle", "shuffle", "bitshuffle")


def compressor_of(pipeline: Pipeline) -> Step | None:
    """The one compressor of a pipeline that both formats can describe; a step named "" for none.

    None when version 2 or version 3 has no words for the pipeline.
    """
    dtype, steps = pipeline.dtype, list(pipeline.steps)
    if pipeline.axes != tuple(range(len(pipeline.axes))) or dtype.names is not None:
        return None
    if dtype.kind in "TO":
        if not steps or steps.pop(0).name not in VLEN:
            return None
    elif dtype.subdtype is not None or dtype != dtype.newbyteorder("<"):
        return None
    if not steps:
        return Step("", {})
    return steps[0] if len(steps) == 1 and steps[0].name in _V3 else None


def v2_document(compressor: Step) -> Json:
    """The members of ``.zarray`` that name the compressor."""
    name, configuration, _ = compressor
    return {"compressor": {"id": name, **_V2[name](configuration)} if name else None}


def v2_codecs(compressor: Step) -> tuple[Codec, ...]:
    """What encodes chunks that are not stored, so that they decode like those that are."""
    return (_ENCODERS[compressor.name](),) if compressor.name else ()


def v3_document(compressor: Step, dtype: DType) -> Json:
    """The members of ``zarr.json`` that name the codecs."""
    name, configuration, _ = compressor
    codecs = [_serializer(dtype)]
    if name:
        codecs.append({"name": name, "configuration": _V3[name](configuration, dtype)})
    return {"codecs": codecs}


def _serializer(dtype: DType) -> Json:
    if dtype.kind in "TO":
        return {"name": VLEN[dtype.kind == "O"], "configuration": {}}
    if dtype.kind in "SV" or dtype.itemsize == 1:
        return {"name": "bytes"}
    return {"name": "bytes", "configuration": {"endian": "little"}}


def _shuffle(configuration: Configuration, dtype: DType) -> int:
    """Blosc's shuffle as version 2 counts it; -1 lets the element size decide."""
    shuffle = configuration.get("shuffle", 1)
    if shuffle in _SHUFFLES:
        return _SHUFFLES.index(shuffle)
    return (2 if dtype.itemsize == 1 else 1) if shuffle == -1 else int(shuffle)


def _blosc_v2(configuration: Configuration) -> Json:
    kept = {"cname": "lz4", "clevel": 5, "blocksize": 0, **configuration}
    shuffle = kept.get("shuffle", 1)
    kept["shuffle"] = _SHUFFLES.index(shuffle) if shuffle in _SHUFFLES else shuffle
    return {name: kept[name] for name in ("cname", "clevel", "shuffle", "blocksize")}


def _blosc_v3(configuration: Configuration, dtype: DType) -> Json:
    is_fixed = dtype.kind not in "TO" and dtype.itemsize <= 255
    return {
        "cname": configuration.get("cname", "lz4"),
        "clevel": configuration.get("clevel", 5),
        "shuffle": _SHUFFLES[_shuffle(configuration, dtype)],
        "typesize": dtype.itemsize if is_fixed else 1,
        "blocksize": configuration.get("blocksize", 0),
    }


def _zstd_v3(configuration: Configuration, _: DType) -> Json:
    return {"level": configuration.get("level", 3), "checksum": bool(configuration.get("checksum"))}


_V2: dict[str, Callable[[Configuration], Json]] = {
    "blosc": _blosc_v2,
    "gzip": lambda configuration: {"level": configuration.get("level", 5)},
    "zstd": lambda configuration: {"level": configuration.get("level", 3)},
}
_V3: dict[str, Callable[[Configuration, DType], Json]] = {
    "blosc": _blosc_v3,
    "gzip": lambda configuration, _: {"level": configuration.get("level", 5)},
    "zstd": _zstd_v3,
}
_ENCODERS: dict[str, Callable[[], Codec]] = {"blosc": BloscCodec, "gzip": GzipCodec, "zstd": ZstdCodec}
