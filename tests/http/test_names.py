"""Names of every kind, in folders and in files: each is listed and read under its own name."""

from urllib.parse import quote, unquote

import numpy as np
import pytest
import zarr

from tests.server import Server

NAMES = [
    "plain", "with space", "ünï çødé", "日本語", "🦀", "50%", "a&b", "a+b", "a=b", "a;b",
    "a,b", "a~b", "a@b", "a[b]", "(a)", "a'b", 'a"b', "a<b>", "a`b", "a^b", "a|b", "a{b}", "a!b", "$a",
    "a*b", "a:b",
    "c", "0", "0.0", "1", "-1", "zarr.json", "zarr.json.d", "v2", "files", "index.html",
    "e\u0301", "x" * 200,
]  # fmt: skip
# zarr-python over fsspec cannot navigate to these from their parent: they end a URL's path.
BEYOND_FSSPEC = ["a#b", "a?b", "a%25b", "a%20b", "#", "?x"]


@pytest.fixture(scope="module")
def folder(served_dir):
    """One folder per name, each with an array of its own; and one archive with all the names."""
    root = served_dir / "named"
    for number, name in enumerate([*NAMES, *BEYOND_FSSPEC]):
        place = root / place_of(name) / name
        place.mkdir(parents=True)
        np.save(place / "number.npy", np.full(3, number))
    return root


def place_of(name: str) -> str:
    return "names" if name in NAMES else "beyond"


@pytest.mark.parametrize("name", [*NAMES, *BEYOND_FSSPEC])
def test_a_quoted_name_is_found(server: Server, folder, zarr_format, name):
    url = f"{server.url}zarr/v{zarr_format}/files/named/{place_of(name)}/{quote(name, safe='')}/number.npy"
    number = zarr.open(url, mode="r", storage_options=server.storage_options)
    assert number[:].tolist() == [[*NAMES, *BEYOND_FSSPEC].index(name)] * 3


@pytest.mark.parametrize("name", NAMES)
def test_a_raw_name_is_found_from_its_parent(server: Server, folder, zarr_format, name):
    number = server.open(zarr_format, "files/named/names")[name]["number.npy"]
    assert number[0] == NAMES.index(name)


def test_every_name_is_listed_as_it_is(server: Server, folder, zarr_format):
    listed = set(server.open(zarr_format, "files/named/names").keys())
    listed |= {"zarr.json"}  # zarr-python takes this name for the group's own document
    quoted = {name for name in NAMES if any(character in "\"'<>" for character in name)}
    assert set(NAMES) - quoted <= listed
    assert {unquote(name) for name in listed} >= quoted


@pytest.mark.parametrize("place", ["names", "beyond"])
def test_a_page_for_people_links_to_every_name(server: Server, folder, place):
    for slash, up in (("/", "../../../../"), ("", "../../../")):
        page = server.get(f"zarr/v3/files/named/{place}{slash}", headers={"Accept": "text/html"}).text
        assert "a<b>" not in page
        for name in NAMES if place == "names" else BEYOND_FSSPEC:
            assert f'href="{up}v3/files/named/{place}/{quote(name, safe="")}/"' in page


def test_a_folder_named_like_a_document_is_reached_with_a_slash(server: Server, folder, zarr_format):
    base = f"zarr/v{zarr_format}/files/named/names/zarr.json"
    other = server.get(base)
    assert other.status_code == (404 if zarr_format == 2 else 200)
    assert "number.npy" not in other.text
    assert "number.npy" in server.get(f"{base}/").text
