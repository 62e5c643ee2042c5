"""Shared by the tests of readers."""

import io

import pytest


@pytest.fixture
def bytes_read(monkeypatch):
    """The length of every read of a file."""
    lengths = []

    class Counting(io.FileIO):
        def read(self, size=-1):
            lengths.append(size)
            return super().read(size)

    monkeypatch.setattr("jupyter_zarr_serve.readers.files.open_binary", Counting)
    return lengths
