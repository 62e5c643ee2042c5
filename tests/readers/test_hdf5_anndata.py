"""AnnData files (``.h5ad``), read by AnnData from what is served: the same as from the file."""

import warnings
from collections.abc import AsyncIterator

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import zarr

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.adapters.hdf5 import records
from jupyter_zarr_serve.core.nodes import Group, Policy
from jupyter_zarr_serve.readers import open_file
from tests.nodes import child
from tests.store import CoreStore

ROWS, GENES = 20, 12


class Listed(CoreStore):
    """A store that lists, as one over HTTP does."""

    supports_listing = True

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        node = child(self.root, prefix.strip("/")) if prefix.strip("/") else self.root
        assert isinstance(node, Group)
        for name in node.children:
            yield name


def table() -> pd.DataFrame:
    half = ROWS // 2
    return pd.DataFrame(
        {
            "number": np.arange(ROWS),
            "kind": pd.Categorical(["a", "b"] * half),
            "level": pd.Categorical(["lo", "hi"] * half, categories=["lo", "hi"], ordered=True),
            "nullable": pd.array([1, None] * half, dtype="Int64"),
            "flag": pd.array([True, None] * half, dtype="boolean"),
            "text": [f"x{i}" for i in range(ROWS)],
        },
        index=[f"c{i}" for i in range(ROWS)],
    )


def example() -> anndata.AnnData:
    rng = np.random.default_rng(0)
    counts = sp.random(ROWS, GENES, 0.3, format="csr", random_state=0, dtype="f4")
    data = anndata.AnnData(counts, obs=table())
    data.var = pd.DataFrame({"alone": np.arange(GENES)}, index=[f"g{i}" for i in range(GENES)])
    data.layers["columns"], data.layers["dense"] = sp.csc_matrix(counts), counts.toarray()
    data.obsm["X_pca"] = rng.random((ROWS, 3)).astype("f4")
    data.obsm["sparse"] = sp.random(ROWS, 4, 0.5, format="csr", random_state=1)
    data.obsm["table"] = pd.DataFrame({"u": np.arange(ROWS)}, index=data.obs_names)
    data.varm["PCs"], data.varp["corr"] = rng.random((GENES, 3)), rng.random((GENES, GENES))
    data.obsp["near"] = sp.random(ROWS, ROWS, 0.2, format="csr", random_state=2)
    data.uns = {
        "text": "x", "number": 3, "list": np.array([1, 2, 3]), "texts": np.array(["a", "bb"], object),
        "deep": {"er": {"z": np.arange(3)}}, "empty": {}, "none": None,
        "table": pd.DataFrame({"q": [1, 2]}),
        "record": np.array([(1, 2.5)], [("a", "i4"), ("b", "f8")]), "nothing": np.zeros((0, 3)),
        "ranked": {
            "names": np.array([("g1", "gène", 2)] * 3, [("A", "U2"), ("CD4/CD8", "U9"), ("n", "i4")])
        },
        "unranked": np.zeros(0, [("A", "U3")]),
    }  # fmt: skip
    data.raw = data.copy()
    return data


def test_records_that_are_too_many_to_look_through_are_a_dictionary(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "_MOST", 5)
    data = example()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data.write_h5ad(tmp_path / "a.h5ad")
        store = Listed(open_file(tmp_path / "a.h5ad", Policy()), 3)
        got = anndata.io.read_zarr(zarr.open_group(store, mode="r", zarr_format=3))
    ranked = got.uns["ranked"]["names"]
    assert {name: list(column) for name, column in ranked.items()} == {
        "A": ["g1"] * 3, "CD4_CD8": ["gène"] * 3, "n": [2] * 3,
    }  # fmt: skip


def dense(matrix):
    return matrix.toarray() if sp.issparse(matrix) else np.asarray(matrix)


def assert_same(got, wanted):
    if isinstance(wanted, dict):
        assert got.keys() == wanted.keys()
        for key in wanted:
            assert_same(got[key], wanted[key])
    elif isinstance(wanted, pd.DataFrame):
        pd.testing.assert_frame_equal(got, wanted)
    elif wanted is None or isinstance(wanted, str | int):
        assert got == wanted
    else:
        assert dense(got).tolist() == dense(wanted).tolist()


@pytest.mark.filterwarnings("ignore")  # AnnData's and zarr-python's own, about their future versions
@pytest.mark.parametrize("served", ["file", "object", "backed", "view"])
def test_what_is_served_is_read_by_anndata_as_from_the_disk(tmp_path, zarr_format, served):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        example().write_h5ad(tmp_path / "a.h5ad")
        wanted = anndata.read_h5ad(tmp_path / "a.h5ad")
        backed = anndata.read_h5ad(tmp_path / "a.h5ad", backed="r")
        if served == "file":
            node = open_file(tmp_path / "a.h5ad", Policy())
        else:
            node = adapt({"object": wanted, "backed": backed, "view": wanted[: ROWS + 1]}[served], Policy())
        store = Listed(node, zarr_format)
        got = anndata.io.read_zarr(zarr.open_group(store, mode="r", zarr_format=zarr_format))
        backed.file.close()
    assert_same(got.X, wanted.X)
    assert_same(got.raw.X, wanted.raw.X)
    for part in ("obs", "var"):
        assert_same(getattr(got, part), getattr(wanted, part))
    for part in ("layers", "obsm", "varm", "obsp", "varp", "uns"):
        assert_same(dict(getattr(got, part)), dict(getattr(wanted, part)))
