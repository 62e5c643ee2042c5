"""Arrays: NumPy's of all kinds, sparse ones, dask's, tensors and array-likes."""

from pathlib import Path
from typing import Any

import numpy as np

from .cases import DAYS, GRID, Expected, Leaf, case, objects


@case
def numpy_array(_: Path) -> tuple[Any, Expected]:
    return GRID.astype(">f4"), {"": GRID.astype("f4")}


@case
def numpy_chunked(_: Path) -> tuple[Any, Expected]:
    cube = np.arange(3 * 700 * 300, dtype="i4").reshape(3, 700, 300).transpose(2, 0, 1)
    return cube, {"": cube}


@case
def numpy_scalars(_: Path) -> tuple[Any, Expected]:
    scalars = {"u": np.uint8(7), "c": np.complex64(1 - 2j), "b": np.bool_(True), "day": DAYS[0]}
    return scalars, {name: np.asarray(value) for name, value in scalars.items()}


@case
def numpy_text(_: Path) -> tuple[Any, Expected]:
    words = ["", "zażółć", "日本\n"]
    made = {"fixed": np.array(words), "objects": objects(*words), "bytes": np.array([b"a", b"bc"])}
    return made, {**made}


@case
def numpy_times(_: Path) -> tuple[Any, Expected]:
    made = {"at": DAYS, "lasting": DAYS - DAYS[0]}
    return made, made


@case
def numpy_masked(_: Path) -> tuple[Any, Expected]:
    floats = np.ma.array([1.5, 2.5, 3.5], mask=[0, 1, 0])
    ints = np.ma.array([[1, 2], [3, 4]], "i2", mask=[[0, 0], [0, 1]])
    flags = np.ma.array([True, False, True], mask=[0, 0, 1])
    low = np.iinfo("i2").min
    return {"floats": floats, "ints": ints, "flags": flags}, {
        "floats": Leaf(np.array([1.5, np.nan, 3.5]), {"_FillValue": np.nan}),
        "ints": Leaf(np.array([[1, 2], [3, low]], "i2"), {"_FillValue": int(low)}),
        "flags": Leaf(np.array([1, 0, -1], "i1"), {"_FillValue": -1}),
    }


@case
def numpy_structured(_: Path) -> tuple[Any, Expected]:
    records = np.array([(1, 2.5, "ab"), (2, np.nan, "")], [("i", ">i4"), ("f", "f8"), ("s", "U2")])
    return records, {"": records.astype([("i", "<i4"), ("f", "<f8"), ("s", "<U2")])}


@case
def numpy_memmap(folder: Path) -> tuple[Any, Expected]:
    GRID.tofile(folder / "grid.bin")
    return np.memmap(folder / "grid.bin", "f8", "r", shape=GRID.shape), {"": GRID}


def _sparse_values() -> Any:
    values = np.zeros((40, 30))
    values[::7, ::5] = np.arange(1, 37).reshape(6, 6)
    values[3, 4] = np.nan
    return values


@case
def sparse_arrays(_: Path) -> tuple[Any, Expected]:
    import sparse

    values = _sparse_values()
    coo = sparse.COO.from_numpy(values)
    filled = sparse.COO([[1], [2]], [5.0], (3, 4), fill_value=np.nan)
    made = {"coo": coo, "gcxs": sparse.GCXS(coo), "dok": sparse.DOK.from_coo(coo), "filled": filled}
    expected = np.full((3, 4), np.nan)
    expected[1, 2] = 5
    return made, {**dict.fromkeys(["coo", "gcxs", "dok"], values), "filled": expected}


@case
def scipy_sparse(_: Path) -> tuple[Any, Expected]:
    from scipy import sparse

    values = _sparse_values()
    made = {name: getattr(sparse, f"{name}_array")(values) for name in ("csr", "csc", "coo")}
    made["csr_matrix"] = sparse.csr_matrix(values.astype("f4"))
    return made, {**dict.fromkeys(["csr", "csc", "coo"], values), "csr_matrix": values.astype("f4")}


@case
def dask_array(_: Path) -> tuple[Any, Expected]:
    import dask.array as da

    return da.from_array(GRID, chunks=(2, 3)) + 1, {"": GRID + 1}


class Tensor:
    """What has only a shape, a dtype, parts and `__dlpack__`."""

    def __init__(self, values: Any) -> None:
        self._values = values
        self.shape, self.dtype = values.shape, values.dtype

    def __getitem__(self, region: Any) -> "Tensor":
        return Tensor(self._values[region])

    def __dlpack__(self, **options: Any) -> Any:
        return self._values.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._values.__dlpack_device__()


class TorchFloat:
    def __repr__(self) -> str:
        return "torch.float32"


class Torch(Tensor):
    """A tensor on a device, that becomes NumPy's when it is forced to."""

    layout, device = "torch.strided", "cuda:0"

    def __init__(self, values: Any) -> None:
        super().__init__(values)
        self.dtype = TorchFloat()

    def __getitem__(self, region: Any) -> "Torch":
        return Torch(self._values[region])

    def detach(self) -> "Torch":
        return self

    def numpy(self, *, force: bool = False) -> Any:
        assert force, "can't convert cuda:0 device type tensor to numpy"
        return self._values


class ArrayLike:
    """What has nothing but `__array__`."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return GRID.astype(dtype or GRID.dtype)


@case
def tensors(_: Path) -> tuple[Any, Expected]:
    made = {"dlpack": Tensor(GRID), "torch": Torch(GRID.astype("f4")), "array": ArrayLike()}
    return made, {"dlpack": GRID, "torch": GRID.astype("f4"), "array": GRID}
