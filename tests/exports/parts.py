"""Asking for a file as a server does: a plan, then one part after the other."""

import json
from typing import Any

from jupyter_zarr_serve.adapters import adapt
from jupyter_zarr_serve.core.nodes import Group, Node, Policy
from jupyter_zarr_serve.serve.request import EXPORT, PART, Request, Response
from jupyter_zarr_serve.serve.respond import respond


def ask(node: Node, form: str = EXPORT, **options: Any) -> Response:
    """The response to a request for an export of a node with the name "x", or of its member ``path``."""
    path = ("x", *options.pop("path", ()))
    return respond(Group({"x": node}), Request(3, path, form=form, options=tuple(options.items())))


def plan(node: Node, name: str, **options: Any) -> dict[str, Any]:
    """The plan of a file."""
    response = ask(node, **{"as": name}, **options)
    assert response.status == 200, response.body
    told: dict[str, Any] = json.loads(response.body)
    return told


def file(node: Any, name: str, **options: Any) -> bytes:
    """A file, of all its parts; each is as long as the plan says."""
    node = node if hasattr(node, "attributes") and hasattr(node, "version") else adapt(node, Policy())
    told = plan(node, name, **options)
    parts = []
    for number, size in enumerate(told["sizes"]):
        response = ask(node, PART, **{"as": name}, **options, mark=told["mark"], part=number)
        assert response.status == 200, response.body
        assert size in {None, len(response.body)}
        parts.append(bytes(response.body))
    return b"".join(parts)


def refusal(node: Any, name: str, **options: Any) -> tuple[int, str]:
    """The status and the message of a refusal, of the plan or of the only part."""
    node = node if hasattr(node, "attributes") and hasattr(node, "version") else adapt(node, Policy())
    response = ask(node, **{"as": name}, **options)
    if response.status == 200:
        told = json.loads(response.body)
        response = ask(node, PART, **{"as": name}, **options, mark=told["mark"], part=0)
    return response.status, response.message
