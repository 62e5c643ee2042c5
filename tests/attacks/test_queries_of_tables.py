"""Long, endless and hostile queries of tables and files: refused at once, and part of no header."""

import contextlib
import time

import numpy as np
import pytest
from tornado.web import HTTPError

from jupyter_zarr_serve.handlers.web.filenames import attachment
from jupyter_zarr_serve.handlers.web.table_query import condition, names_in, table_options
from tests.server import Server


class Query:
    """The query of a request, as Tornado gives it."""

    def __init__(self, **given: list[str]) -> None:
        self.given = given

    def get_query_arguments(self, name: str) -> list[str]:
        return self.given.get(name, [])


@pytest.mark.parametrize(
    "given",
    [
        {"where": ["a:eq:1"] * 10**6},
        {"where": ["a" * 10**6]},
        {"sort": [",".join(["a"] * 1000)]},
        {"columns": ["a,"] * 10_000},
        {"columns": ["a\nb"]},
        {"sort": ['"a']},
        {"find": ["x" * 1000]},
        {"where": ["\0" * 100]},
    ],
)
def test_what_says_too_much_is_refused_at_once(given):
    begun = time.monotonic()
    with pytest.raises(HTTPError) as refused:
        table_options(Query(**given))
    assert refused.value.status_code == 400
    assert time.monotonic() - begun < 1
    assert len(str(refused.value.log_message)) < 600


def test_no_text_is_taken_apart_for_long():
    begun = time.monotonic()
    for text in ('"' * 60_000, ":" * 60_000, ":eq" * 20_000, '"a""' * 15_000):
        for read in (condition, names_in):
            with contextlib.suppress(HTTPError):
                read(text)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "name",
    [
        "a\r\nSet-Cookie: x=1",
        'a"; filename="b.exe',
        "../../etc/passwd",
        "\u202egnp.exe",
        "a\0b",
        "\udc80",
        "con:",
        "ä" * 9999,
        "",
    ],
)
def test_no_name_ends_its_header_or_leads_elsewhere(name):
    header = attachment(name, ".npy")
    assert header.isascii()
    assert header.startswith("attachment; filename*=UTF-8''")
    assert header.endswith(".npy")
    assert not set(header.partition("''")[2]) & set('\r\n";/\\ ')
    assert len(header) < 2000


def test_a_file_with_a_hostile_name_is_saved_under_a_harmless_one(server: Server, served_dir):
    folder = served_dir / "hostile"
    folder.mkdir()
    np.save(folder / 'a";x=<b>%\n.npy', np.arange(3))
    address = "zarr/api/export/files/hostile/a%22;x=%3Cb%3E%25%0A.npy?form=npy&download=1"
    answer = server.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a_x%3D_b_.npy"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("region", ["0:99999999999999999999", "%0d%0aX: y", ":" * 3000, "-1", "0," * 1999])
def test_hostile_regions(server: Server, served_dir, region):
    np.save(served_dir / "hostile region", np.arange(3))
    answer = server.get(f"zarr/api/export/files/hostile%20region.npy?form=npy&region={region}")
    assert answer.status_code == 400
    assert "X" not in answer.headers


@pytest.mark.parametrize(
    "sort",
    [
        "shape,name", "--name", "-", "NAME", "__class__", "kind%0d%0aX: y", "a" * 5000,
        "%3Cscript%3E", "nbytes%E2%80%AE", "name%26offset=9", "../name", "%FF",
    ],
)  # fmt: skip
def test_hostile_orders_of_listings(server: Server, served_dir, sort):
    (served_dir / "sorted").mkdir(exist_ok=True)
    for address in ("api/node/files/sorted", "v3/files/sorted/"):
        answer = server.get(f"zarr/{address}?sort={sort}", headers={"Accept": "text/html"})
        assert answer.status_code == 400, address
        assert "X" not in answer.headers
        assert "<script>" not in answer.text
        assert len(answer.content) < 20_000


@pytest.mark.parametrize(
    "log", ["9", "-1", "0,", "0,,1", "1" * 99, ",".join("0" * 10), "%D9%A1", "x%0d%0aX: y"]
)
def test_hostile_numbers_of_axes(server: Server, served_dir, log):
    np.save(served_dir / "plotted", np.arange(3))
    answer = server.get(f"zarr/api/preview/files/plotted.npy?form=points&columns=%22%22&log={log}")
    assert answer.status_code == 400, answer.text
    assert "X" not in answer.headers
