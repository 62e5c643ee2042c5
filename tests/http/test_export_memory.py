"""What is exported takes no more memory than a part of it, however large the file is."""

from pathlib import Path

import numpy as np
import psutil
import requests

from tests.server import Server, running_server


def test_large_files_take_no_more_memory_than_small_ones(tmp_path):
    data, private = tmp_path / "data", tmp_path / "jupyter"
    for folder in (data, private):
        folder.mkdir()
    marks = {(7, 9): 3, (-1, -1): 5}
    for name, lines in {"small": 2_000, "large": 60_000}.items():  # 16 and 480 MB, most of them a hole
        file = np.lib.format.open_memmap(data / f"{name}.npy", "w+", "u2", shape=(lines, 4_000))
        for place, value in marks.items():
            file[place] = value
        file.flush()
    with running_server(data, private) as server:

        def exported(name: str, form: str) -> bytes:
            """The first bytes of a file, and the last."""
            url = f"{server.url}zarr/api/export/files/{name}.npy?form={form}"
            with requests.get(url, headers=server.headers, stream=True, timeout=120) as answer:
                assert answer.status_code == 200, answer.text
                ends = b""
                for part in answer.iter_content(1 << 22):
                    ends = ends[: 1 << 17] + part[: 1 << 17] + part[-100:]
            return ends

        for form in ("npy", "csv&region=:1000,:100", "zarr.zip"):
            exported("small", form)
        before = highest(server)
        found = exported("large", "npy")
        assert found[-2:] == b"\5\0"
        assert np.frombuffer(found[128 : 1 << 17], "u2")[7 * 4_000 + 9] == 3
        assert exported("large", "csv&region=51000:,:500").endswith(b"0\n")
        exported("large", "zarr.zip")
        assert highest(server) - before < 200 << 20


def highest(server: Server) -> int:
    """Bytes of memory that a server and its workers took at their highest."""
    parent = psutil.Process(server.process.pid)
    pids = [process.pid for process in (parent, *parent.children(recursive=True))]
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
