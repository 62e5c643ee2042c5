"""Who is let in: exactly whom Jupyter lets in, whatever decides about it."""

import asyncio
from typing import Any

import pytest
from jupyter_server.auth import IdentityProvider, PasswordIdentityProvider, User, passwd
from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.base.handlers import JupyterHandler
from tornado.httpclient import HTTPClientError
from tornado.web import HTTPError

TOKEN = "the-token"
OURS, JUPYTERS = "zarr/v3/zarr.json", "api/status"


def named(handler: Any) -> User | None:
    """The user of a header of the tests' own."""
    name = handler.request.headers.get("X-User")
    return User(name) if name else None


class ByHeader(IdentityProvider):
    def get_user(self, handler: Any) -> User | None:
        return named(handler)


class Slowly(IdentityProvider):
    """As a hub is asked."""

    async def get_user(self, handler: Any) -> User | None:
        await asyncio.sleep(0.02)
        return named(handler)


class ByUserToken(IdentityProvider):
    async def get_user_token(self, handler: Any) -> User | None:
        return User("holder") if self.get_token(handler) == "another" else None


class ByOtherHeader(IdentityProvider):
    def get_token(self, handler: Any) -> str | None:
        return handler.request.headers.get("X-Token")


class ByCookie(IdentityProvider):
    def get_user_cookie(self, handler: Any) -> User | None:
        if handler.request.headers.get("X-User") == "banned":
            raise HTTPError(403)
        return named(handler)


class ByName(IdentityProvider):
    def generate_anonymous_user(self, handler: Any) -> User:
        return User("holder")


def patched(**kwargs: Any) -> IdentityProvider:
    """One whose method was put into the object."""
    provider = IdentityProvider(**kwargs)
    provider.get_user = named  # type: ignore[method-assign]
    return provider


PROVIDERS = {
    "Jupyter's": IdentityProvider,
    "password": lambda **kwargs: PasswordIdentityProvider(hashed_password=passwd("x", "sha1"), **kwargs),
    "no authentication": lambda **kwargs: PasswordIdentityProvider(**{**kwargs, "token": ""}),
    "no token": lambda **kwargs: IdentityProvider(**{**kwargs, "token": ""}),
    "no token but a password": lambda **kwargs: PasswordIdentityProvider(
        hashed_password=passwd("x", "sha1"), **{**kwargs, "token": ""}
    ),
    "token of other letters": lambda **kwargs: IdentityProvider(**{**kwargs, "token": "tökén"}),
    "get_user": ByHeader,
    "get_user, slow": Slowly,
    "get_user_token": ByUserToken,
    "get_token": ByOtherHeader,
    "get_user_cookie": ByCookie,
    "generate_anonymous_user": ByName,
    "in the object": patched,
}
LETS_NOBODY_IN = {"no token", "no token but a password"}  # by anything but the login page
REQUESTS: list[tuple[str, dict[str, str]]] = [
    ("", {}),
    *(("", {"Authorization": f"{scheme} {TOKEN}"}) for scheme in ("token", "Bearer", "TOKEN", "bEaReR")),
    ("", {"Authorization": f"token    {TOKEN}"}),
    *(("", {"Authorization": f"{scheme} {TOKEN}"}) for scheme in ("Basic", "", "xtoken")),
    *(
        ("", {"Authorization": f"token {token}"})
        for token in ("wrong", TOKEN[:-1], f"{TOKEN}x", "", "another")
    ),
    *(("", {"Authorization": f"token {token}"}) for token in ("tökén", "€", "ÿ")),
    *((f"?token={token}", {}) for token in (TOKEN, "wrong", "", "another")),
    *((f"?token={token}", {}) for token in ("t%C3%B6k%C3%A9n", "%ff", "%ed%a0%80", "%00", "€")),
    (f"?token=wrong&token={TOKEN}", {}),
    (f"?token={TOKEN}", {"Authorization": "token wrong"}),
    ("?token=wrong", {"Authorization": f"token {TOKEN}"}),
    ("", {"X-User": "alice"}),
    ("", {"X-User": "banned", "Authorization": f"token {TOKEN}"}),
    ("", {"X-Token": TOKEN}),
    ("", {"Cookie": "username-localhost=x"}),
    ("", {"Cookie": "username-localhost=x", "Authorization": f"token {TOKEN}"}),
    ("", {"Host": "evil.example", "Authorization": f"token {TOKEN}"}),
    ("", {"Host": "127.0.0.1", "Authorization": f"token {TOKEN}"}),
    ("", {"Origin": "https://evil.example", "Authorization": f"token {TOKEN}"}),
    ("", {"Origin": "https://evil.example"}),
    ("", {"Origin": "https://evil.example", "X-User": "alice"}),
]


@pytest.fixture
def ask(http_server: Any, jp_serverapp: Any, jp_http_port: int, jp_base_url: str) -> Any:
    """Sends a request byte for byte; gives the status and the lines of the headers."""

    async def ask(path: str, headers: dict[str, str], method: str = "GET") -> tuple[int, list[str]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", jp_http_port)
        lines = [f"{method} {jp_base_url}{path} HTTP/1.1", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in ({"Host": "localhost"} | headers).items()]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        answer = (
            (await asyncio.wait_for(reader.read(), 20))
            .decode("latin-1")
            .partition("\r\n\r\n")[0]
            .split("\r\n")
        )
        writer.close()
        await writer.wait_closed()
        return int(answer[0].split()[1]), answer[1:]

    return ask


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("anybody", [False, True], ids=["", "allow_unauthenticated_access"])
async def test_whoever_jupyter_lets_in(ask, jp_serverapp, provider, anybody):
    settings = jp_serverapp.web_app.settings
    settings["identity_provider"] = PROVIDERS[provider](parent=jp_serverapp, token=TOKEN)
    settings["allow_unauthenticated_access"] = anybody
    admitted = 0
    for query, headers in REQUESTS:
        (theirs, _), (ours, lines) = await ask(JUPYTERS + query, headers), await ask(OURS + query, headers)
        assert (ours == 200) == (theirs == 200), (query, headers, ours, theirs)
        assert ours in {200, 400, 401, 403}, (query, headers)
        assert ours == 200 or (await ask(OURS + query, headers, "HEAD"))[0] == ours
        assert not any(line.startswith("Set-Cookie") for line in lines) or "Cookie" in headers
        admitted += ours == 200
    assert (admitted == 0) == (provider in LETS_NOBODY_IN)
    assert admitted < len(REQUESTS)


@pytest.mark.parametrize("given", ["tökén", "€", "ÿ", "x" * 5000])
async def test_no_token_breaks_the_comparison(ask, jp_serverapp, given):
    assert (await ask(OURS, {"Authorization": f"token {given}"}))[0] == 401


class OnlyHolder(Authorizer):
    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return user.username == "holder"


@pytest.mark.parametrize(("provider", "status"), [(ByName, 200), (IdentityProvider, 403), (ByHeader, 403)])
async def test_the_authorizer_sees_whom_the_provider_names(ask, jp_serverapp, provider, status):
    settings = jp_serverapp.web_app.settings
    settings["identity_provider"] = provider(parent=jp_serverapp, token=TOKEN)
    settings["authorizer"] = OnlyHolder(parent=jp_serverapp)
    headers = {"Authorization": f"token {TOKEN}", "X-User": "alice"}
    assert (await ask(OURS, headers))[0] == status


@pytest.mark.filterwarnings("ignore:Overriding JupyterHandler.get_current_user is deprecated")
async def test_the_old_way_of_a_hub_to_identify_users(ask, jp_serverapp, monkeypatch):
    def get_current_user(handler: Any) -> str:
        if "X-User" not in handler.request.headers:
            raise HTTPError(403)
        return str(handler.request.headers["X-User"])

    monkeypatch.setattr(JupyterHandler, "get_current_user", get_current_user)
    for token in (TOKEN, ""):
        provider = IdentityProvider(parent=jp_serverapp, token=token)
        jp_serverapp.web_app.settings["identity_provider"] = provider
        assert (await ask(OURS, {"Authorization": f"token {TOKEN}"}))[0] == 403
        assert (await ask(OURS, {}))[0] == 403
        assert (await ask(OURS, {"X-User": "alice"}))[0] == 200


async def test_many_slow_decisions_are_made_side_by_side(ask, jp_serverapp):
    jp_serverapp.web_app.settings["identity_provider"] = Slowly(parent=jp_serverapp)
    users = [{"X-User": "alice"} if n % 2 else {} for n in range(20)]
    answers = await asyncio.gather(*(ask(OURS, user) for user in users))
    assert [status for status, _ in answers] == [200 if user else 401 for user in users]


async def test_only_people_get_a_cookie(jp_fetch, jp_serverapp):
    programs = await jp_fetch(OURS)
    assert "Set-Cookie" not in programs.headers
    people = await jp_fetch("zarr/", headers={"Accept": "text/html"})
    cookie = "; ".join(text.split(";")[0] for text in people.headers.get_list("Set-Cookie"))
    own = {"Authorization": "", "Cookie": cookie}
    assert (await jp_fetch(OURS, headers=own)).code == 200
    for foreign in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
        with pytest.raises(HTTPClientError, match="403"):
            await jp_fetch(OURS, headers={**own, **foreign})
    jp_serverapp.web_app.settings["allow_origin"] = "https://viewer.example"
    answer = await jp_fetch(OURS, headers={**own, "Origin": "https://viewer.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://viewer.example"


async def test_a_token_that_was_changed_counts_no_more(ask, jp_serverapp):
    provider = IdentityProvider(parent=jp_serverapp, token=TOKEN)
    jp_serverapp.web_app.settings["identity_provider"] = provider
    assert (await ask(OURS, {"Authorization": f"token {TOKEN}"}))[0] == 200
    provider.token = "new"
    assert (await ask(OURS, {"Authorization": f"token {TOKEN}"}))[0] == 401
    assert (await ask(OURS, {"Authorization": "token new"}))[0] == 200
