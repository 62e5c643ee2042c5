"""Logins in other processes: found again by the same user, and by nobody else."""

import os
import pickle
import subprocess
import sys

import pytest

from jupyter_zarr_serve.client.login import Login

SECRET = "0123456789abcdef"
LOAD = "import pickle, sys; print(vars(pickle.load(sys.stdin.buffer)))"
AS_NOBODY = """
import os, pickle, sys
import jupyter_zarr_serve.client.finding, jupyter_core.paths  # while its folders may be read
os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(vars(pickle.load(sys.stdin.buffer)))
"""
LEAVE = f"""
import pickle, sys
from jupyter_zarr_serve.client.login import Login
sys.stdout.buffer.write(pickle.dumps(Login("http://example.org/", "given", token={SECRET!r})))
"""


@pytest.fixture(autouse=True)
def runtime(environment, tmp_path):
    environment.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("secret", [{"token": SECRET}, {"link": SECRET}], ids=str)
def test_a_pickle_has_no_secret_and_finds_it_again(runtime, secret):
    login = Login("http://example.org/", "given", **secret)
    pickled = pickle.dumps(login)
    assert SECRET.encode() not in pickled
    assert SECRET not in f"{login}{login!r}"
    (note,) = runtime.iterdir()
    assert note.stat().st_mode & 0o777 == 0o600
    told = subprocess.run([sys.executable, "-c", LOAD], input=pickled, capture_output=True, check=True)
    assert SECRET in told.stdout.decode()


def test_it_is_not_found_once_its_process_has_ended(runtime):
    pickled = subprocess.run([sys.executable, "-c", LEAVE], capture_output=True, check=True).stdout
    assert list(runtime.iterdir()) == []
    with pytest.raises(PermissionError, match="JUPYTER_SERVER_URL"):
        pickle.loads(pickled)


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can act as another user")
def test_another_user_of_the_machine_does_not_find_it(runtime):
    pickled = pickle.dumps(Login("http://example.org/", "given", token=SECRET))
    for folder in (runtime, *list(runtime.parents)[:3]):
        folder.chmod(0o755)  # others may enter, so that it is the note itself that they must not read
    told = subprocess.run(
        [sys.executable, "-c", AS_NOBODY], input=pickled, capture_output=True, check=False
    )
    assert "PermissionError" in told.stderr.decode()
    assert SECRET not in f"{told.stdout!r}{told.stderr!r}"
