"""zarr-python 3 reads every array of the torture tree, by every way to it; so does zarrs' pipeline."""

import sys

import numpy as np
import obstore
import pytest
import zarr
from zarr.storage import ObjectStore

from tests import torture
from tests.clients.conftest import Jury
from tests.clients.jury import hear
from tests.clients.verdicts import answers_of_program
from tests.clients.zarr_python import CLIENTS, Client

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*does not have a Zarr V3 specification", "ignore:.*not part in the Zarr format 3 spec"
)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_every_value(jury_server: Jury, side, zarr_format, client: Client):
    question = jury_server.question(side, zarr_format)
    hear(client.name, side, zarr_format, client.answers(question), question.paths)


def test_every_value_by_zarrs(jury_server: Jury, side, zarr_format):
    question = jury_server.question(side, zarr_format)
    answers = answers_of_program([sys.executable, "-m", "tests.clients.zarr_python"], question)
    hear("zarrs", side, zarr_format, answers, question.paths)


def test_parts_of_what_is_too_large_to_be_read(jury_server: Jury, side, zarr_format):
    found = [path for path in torture.samples() if side in torture.sides(path)]
    assert found
    for path in found:
        array = jury_server.open(side, zarr_format, path)
        assert array.shape == (10**9,)
        for part, expected in torture.samples()[path]:
            np.testing.assert_array_equal(array[part], expected, strict=True)


@pytest.mark.parametrize(
    "group", ["names.npz", "fills-v2.zarr", "fills-v3.zarr", "dataset.nc", "tables/zones.feather"]
)
def test_a_store_that_cannot_list_has_consolidated_metadata(jury_server: Jury, side, zarr_format, group):
    options = {"allow_http": True, "default_headers": jury_server.server.headers}
    store = obstore.store.HTTPStore.from_url(
        jury_server.url(side, zarr_format, group), client_options=options
    )
    opened = zarr.open_group(ObjectStore(store, read_only=True), mode="r", use_consolidated=True)
    expected = {
        path.removeprefix(f"{group}/") for path in torture.leaves(side) if path.startswith(f"{group}/")
    }
    assert set(opened.keys()) == expected


def test_ten_thousand_children(jury_server: Jury, side, zarr_format):
    crowd = jury_server.open(side, zarr_format, "crowd.npz")
    assert sorted(map(int, crowd.keys())) == list(range(10_000))
    assert crowd["7777"][:].tolist() == [7777, -7777]


def test_fifty_levels(jury_server: Jury, side, zarr_format):
    node = jury_server.open(side, zarr_format, "deep")
    for level in range(1, 50):
        (name,) = node.keys()
        assert name == str(level)
        node = node[name]
    assert node["leaf.npy"][:].tolist() == [0, 1, 2]
