"""What cannot be served or named says why, and harms nothing beside it."""

from urllib.parse import quote

import pytest

from tests import torture
from tests.clients.conftest import Jury
from tests.torture.names import DOCUMENTS, IMPOSSIBLE

DOCUMENT = {2: ".zarray", 3: "zarr.json"}
URL_NAMES = {name: reason for name, reason in IMPOSSIBLE.items() if name != "\ud800"}


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


@pytest.mark.parametrize("name", URL_NAMES)
def test_a_key_that_cannot_be_a_name(jury_server: Jury, zarr_format, name):
    answer = ask(jury_server, zarr_format, "impossible", str(name), DOCUMENT[zarr_format])
    assert answer.status_code == 422
    assert URL_NAMES[name] in answer.json()["message"]


def test_only_possible_names_are_listed(jury_server: Jury, zarr_format):
    below = jury_server.path("kernel", "impossible")
    listing = jury_server.server.get(
        f"zarr/v{zarr_format}/{below}/", headers={"Accept": "application/json"}
    )
    assert set(listing.json()["members"]) == {"5", *DOCUMENTS}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_member_named_like_a_document_is_below_it(jury_server: Jury, zarr_format, name):
    node = jury_server.open("kernel", zarr_format, f"impossible/{name}")
    assert node[:].tolist() == [DOCUMENTS.index(name)] * 3
