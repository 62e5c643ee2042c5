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

# The metadata documents of Zarr.
ZARR_JSON = "zarr.json"
ZARRAY, ZGROUP, ZATTRS, ZMETADATA = ".zarray", ".zgroup", ".zattrs", ".zmetadata"
DOCUMENTS = {2: (ZARRAY, ZGROUP, ZATTRS, ZMETADATA), 3: (ZARR_JSON,)}  # by Zarr format
DOCUMENT_KEYS = frozenset(DOCUMENTS[2] + DOCUMENTS[3])

# The attribute of a node that says of what object it was made; see `adapters.made_of`.
MADE_OF = "python_object"

# What chunks may be compressed with, by the names that settings and `publish` know.
COMPRESSORS = ("blosc", "blosc-lz4", "blosc-zstd", "blosc-zlib", "zstd", "gzip", "zlib", "none")
