"""Nothing outside the served folder is reachable, nothing hidden, nothing that is no data."""

import json
import os
import socket

import numpy as np
import pytest

from tests.server import Server

SECRET = 4242


@pytest.fixture(scope="module")
def folder(served_dir, tmp_path_factory):
    """A served folder full of ways out."""
    root, outside = served_dir / "contained", tmp_path_factory.mktemp("outside")
    for place in (root, root / ".hidden", root / "inside", outside):
        place.mkdir(exist_ok=True)
        np.save(place / "data.npy", np.full(3, SECRET if place == outside else 1))
    np.save(root / ".hidden.npy", np.ones(3))
    (root / "link.npy").symlink_to(outside / "data.npy")
    (root / "linked").symlink_to(outside)
    (root / "to_hidden").symlink_to(root / ".hidden")
    (root / "within").symlink_to(root / "inside")
    (root / "loop").symlink_to(root / "loop")
    (root / "dangling.npy").symlink_to(root / "nowhere.npy")
    os.mkfifo(root / "pipe.npy")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(root / "socket.npy"))
    (root / "notes.txt").write_text("no data")
    return root


def ask(server: Server, path: str):
    return server.get(f"zarr/v3/files/contained/{path}")


def test_only_what_can_be_opened_is_listed(server: Server, folder, zarr_format):
    members = set(server.open(zarr_format, "files/contained").keys())
    assert members == {"data.npy", "inside", "within"}


@pytest.mark.parametrize(
    "path", ["link.npy/zarr.json", "link.npy/c/0", "linked/data.npy/c/0", "linked/zarr.json"]
)
def test_links_that_lead_outside_are_refused(server: Server, folder, path):
    answer = ask(server, path)
    assert answer.status_code == 403
    assert "outside" in json.loads(answer.content)["message"]


@pytest.mark.parametrize(
    "path",
    [".hidden.npy/zarr.json", ".hidden/zarr.json", ".hidden/data.npy/c/0", "to_hidden/data.npy/c/0",
     "dangling.npy/zarr.json", "pipe.npy/zarr.json", "socket.npy/zarr.json", "notes.txt/zarr.json",
     "nothing/zarr.json", "../contained/data.npy/c/0", "inside/../data.npy/c/0", "./data.npy/c/0",
     "inside/%2e%2e/data.npy/c/0", "%2e%2e/contained/data.npy/c/0", "..%2fcontained%2fdata.npy/c/0",
     "inside%2fdata.npy/c/0", "inside%5c..%5cdata.npy/c/0", "%252e%252e/contained/data.npy/c/0",
     "data.npy%00/c/0", "%2fetc/zarr.json", "~/zarr.json", "C%3A/zarr.json",
     "x" * 300],
)  # fmt: skip
def test_other_ways_do_not_exist(server: Server, folder, path):
    # The key of a chunk is refused: 404 would be read as the fill value of an array that is gone.
    assert ask(server, path).status_code == (409 if path.endswith("/c/0") else 404)


def test_several_slashes_lead_no_further_than_one(server: Server, folder):
    assert ask(server, "inside//data.npy/c/0").content == ask(server, "inside/data.npy/c/0").content
    assert ask(server, "linked//data.npy/c/0").status_code == 403
    assert ask(server, "inside//..//..//secret.npy/zarr.json").status_code == 404


def test_a_link_within_is_followed(server: Server, folder, zarr_format):
    assert server.open(zarr_format, "files/contained/within/data.npy")[0] == 1


def test_a_link_to_itself_is_an_error_of_its_own(server: Server, folder):
    assert ask(server, "loop/zarr.json").status_code in {404, 422}


def test_the_folder_above_the_root_is_out_of_reach(server: Server, folder):
    for way in ("..", "%2e%2e", "files/..", "files/../..", "files/%2e%2e/%2e%2e"):
        answer = server.get(f"zarr/v3/{way}/etc/zarr.json")
        assert answer.status_code == 404
