"""Variables of a real kernel, read over its socket."""

import json

import numpy as np
import pytest


def document(connection, path, zarr_format=3):
    response = connection.get(path, zarr_format)
    assert response.status == 200, response.body
    return json.loads(response.body)


def test_a_variable_is_served(kernel, zarr_format):
    kernel.run("x = np.arange(6, dtype='i4').reshape(2, 3); h = jz.publish('x', x, compressor=None)")
    connection = kernel.connect()
    key, chunk = {2: (".zarray", "0.0"), 3: ("zarr.json", "c/0/0")}[zarr_format]
    assert document(connection, f"x/{key}", zarr_format)["shape"] == [2, 3]
    assert connection.get(f"x/{chunk}", zarr_format).body == np.arange(6, dtype="<i4").tobytes()
    assert connection.get("x/c/9/9", zarr_format).status == 404


def test_changes_in_place_are_seen_at_once(kernel):
    kernel.run("x = np.zeros(3, 'u1'); jz.publish(x=x, compressor=None)")
    connection = kernel.connect()
    before = connection.get("x/c/0")
    kernel.run("x[1] = 7")
    after = connection.get("x/c/0", if_none_match=before.etag)
    assert (before.status, after.status) == (404, 200)
    assert after.body == b"\0\7\0"
    assert connection.get("x/c/0", if_none_match=after.etag).status == 304


def test_frozen_chunks_are_named_by_generation(kernel):
    connection_code = "jz.publish('x', np.arange(9.), frozen=True)"
    kernel.run(connection_code)
    connection = kernel.connect()
    first = connection.get("x/c/0")
    assert connection.get("x/c/0", if_none_match=first.etag).status == 304
    kernel.run(connection_code)
    second = connection.get("x/c/0", if_none_match=first.etag)
    assert (second.status, second.body) == (200, first.body)
    assert second.etag != first.etag


def test_options(kernel):
    kernel.run(
        "h = jz.publish('x', np.ones((7, 5)), chunks=(2, -1), compressor='gzip', dims=('t', 'y'),\n"
        "               attributes={'units': 'K'})"
    )
    body = document(kernel.connect(), "x/zarr.json")
    assert body["chunk_grid"]["configuration"]["chunk_shape"] == [2, 5]
    assert body["codecs"][-1]["name"] == "gzip"
    assert body["dimension_names"] == ["t", "y"]
    assert body["attributes"] == {"units": "K"}


def test_options_of_members(kernel):
    kernel.run(
        "jz.publish('g', {'a': np.ones(6), 'b': {'c': np.ones((4, 4))}}, chunks={'b/c': (1, 4)},\n"
        "           dims={'a': 'time'}, compressor='zstd', attributes={'title': 'both'})"
    )
    body = document(kernel.connect(), "g/zarr.json")
    below = body["consolidated_metadata"]["metadata"]
    assert body["attributes"] == {"title": "both"}
    assert below["b/c"]["chunk_grid"]["configuration"]["chunk_shape"] == [1, 4]
    assert below["a"]["dimension_names"] == ["time"]
    assert {below[name]["codecs"][-1]["name"] for name in ("a", "b/c")} == {"zstd"}


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("jz.publish('x', object())", "objects of this type cannot be served"),
        ("jz.publish('x', [object(), object()])", "none of its members can be served"),
        ("jz.publish('x', lambda: 1)", "cannot be served"),
        ("jz.publish('x', np.ones(3), chunks=(1, 1))", "one length for each axis"),
        ("jz.publish('x', np.ones(3), chunks=(0,))", "one length for each axis"),
        ("jz.publish('x', {'a': 1}, chunks=(1,))", "by name"),
        ("jz.publish('x', np.ones((2, 2)), dims=('a', 'a'))", "no two alike"),
        ("jz.publish('x', np.ones(3), compressor='zip')", "choose from"),
        ("jz.publish('a/b', np.ones(3))", "choose another"),
        ("jz.publish('zarr.json', np.ones(3))", "choose another"),
        ("jz.publish()", "nothing to publish"),
        ("jz.publish(chunks=np.ones(3))", "nothing to publish"),
        ("jz.unpublish('nothing')", "is not published"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(kernel, call, reason):
    with pytest.raises(RuntimeError, match=reason):
        kernel.run(call)
    assert kernel.run("jz.published()") == "<nothing is published>"


def test_several_at_once_or_none(kernel):
    kernel.run("jz.publish(a=np.ones(2), b=[1, 2])")
    assert kernel.run("print(*jz.published())").split() == ["a", "b"]
    with pytest.raises(RuntimeError, match="cannot be served"):
        kernel.run("jz.publish(c=np.ones(2), d=object())")
    assert kernel.run("print(*jz.published())").split() == ["a", "b"]
    assert kernel.run("h = jz.publish(c=np.ones(2)); print(type(h).__name__, h.name)") == "Published c\n"


def test_metadata_that_are_outdated_get_no_chunks(kernel, zarr_format):
    key, chunk = {2: (".zarray", "0"), 3: ("zarr.json", "c/0")}[zarr_format]
    kernel.run("jz.publish(x=np.arange(4.))")
    connection = kernel.connect()
    document(connection, f"x/{key}", zarr_format)
    assert connection.get(f"x/{chunk}", zarr_format).status == 200
    kernel.run("jz.publish(x=np.arange(1, 5.))")
    assert connection.get(f"x/{chunk}", zarr_format).status == 200, "the same layout needs no new reading"
    kernel.run("jz.publish(x=np.arange(4))")
    refused = connection.get(f"x/{chunk}", zarr_format)
    assert refused.status == 409
    assert json.loads(refused.body)["reason"] == "Replaced"
    assert connection.get(f"x/{key}", zarr_format, method="HEAD").status == 200
    assert connection.get(f"x/{chunk}", zarr_format).status == 409, "HEAD tells nothing"
    document(connection, f"x/{key}", zarr_format)
    assert connection.get(f"x/{chunk}", zarr_format).status == 200


def test_consolidated_metadata_tell_of_all_below(kernel, zarr_format):
    key, chunk = {2: (".zmetadata", "0"), 3: ("zarr.json", "c/0")}[zarr_format]
    kernel.run("jz.publish(g={'a': np.arange(4.)})")
    connection = kernel.connect()
    document(connection, key, zarr_format)
    kernel.run("jz.publish(g={'a': np.arange(4)})")
    assert connection.get(f"g/a/{chunk}", zarr_format).status == 409
    document(connection, f"g/{key}", zarr_format)
    assert connection.get(f"g/a/{chunk}", zarr_format).status == 200


def test_what_is_withdrawn_is_not_the_fill_value(kernel, zarr_format):
    key, chunk = {2: (".zarray", "0"), 3: ("zarr.json", "c/0")}[zarr_format]
    kernel.run("h = jz.publish(x=np.arange(4.))")
    connection = kernel.connect()
    document(connection, f"x/{key}", zarr_format)
    kernel.run("h.unpublish()")
    assert connection.get(f"x/{chunk}", zarr_format).status == 409
    assert connection.get(f"x/{key}", zarr_format).status == 404
    assert connection.get("x/", zarr_format).status == 404
    assert connection.get(f"never/{chunk}", zarr_format).status == 503  # perhaps before a restart
    assert connection.get("never/zarr.json", zarr_format).status == 404


def test_an_object_that_looks_different_is_adapted_again(kernel):
    kernel.run("import pandas as pd; df = pd.DataFrame({'a': [1., 2.]}); jz.publish(t=df)")
    connection = kernel.connect()
    assert document(connection, "t/a/zarr.json")["shape"] == [2]
    kernel.run("df['b'] = [3, 4]; df.loc[2] = [5., 6]")
    assert connection.get("t/a/c/0").status == 409
    assert document(connection, "t/b/zarr.json")["shape"] == [3]
    kernel.run("d = {'x': 1}; jz.publish(d=d); d['y'] = np.ones(2)")
    assert document(connection, "d/y/zarr.json")["shape"] == [2]
    kernel.run("l = [1, 2]; jz.publish(l=l); l.append(3)")
    assert document(connection, "l/zarr.json")["shape"] == [3]


def test_touch_begins_a_new_generation(kernel):
    kernel.run("x = np.arange(9.); h = jz.publish(x=x, frozen=True)")
    connection = kernel.connect()
    first = connection.get("x/c/0")
    kernel.run("x += 1; h.touch()")
    second = connection.get("x/c/0", if_none_match=first.etag)
    assert second.status == 200
    assert second.body != first.body


def test_an_object_that_raises_is_422(kernel):
    kernel.run(
        "import pandas as pd\n"
        "odd = np.array(['a', 'b'], object)\n"
        "jz.publish(odd=odd, d={'ok': 1, 'not': object()})\n"
        "odd[0] = 3"
    )
    connection = kernel.connect()
    refused = connection.get("odd/c/0")
    assert (refused.status, json.loads(refused.body)["reason"]) == (422, "Unreadable")
    assert connection.get("d/not/zarr.json").status == 422
    assert "ok" in document(connection, "d/zarr.json")["consolidated_metadata"]["metadata"]


def test_a_cell_shows_a_card(kernel):
    kernel.run("h = jz.publish(**{'a<b>': np.ones((3, 4))})")
    html = kernel.run("print(h._repr_html_())")
    assert "a&lt;b&gt;" in html
    assert "a<b>" not in html
    assert "/zarr/v3/kernels/test/a%3Cb%3E/" in html
    assert "(3, 4)" in html
    assert 'token = os.environ["JUPYTER_TOKEN"]' in html.replace("&quot;", '"')
    assert kernel.run("h").startswith("<Published 'a<b>': array (3, 4) float64")
    assert "no longer" not in kernel.run("h.unpublish(); print(h._repr_html_())")


def test_the_namespace_is_published_live(kernel):
    said = kernel.run("%load_ext jupyter_zarr_serve")
    assert "/zarr/v3/kernels/test" in said
    kernel.run("first = np.arange(3.); _private = 1; import math; f = lambda: 0; odd = object()")
    connection = kernel.connect()
    below = document(connection, "zarr.json")["consolidated_metadata"]["metadata"]
    assert "first" in below
    assert not {"_private", "math", "f", "odd", "In", "Out", "exit", "quit", "np", "jz", "_", "_i"} & set(
        below
    )
    assert connection.get("_private/zarr.json").status == 404
    assert connection.get("odd/zarr.json").status == 422
    kernel.run("second = [1, 2]; first = np.arange(3)")
    assert document(connection, "second/zarr.json")["shape"] == [2]
    assert connection.get("first/c/0").status == 409, "another dtype than was told"
    kernel.run("import weakref, gc; w = weakref.ref(first); del first")
    kernel.run("gc.collect(); assert w() is None, 'a deleted variable is kept in memory'")
    assert connection.get("first/zarr.json").status == 404
    kernel.run("jz.publish(mine=np.ones(1))")
    kernel.run("%unload_ext jupyter_zarr_serve")
    assert connection.get("second/zarr.json").status == 404
    assert connection.get("mine/zarr.json").status == 200


def test_who_publishes_waits_for_no_import_of_what_only_answers_need(own_kernel):
    """numcodecs looks through all packages that are installed, which takes longer than all else."""
    own_kernel.run("jz.publish(x=np.arange(12.0))")
    loaded = own_kernel.run(
        "import sys; print({'numcodecs', 'jupyter_zarr_serve.serve.forms'} & {*sys.modules})"
    )
    assert loaded.strip() == "set()"
