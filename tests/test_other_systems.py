"""Every module imports on a system that lacks what only Linux or POSIX has.

The libraries that modules import stay those of this system; only the package is imported anew, in a process
that has lost the rest.
"""

import json
import subprocess
import sys

import pytest

_LINUX = {
    "os": (
        "memfd_create MFD_CLOEXEC O_PATH O_NOATIME O_TMPFILE RWF_NOWAIT sched_getaffinity posix_fadvise "
        "copy_file_range splice getxattr setns unshare pidfd_open eventfd"
    ),
    "socket": "SO_PEERCRED SO_PASSCRED SCM_CREDENTIALS MSG_NOSIGNAL SOCK_CLOEXEC SOCK_NONBLOCK AF_NETLINK",
    "signal": "pidfd_send_signal SIGPWR SIGRTMIN sigwaitinfo sigtimedwait",
}
_POSIX = {
    "os": (
        "fork forkpty register_at_fork killpg getpgrp getpgid setsid getuid geteuid getgid nice sendfile "
        "pread preadv pwrite statvfs fchmod fchown chown mkfifo sysconf wait WNOHANG uname "
        "O_NOFOLLOW O_DIRECTORY O_NONBLOCK O_CLOEXEC O_SYNC"
    ),
    "socket": "AF_UNIX SCM_RIGHTS recv_fds send_fds SO_REUSEPORT MSG_DONTWAIT",
    "signal": "SIGKILL SIGCHLD SIGHUP SIGUSR1 SIGUSR2 SIGALRM SIGPIPE SIGQUIT SIGSTOP SIGCONT setitimer "
    "pthread_sigmask pthread_kill",
}
_MODULES = {"darwin": [], "win32": ["fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "syslog"]}
_MISSING = {"darwin": [_LINUX], "win32": [_LINUX, _POSIX]}

_IMPORT = """
import importlib, json, os, pkgutil, sys, traceback, types
import prometheus_client
import jupyter_zarr_serve as package

system, modules, missing = json.loads(sys.argv[1])
names = []
for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.", onerror=lambda name: None):
    if not module.name.endswith("__main__"):
        try:
            importlib.import_module(module.name)
            names.append(module.name)
        except ImportError:  # a library that is not installed here
            pass
for name in [name for name in sys.modules if name.partition(".")[0] == package.__name__]:
    del sys.modules[name]
for module in modules:
    sys.modules[module] = None
for table in missing:
    for module, gone in table.items():
        for name in gone.split():
            vars(importlib.import_module(module)).pop(name, None)
sys.platform = system
if system == "win32":
    os.O_BINARY = 1 << 15  # `os.name` stays: pathlib makes no paths of another system
    sys.modules["msvcrt"] = types.ModuleType("msvcrt")
prometheus_client.REGISTRY.__init__()  # what is measured is registered anew, too
failed = {}
for name in names:
    try:
        importlib.import_module(name)
    except Exception:
        failed[name] = traceback.format_exc().splitlines()[-3:]
print(json.dumps([names, failed]))
"""


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_every_module_imports_without_what_a_system_lacks(system: str) -> None:
    asked = json.dumps([system, _MODULES[system], _MISSING[system]])
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT, asked], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    names, failed = json.loads(done.stdout.splitlines()[-1])
    assert len(names) > 300
    assert failed == {}
