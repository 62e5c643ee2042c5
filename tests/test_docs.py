"""The documentation is true: its snippets run, and it names every setting and every failure."""

import inspect
import re
from pathlib import Path

import pytest
import yaml

import jupyter_zarr_serve
from jupyter_zarr_serve.core import errors, limits
from jupyter_zarr_serve.core.errors import ServeError
from jupyter_zarr_serve.extension import ZarrServeApp
from jupyter_zarr_serve.readers import suffixes
from tests.server import Server, running_server

ROOT = Path(__file__).parent.parent
WORKFLOWS = ROOT / ".github" / "workflows"
PUBLIC = {
    "Published",
    "__version__",
    "load_ipython_extension",
    "publish",
    "published",
    "unload_ipython_extension",
    "unpublish",
}


def text_of(name: str) -> str:
    return (ROOT / name).read_text()


def snippets(name: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text_of(name), re.DOTALL)


def run(code: str, server: Server, variables: dict[str, object]) -> None:
    """Run a snippet as a reader would: with the server's own address and token."""
    code = code.replace('token = "..."', f'token = "{server.token}"')
    exec(compile(code.replace("http://localhost:8888/", server.url), "<snippet>", "exec"), variables)


def test_the_snippets_of_the_readme(server: Server):
    variables: dict[str, object] = {}
    for code in snippets("README.md"):
        run(code, server, variables)
    assert "root" in variables


def test_the_snippets_of_the_tutorial(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    variables: dict[str, object] = {}
    with running_server(tmp_path / "data", tmp_path, "--demo") as server:
        for code in snippets("docs/tutorial.md"):
            run(code, server, variables)
    assert "rings" in variables
    assert variables["rings"].shape == (2000, 3000)  # type: ignore[attr-defined]


def test_the_reader_of_the_how_to(tmp_path, monkeypatch):
    import numpy as np

    from jupyter_zarr_serve.core.nodes import Policy
    from tests.nodes import read_all

    variables: dict[str, object] = {}
    exec(snippets("docs/howto/write-a-reader.md")[0], variables)
    pixels = np.arange(12, dtype="<u2").reshape(3, 4)
    header = b"RAWIMAGE" + np.array([3, 4], "<u4").tobytes()
    (tmp_path / "x.raw").write_bytes(header + pixels.tobytes())
    array = variables["read"](tmp_path / "x.raw", Policy())  # type: ignore[operator]
    np.testing.assert_array_equal(read_all(array), pixels)


@pytest.mark.parametrize("name", sorted(set(ZarrServeApp.class_own_traits(config=True))))
def test_every_setting_is_documented_with_its_default(name):
    trait = ZarrServeApp.class_own_traits(config=True)[name]
    reference = text_of("docs/reference/configuration.md")
    (row,) = [line for line in reference.splitlines() if line.startswith(f"| `{name}` |")]
    if name != "workers":  # its default depends on the machine
        assert str(trait.default()).strip("'") in row
    assert trait.help


def test_every_bound_is_documented_with_its_value():
    table = (
        text_of("docs/reference/configuration.md")
        .partition("## What cannot be set")[2]
        .partition("\n## ")[0]
    )
    told = {
        name: int(most) for name, most in re.findall(r"^\| `([A-Z_]+)` \| (\d+) \|", table, re.MULTILINE)
    }
    assert told == {name: value for name, value in vars(limits).items() if name.isupper()}


def test_every_failure_is_documented():
    reference = text_of("docs/reference/failures.md")
    for name, error in inspect.getmembers(errors, inspect.isclass):
        if issubclass(error, ServeError):
            assert f"| {error.status} | `{name}` |" in reference


def test_the_readme_names_the_formats():
    table = text_of("README.md").lower()
    for word in (
        "npy",
        "npz",
        "csv",
        "tsv",
        "parquet",
        "feather",
        "hdf5",
        "netcdf",
        "h5ad",
        "zarr",
        "tiff",
    ):
        assert word in table
        assert any(word[:3] in suffix or word in {"hdf5", "netcdf"} for suffix in suffixes())


def test_the_public_api():
    assert set(jupyter_zarr_serve.__all__) == PUBLIC


@pytest.mark.parametrize(
    "page", sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md"))
)
def test_every_page_is_in_the_menu(page):
    assert page.removeprefix("docs/") in text_of("mkdocs.yml")


def test_every_link_of_the_readme_leads_somewhere():
    for target in re.findall(r"\]\((?!http)([^)#]+)", text_of("README.md")):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("form", ["bug", "feature"])
def test_a_form_for_issues_has_what_github_wants(form):
    told = yaml.safe_load(text_of(f".github/ISSUE_TEMPLATE/{form}.yml"))
    assert {"name", "description", "body"} <= set(told)
    assert all({"type", "attributes"} <= set(part) for part in told["body"])


@pytest.mark.parametrize("workflow", ["ci", "release"])
def test_a_workflow_runs_what_there_is(workflow):
    jobs = yaml.safe_load((WORKFLOWS / f"{workflow}.yml").read_text())["jobs"]
    steps = [step for job in jobs.values() for step in [job, *job.get("steps", [])]]
    commands = "\n".join(step["run"] for step in steps if "run" in step)
    files = [step["uses"] for step in steps if step.get("uses", "").startswith("./")]
    assert all((ROOT / file).exists() for file in [*files, *re.findall(r"^\.\S+", commands, re.MULTILINE)])
    sessions = re.findall(r"^def (\w+)\(session", text_of("noxfile.py"), re.MULTILINE)
    assert {name for line in re.findall(r"nox -s (.+)", commands) for name in line.split()} <= set(sessions)


def test_nothing_is_published_that_was_not_tried():
    jobs = yaml.safe_load((WORKFLOWS / "release.yml").read_text())["jobs"]
    trusted = [name for name, job in jobs.items() if "id-token" in job.get("permissions", {})]
    assert trusted == ["publish"]
    assert set(jobs["publish"]["needs"]) == {"tests", "installed"}
    assert "tag" in jobs["publish"]["if"]
    assert jobs["installed"]["needs"] == "package"
