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
# What ends the path of a URL when it is not percent-encoded, or looks as if it were encoded already: the
# names "a b" and "A" must not be found in the place of "a%20b" and "%41".
URL_SIGNS = ["#", "?", "a#b", "a?b", "50%", "a%25b", "a%20b", "a%2Fb", "%41", "is?valid"]
NAMES = [*PLAIN, *SIGNS, *NUMBERS, *KEYS, *URL_SIGNS]

# Under what names those are served that clients would take for others, where siblings have the rest.
SERVED = {
    "#": "_", "?": "__1", "a#b": "a_b_1", "a?b": "a_b_2", "50%": "50_", "a%25b": "a_25b", "a%20b": "a_20b",
    "a%2Fb": "a_2Fb", "%41": "_41", "is?valid": "is_valid",
    "line\nbreak": "line_break", "tab\tstop": "tab_stop", "\x7f": "__2",
}  # fmt: skip

# Keys of a mapping that cannot be names, and the names that they get.
KEYS_OF_ALL_KINDS: dict[Any, str] = {
    "": "unnamed",
    ".": "_.",
    "..": "_..",
    "a/b": "a_b_1",
    "a\\b": "a_b_2",
    "a_b": "a_b",
    "\ud800": "_",
    (1, 2): "1_2",
    None: "None",
    2.5: "2.5",
    "7": "7",
    7: "7_1",
    **{name: f"_{name}" for name in (".zgroup", ".zattrs", ".zmetadata", "zarr.json", ".zarray")},
}

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
    folders = {SERVED.get(name, name): arrays for name, arrays in _folders().items()}
    return {f"{name}/{file}": a for name, arrays in folders.items() for file, a in arrays.items()}


def _member_leaves() -> Leaves:
    return {SERVED.get(name, name): array for name, array in _members().items()}


def _keys() -> dict[Any, np.ndarray]:
    return {key: np.full(3, number, "<i4") for number, key in enumerate(KEYS_OF_ALL_KINDS)}


def _key_leaves() -> Leaves:
    return {KEYS_OF_ALL_KINDS[key]: array for key, array in _keys().items()}


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
    "names.npz": Theme(_member_leaves, _members, lambda path: np.savez(path, **_members())),
    "keys": Theme(_key_leaves, _keys),
    "crowd.npz": Theme(_crowd_leaves, Crowd, lambda path: np.savez(path, **Crowd())),
    "deep": Theme(_deep_leaves, _deep, _write_deep),
}
