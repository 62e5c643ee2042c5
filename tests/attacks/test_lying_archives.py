"""Documents that lie: no archive is made of them that leads elsewhere or never ends."""

import io
import json
import time
import zipfile

import pytest

from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.handlers.web.zipping import Zipping, chunks_in, documents_in


def array(shape, chunk_shape=(1,), **others):
    return {
        "node_type": "array",
        "shape": list(shape),
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(chunk_shape)}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        **others,
    }


def group(**members):
    return json.dumps({"node_type": "group", "consolidated_metadata": {"metadata": members}}).encode()


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{" * 100_000,
        b'{"node_type": "group"}',
        b'{"node_type": "group", "consolidated_metadata": {"metadata": []}}',
        group(**{"../../etc/cron.d/x": array((1,))}),
        group(**{"/absolute": array((1,))}),
        group(**{"a\\..\\b": array((1,))}),
        group(a=array((10**12,))),
        group(a=array((10**6, 10**6), (10**4, 10**4)), b=array((90_001,))),
        group(a=array(("x",))),
        group(a=array((1,), chunk_key_encoding={"name": "../", "configuration": {}})),
        group(
            a=array((1,), chunk_key_encoding={"name": "default", "configuration": {"separator": "/../"}})
        ),
        group(a=7),
        json.dumps(array((10**18,))).encode(),
    ],
)
def test_they_are_refused_at_once(document):
    begun = time.monotonic()
    with pytest.raises(Unreadable) as refused:
        documents_in(document)
    assert str(refused.value).startswith("zarr.zip: ")
    assert len(str(refused.value)) < 500
    assert time.monotonic() - begun < 2


def test_what_is_honest_is_listed():
    found = documents_in(group(**{"b/c": array((3, 2), (2, 2)), "a": array((), ())}))
    assert list(found) == ["", "a", "b/c"]
    assert [list(chunks_in(told)) for told in found.values()] == [[], ["c"], ["c/0/0", "c/1/0"]]


def test_an_archive_is_the_same_each_time_and_whole():
    def made() -> bytes:
        archive = Zipping(b"comment")
        return archive.add("zarr.json", b"{}") + archive.add("c/0", bytes(1000)) + archive.end()

    assert made() == made()
    with zipfile.ZipFile(io.BytesIO(made())) as found:
        assert (found.testzip(), found.namelist(), found.comment) == (
            None,
            ["zarr.json", "c/0"],
            b"comment",
        )
        assert {member.compress_type for member in found.infolist()} == {zipfile.ZIP_STORED}
