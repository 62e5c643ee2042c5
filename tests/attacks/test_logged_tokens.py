"""However the address of a link is spelled, its token is in no log."""

import pytest

from jupyter_zarr_serve.handlers.web.hiding import without_tokens
from tests.server import Server

TOKEN = "T0KEN" + "a" * 39
SPELLINGS = [
    "/zarr/s/{}/v3", "/zarr/s%2F{}", "/zarr/s%2f{}/v3", "/zarr/%73/{}", "/zarr/%53/{}", "/zarr/s//{}",
    "/zarr//s/{}", "/zarr/s%252F{}", "/zarr/s%25252F{}/v3", "/zarr/%2573/{}", "/za%72r/s/{}", "/zarr/s\\{}",
    "/zarr/s%5C{}", "/zarr%2Fs%2F{}%2Fv3", "/zarr/./s/{}", "/zarr/x/../s/{}", "/zarr/S/{}", "/zarr/s/%54{}",
    "/zarr/s/{}%2f..", "/login?next=%2Fzarr%2Fs%2F{}", "/zarr/v3?x=/zarr/s/{}",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_link_leaves_its_token(spelling):
    assert TOKEN not in without_tokens(spelling.format(TOKEN))
    assert "T0KEN" not in without_tokens(spelling.format("%540KEN"))


@pytest.mark.parametrize(
    "address", ["/zarr/v3/files/a%2Fb?search=%25", "/zarr/v3/", "/", "", "/zarr/shares/x"]
)
def test_an_address_without_a_link_stays_as_it_is(address):
    assert without_tokens(address) == address


def test_what_is_written_into_the_log_of_a_server(server: Server):
    for spelling in SPELLINGS:
        if spelling.startswith("/zarr/"):
            server.nobody(spelling.format(TOKEN)[1:])
    server.get("zarr/nowhere", headers={"Referer": f"http://x/zarr/s%2F{TOKEN}"})
    log = server.log.read_text()
    assert "[secret]" in log
    assert TOKEN not in log
