"""The files of our pages: those written by hand, which have no hash in their names, and those built."""

import hashlib
import json
from functools import cache
from pathlib import Path

WRITTEN = Path(__file__).parent.parent / "static"
BUILT = Path(__file__).parent.parent.parent / "viewer" / "dist"


@cache
def hashed_name(name: str) -> str:
    """The name by which a file of the folder ``static`` is served, another one for other content.

    Examples
    --------
    >>> hashed_name("browse.css")[:7], hashed_name("browse.css")[-4:]
    ('browse.', '.css')
    """
    path = WRITTEN / name
    return f"{path.stem}.{hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()}{path.suffix}"


def built_names(name: str) -> list[str]:
    """The name by which a built file is served, and the names of those that it needs before it runs.

    None where the front ends were not built, or were built before there was such a file.
    """
    file = BUILT / "manifest.json"
    return [str(found) for found in json.loads(file.read_text()).get(name, ())] if file.exists() else []
