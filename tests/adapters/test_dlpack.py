"""Arrays of other libraries: light fakes with the protocols of torch, CuPy and JAX; and array-likes."""

from collections import ChainMap, UserDict, deque
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest

from jupyter_zarr_serve.adapters import adapt, from_dlpack
from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.core.nodes import Group, Policy
from tests.nodes import read_all
from tests.store import open_node

POLICY = Policy()
SMALL = Policy(target_bytes=800)
VALUES = np.arange(6000.0).reshape(60, 100)


class Torch:
    """A tensor on a device, with torch's rules for what may become NumPy's."""

    layout = "torch.strided"
    device = "cuda:0"

    def __init__(self, values, copied, dtype=None):
        self.values, self.copied = values, copied
        self.dtype = dtype or SimpleNamespace(__str__=None)
        self.shape = values.shape

    def __getitem__(self, region):
        return Torch(self.values[region], self.copied, self.dtype)

    def detach(self):
        return self

    def numpy(self, *, force=False):
        if not force:
            raise TypeError("can't convert cuda:0 device type tensor to numpy")
        self.copied.append(self.shape)
        return self.values.copy()

    def __array__(self, dtype=None, copy=None):
        raise TypeError("can't convert cuda:0 device type tensor to numpy")


class DType:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"torch.{self.name}"


class CuPy:
    """An array on a device that is only copied when asked explicitly."""

    __cuda_array_interface__ = property(lambda self: {})

    def __init__(self, values, copied):
        self.values, self.copied = values, copied
        self.shape, self.dtype = values.shape, values.dtype

    def __getitem__(self, region):
        return CuPy(self.values[region], self.copied)

    def get(self):
        self.copied.append(self.shape)
        return self.values.copy()

    def __array__(self, dtype=None, copy=None):
        raise TypeError("Implicit conversion to a NumPy array is not allowed")


class Jax:
    """An array that has `__array__`, as JAX's and TensorFlow's."""

    def __init__(self, values, copied):
        self.values, self.copied = values, copied
        self.shape, self.dtype = values.shape, SimpleNamespace(as_numpy_dtype=values.dtype)

    def __getitem__(self, region):
        return Jax(self.values[region], self.copied)

    def __array__(self, dtype=None, copy=None):
        self.copied.append(self.shape)
        return np.array(self.values)


class DLPack:
    """An array that has nothing but DLPack."""

    def __init__(self, values, copied):
        self.values, self.copied = values, copied
        self.shape, self.dtype = values.shape, values.dtype

    def __getitem__(self, region):
        return DLPack(self.values[(*region, ...)], self.copied)

    def __dlpack_device__(self):
        return self.values.__dlpack_device__()

    def __dlpack__(self, **options):
        self.copied.append(self.shape)
        return self.values.__dlpack__(**options)


def torch(values, copied):
    return Torch(values, copied, DType(values.dtype.name))


@pytest.mark.parametrize("make", [torch, CuPy, Jax, DLPack])
def test_only_the_region_of_a_chunk_is_copied(zarr_format, make):
    copied = []
    node = adapt(make(VALUES, copied), SMALL)
    assert (node.shape, node.dtype) == ((60, 100), np.dtype("f8"))
    assert sum(int(np.prod(shape)) for shape in copied) == 0  # what dtype reading gives, no elements tell
    np.testing.assert_array_equal(open_node(node, zarr_format)[:], VALUES)
    assert max(int(np.prod(shape)) for shape in copied) * 8 <= 800


@pytest.mark.parametrize("make", [torch, CuPy, Jax, DLPack])
def test_changes_in_place_are_seen(make):
    values = VALUES.copy()
    node = adapt(make(values, []), SMALL)
    values[0, 0] = -1
    assert read_all(node)[0, 0] == -1


@pytest.mark.parametrize("make", [torch, CuPy, Jax, DLPack])
@pytest.mark.parametrize("dtype", ["?", "u1", "i8", "f2", "f4", "c8"])
@pytest.mark.parametrize("shape", [(), (0,), (3, 1)])
def test_dtypes_and_shapes(make, dtype, shape):
    values = np.ones(shape, dtype)
    node = adapt(make(values, []), POLICY)
    assert (node.dtype, node.shape) == (values.dtype, shape)
    np.testing.assert_array_equal(read_all(node), values)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("bfloat16", r"\.float\(\)"), ("float8_e4m3fn", r"\.float\(\)"),
        ("complex32", "complex64"), ("qint8", r"\.dequantize\(\)"),
    ],
)  # fmt: skip
def test_dtypes_without_a_spelling_are_refused_with_the_remedy(name, remedy):
    tensor = Torch(VALUES, [], DType(name))
    tensor.is_quantized = name == "qint8"
    with pytest.raises(Unreadable, match=remedy):
        adapt(tensor, POLICY)


@pytest.mark.parametrize(
    ("fields", "remedy"),
    [
        ({"layout": "torch.sparse_coo"}, "to_dense"),
        ({"device": "meta"}, "no values"),
        ({"is_nested": True}, "to_padded_tensor"),
    ],
)
def test_tensors_that_are_no_block_of_memory_are_refused(fields, remedy):
    tensor = torch(VALUES, [])
    vars(tensor).update(fields)
    with pytest.raises(Unreadable, match=remedy):
        adapt(tensor, POLICY)


def test_array_likes_without_a_shape_are_converted_whole():
    class Curve:
        def __init__(self):
            self.values = np.arange(4)

        def __array__(self, dtype=None, copy=None):
            return self.values

    curve = Curve()
    node = adapt(curve, POLICY)
    curve.values = curve.values * 2
    assert read_all(node).tolist() == [0, 2, 4, 6]


def test_array_likes_of_text():
    class Names:
        def __array__(self, dtype=None, copy=None):
            return np.array(["a", "é"], object)

    assert read_all(adapt(Names(), POLICY)).tolist() == ["a", "é"]


def test_array_likes_that_fail_are_refused():
    class Broken:
        def __array__(self, dtype=None, copy=None):
            raise ValueError("not today")

    with pytest.raises(Unreadable, match="not today"):
        adapt(Broken(), POLICY)


def test_chunks_of_an_array_like_are_kept():
    array = Jax(VALUES, [])
    array.chunks = (10, 10)
    assert adapt(array, SMALL).chunk_shape == (10, 10)


def test_mappings_and_sequences_of_unknown_packages(zarr_format):
    class Items(Sequence):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return range(3)[index] * 1.5

    assert open_node(adapt(Items(), POLICY), zarr_format)[:].tolist() == [0, 1.5, 3]
    assert read_all(adapt(deque([1, 2]), POLICY)).tolist() == [1, 2]
    for mapping in (UserDict(a=VALUES), ChainMap({"a": VALUES})):
        node = adapt(mapping, POLICY)
        assert isinstance(node, Group)
        np.testing.assert_array_equal(open_node(node, zarr_format, "a")[:], VALUES)


@pytest.mark.parametrize("obj", [object(), Torch, np, print, DType("f4")])
def test_anything_else_is_refused(obj):
    with pytest.raises(Unreadable, match="convert"):
        adapt(obj, POLICY)


def test_objects_of_tensor_libraries_that_are_no_tensors_are_refused():
    with pytest.raises(Unreadable, match="asarray"):
        from_dlpack.adapt(DType("float32"), POLICY)
