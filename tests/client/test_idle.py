"""Idle connections are few, and those of another process are not used."""

import os

from jupyter_zarr_serve.client.idle import Idle
from jupyter_zarr_serve.client.own import Own
from jupyter_zarr_serve.client.reader import Reader


class Connection:
    is_open = True

    def close(self) -> None:
        self.is_open = False


def test_no_more_are_idle_than_may_be():
    idle: Idle[Connection] = Idle(2)
    given = [Connection() for _ in range(3)]
    for connection in given:
        idle.give(connection)
    assert [connection.is_open for connection in given] == [True, True, False]
    assert [idle.take(), idle.take(), idle.take()] == [given[1], given[0], None]


def test_those_of_the_process_that_was_forked_are_closed(monkeypatch):
    idle: Idle[Connection] = Idle(2)
    connection = Connection()
    idle.give(connection)
    child = os.getpid() + 1
    monkeypatch.setattr(os, "getpid", lambda: child)
    assert idle.take() is None
    assert not connection.is_open


def test_they_are_closed_with_what_held_them():
    idle: Idle[Connection] = Idle(2)
    connection = Connection()
    idle.give(connection)
    del idle
    assert not connection.is_open


def test_readers_of_two_formats_or_views_are_not_equal():
    way = Own()
    assert Reader(way, ("t",)) == Reader(way, ("t",))
    assert Reader(way, ("t",)) != Reader(way, ("t",), zarr_format=2)
    assert Reader(way, ("t",)) != Reader(way, ("t",), view="portable")
