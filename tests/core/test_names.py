"""Names of nodes: what clients would mistake is served under another name, and everything else as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_zarr_serve.core.names import is_fit, may_be_renamed, renamed, served_names, spelled

MISTAKEN = [*"/\\?#%\n\r\t\0\x1b\x7f", "\ud800", "\udcff"]
FIT = [
    "a b",
    "[x]",
    "*",
    "~",
    "日本",
    "e\u0301",
    "é",
    "a'b\"c<d>",
    "&amp;",
    "c",
    "0.0",
    "...",
    " a ",
    "http:",
]


@pytest.mark.parametrize("sign", MISTAKEN)
def test_what_clients_mistake_is_replaced(sign):
    assert not is_fit(f"a{sign}b")
    assert renamed([f"a{sign}b"]) == {f"a{sign}b": "a_b"}


@pytest.mark.parametrize("name", FIT)
def test_all_other_names_stay(name):
    assert is_fit(name)
    assert renamed([name, "a#b"]) == {"a#b": "a_b"}


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_what_no_address_can_mean_is_replaced(name):
    (other,) = renamed([name]).values()
    assert is_fit(other)
    assert may_be_renamed(other)


@given(st.lists(st.text(st.sampled_from("a_1#?/"), max_size=4), unique=True))
def test_names_are_kept_apart(names):
    others = renamed(names)
    served = [others.get(name, name) for name in names]
    assert len(set(served)) == len(names)
    assert all(map(is_fit, served))
    assert all(not is_fit(name) for name in others)
    assert all(map(may_be_renamed, others.values()))
    assert served_names(names) == served


def test_names_of_files_that_are_no_text_can_be_told():
    assert spelled("caf\udce9.npy") == "caf\\xe9.npy"
    assert spelled("\ud800") == "\\ud800"
