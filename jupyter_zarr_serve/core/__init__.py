"""The encoding core: a tree of nodes and a store key go in, Zarr bytes come out."""
