"""Code to copy for a node: on its page, and for front ends."""

from typing import Any

from ...serve.request import NODE
from ...snippets import is_dataset, name_for_open, snippets
from ..web.asking import MEMBERS, Ask, told_by
from ..web.scope import parted


async def code_of(
    node: dict[str, Any], names: tuple[str, ...], url: str, ask: Ask, zarr_format: int = 3,
    *, is_shared: bool = False,
) -> list[dict[str, str]]:  # fmt: skip
    """Titles and code, of the clients that can read a node; the first is `open`'s one line.

    Parameters
    ----------
    node
        What is told of it; see `preview.description`.
    names
        Its path in the scope.
    url
        Its absolute URL.
    ask
        See `web.asking.asking`.
    """
    return snippets(
        node, url, zarr_format, is_shared=is_shared,
        dataset=await _dataset(node, names, url, ask),
        what="" if is_shared else name_for_open(names),
    )  # fmt: skip


async def _dataset(node: dict[str, Any], names: tuple[str, ...], url: str, ask: Ask) -> str:
    """The URL of the dataset that an array belongs to with its coordinates; "" for none."""
    view, _ = parted(names)
    if node["kind"] != "array" or not names or view:
        return ""
    response = await ask(NODE, (("limit", MEMBERS),), 1)
    if response is None or response.status != 200:
        return ""
    above = told_by(response)
    is_group = above["kind"] == "group" and above.get("called") != "folder"
    return url.rpartition("/")[0] if is_group and is_dataset(above) else ""
