"""Names with a meaning of their own: each is spelled here, and nowhere else.

It imports nothing, so that a command line, a starting server and a kernel know them without NumPy.
"""

# The members of the root group, besides the administrator's mounts.
FILES, KERNELS, NOTEBOOKS, DEMO = "files", "kernels", "notebooks", "demo"
ROOTS = (FILES, KERNELS, NOTEBOOKS, DEMO)
OF_KERNELS = (KERNELS, NOTEBOOKS)  # whose members come and go, and are answered by kernels

# The views: the same tree in another spelling, below a name that the root group does not list.
DRAWN, OME, PORTABLE = "drawn", "ome", "portable"
VIEWS = (DRAWN, OME, PORTABLE)

RESERVED = (*ROOTS, *VIEWS)

# What the list of share links is followed as; a mount's name has no dot at its beginning.
SHARES = ".shares"


def is_view(name: str) -> bool:
    """Whether a name at the root leads to a view; that of `OME` may have parameters behind a semicolon.

    Examples
    --------
    >>> is_view("ome"), is_view("ome;max,y,x"), is_view("drawn;y,x"), is_view("files")
    (True, True, False, False)
    """
    return name in VIEWS or (name.startswith(f"{OME};") and len(name) > len(OME) + 1)


# The metadata documents of Zarr.
ZARR_JSON = "zarr.json"
ZARRAY, ZGROUP, ZATTRS, ZMETADATA = ".zarray", ".zgroup", ".zattrs", ".zmetadata"
DOCUMENTS = {2: (ZARRAY, ZGROUP, ZATTRS, ZMETADATA), 3: (ZARR_JSON,)}  # by Zarr format
DOCUMENT_KEYS = frozenset(DOCUMENTS[2] + DOCUMENTS[3])

# Kinds of members besides "array" and "group": what cannot be had just now, and what was not looked up.
UNAVAILABLE, UNKNOWN = "unavailable", "unknown"

# The attribute of a node that says of what object it was made; see `adapters.made_of`.
MADE_OF = "python_object"

# What chunks may be compressed with, by the names that settings and `publish` know.
COMPRESSORS = ("blosc", "blosc-lz4", "blosc-zstd", "blosc-zlib", "zstd", "gzip", "zlib", "none")
