"""The documentation is true: its snippets run, and it names every setting and every failure."""

import inspect
import re
from importlib import import_module
from itertools import groupby
from pathlib import Path

import pytest
import yaml

import jupyter_zarr_serve
from jupyter_zarr_serve.core import errors, limits
from jupyter_zarr_serve.core.errors import ServeError
from jupyter_zarr_serve.core.known_names import COMPRESSORS
from jupyter_zarr_serve.exports import FORMS as EXPORTS
from jupyter_zarr_serve.extension import ZarrServeApp
from jupyter_zarr_serve.readers import FORMATS, suffixes
from jupyter_zarr_serve.serve.forms import FORMS as PREVIEWS
from jupyter_zarr_serve.serve.request import NODE
from tests.server import Server, running_server
from tests.test_architecture import FLOORS, PACKAGE

ROOT = Path(__file__).parent.parent
GUIDES = ("CONTRIBUTING.md", "docs/architecture.md", "docs/releasing.md")
WORKFLOWS = ROOT / ".github" / "workflows"
# Files and folders in running text, and a test in one of them.
FILE = re.compile(r"[\w.][\w./-]*(?:/|/run|\.(?:py|ts|css|js|html|md|yml|toml))(?:::(\w+))?")
PUBLIC = {
    "Published",
    "__version__",
    "load_ipython_extension",
    "open",
    "publish",
    "published",
    "unload_ipython_extension",
    "unpublish",
    "view",
    "watch",
}


PROGRAMS = {"bare", "peer", "__main__"}  # they run when they are imported
BENCHMARKS = sorted({path.stem for path in (ROOT / "benchmarks").glob("*.py")} - PROGRAMS)


def text_of(name: str) -> str:
    return (ROOT / name).read_text()


def snippets(name: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text_of(name), re.DOTALL)


def run(code: str, server: Server, variables: dict[str, object]) -> None:
    """Run a snippet as a reader would: with the server's own address and token."""
    code = code.replace('os.environ["JUPYTER_TOKEN"]', f'"{server.token}"')
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


def test_every_compressor_is_documented():
    rows = text_of("docs/reference/configuration.md").splitlines()
    row = next(row for row in rows if row.startswith("| `compressor` |"))
    assert [name for name in COMPRESSORS if f"`{name}`" not in row] == []


def test_every_form_is_documented():
    rows = {
        row.split("|")[1].strip() for row in text_of("docs/reference/urls.md").splitlines() if "|" in row
    }
    previews = set(PREVIEWS) - {NODE}  # it has an address of its own
    assert [form for form in [*previews, *EXPORTS] if f"`{form}`" not in rows] == []


@pytest.mark.parametrize("page", ["README.md", "docs/reference/mapping.md"])
def test_the_pages_name_the_formats(page: str):
    """By the name of its module, or by a suffix."""
    table = text_of(page).lower()
    for row in FORMATS:
        words = {row.module.rpartition(".")[2], *(suffix.strip(".") for suffix in row.suffixes)}
        assert any(word in table for word in words), row


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
    assert page.removeprefix("docs/") in text_of("zensical.toml")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_link_beside_the_pages_leads_somewhere(page):
    for target, heading in re.findall(r"\]\((?!http)([^)#]+)#?([^)]*)\)", text_of(page)):
        assert (ROOT / target).exists(), target
        headings = re.findall(r"^#+ (.*)", text_of(target), re.MULTILINE) if heading else []
        assert not heading or heading in [line.lower().replace(" ", "-") for line in headings]


@pytest.mark.parametrize("page", GUIDES)
def test_every_file_and_test_that_a_guide_names_exists(page):
    text = re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL)
    named = [found for span in re.findall(r"`([^`\n]+)`", text) if (found := FILE.fullmatch(span))]
    assert named
    for found in named:
        name = found[0].partition("::")[0]
        places = [place for place in (ROOT / name, PACKAGE / name, WORKFLOWS / name) if place.exists()]
        assert places, f"{page} names {name}"
        assert not found[1] or f"def {found[1]}(" in places[0].read_text(), f"{page} names {found[0]}"


def test_every_name_is_in_the_file_where_the_architecture_says():
    told = re.findall(r"`(\w+)` (?:in|of)\s`([\w/]+\.\w+)`", text_of("docs/architecture.md"))
    assert len(told) > len(FLOORS)
    for name, file in told:
        place = PACKAGE / file if (PACKAGE / file).exists() else ROOT / file
        assert re.search(rf"\b{name}\b", place.read_text()), f"{file} has no {name}"


def test_the_map_has_every_folder_and_module():
    told = text_of("docs/architecture.md").partition("## The folders")[2].partition("\n## ")[0]
    folders = {f"{path.name}/" for path in PACKAGE.iterdir() if path.is_dir()}
    modules = {path.name for path in PACKAGE.glob("*.py")}
    missing = [name for name in folders | modules if name[0] not in "_." and f"`{name}`" not in told]
    assert missing == []


def test_the_floors_are_those_that_are_enforced():
    table = text_of("docs/architecture.md").partition("## Floors")[2].partition("\n## ")[0]
    told = [set(re.findall(r"`(\w+)`", row)) for row in re.findall(r"^\| \d+ \|(.*)", table, re.MULTILINE)]
    rooms = [sorted({room.partition("/")[0] for room in floor}) for floor in FLOORS]
    assert told == [set(floor) for floor, _ in groupby(rooms)]


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


def test_the_guides_name_sessions_that_exist():
    sessions = {*re.findall(r"^def (\w+)\(session", text_of("noxfile.py"), re.MULTILINE)}
    guides = " ".join(map(text_of, [*GUIDES, ".github/PULL_REQUEST_TEMPLATE.md"]))
    named = {name for line in re.findall(r"`nox -s ([\w ]+)`", guides) for name in line.split()}
    assert named
    assert named <= sessions


@pytest.mark.parametrize("module", BENCHMARKS)
def test_a_benchmark_can_be_imported(module):
    import_module(f"benchmarks.{module}")
