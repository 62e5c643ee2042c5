"""What cannot be served or named says why, and harms nothing beside it."""

from urllib.parse import quote, unquote

import pytest

from tests import torture
from tests.clients.conftest import Jury
from tests.torture.names import KEYS_OF_ALL_KINDS, NAMES, SERVED

DOCUMENT = {2: ".zarray", 3: "zarr.json"}


def ask(jury: Jury, zarr_format: int, path: str, name: str, key: str):
    below = quote(jury.path("kernel", path))
    return jury.server.get(f"zarr/v{zarr_format}/{below}/{quote(name, safe='')}/{key}")


@pytest.mark.parametrize("path", torture.refused())
def test_a_column_is_refused_by_name(jury_server: Jury, zarr_format, path):
    group, _, name = path.rpartition("/")
    answer = ask(jury_server, zarr_format, group, name, DOCUMENT[zarr_format])
    assert answer.status_code == 422
    assert name in answer.json()["message"]
    assert torture.refused()[path] in answer.json()["message"]
    assert name not in jury_server.open("kernel", zarr_format, group)


def test_keys_of_all_kinds_are_listed_under_names_of_their_own(jury_server: Jury, zarr_format):
    below = jury_server.path("kernel", "keys")
    listing = jury_server.server.get(
        f"zarr/v{zarr_format}/{below}/", headers={"Accept": "application/json"}
    )
    assert sorted(listing.json()["members"]) == sorted(KEYS_OF_ALL_KINDS.values())
    group = jury_server.open("kernel", zarr_format, "keys")
    assert sorted(group.keys()) == sorted(KEYS_OF_ALL_KINDS.values())
    values = [group[name][:].tolist() for name in KEYS_OF_ALL_KINDS.values()]
    assert values == [[number] * 3 for number in range(len(KEYS_OF_ALL_KINDS))]


@pytest.mark.parametrize("name", SERVED)
def test_the_name_of_the_source_says_under_what_other_it_is_served(jury_server: Jury, zarr_format, name):
    answer = ask(jury_server, zarr_format, "names.npz", name, DOCUMENT[zarr_format])
    if "%" in name and unquote(name) != name:  # clients that encode twice mean what it is decoded
        assert answer.status_code == (200 if unquote(name) in NAMES else 404)
    else:
        assert answer.status_code == 404
        assert repr(SERVED[name]) in answer.json()["message"]
    array = jury_server.open("kernel", zarr_format, f"names.npz/{SERVED[name]}")
    assert array.attrs["original_name"] == name
