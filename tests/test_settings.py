"""A setting that cannot be right is named in one sentence; what can be right is understood in each form."""

from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from traitlets import TraitError
from traitlets.config import Config
from traitlets.config.loader import KVArgParseConfigLoader

from jupyter_zarr_serve.core.errors import Unreadable
from jupyter_zarr_serve.extension import ZarrServeApp
from jupyter_zarr_serve.settings import (
    RENAMED,
    check_together,
    fault_in,
    in_one_sentence,
    sharing_of,
    take_old_names,
)
from jupyter_zarr_serve.shares.ledger import Ledger

# traitlets would rather have an option once for each element than a list as JSON
pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated in traitlets:DeprecationWarning")

ORIGIN = "http://127.0.0.1:9777"
LIMITS = ZarrServeApp().limits
SHARING = ZarrServeApp().sharing
SMALL = {**LIMITS, "worker_bytes": 0, "outgoing_bytes": 1 << 20}


def on_the_command_line(*arguments: str) -> Config:
    loader = KVArgParseConfigLoader(classes=[ZarrServeApp])
    config: Config = loader.load_config([f"--ZarrServeApp.{argument}" for argument in arguments])
    return config


def fault(config: Config) -> str:
    """The sentence for settings that must not pass."""
    app = ZarrServeApp()
    with pytest.raises((TraitError, ValueError)) as raised:
        app.update_config(config)
    return fault_in(app, config, raised.value)


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        ([f'allow_origins=["{ORIGIN}"]'], "allow_origins", [ORIGIN]),
        ([f'sharing=origins=["{ORIGIN}", "*"]'], "sharing", {**SHARING, "origins": [ORIGIN, "*"]}),
        (["sharing=false"], "sharing", {**SHARING, "on": False}),
        (["sharing=max_seconds=60"], "sharing", {**SHARING, "max_seconds": 60}),
        ([f"sharing=origins={ORIGIN}"], "sharing", {**SHARING, "origins": [ORIGIN]}),
        (["limits=kernel_timeout=60"], "limits", {**LIMITS, "kernel_timeout": 60.0}),
        (["limits=worker_bytes=0", "limits=outgoing_bytes=1048576"], "limits", SMALL),
        (["viewers=vizarr="], "viewers", {"vizarr": "", "neuroglancer": "https://neuroglancer-demo.appspot.com/"}),
        ([f"allow_origins={ORIGIN}", "allow_origins=https://b.org/"], "allow_origins", [ORIGIN, "https://b.org"]),
        (['mounts={"x": "/data"}'], "mounts", {"x": "/data"}),
        (["mounts=x=/data", "mounts=y=s3://b/c"], "mounts", {"x": "/data", "y": "s3://b/c"}),
        (["demo=true"], "demo", True),
        (["cache_bytes=0"], "cache_bytes", 0),
    ],
)  # fmt: skip
def test_a_setting_is_understood_in_each_form(arguments: list[str], name: str, value: Any):
    app = ZarrServeApp()
    app.update_config(on_the_command_line(*arguments))
    assert getattr(app, name) == value


def test_one_origin_in_a_file_needs_no_list():
    app = ZarrServeApp()
    app.update_config(Config({"ZarrServeApp": {"allow_origins": ORIGIN}}))
    assert app.allow_origins == [ORIGIN]


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("allow_origins=foo", "'foo' is no origin"),
        ('allow_origins=["http://a.org", "b"]', "'b' is no origin"),
        ("sharing=origins=[oops", "no JSON list"),
        ("allow_origins=[1]", "not the int 1"),
        ("mounts=files=/x", "reserved"),
        ("mounts=a/b=/x", "cannot be a name"),
        ("mounts=x=", "neither a path nor a URL"),
        ("mounts=/data", "expected a dict"),
        ("compressor=lzma", "blosc"),
        ("chunk_bytes=-5", "less than 1024"),
        ("chunk_bytes=1e6", "expected an int"),
        ("cache_bytes=-1", "less than 0"),
        ("limits=outgoing_bytes=5", "less than 1048576"),
        ("workers=-1", "less than 0"),
        ("limits=kernel_timeout=nan", "no number of seconds"),
        ("limits=kernel_timeout=soon", "kernel_timeout"),
        ("viewers=vizarr=ftp://x", "http or https"),
        ("viewers=vizarr=/no/such/folder", "index.html"),
        ("viewers=neuroglancer=/tmp", "http or https"),
        ("viewers=napari=http://a.org", "none of vizarr, neuroglancer"),
        ("limits=5", "kernel_timeout"),
        ("sharing=maybe", "expected a boolean"),
        ("sharing=max_seconds=-1", "less than 0"),
        ("demo=maybe", "expected a boolean"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(argument: str, reason: str):
    name = argument.partition("=")[0]
    told = fault(on_the_command_line(argument))
    assert told.startswith(f"c.ZarrServeApp.{name} cannot be ")
    assert reason in told
    assert "mend or remove it" in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mounts", {"a": 5}),
        ("mounts", "x"),
        ("sharing", None),
        ("sharing", {"origins": 5}),
        ("limits", {"worker_bytes": "1 GiB"}),
        ("chunk_bytes", "5"),
    ],
)
def test_a_wrong_type_in_a_file_is_named(name: str, value: object):
    assert f"c.ZarrServeApp.{name} cannot be" in fault(Config({"ZarrServeApp": {name: value}}))


def test_chunks_larger_than_any_that_is_served_are_named_with_the_limit():
    check_together(1 << 20, 1 << 20)
    with pytest.raises(
        ValueError, match=r"chunk_bytes \(2,000,000\).*chunk_limit_bytes \(1,000,000\)"
    ) as raised:
        check_together(2_000_000, 1_000_000)
    config = on_the_command_line("chunk_bytes=2000000", "chunk_limit_bytes=1000000")
    told = fault_in(ZarrServeApp(), config, raised.value)
    assert told.startswith("the settings of ZarrServeApp cannot be right: chunk_bytes")
    assert "lower the one or raise the other" in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["/nonexistent/folder"], "No such file or directory: /nonexistent/folder"),
        (["--ServerApp.root_dir=/nonexistent"], "No such directory"),
        (["--ServerApp.port=abc"], "'port'"),
        (
            ["--ZarrServeApp.chunk_bytes=2000000", "--ZarrServeApp.chunk_limit_bytes=1000000"],
            "chunk_bytes (2,000,000)",
        ),
        (["--ZarrServeApp.chunk_bytes=-5"], "less than 1024"),
    ],
)
def test_the_command_ends_with_one_plain_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], arguments, reason
):
    for kind in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{kind}_DIR", str(tmp_path / kind))
    ZarrServeApp.clear_instance()
    ServerApp.clear_instance()
    try:
        with pytest.raises(SystemExit) as end:
            ZarrServeApp.launch_instance(["--allow-root", "--no-browser", *arguments])
    finally:
        ServerApp.clear_instance()
        ZarrServeApp.clear_instance()
        monkeypatch.setattr(ZarrServeApp, "_is_command", False)
    told = str(end.value)
    assert told.startswith("jupyter zarr: ")
    assert reason in told
    assert "\n" not in told
    out, err = capfd.readouterr()
    assert "[C " not in out + err
    assert "Traceback" not in out + err


def test_who_cannot_keep_share_links_is_told_when_the_server_starts(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    (tmp_path / "data").write_text("a file where the folder should be")
    app = ZarrServeApp(serverapp=ServerApp())
    folder = tmp_path / "data" / "jupyter_zarr_serve"
    sharing = sharing_of(app, folder, tmp_path)
    assert f"no share links can be made, as {folder} cannot be written" in capfd.readouterr().err
    with pytest.raises(Unreadable, match="permissions"):
        sharing.ledger.all()
    with pytest.raises(Unreadable, match="permissions"):
        Ledger(folder).find("x" * 40)
    sharing_of(app, tmp_path / "new" / "folder", tmp_path)
    app.sharing = False
    sharing_of(app, folder, tmp_path)
    assert not capfd.readouterr().err


def test_a_command_that_ends_without_a_word_ends_as_it_did():
    with pytest.raises(SystemExit) as end, in_one_sentence("jupyter zarr"):
        raise SystemExit(3)
    assert end.value.code == 3


def test_there_are_few_settings():
    names = set(ZarrServeApp.class_own_traits(config=True))
    assert len(names) <= 12, "let the new one be a member of `limits`, `viewers` or `sharing`"


def test_an_older_name_works_and_the_new_one_is_said():
    app = ZarrServeApp()
    app.update_config(
        on_the_command_line("kernel_timeout=2", "vizarr_url=https://a.org/", "share_origins=*")
    )
    app.update_config(Config({"ZarrServeApp": {"max_share_seconds": 60, "limits": {"worker_bytes": 0}}}))
    sentences = list(take_old_names(app))
    assert "c.ZarrServeApp.kernel_timeout has a new name" in sentences[0]
    assert sentences[0].endswith("say c.ZarrServeApp.limits = {'kernel_timeout': 2.0}")
    assert sentences[2].endswith("say c.ZarrServeApp.sharing = {'max_seconds': 60}")
    assert app.limits == {**LIMITS, "kernel_timeout": 2.0, "worker_bytes": 0}
    assert app.viewers["vizarr"] == "https://a.org/"
    assert app.sharing == {"on": True, "max_seconds": 60, "origins": ["*"]}


def test_a_wrong_value_of_an_older_name_is_named():
    app = ZarrServeApp()
    app.update_config(on_the_command_line("kernel_timeout=nan"))
    with pytest.raises(TraitError) as raised:
        list(take_old_names(app))
    assert "kernel_timeout: nan is no number of seconds" in fault_in(app, app.config, raised.value)


def test_each_older_name_has_a_new_one_that_exists():
    app = ZarrServeApp()
    assert all(member in getattr(app, group) for group, member in RENAMED.values())
    assert not RENAMED.keys() & set(app.trait_names())
