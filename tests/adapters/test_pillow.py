"""Images of Pillow in memory are what they are as PNG files."""

import numpy as np
import pytest
from PIL import Image

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.errors import Replaced, Unreadable
from jupyter_zarr_serve.core.nodes import Policy
from jupyter_zarr_serve.readers import image as image_reader
from tests.nodes import read_all

POLICY = Policy()
COLOURS = Image.fromarray(np.arange(36, dtype="u1").reshape(3, 4, 3) * 7)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_an_image_is_that_of_its_file(tmp_path, mode):
    if mode == "I;16":
        image = Image.fromarray((np.arange(12, dtype="u2") * 5000).reshape(3, 4))
    else:
        image = COLOURS.convert(mode)
    path = tmp_path / "a.png"
    image.save(path)
    node, of_file = adapt(image, POLICY), image_reader.read(path, POLICY)
    assert read_all(node).tolist() == read_all(of_file).tolist()
    assert (node.dtype, node.shape, node.dimension_names) == (
        of_file.dtype, of_file.shape, of_file.dimension_names,
    )  # fmt: skip
    assert {"format": "PNG", **node.attributes} == {**of_file.attributes, "mode": node.attributes["mode"]}


def test_an_image_is_live():
    image = COLOURS.copy()
    node = adapt(image, POLICY)
    image.putpixel((1, 2), (9, 8, 7))
    assert read_all(node)[2, 1].tolist() == [9, 8, 7]


def test_a_mode_without_an_equivalent_is_refused():
    with pytest.raises(Unreadable, match=r"mode LAB.*convert it to RGB"):
        adapt(Image.new("LAB", (2, 2)), POLICY)


def test_an_image_that_became_another_is_told():
    image = COLOURS.copy()
    node = adapt(image, POLICY)
    image.thumbnail((2, 2))
    with pytest.raises(Replaced, match="pixels"):
        read_all(node)
