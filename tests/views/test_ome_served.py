"""The OME view over HTTP: of files and of live variables; previews for those alone who ask for them."""

import math

import numcodecs
import numpy as np
import pytest
from ome_zarr_models import open_ome_zarr

from jupyter_zarr_serve.views.ome.reduce import mean_of
from tests.server import Server

SIDE = 5000
PUBLISH = f"""
import numpy as np, jupyter_zarr_serve as jz
image = np.random.default_rng(0).integers(0, 4000, ({SIDE}, {SIDE})).astype("u2")
jz.publish(image=image, axes="yx", scale=0.25, unit="micrometer")
jz.publish(stack=np.arange(120, dtype="u2").reshape(5, 4, 6) * 37 % 101, axes="zyx")
jz.publish(small=np.arange(12.0).reshape(3, 4), text=np.array(["a"]))
"""
VERSIONS = {2: "0.4", 3: "0.5"}


def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 4000, (SIDE, SIDE)).astype("u2")


@pytest.fixture(scope="module")
def file(served_dir):
    place = served_dir / "ome data"
    place.mkdir(exist_ok=True)
    np.save(place / "image.npy", noise())
    return f"ome/files/{place.name}/image.npy"


@pytest.fixture(params=["file", "variable"])
def path(request, kernel, file):
    return file if request.param == "file" else f"ome/{kernel.path}/image"


def smallest_of(image: np.ndarray) -> np.ndarray:
    while max(image.shape) > 512:
        image = mean_of(image.dtype)(image)
    return image


def test_other_viewers_read_narrow_numbers(server: Server, kernel, zarr_format):
    group = server.open(zarr_format, f"drawn/{kernel.path}/small")
    assert open_ome_zarr(group, version=VERSIONS[zarr_format])
    assert group["0"].dtype == np.float32
    np.testing.assert_array_equal(group["0"][:], np.arange(12, dtype="f4").reshape(3, 4))


def test_clients_read_the_levels(server: Server, path, zarr_format):
    group = server.open(zarr_format, path)
    assert open_ome_zarr(group, version=VERSIONS[zarr_format])
    image = noise()
    np.testing.assert_array_equal(group["0"][700:1300, 2000:2500], image[700:1300, 2000:2500])
    np.testing.assert_array_equal(group["4"][...], smallest_of(image))


def test_roles_of_axes_are_in_the_address(server: Server, kernel, served_dir, zarr_format):
    stack = np.arange(120, dtype="u2").reshape(5, 4, 6) * 37 % 101
    np.save(served_dir / "stack.npy", stack)
    for words, wanted in (("max,y,x", stack.max(0)), ("mean,x,y", stack.mean(0).T), ("y,2,x", stack[:, 2])):
        for place in (f"{kernel.path}/stack", "files/stack.npy"):
            group = server.open(zarr_format, f"ome;{words}/{place}")
            assert open_ome_zarr(group, version=VERSIONS[zarr_format])
            np.testing.assert_allclose(group["0"][...], wanted, rtol=1e-12)
    answer = server.get(f"zarr/v{zarr_format}/ome;max,y/files/stack.npy/0/c/0/0")
    assert answer.status_code == 400
    assert "one axis is y" in answer.json()["message"]


def test_a_preview_is_for_those_who_ask(server: Server, path):
    url = f"zarr/v3/{path}/3/c/0/0"
    preview = server.get(f"{url}?preview=1")
    assert preview.headers["Zarr-Preview"] == "1"
    assert preview.headers["Cache-Control"] == "private, no-store"
    exact = server.get(url)
    assert "Zarr-Preview" not in exact.headers
    assert exact.headers["Cache-Control"] == "private, no-cache"
    assert exact.headers["ETag"] != preview.headers["ETag"]
    pixels = np.frombuffer(numcodecs.Blosc().decode(preview.content), "<u2").reshape(512, 512)
    np.testing.assert_array_equal(pixels, noise()[::8, ::8][:512, :512])
    again = server.get(f"{url}?preview=1")
    if "/files/" in url:  # what is remembered is at hand, so it is given in place of a preview
        assert again.headers["ETag"] == exact.headers["ETag"]
    else:
        assert again.headers["Zarr-Preview"] == "1"
    assert "Zarr-Preview" not in server.get(f"zarr/v3/{path}/1/c/0/0?preview=1").headers  # made soon


def test_a_changed_variable_changes_its_levels(server: Server, kernel, zarr_format):
    kernel.run("jz.publish(changing=np.zeros((1200, 1200), 'u1'))")
    group = server.open(zarr_format, f"ome/{kernel.path}/changing")
    assert int(group["1"][...].max()) == 0
    kernel.run("jz.published()['changing'].node.read((slice(0, 1200), slice(0, 1200)))[...] = 7")
    assert int(group["1"][...].min()) == 7


def test_units_and_sizes_reach_the_client(server: Server, kernel):
    (multiscale,) = server.open(3, f"ome/{kernel.path}/image").attrs["ome"]["multiscales"]
    assert [axis["unit"] for axis in multiscale["axes"]] == ["micrometer", "micrometer"]
    assert multiscale["datasets"][0]["coordinateTransformations"][0]["scale"] == [0.25, 0.25]


def test_what_is_no_image_is_refused_with_the_reason(server: Server, kernel):
    response = server.get(f"zarr/v3/ome/{kernel.path}/text/zarr.json")
    assert response.status_code == 422
    assert "no pixels" in response.json()["message"]
    listed = server.get(f"zarr/v3/ome/{kernel.path}/", headers={"Accept": "application/json"})
    assert "text" not in listed.json()["members"]
    assert "image" in listed.json()["members"]


def test_the_demo(server: Server, zarr_format):
    group = server.open(zarr_format, "ome/demo/nested/images/big_image")
    assert open_ome_zarr(group, version=VERSIONS[zarr_format])
    assert group["6"].shape == (157, 157)
    response = server.get(f"zarr/v{zarr_format}/ome/demo/tables/long_table/A/")
    assert response.status_code == 422


def test_levels_of_files_are_remembered(server: Server, file):
    first = server.get(f"zarr/v2/{file}/4/0.0")
    again = server.get(f"zarr/v2/{file}/4/0.0", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert math.isclose(len(first.content), len(server.get(f"zarr/v2/{file}/4/0.0").content))
