"""Texts that version 2 stored by JSON, MsgPack or as categories: the same in both formats."""

import json

import numpy as np
import pytest
from numcodecs import JSON, Categorize, MsgPack, Zlib

from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Group, Policy
from jupyter_zarr_serve.readers import open_store
from jupyter_zarr_serve.serve.request import Request
from jupyter_zarr_serve.serve.respond import respond
from tests.store import open_node

VALUES = np.array(["b", "é", "", "b", "longer text"], object)
CODECS = {
    "json2": JSON(),
    "msgpack2": MsgPack(),
    "categorize": Categorize(["b", "é", "longer text"], dtype=object),
    "categorize u2": Categorize(["b", "é", "longer text"], dtype=object, astype="u2"),
}


def stored(folder, codec, values):
    (folder / "a.zarr" / "a").mkdir(parents=True)
    document = {
        "zarr_format": 2, "shape": [len(values)], "chunks": [len(values)], "dtype": "|O", "order": "C",
        "fill_value": "", "filters": [codec.get_config()], "compressor": Zlib().get_config(),
    }  # fmt: skip
    (folder / "a.zarr" / ".zgroup").write_text('{"zarr_format": 2}')
    (folder / "a.zarr" / "a" / ".zarray").write_text(json.dumps(document))
    (folder / "a.zarr" / "a" / "0").write_bytes(Zlib().encode(codec.encode(values)))
    return open_store(folder / "a.zarr", Policy())


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_texts_are_decoded_here_and_encoded_anew(tmp_path, codec):
    group = stored(tmp_path, codec, VALUES)
    assert isinstance(group, Group)
    served = open_node(group, 3)["a"]
    assert served[:].tolist() == VALUES.tolist()
    assert served.attrs["missing"] == "empty string"


@pytest.mark.parametrize("codec", [JSON(), MsgPack()], ids=["json2", "msgpack2"])
def test_missing_text_is_empty(tmp_path, codec):
    group = stored(tmp_path, codec, np.array(["a", None], object))
    assert open_node(group, 3)["a"][:].tolist() == ["a", ""]


@pytest.mark.parametrize("codec", [JSON(), MsgPack()], ids=["json2", "msgpack2"])
def test_what_is_no_text_is_refused_and_not_made_one(tmp_path, codec):
    group = stored(tmp_path, codec, np.array(["a", 5], object))
    answer = respond(group, Request(3, ("a", "c", "0")))
    assert answer.status == 422
    assert b"not all text" in answer.body
    with pytest.raises(Unreadable):
        group.children["a"].read((slice(0, 2),))
