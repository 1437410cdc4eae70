"""What takes long to make is made once, however many processes pytest runs its tests in."""

import fcntl
import os


def made_once(tmp_path_factory, name, make):
    """The folder `name` of this run of pytest, filled by `make(folder)` in the first process that asks for it."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder, done = root / name, root / f"{name}.done"
    with open(root / f"{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
