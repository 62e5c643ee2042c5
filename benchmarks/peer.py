"""Starts a peer over a Zarr store, in an environment of its own: ``peer.py NAME STORE PORT``."""

import sys

name, store, port = sys.argv[1], sys.argv[2], int(sys.argv[3])

if name == "zarr-http-server":
    import zarr_http_server
    from zarr.storage import LocalStore

    app = zarr_http_server.store_app(LocalStore(store, read_only=True))
    zarr_http_server.serve(app, port=port, uvicorn_options={"access_log": False})
else:
    import xarray as xr
    import xpublish

    rest = xpublish.Rest({"data": xr.open_zarr(store, consolidated=False)})
    rest.serve(host="127.0.0.1", port=port, access_log=False)
