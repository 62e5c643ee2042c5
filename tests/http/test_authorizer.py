"""ZarrAuthorizer: colleagues read Zarr, perhaps a part of it, and nothing else of the server."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jupyter_server.auth import IdentityProvider, User
from tornado.httpclient import HTTPClientError

from jupyter_zarr_serve.authorizer import ZarrAuthorizer, is_below

# What Jupyter asks no authorizer for: nothing of the owner's is in it.
OPEN_TO_ALL = {"api": 200, "api/me": 200, "metrics": 200}
CLOSED = [
    "api/contents", "api/contents/public/a.npy", "files/public/a.npy", "api/kernels", "api/kernelspecs",
    "api/sessions", "api/terminals", "api/config/notebook", "api/status", "api/nbconvert",
    "nbconvert/html/a.ipynb", "view/public/a.npy",
]  # fmt: skip


class ByHeader(IdentityProvider):
    def get_user(self, handler: Any) -> User | None:
        name = handler.request.headers.get("X-User")
        user = User(name) if name else None
        handler._token_authenticated = True
        if user and handler.request.headers.get("X-Kind"):
            user.hub_user = {"kind": handler.request.headers["X-Kind"], "name": name}  # type: ignore[attr-defined]
        return user


@pytest.fixture
def shared(jp_serverapp, jp_root_dir: Path, jp_base_url, http_server_client):
    """Ask a server of alice's, as whoever it is; everybody else may read what is public."""
    for name in ("public/a.npy", "private/b.npy", "public.old/c.npy", "public/sub/d.npy"):
        (jp_root_dir / name).parent.mkdir(parents=True, exist_ok=True)
        np.save(jp_root_dir / name, np.arange(3))
    provider = ByHeader(parent=jp_serverapp)
    authorizer = ZarrAuthorizer(
        parent=jp_serverapp, identity_provider=provider, owners={"alice"}, paths=["files/public/**"]
    )
    jp_serverapp.web_app.settings.update(identity_provider=provider, authorizer=authorizer)

    async def ask(user: str, path: str, **headers: str) -> int:
        try:
            given = {"X-User": user, **headers}
            url = f"{jp_base_url}{path}"  # as it is spelled
            return (await http_server_client.fetch(url, headers=given, follow_redirects=False)).code
        except HTTPClientError as error:
            return error.code

    ask.authorizer = authorizer  # type: ignore[attr-defined]
    return ask


async def test_a_colleague_gets_nothing_else(shared):
    for path in CLOSED:
        assert await shared("bob", path) == 403, path
        assert await shared("alice", path) != 403, path


async def test_what_jupyter_shows_to_all(shared):
    for path, status in OPEN_TO_ALL.items():
        assert await shared("bob", path) == status, path


async def test_a_colleague_gets_no_kernel_by_websocket(shared, jp_serverapp, jp_ws_fetch):
    kernel = await jp_serverapp.kernel_manager.start_kernel()
    try:
        with pytest.raises(HTTPClientError) as refused:
            await jp_ws_fetch("api", "kernels", kernel, "channels", headers={"X-User": "bob"})
        assert refused.value.code == 403
    finally:
        await jp_serverapp.kernel_manager.shutdown_kernel(kernel, now=True)


async def test_what_is_allowed_is_read(shared):
    for path in [
        "zarr/v3/files/public/a.npy/zarr.json",
        "zarr/v2/files/public/a.npy/0",
        "zarr/v3/files/public/",
        "zarr/v3/files/public",
        "zarr/v3/files/public/sub/d.npy/c/0",
        "zarr/v3/portable/files/public/a.npy/zarr.json",
        "zarr/v3/files/p%75blic/a.npy/zarr.json",
        "zarr/",
        "zarr/api/node/files/public/",
        "zarr/api/preview/files/public/a.npy?form=stats",
        "zarr/v3/files//public/a.npy/zarr.json",  # several slashes are one
        "zarr/v3//files/public/a.npy/zarr.json",
    ]:
        assert await shared("bob", path) == 200, path


async def test_what_is_not_allowed_is_neither_read_nor_listed(shared):
    for path in [
        "zarr/v3/",
        "zarr/v3/zarr.json",
        "zarr/v2/.zmetadata",
        "zarr/v2/files/",
        "zarr/v3/files/zarr.json",
        "zarr/v3/files/private/",
        "zarr/v3/files/private/b.npy/zarr.json",
        "zarr/v2/files/public.old/c.npy/0",
        "zarr/v3/portable/files/private/b.npy/zarr.json",
        "zarr/v3/portable/",
        "zarr/v3/ome/files/private/b.npy/",
        "zarr/v3/ome;y,x/files/private/b.npy/",
        "zarr/v3/ome%3By%2Cx/files/private/b.npy/0/zarr.json",
        "zarr/v3/portable/portable/files/public/a.npy/zarr.json",
        "zarr/v3/files%2Fpublic/a.npy/zarr.json",
        "zarr/v3/files//private/b.npy/zarr.json",
        "zarr/v3//files/private/b.npy/zarr.json",
        "zarr/v3//files//",
        "zarr/v3/files/%252e%252e/private/b.npy/zarr.json",
        "zarr/api/node",
        "zarr/api/node/files",
        "zarr/api/node/files/private/b.npy",
        "zarr/api/preview/files/private/b.npy?form=stats",
        "zarr/api/preview/ome/files/private/b.npy?form=stats",
        "zarr/v3/files/PUBLIC/a.npy/zarr.json",
        "zarr/v3/kernels/",
        "zarr/v3/notebooks/public/",
    ]:
        assert await shared("bob", path) == 403, path
        assert await shared("alice", path) in {200, 400, 404, 422}, path


async def test_there_is_no_way_out(shared):
    for path in ["%2e%2e/private/b.npy/c/0", "..%2fprivate/b.npy/c/0", "%252e%252e/private/b.npy/c/0"]:
        assert await shared("bob", f"zarr/v3/files/public/{path}") in {403, 404, 409}, path


async def test_without_paths_all_of_zarr_is_read(shared):
    shared.authorizer.paths = ["**"]
    assert await shared("bob", "zarr/v3/files/private/b.npy/c/0") == 200
    assert await shared("bob", "zarr/v3/") == 200
    assert await shared("bob", "files/private/b.npy") == 403


async def test_a_service_with_the_name_of_the_owner_is_not_the_owner(shared):
    assert await shared("alice", "api/contents", **{"X-Kind": "user"}) == 200
    assert await shared("alice", "api/contents", **{"X-Kind": "service"}) == 403
    assert await shared("alice", "zarr/v3/files/public/a.npy/c/0", **{"X-Kind": "service"}) == 200


async def test_nobody_owns_a_server_of_unknown_users_unless_named(shared):
    shared.authorizer.owners = set()
    assert await shared("alice", "api/contents") == 403


def test_the_owner_is_whom_the_hub_names(monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "carol")
    assert ZarrAuthorizer(identity_provider=IdentityProvider()).owners == {"carol"}


async def test_whoever_knows_the_token_of_a_plain_server_owns_it(jp_serverapp, jp_fetch):
    provider = jp_serverapp.identity_provider
    authorizer = ZarrAuthorizer(parent=jp_serverapp, identity_provider=provider, paths=["files/public"])
    jp_serverapp.web_app.settings["authorizer"] = authorizer
    for path in ("api/contents", "zarr/v3/zarr.json"):
        assert (await jp_fetch(path)).code == 200


@pytest.mark.parametrize(
    ("asked", "path", "expected"),
    [
        ("files/public/a", "files/public", True),
        ("files/public/a", "/files/public/", True),
        ("files/public", "files/public/**", True),
        ("files", "files/public/**", False),
        ("ome/files/public/a", "files/public", True),
        ("ome;max,y,x/files/public/a", "files/public", True),
        ("notebooks/x.ipynb/t/c/0", "notebooks/*/t", True),
        ("notebooks/x.ipynb/u", "notebooks/*/t", False),
        ("notebooks", "notebooks/*", False),
        ("", "**", True),
        ("", "files", False),
    ],
)
def test_paths(asked, path, expected):
    assert is_below(tuple(asked.split("/")) if asked else (), path) is expected
