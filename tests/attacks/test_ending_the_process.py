"""Files over which a library ends the process: a server that dies, dies in a child process here."""

import base64
import random
import subprocess
import sys
import textwrap
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
import pytest
from pyarrow import feather

WALK = textwrap.dedent("""
    import faulthandler, logging, pathlib, sys
    from jupyter_zarr_serve.core.nodes import Group, Policy
    from jupyter_zarr_serve.serve.request import JSON, Request
    from jupyter_zarr_serve.serve.respond import respond
    from jupyter_zarr_serve.files.library import Library
    from jupyter_zarr_serve.files.writing import ask_elsewhere

    ask_elsewhere(lambda path: False)  # no look at all processes after each failure
    faulthandler.enable()
    logging.disable(50)

    def walk(node):
        respond(node, Request(3, ("",), form=JSON))
        respond(node, Request(3, ("zarr.json",)))
        try:
            names = list(node.children)
        except Exception:
            return
        for name in names:
            answer = respond(node, Request(3, (name, "zarr.json")))
            print(name, answer.status, answer.body[:200], flush=True)
            respond(node, Request(3, (name, "c", "0")))
            try:
                member = node.children[name]
            except Exception:
                continue
            if isinstance(member, Group):
                walk(member)

    walk(Library(pathlib.Path(sys.argv[1]), Policy()).top())
    print("alive")
""")

SECONDS = 250


def served(folder):
    """What a process that lists, describes and reads everything in a folder prints."""
    run = subprocess.run(
        [sys.executable, "-c", WALK, folder], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert run.stdout.endswith("alive\n"), run.stderr[-2000:]
    return run.stdout


class Keys(pe.KmsClient):
    def __init__(self, configuration):
        super().__init__()

    def wrap_key(self, key_bytes, master_key_identifier):
        return base64.b64encode(key_bytes)

    def unwrap_key(self, wrapped_key, master_key_identifier):
        return base64.b64decode(wrapped_key)


@pytest.fixture
def table():
    n = 60
    return pa.table(
        {
            "i": np.arange(n),
            "u": np.arange(n).astype("u4"),
            "f": np.random.default_rng(0).random(n),
            "s": [None if i % 7 == 0 else str(i) for i in range(n)],
            "l": [[1, 2]] * n,
        }
    )


@pytest.mark.parametrize("plain_footer", [True, False])
def test_an_encrypted_file_is_refused_and_its_folder_listed(tmp_path, table, plain_footer):
    factory = pe.CryptoFactory(Keys)
    configuration = pe.EncryptionConfiguration(
        footer_key="f", column_keys={"c": ["i"]}, plaintext_footer=plain_footer
    )
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), configuration)
    with pq.ParquetWriter(tmp_path / "x.parquet", table.schema, encryption_properties=properties) as writer:
        writer.write_table(table)
    np.save(tmp_path / "a.npy", np.arange(3))
    found = served(tmp_path)
    assert "a.npy 200" in found
    assert "x.parquet 422" in found
    assert "encrypted" in found


def test_no_flipped_bit_of_a_footer_ends_the_process(tmp_path, table):
    pq.write_table(table, tmp_path / "x.parquet", row_group_size=30)
    data = (tmp_path / "x.parquet").read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    pick = random.Random(4)
    for number in range(150):
        damaged = bytearray(data)
        damaged[pick.randrange(footer, len(data) - 8)] ^= 1 << pick.randrange(8)
        (tmp_path / f"{number}.parquet").write_bytes(damaged)
    assert "x.parquet 200" in served(tmp_path)


def test_no_flipped_bit_of_feather_version_1_ends_the_process(tmp_path):
    values = {"i": np.arange(40), "s": [str(i) for i in range(40)], "f": np.arange(40) / 2}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        feather.write_feather(pd.DataFrame(values), tmp_path / "x.feather", version=1)
    data = (tmp_path / "x.feather").read_bytes()
    pick = random.Random(1)
    length = int.from_bytes(data[-8:-4], "little")
    for number in range(8):
        damaged = bytearray(data)
        damaged[pick.randrange(len(data) - 8 - length, len(data) - 8)] ^= 1 << pick.randrange(8)
        (tmp_path / f"{number}.feather").write_bytes(damaged)
    assert "x.feather 200" in served(tmp_path)
    assert "f 200" in served(tmp_path)
