"""zarr-python 3 as a client: over fsspec's mapper, as members, by URL, over obstore, and through dask.

Run as a program it reads by zarrs' codec pipeline, without falling back to Python's; see `asked`.
"""

import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

import dask.array as da
import fsspec
import obstore
import zarr
from zarr.storage import ObjectStore

from tests.clients.verdicts import Answer, Question, answer_of, asked, error_of, tell

THREADS = 4


@dataclass(frozen=True)
class Client:
    """A way to read: gives a function of paths for a question."""

    name: str
    reader: Callable[[Question], Callable[[str], Any]]

    def answers(self, question: Question) -> list[Answer]:
        """The answers about all paths of a question."""
        read = self.reader(question)
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(lambda path: _answer(read, path), question.paths))


def _answer(read: Callable[[str], Any], path: str) -> Answer:
    try:
        return answer_of(path, read(path))
    except Exception as error:  # noqa: BLE001 (whatever a client raises is its answer)
        return error_of(path, error)


def once(function: Callable[[str], Any]) -> Callable[[str], Any]:
    """The function, whose results are kept; of several threads only one makes each."""
    known, lock = cache(function), Lock()

    def of(name: str) -> Any:
        with lock:
            return known(name)

    return of


def by_mapper(question: Question) -> Callable[[str], Any]:
    """From the root group by names, as people do."""
    mapper = fsspec.get_mapper(question.url, client_kwargs={"headers": question.headers})
    root = zarr.open_group(mapper, mode="r", zarr_format=question.zarr_format, use_consolidated=False)
    return lambda path: root[path][...]


def by_members(question: Question) -> Callable[[str], Any]:
    """As members of a group, with its consolidated metadata: what is not looked up there is not missed."""

    @once
    def group(name: str) -> Any:
        mapper = fsspec.get_mapper(
            question.url_of(name).rstrip("/"), client_kwargs={"headers": question.headers}
        )
        return zarr.open_group(mapper, mode="r", zarr_format=question.zarr_format)

    return lambda path: _member(group, path)


def by_members_of_obstore(question: Question) -> Callable[[str], Any]:
    """The same by a store that encodes the paths that it is given."""
    options: Any = {"allow_http": True, "default_headers": question.headers}

    @once
    def group(name: str) -> Any:
        store = obstore.store.HTTPStore.from_url(question.url_of(name).rstrip("/"), client_options=options)
        place = ObjectStore(store, read_only=True)
        return zarr.open_group(place, mode="r", zarr_format=question.zarr_format)

    return lambda path: _member(group, path)


def _member(group: Callable[[str], Any], path: str) -> Any:
    """A member of the first group on the way; a single name is a member of what was asked about."""
    name, _, below = path.partition("/")
    return group(name)[below][...] if below else group("")[name][...]


def by_url(question: Question) -> Callable[[str], Any]:
    """Each array by its own percent-encoded URL."""
    options = {"client_kwargs": {"headers": question.headers}}
    return lambda path: zarr.open_array(
        question.url_of(path), mode="r", zarr_format=question.zarr_format, storage_options=options
    )[...]


def by_obstore(question: Question) -> Callable[[str], Any]:
    """Each array by a store of its own, which cannot list."""
    options: Any = {"allow_http": True, "default_headers": question.headers}

    def read(path: str) -> Any:
        store = obstore.store.HTTPStore.from_url(question.url_of(path), client_options=options)
        place = ObjectStore(store, read_only=True)
        return zarr.open_array(place, mode="r", zarr_format=question.zarr_format)[...]

    return read


def by_dask(question: Question) -> Callable[[str], Any]:
    """Each array by its URL, chunk by chunk."""
    options = {"client_kwargs": {"headers": question.headers}}

    def read(path: str) -> Any:
        lazy = da.from_zarr(
            question.url_of(path), storage_options=options, zarr_format=question.zarr_format
        )
        return lazy.compute(scheduler="synchronous")

    return read


CLIENTS = [
    Client("mapper", by_mapper),
    Client("members", by_members),
    Client("url", by_url),
    Client("obstore", by_obstore),
    Client("dask", by_dask),
]


def main() -> None:
    """Answer by zarrs."""
    warnings.simplefilter("ignore")
    zarr.config.set({"codec_pipeline.path": "zarrs.ZarrsCodecPipeline", "codec_pipeline.strict": True})
    tell(Client("zarrs", by_members_of_obstore).answers(asked(sys.stdin)))


if __name__ == "__main__":
    main()
