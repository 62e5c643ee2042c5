"""The table of ``docs/clients.md`` says what the tables of limits say."""

import itertools

from tests.clients import cannot, cannot_native, matrix


def test_the_page_has_the_tables():
    assert matrix.rendered() in matrix.PAGE.read_text(), "run python -m tests.clients.matrix"
    assert matrix.with_tables(matrix.PAGE.read_text()) == matrix.PAGE.read_text()


def test_every_limit_is_in_a_note():
    tables = matrix.rendered()
    rows = itertools.chain(cannot.LIMITS, cannot_native.LIMITS, cannot_native.MISREADINGS)
    assert [row.reason for row in rows if row.reason not in tables] == []


def test_every_kind_is_asked_of_some_client(zarr_format):
    table = matrix.table(matrix.NATIVE, [*matrix.KINDS, *matrix.NAMES], {zarr_format}, "", matrix.Notes())
    for line in table.splitlines()[2:]:
        assert "✓" in line
