"""DESIGN's floors hold: imports point down only, and each room has the size of a room."""

import ast
import statistics
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "jupyter_zarr_serve"
SPLIT = {"core", "preview", "serve"}  # rooms whose files have floors of their own
_OPEN = {"__init__.py", *(f"{room}/__init__.py" for room in SPLIT)}  # they import nothing, or lazily
FILES = sorted(path for path in PACKAGE.rglob("*.py"))

ON_FLOORS = [path for path in FILES if path.relative_to(PACKAGE).as_posix() not in _OPEN]

FLOORS = [
    ["_version"],
    [
        "core/public_text",
        "core/errors",
        "core/limits",
        "core/grid",
        "core/dimensions",
        "core/attributes",
        "core/known_names",
        "core/names",
        "core/served",
        "core/memory",
        "core/coming",
        "core/progress",
        "core/zstd",
    ],
    [
        "core/dtypes",
        "core/codecs",
        "core/stored",
        "core/signs",
        "core/fills",
        "core/strided",
        "core/reading",
    ],
    ["core/missing_mark"],
    ["core/nodes", "core/children", "core/walk", "core/elements", "core/consolidated"],
    ["core/v2", "core/v3", "core/chunks", "core/derived"],
    ["core/meant"],
    ["core/dialects"],
    ["preview/abridged", "preview/called", "preview/colours", "preview/sample", "preview/column"],
    ["preview/table", "preview/sorting", "preview/light"],
    ["preview/conditions"],
    ["preview/orders"],
    ["preview/rows"],
    ["preview/place", "preview/values", "preview/thumbnail"],
    ["preview/points", "preview/icon"],
    ["preview/members"],
    ["preview/description"],
    ["exports"],
    ["adapters"],
    ["readers"],
    ["views"],
    ["serve/conditional", "serve/request"],
    ["serve/representation", "serve/listing", "serve/together"],
    ["serve/forms", "serve/layout", "serve/rows"],
    ["serve/exporting"],
    ["serve/respond"],
    ["serve/metadata_seen"],
    ["wire", "snippets"],
    ["frames", "progress_frames"],
    ["shared_memory", "process_memory"],
    ["messages", "shares", "servers", "files"],
    ["sources", "publisher", "worker"],
    ["handlers", "welcome", "client"],
    ["settings_kinds"],
    ["settings"],
    ["extension", "authorizer", "commands"],
]
LIBRARIES = {  # only these parts may import these libraries
    "tornado": ("handlers",),
    # Jupyter makes an authorizer itself, with settings of its own: it is no part of the extension.
    "jupyter_server": ("handlers", "extension", "authorizer"),
    "traitlets": ("extension", "authorizer", "commands", "settings"),
}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


def floor_of(name: str) -> int:
    for floor, rooms in enumerate(FLOORS):
        if any(name == room or name.startswith(f"{room}/") for room in rooms):
            return floor
    raise AssertionError(f"{name} is on no floor: add it to FLOORS")


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text())


@cache
def imports_of(path: Path) -> set[str]:
    """Absolute names of everything a module imports, at any depth."""
    names = set()
    package = ["jupyter_zarr_serve", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = [*base, *(node.module or "").split(".")] if node.module else base
            names |= {".".join([*module, alias.name]) for alias in node.names}
    return names


@cache
def imported_by(path: Path) -> set[str]:
    """The modules of this package that a module imports: inside functions and for types only, too."""
    found = set()
    for name in imports_of(path):
        parts = name.split(".")
        while len(parts) > 1 and parts[0] == "jupyter_zarr_serve":
            target = "/".join(parts[1:])
            if (
                PACKAGE.joinpath(f"{target}.py").exists()
                or PACKAGE.joinpath(target, "__init__.py").exists()
            ):
                found.add(target)
                break
            parts.pop()
    return found


IMPORTS = {name_of(path).removesuffix("/__init__"): imported_by(path) for path in FILES}


def below(folder: str) -> dict[str, set[str]]:
    """What each file and folder in a folder imports of the others there; "" is its ``__init__``."""
    start = f"{folder}/" if folder else ""
    members: dict[str, set[str]] = {}
    for module, imported in IMPORTS.items():
        if module == folder or module.startswith(start):
            member = module.removeprefix(folder).strip("/").partition("/")[0]
            inside = [other for other in imported if other == folder or other.startswith(start)]
            others = {other.removeprefix(folder).strip("/").partition("/")[0] for other in inside}
            members.setdefault(member, set()).update(others - {member})
    return members


def circle_in(graph: dict[str, set[str]]) -> set[str]:
    """Members of a graph that lead back to themselves, or to such; none if there are none."""
    left = {member: set(others) for member, others in graph.items()}
    while ends := {member for member, others in left.items() if not others & left.keys()}:
        left = {member: others for member, others in left.items() if member not in ends}
    return set(left)


@pytest.mark.parametrize("path", ON_FLOORS, ids=name_of)
def test_imports_point_down(path):
    name = name_of(path).removesuffix("/__init__")
    mine, room = floor_of(name), name.partition("/")[0]
    for other in imported_by(path) - SPLIT:
        floor = floor_of(other)
        is_below = floor < mine or (floor == mine and other.partition("/")[0] == room)
        assert is_below, f"{name} imports {other}, which is not below it"


def test_no_file_imports_itself_by_way_of_others():
    assert circle_in(IMPORTS) == set()


@pytest.mark.parametrize("folder", sorted({path.parent.relative_to(PACKAGE).as_posix() for path in FILES}))
def test_no_folder_imports_itself_by_way_of_others(folder):
    assert circle_in(below("" if folder == "." else folder)) == set()


@pytest.mark.parametrize("room", ["publisher", "sources", "worker"])
def test_the_two_sides_of_the_wire_never_import_each_other(room):
    others = {"publisher", "sources", "worker"} - {room}
    assert not others & below("")[room]


def test_circles_are_found():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}, "e": set()}
    assert circle_in(graph) == {"a", "b", "c", "d"}
    assert circle_in({"a": {"b"}, "b": set()}) == set()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_libraries_stay_where_they_belong(path):
    for name in imports_of(path):
        allowed = LIBRARIES.get(name.split(".")[0])
        assert allowed is None or name_of(path).startswith(allowed), f"{name_of(path)} imports {name}"


@pytest.mark.parametrize("path", [p for p in FILES if p.parent.name in SPLIT], ids=name_of)
def test_the_core_and_what_answers_by_it_need_numpy_and_numcodecs_only(path):
    allowed = {*sys.stdlib_module_names, "numpy", "numcodecs", "jupyter_zarr_serve"}
    assert {name.split(".")[0] for name in imports_of(path)} <= allowed


def test_rooms_have_the_size_of_rooms():
    lines = {name_of(path): path.read_text().count("\n") for path in FILES}
    assert max(lines.values()) <= 250, max(lines, key=lines.__getitem__)
    assert statistics.median(lines.values()) <= 130


def test_so_have_those_of_the_viewer():
    sources = (PACKAGE / "viewer" / "src").glob("**/*.*")
    lines = {path.name: path.read_text().count("\n") for path in sources}
    assert {".ts", ".tsx", ".css"} == {Path(name).suffix for name in lines}
    assert max(lines.values()) <= 250, max(lines, key=lines.__getitem__)
    assert statistics.median(lines.values()) <= 100


TOLD_AT_LENGTH = "client/opening:open"


def test_functions_are_short():
    lengths = {}
    for path in FILES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                name = f"{name_of(path)}:{node.name}"
                # `open` says all that it takes and gives; of it alone, this does not count.
                said = (
                    (ast.get_docstring(node, clean=False) or "").count("\n")
                    if name == TOLD_AT_LENGTH
                    else 0
                )
                lengths[name] = node.end_lineno - node.lineno + 1 - said
    assert max(lengths.values()) <= 50, max(lengths, key=lengths.__getitem__)
    assert statistics.median(lengths.values()) <= 12


def test_importing_the_package_is_cheap():
    heavy = ["tornado", "jupyter_server", "pandas", "xarray", "zarr", "h5py", "dask", "sparse"]
    code = f"import sys, jupyter_zarr_serve; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_what_is_opened_is_looked_for_without_what_takes_long_to_load():
    """Up to the first question: HTTP itself is loaded to ask it, and zarr-python for what was found."""
    heavy = ["asyncio", "email", "hashlib", "http", "jupyter_core", "psutil", "random", "ssl", "traitlets"]
    heavy += ["fsspec", "numcodecs", "numpy", "pandas", "tornado", "xarray", "zarr"]
    heavy += ["jupyter_zarr_serve.frames", "jupyter_zarr_serve.servers.asking", "jupyter_zarr_serve.wire"]
    code = (
        "import sys, jupyter_zarr_serve as jz; jz.open; import jupyter_zarr_serve.client.looking; "
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_a_server_starts_without_what_only_data_need():
    heavy = ["numpy", "numcodecs", "pandas", "xarray", "zarr", "h5py", "dask", "sparse"]
    code = f"import sys, jupyter_zarr_serve.extension; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_what_is_named_exists():
    from jupyter_zarr_serve.core import known_names
    from jupyter_zarr_serve.core.codecs import compressor_named
    from jupyter_zarr_serve.core.dialects import DIALECTS
    from jupyter_zarr_serve.core.nodes import Group
    from jupyter_zarr_serve.views import viewed

    assert all(isinstance(viewed(Group(), view), Group) for view in known_names.VIEWS)
    assert {name for name in known_names.COMPRESSORS if compressor_named(name) is None} == {"none"}
    for zarr_format, dialect in DIALECTS.items():
        assert set(known_names.DOCUMENTS[zarr_format]) == dialect.GROUP_KEYS | dialect.ARRAY_KEYS


def test_names_with_a_meaning_are_spelled_once():
    from jupyter_zarr_serve.core import known_names

    names = {*known_names.DOCUMENT_KEYS, *known_names.OF_KERNELS, known_names.FILES, known_names.PORTABLE}
    spelled = {
        (name_of(path), node.value)
        for path in FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and node.value in names
    }
    assert {where for where, _ in spelled} == {"core/known_names"}
