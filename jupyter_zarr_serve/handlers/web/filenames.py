"""Names of files that people save: safe in a header, and on each system."""

import re
from urllib.parse import quote

_UNSAFE = re.compile(
    r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|;%\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+'
)
_LONGEST = 100  # characters


def attachment(name: str, suffix: str) -> str:
    """The header Content-Disposition of a file to be saved.

    Parameters
    ----------
    name
        What is exported; whatever is unsafe in it is replaced.

    References
    ----------
    https://www.rfc-editor.org/rfc/rfc6266

    Examples
    --------
    >>> attachment("run 1.h5", ".npy")
    "attachment; filename*=UTF-8''run%201.h5.npy"
    """
    return f"attachment; filename*=UTF-8''{quote(file_name(name, suffix), safe='')}"


def file_name(name: str, suffix: str) -> str:
    """A name for a file, with its suffix once.

    Examples
    --------
    >>> file_name("../a.npy", ".npy"), file_name("?", ".csv")
    ('_a.npy', 'data.csv')
    """
    safe = _UNSAFE.sub("_", name).removesuffix(suffix).strip(" .")[:_LONGEST].strip(" .")
    return f"{safe if safe.strip('_') else 'data'}{suffix}"
