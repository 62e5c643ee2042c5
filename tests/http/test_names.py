"""Names of every kind, in folders and in files: each is listed, and read under the name it is listed by."""

from urllib.parse import quote, unquote

import numpy as np
import pytest
import zarr

from tests.server import Server

NAMES = [
    "plain", "with space", "ünï çødé", "日本語", "🦀", "a&b", "a+b", "a=b", "a;b",
    "a,b", "a~b", "a@b", "a[b]", "(a)", "a'b", 'a"b', "a<b>", "a`b", "a^b", "a|b", "a{b}", "a!b", "$a",
    "a*b", "a:b",
    "c", "0", "0.0", "1", "-1", "zarr.json", "zarr.json.d", "v2", "files", "index.html",
    "e\u0301", "x" * 200,
]  # fmt: skip
# Clients would ask for other addresses: these end a URL's path, or are decoded.
MISTAKEN = {
    "a#b": "a_b", "a?b": "a_b_1", "a%25b": "a_25b", "a%20b": "a_20b", "#": "_", "?x": "_x", "50%": "50_",
}  # fmt: skip
SERVED = {**{name: name for name in NAMES}, **MISTAKEN}


@pytest.fixture(scope="module")
def folder(served_dir):
    """One folder per name, each with an array of its own; and one archive with all the names."""
    root = served_dir / "named"
    for number, name in enumerate([*SERVED]):
        place = root / place_of(name) / name
        place.mkdir(parents=True)
        np.save(place / "number.npy", np.full(3, number))
    return root


def place_of(name: str) -> str:
    return "names" if name in NAMES else "beyond"


@pytest.mark.parametrize("name", SERVED)
def test_a_quoted_name_is_found(server: Server, folder, zarr_format, name):
    below = f"{place_of(name)}/{quote(SERVED[name], safe='')}/number.npy"
    url = f"{server.url}zarr/v{zarr_format}/files/named/{below}"
    number = zarr.open(url, mode="r", storage_options=server.storage_options)
    assert number[:].tolist() == [[*SERVED].index(name)] * 3


@pytest.mark.parametrize("name", SERVED)
def test_a_served_name_is_found_from_its_parent(server: Server, folder, zarr_format, name):
    parent = server.open(zarr_format, f"files/named/{place_of(name)}")[SERVED[name]]
    assert parent["number.npy"][0] == [*SERVED].index(name)
    assert parent.attrs.get("original_name", name) == name


@pytest.mark.parametrize("name", ["50%", "a#b", "a?b", "?x"])
def test_nothing_is_served_under_a_name_that_clients_mistake(server: Server, folder, zarr_format, name):
    for key in ("zarr.json", ".zgroup", "number.npy/c/0", "number.npy/0", ""):
        answer = server.get(f"zarr/v{zarr_format}/files/named/beyond/{quote(name, safe='')}/{key}")
        assert answer.status_code >= 400
        assert f"served as {MISTAKEN[name]!r}" in answer.json()["message"]


@pytest.mark.parametrize("name", ["日本語", "a~b", "with space", "a[b]"])
def test_a_name_that_was_encoded_twice_is_found(server: Server, folder, zarr_format, name):
    twice = quote(quote(name, safe=""), safe="")
    path = f"zarr/v{zarr_format}/files/named/names/{{}}/number.npy/{{}}"
    chunk = {2: "0", 3: "c/0"}[zarr_format]
    once = server.get(path.format(quote(name, safe=""), chunk))
    assert once.status_code == 200
    assert server.get(path.format(twice, chunk)).content == once.content


@pytest.mark.parametrize(
    "step", ["%252e%252e", "%252E%252e", "..%252f..", "%252f", "%255c", "%2500", "%25"]
)
def test_what_is_encoded_twice_leads_nowhere_else(server: Server, folder, zarr_format, step):
    for path in (f"files/named/names/{step}/plain/number.npy", f"files/{step}", f"{step}/files"):
        answer = server.get(f"zarr/v{zarr_format}/{path}/zarr.json")
        assert answer.status_code == 404


def test_every_name_is_listed_as_it_is(server: Server, folder, zarr_format):
    listed = set(server.open(zarr_format, "files/named/names").keys())
    listed |= {"zarr.json"}  # zarr-python takes this name for the group's own document
    quoted = {name for name in NAMES if any(character in "\"'<>" for character in name)}
    assert set(NAMES) - quoted <= listed
    assert {unquote(name) for name in listed} >= quoted
    listed = set(server.open(zarr_format, "files/named/beyond").keys())
    assert listed == {*MISTAKEN.values()}


@pytest.mark.parametrize("place", ["names", "beyond"])
def test_a_page_for_people_links_to_every_name(server: Server, folder, place):
    for slash, up in (("/", "../../../../"), ("", "../../../")):
        page = server.get(f"zarr/v3/files/named/{place}{slash}", headers={"Accept": "text/html"}).text
        assert "a<b>" not in page
        for name in NAMES if place == "names" else MISTAKEN.values():
            assert f'href="{up}v3/files/named/{place}/{quote(name, safe="")}/"' in page


def test_a_folder_named_like_a_document_is_reached_with_a_slash(server: Server, folder, zarr_format):
    base = f"zarr/v{zarr_format}/files/named/names/zarr.json"
    other = server.get(base)
    assert other.status_code == (404 if zarr_format == 2 else 200)
    assert "number.npy" not in other.text
    assert "number.npy" in server.get(f"{base}/").text
