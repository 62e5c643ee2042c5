"""What a user names, taken apart."""

from pathlib import Path

import pytest

from jupyter_zarr_serve.client.address import Address, parsed

HERE = "http://localhost:8888/"


@pytest.mark.parametrize(
    ("what", "address"),
    [
        ("t", Address(path=("t",))),
        (Path("a") / "run.h5", Address(path=("a", "run.h5"))),
        ("a.ipynb/t/", Address(path=("a.ipynb", "t"))),
        ("jupyter://files/x y.npy", Address(path=("files", "x y.npy"))),
        ("zarr/v3/demo", Address(path=("demo",), is_exact=True, zarr_format=3)),
        ("/data/x.npy", Address(path=("data", "x.npy"), file="/data/x.npy")),
        (HERE, Address(HERE, is_exact=True)),
        (f"{HERE}lab?token=s", Address(HERE, is_exact=True, token="s")),
        (f"{HERE}user/a/lab/tree/x%20y.npy", Address(f"{HERE}user/a/", ("x y.npy",))),
        (f"{HERE}zarr/v3/files/x%2Fy", Address(HERE, ("files", "x/y"), is_exact=True, zarr_format=3)),
        (f"{HERE}b/zarr/v2/", Address(f"{HERE}b/", is_exact=True, zarr_format=2)),
        (f"{HERE}zarr/v3/demo/zarr.json", Address(HERE, ("demo",), is_exact=True, zarr_format=3)),
        (f"{HERE}zarr/view?path=files/x", Address(HERE, ("files", "x"), is_exact=True)),
        (f"{HERE}zarr/s/LINK/", Address(HERE, is_exact=True, link="LINK")),
        (f"{HERE}zarr/s/LINK/v3/a", Address(HERE, ("a",), is_exact=True, zarr_format=3, link="LINK")),
    ],
    ids=str,
)
def test_each_spelling_is_understood(what, address):
    assert parsed(what) == address


def test_no_secret_is_in_its_text():
    secret = "0123456789abcdef"
    for what in (f"{HERE}zarr/s/{secret}/v3", f"{HERE}zarr/v3/x?token={secret}"):
        assert secret not in repr(parsed(what))


@pytest.mark.parametrize(("what", "error"), [(3, TypeError), ("http:///zarr/v3", ValueError)])
def test_what_names_nothing_says_what_does(what, error):
    with pytest.raises(error, match=r"address|name"):
        parsed(what)
