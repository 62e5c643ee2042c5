"""Run by zarr-python 2.18: answers a question, and tells the keys of its group; see `verdicts`."""

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import fsspec
import zarr

from tests.clients.verdicts import Answer, answer_of, asked, error_of, tell


def main() -> None:
    question = asked(sys.stdin)
    mapper = fsspec.get_mapper(question.url, client_kwargs={"headers": question.headers})
    root = zarr.open(mapper, mode="r")
    tell([{"path": "", "version": zarr.__version__, "keys": sorted(root.keys())}])
    with ThreadPoolExecutor(4) as pool:
        tell(pool.map(lambda path: answer_about(root, path), question.paths))


def answer_about(root: Any, path: str) -> Answer:
    try:
        return answer_of(path, root[path][...])
    except Exception as error:  # noqa: BLE001 (whatever a client raises is its answer)
        return error_of(path, error)


if __name__ == "__main__":
    main()
