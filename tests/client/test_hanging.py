"""Servers that hang: they hold up nobody for longer than was agreed, and are named."""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import jupyter_zarr_serve as jz
from jupyter_zarr_serve.client import listing, looking, near_names
from jupyter_zarr_serve.client.at_once import TimeLeft, outcomes
from tests.client.test_failing import VALUES, serving


def note(runtime: Path, port: int, name: str) -> str:
    """The runtime file of a server of this very process; its base URL."""
    url = f"http://127.0.0.1:{port}/"
    told = {"url": url, "token": "t", "root_dir": str(runtime), "hostname": "127.0.0.1", "pid": os.getpid()}
    (runtime / f"jpserver-{name}.json").write_text(json.dumps(told))
    return url


@pytest.fixture
def runtime(environment, tmp_path) -> Path:
    environment.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    environment.setattr(looking, "_MOMENT", 0.3)
    return tmp_path


@pytest.fixture
def hanging(runtime) -> Iterator[list[str]]:
    """Three servers that take questions and never answer."""
    with ExitStack() as opened:
        listeners = [opened.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        yield [note(runtime, each.getsockname()[1], f"hangs-{each.fileno()}") for each in listeners]


def test_what_one_server_has_is_opened_though_others_hang(runtime, hanging):
    with serving(lambda _: (200, {}, VALUES.tobytes())) as address:
        note(runtime, urlsplit(address).port or 0, "has-it")
        started = time.monotonic()
        array = jz.open("files/x")
        assert time.monotonic() - started < 5
        assert array[...].tolist() == VALUES.tolist()
        assert str(urlsplit(address).port) in str(array.store)


def test_who_hangs_is_named_and_waited_for_once(hanging):
    started = time.monotonic()
    with pytest.raises(TimeoutError, match=r"3 of 3 servers within 1 s .*server='http") as failure:
        jz.open("files/x", timeout=1)
    assert time.monotonic() - started < 4, "not one after the other"
    assert all(url in str(failure.value) for url in hanging)


def test_the_list_says_who_does_not_answer(runtime, hanging, environment):
    environment.setattr(listing, "_PATIENCE", 0.5)
    shown = jz.open()
    assert len(shown.failures) == len(shown.servers) == 3
    assert [*shown] == []
    for text in (repr(shown), shown._repr_html_()):
        assert text.count("timed out") + text.count("does not answer") == 3


def test_one_server_that_hangs_fails_the_list(hanging):
    with pytest.raises(TimeoutError):
        jz.open(server=hanging[0], timeout=0.5)


def test_names_that_are_alike_are_not_waited_for_long(runtime, hanging, environment):
    environment.setattr(near_names, "_PATIENCE_FOR_ALL", 0.5)
    tried = {way: [("files", "x")] for way in looking.ways(looking.parsed(""), None, None, 60)}
    started = time.monotonic()
    assert near_names.suggestion("x", tried) == ""
    assert time.monotonic() - started < 3


def test_who_answers_after_the_time_is_left_out():
    left = TimeLeft(0.5)

    def ask(seconds: float) -> float:
        time.sleep(seconds)
        if not seconds:
            raise ValueError("none")
        return seconds

    found = dict(outcomes(ask, [5.0, 0.0, 0.1], left))
    assert found.keys() == {0.0, 0.1}
    assert isinstance(found[0.0], ValueError)
    assert found[0.1] == 0.1


def test_more_than_there_are_threads_are_asked_all_the_same():
    found = dict(outcomes(lambda number: number * 2, range(200), TimeLeft(30)))
    assert found == {number: number * 2 for number in range(200)}
