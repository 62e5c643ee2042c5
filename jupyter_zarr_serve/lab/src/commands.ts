// The names of the commands; each takes `{ path }`, or what is selected where a context menu was opened.

export const OPEN = "jupyter-zarr-serve:open";
export const OPEN_BESIDE = "jupyter-zarr-serve:open-beside";
export const OPEN_OUTSIDE = "jupyter-zarr-serve:open-in-browser-tab";
export const OPEN_FOLDER = "jupyter-zarr-serve:open-as-folder";
export const SHOW_FILE = "jupyter-zarr-serve:show-in-file-browser";
export const BROWSE = "jupyter-zarr-serve:browse";
export const COPY_ADDRESS = "jupyter-zarr-serve:copy-address";
export const COPY_CODE = "jupyter-zarr-serve:copy-code";
export const SHARE = "jupyter-zarr-serve:share";
export const LINKS = "jupyter-zarr-serve:links";
export const PANEL = "jupyter-zarr-serve:panel";
export const UNPUBLISH = "jupyter-zarr-serve:unpublish";
export const COPY_LINK = "jupyter-zarr-serve:copy-link";
export const REVOKE = "jupyter-zarr-serve:revoke";
