"""The files of our pages that are written by hand, and so have no hash in their names."""

import hashlib
from functools import cache
from pathlib import Path

WRITTEN = Path(__file__).parent.parent / "static"


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
