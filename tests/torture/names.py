"""Names of every kind: of folders, of members of an archive; many, deep and impossible ones."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .theme import Leaves, Theme

PLAIN = ["plain", "with space", " ends with space ", "ünï çødé", "日本語", "🦀", "e\u0301", "A", "a"]
SIGNS = [f"a{sign}b" for sign in "!$&'()*+,;=:@[]{}|^~`\"<>_-"] + ["[x]", "~", ";", "'", '"', "&", "+"]
NUMBERS = ["0", "1", "-1", "0.0", "1e3", "007"]
KEYS = ["c", "v2", "v3", "files", "zarr.json.d", "index.html", "labels"]
UNUSUAL = ["line\nbreak", "tab\tstop", "\x7f"]  # in archives only
LONG = ["x" * 255, "日" * 85]
# What ends the path of a URL when it is not percent-encoded, or looks as if it were encoded already. No
# name is the decoded form of another: a client that decodes must not find something else.
URL_SIGNS = ["#", "?", "a#b", "a?b", "50%", "a%25b", "a%20b", "a%2Fb"]
NAMES = [*PLAIN, *SIGNS, *NUMBERS, *KEYS, *URL_SIGNS]

# Keys of a mapping that cannot be names, and what is said of them; None and 1.0 stand for any other type.
IMPOSSIBLE: dict[Any, str] = {
    "": "cannot be a name",
    ".": "cannot be a name",
    "..": "cannot be a name",
    "a/b": "cannot be a name",
    "a\\b": "backslash",
    "\ud800": "cannot be a name",
    (1, 2): "cannot be a name",
    None: "cannot be a name",
    2.5: "cannot be a name",
    "7": "not unique",
    7: "not unique",
}
# Names of the documents that a group has: the key means the document, a longer one the member.
DOCUMENTS = [".zgroup", ".zattrs", ".zmetadata", "zarr.json", ".zarray"]

CROWD = 10_000
DEPTH = 50


def _number(name: str) -> np.ndarray:
    return np.full(2, [*NAMES, *LONG, *UNUSUAL].index(name), "<i4")


def _folders() -> dict[str, dict[str, np.ndarray]]:
    return {name: {"n.npy": _number(name)} for name in [*NAMES, *LONG]}


def _members() -> Leaves:
    return {name: _number(name) for name in [*NAMES, *LONG, *UNUSUAL]}


def _write_folders(folder: Path) -> None:
    for name, arrays in _folders().items():
        (folder / name).mkdir(parents=True)
        for file, array in arrays.items():
            np.save(folder / name / file, array)


def _folder_leaves() -> Leaves:
    return {f"{name}/{file}": a for name, arrays in _folders().items() for file, a in arrays.items()}


def _impossible() -> dict[Any, Any]:
    return {**dict.fromkeys(IMPOSSIBLE, 0), **_documents(), 5: np.arange(5)}


def _documents() -> Leaves:
    return {name: np.full(3, number, "<i4") for number, name in enumerate(DOCUMENTS)}


class Crowd(Mapping[str, np.ndarray]):
    """Many arrays, each made when it is asked for."""

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self:
            raise KeyError(name)
        return np.array([int(name), -int(name)], "<i4")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.isdecimal() and name == str(int(name)) and int(name) < CROWD

    def __iter__(self) -> Iterator[str]:
        return map(str, range(CROWD))

    def __len__(self) -> int:
        return CROWD


def _crowd_leaves() -> Leaves:
    return {name: Crowd()[name] for name in ("0", "1", "10", "4999", "9999")}


def _deep_path() -> list[str]:
    return [str(level) for level in range(1, DEPTH)]


def _deep() -> dict[str, Any]:
    tree: dict[str, Any] = {"leaf.npy": np.arange(3, dtype="<i2")}
    for name in reversed(_deep_path()):
        tree = {name: tree}
    return tree


def _write_deep(folder: Path) -> None:
    place = folder.joinpath(*_deep_path())
    place.mkdir(parents=True)
    np.save(place / "leaf.npy", np.arange(3, dtype="<i2"))


def _deep_leaves() -> Leaves:
    return {"/".join([*_deep_path(), "leaf.npy"]): np.arange(3, dtype="<i2")}


THEMES: dict[str, Theme] = {
    "names": Theme(_folder_leaves, _folders, _write_folders),
    "names.npz": Theme(_members, _members, lambda path: np.savez(path, **_members())),
    "impossible": Theme(lambda: {"5": np.arange(5), **_documents()}, _impossible),
    "crowd.npz": Theme(_crowd_leaves, Crowd, lambda path: np.savez(path, **Crowd())),
    "deep": Theme(_deep_leaves, _deep, _write_deep),
}
