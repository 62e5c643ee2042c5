"""What ``jupyter zarr`` prints: a link to click and snippets to paste."""

from .core.known_names import DEMO, FILES

_WELCOME = """
Zarr is served at

    {base}zarr/{query}

of the folder {root}

To read it in any Python of yours on this machine, without an address or a token:

    import jupyter_zarr_serve as jz
    jz.open()             # lists what there is
    jz.open("{example}")

With any other Zarr client (version 3 of the format; version 2 is below zarr/v2/):

  zarr-python
    import fsspec, zarr
    store = fsspec.get_mapper("{base}zarr/v3/{mount}"{client})
    root = zarr.open(store, mode="r")
    list(root.keys())

  xarray
    import xarray as xr
    xr.open_zarr("{base}zarr/v3/{dataset}"{storage})

To look at it, click; "Open in vizarr" and others are there, too:

    {base}zarr/{page}

The token opens everything on this server. To let somebody read one thing, give them a link instead:

    jupyter zarr share FILE

"""


def welcome(base: str, token: str, root: str, *, demo: bool) -> str:
    """The text for a server at `base` (a URL with a trailing slash) and its token, if it has one.

    Parameters
    ----------
    root
        The folder that is served.
    demo
        Whether to take the demo data as the example, or else the served folder.
    """
    headers = f'{{"headers": {{"Authorization": "token {token}"}}}}'
    query = f"?token={token}" if token else ""
    # Of a folder of which nothing is known, its page: what is in it is a click away.
    image = f"view?path=demo/nested/images/big_image{query.replace('?', '&')}"
    return _WELCOME.format(
        base=base,
        mount=DEMO if demo else FILES,
        query=query,
        root=root,
        example="demo/nested/images/big_image" if demo else "path/to/file",
        client=f", client_kwargs={headers}" if token else "",
        dataset="demo/structured_data/xarray_dataset" if demo else "files/path/to/dataset",
        storage=f', storage_options={{"client_kwargs": {headers}}}' if token else "",
        page=image if demo else f"v3/files/{query}",
    )
