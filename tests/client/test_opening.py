"""`jz.open` at a real server: what it finds, and what it says where it finds nothing."""

import os
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
import zarr
from zarr.storage import FsspecStore

import jupyter_zarr_serve as jz
from jupyter_zarr_serve.client.filesystem import JupyterFileSystem
from jupyter_zarr_serve.client.xarray_backend import JupyterBackend
from tests.kernels.jupyter import running_notebook
from tests.server import Server, running_server
from tests.shares.conftest import share

SCRIPT = """
import sys
import jupyter_zarr_serve as jz
print(jz.open(sys.argv[1])[:].tolist())
"""


@pytest.fixture(scope="module")
def files(served_dir):
    folder = served_dir / "opening"
    folder.mkdir(exist_ok=True)
    np.save(folder / "x.npy", np.arange(5))
    np.save(folder / "objects.npy", np.array([{}], object), allow_pickle=True)
    return folder


@pytest.fixture(scope="module")
def notebook(server: Server, files):
    with running_notebook(server, "opening/a.ipynb") as (kernel, _):
        kernel.run(
            "import numpy as np, jupyter_zarr_serve as jz; jz.publish(t=np.arange(4), g={'a': np.ones(2)})"
        )
        yield kernel


@pytest.mark.parametrize("what", ["opening/x.npy", "files/opening/x.npy", "zarr/v3/files/opening/x.npy"])
def test_a_file_is_found_by_each_of_its_names(mine, files, what):
    array = jz.open(what)
    assert isinstance(array, zarr.Array)
    assert array[:].tolist() == [0, 1, 2, 3, 4]
    assert "a running server of yours" in repr(array.store)


def test_a_file_is_found_from_the_folder_one_is_in(mine, files, environment):
    environment.chdir(files)
    assert jz.open("x.npy").shape == jz.open(files / "x.npy").shape == (5,)


def test_a_variable_is_found_from_a_script(mine, notebook):
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT, "opening/a.ipynb/t"], capture_output=True, check=True
    )
    assert told.stdout.decode().strip() == "[0, 1, 2, 3]"


def test_a_kernel_opens_its_own_names_and_those_of_another(mine, notebook):
    own = "import jupyter_zarr_serve as jz; print(jz.open('t')[:].tolist(), jz.open('t').store)"
    assert notebook.run(own).split("] ")[0] == "[0, 1, 2, 3"
    assert "this kernel" in notebook.run(own)
    with running_notebook(mine, "opening/b.ipynb") as (second, _):
        code = "a = jz.open('a.ipynb/t'); print(a[:].tolist(), a.store)"
        printed = second.run(f"import jupyter_zarr_serve as jz; {code}")
    assert printed.startswith("[0, 1, 2, 3]")
    assert "the server that started this kernel" in printed


def test_groups_have_their_members(mine, notebook):
    group = jz.open("opening/a.ipynb/g")
    assert isinstance(group, zarr.Group)
    assert list(group.keys()) == ["a"]
    assert group["a"][:].tolist() == [1, 1]
    assert "x.npy" in list(jz.open("opening").keys())


def test_addresses_and_share_links_need_nothing_else(mine, files, environment, tmp_path):
    url = f"{mine.url}zarr/v2/files/opening/x.npy"
    assert jz.open(url).metadata.zarr_format == 2
    link = share(mine, "files/opening/x.npy")["link"].removeprefix("/")
    environment.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    array = jz.open(f"{mine.url}{link}v3")
    assert array[:].tolist() == [0, 1, 2, 3, 4]
    secret = link.strip("/").rpartition("/")[2]
    assert secret not in f"{array!r}{array.store!r}{pickle.dumps(array)!r}"
    with pytest.raises(PermissionError, match="JUPYTER_TOKEN") as refused:
        jz.open(url)
    assert mine.token not in str(refused.value)
    assert jz.open(url, token=mine.token)[:].tolist() == [0, 1, 2, 3, 4]
    environment.setenv("JUPYTER_SERVER_URL", mine.url)
    environment.setenv("JUPYTER_TOKEN", mine.token)
    assert jz.open("opening/x.npy").shape == (5,)


def test_no_token_is_in_any_text_or_pickle(mine, notebook):
    array = jz.open("opening/a.ipynb/t")
    listing = jz.open()
    pickled = pickle.dumps(array)
    assert (
        mine.token not in f"{array!r}{array.store!r}{vars(array.store)!r}{listing!r}{listing._repr_html_()}"
    )
    assert mine.token.encode() not in pickled
    assert pickle.loads(pickled)[:].tolist() == [0, 1, 2, 3]


def test_the_list_has_what_can_be_opened(mine, notebook):
    listing = jz.open()
    assert re.search(r"jz.open\('opening/a.ipynb/t'\) +array +int64 +\(4\)\n", repr(listing))
    assert '<td style="text-align:left">folder</td>' in listing._repr_html_()
    assert {"demo", "opening", "opening/a.ipynb/t"} <= set(listing)
    assert len(listing) == len([*listing])
    assert "demo" in listing
    assert "jz.open(&#x27;demo&#x27;)" in listing._repr_html_()
    assert "started" in repr(listing) or "running" in repr(listing)


@pytest.mark.parametrize(
    ("what", "meant"),
    [
        ("opening/a.ipynb/tt", "opening/a.ipynb/t"),
        ("opening/xx.npy", "opening/x.npy"),
        ("openning/x.npy", "opening"),
        ("demoo", "demo"),
        ("a.ipynb/t", "opening/a.ipynb/t"),
    ],
)
def test_a_mistyped_name_is_told_what_there_is(mine, notebook, environment, what, meant):
    environment.setattr("jupyter_zarr_serve.client.near_names._PATIENCE", 60.0)
    with pytest.raises(KeyError, match=rf"\(did you mean '{meant}'(\?\)| or )"):  # others may be alike
        jz.open(what)


@pytest.mark.parametrize(
    ("what", "error", "words"),
    [
        ("opening/none.npy", KeyError, "searched "),
        ("opening/objects.npy", ValueError, "object"),
        ("http://127.0.0.1:9/zarr/v3/x", ConnectionError, "cannot be reached"),
        ("kernels/none/x/c/0", (KeyError, ValueError), "kernel"),
    ],
)
def test_what_fails_says_why_at_once(mine, files, what, error, words):
    with pytest.raises(error, match=words) as failure:
        jz.open(what)
    assert not str(failure.value).startswith('"')


def test_a_kind_that_there_is_not_says_which_there_are(mine):
    with pytest.raises(ValueError, match="pandas"):
        jz.open("demo", as_="excel")  # type: ignore[call-overload]


def test_two_servers_one_below_a_base_url_on_a_unix_socket(mine, files, tmp_path, environment):
    """What one of them has is found there; what both have is asked about."""
    np.save(tmp_path / "only.npy", np.arange(3))
    private = tmp_path / "j"
    private.mkdir()
    place = f"--ServerApp.sock={private}/s"
    with running_server(tmp_path, private, place, "--ServerApp.base_url=/user/ab/", "--demo"):
        for file in (private / "RUNTIME").glob("jpserver-*.json"):
            (runtime := os.environ["JUPYTER_RUNTIME_DIR"]) and os.link(file, f"{runtime}/{file.name}")
        assert jz.open("only.npy")[:].tolist() == [0, 1, 2]
        assert jz.open("opening/x.npy").shape == (5,)
        with pytest.raises(LookupError, match=r"http\+unix.*server="):
            jz.open("demo")
        assert len(jz.open().servers) == 2
        system = JupyterFileSystem()
        for each in (system, pickle.loads(pickle.dumps(system))):
            assert each.cat_file("only.npy/zarr.json")
            assert each.cat_file("opening/x.npy/c/0")
            assert not each.exists("opening/none.npy/zarr.json")
            with pytest.raises(LookupError, match=r"http\+unix.*server="):
                each.ls("demo")
        store = FsspecStore(JupyterFileSystem(asynchronous=True), path="only.npy")
        assert zarr.open_array(store, mode="r")[:].tolist() == [0, 1, 2]
        with pytest.raises(LookupError, match=r"http\+unix.*server="):
            xr.open_dataset("demo", engine=JupyterBackend)
        assert jz.open("demo", server=mine.url)
    with pytest.raises(KeyError):
        jz.open("only.npy")
