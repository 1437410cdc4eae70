"""Runs the real crm-merge as a process.

The path comes from CRM_MERGE_BIN. A missing binary is a failure, never a skip.
"""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass

ENGINES = os.environ.get("CRM_MERGE_ENGINES", "stream,sql").split(",")
TIMEOUT_SECONDS = 120


@dataclass
class Outcome:
    code: int
    stdout: bytes
    stderr: str

    @property
    def last_line(self) -> str:
        lines = [line for line in self.stderr.splitlines() if line.strip()]
        return lines[-1] if lines else ""


def path() -> str:
    binary = os.environ.get("CRM_MERGE_BIN", "")
    if not binary:
        raise AssertionError("set CRM_MERGE_BIN to the crm-merge binary that is to be tested")
    if not os.access(binary, os.X_OK):
        raise AssertionError(f"CRM_MERGE_BIN={binary} is not there or cannot be run: build it first")
    return os.path.abspath(binary)


def environment(**more) -> dict:
    """A plain environment: no colours, no home, so that nothing of this machine reaches a test."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                                                "TSAN_OPTIONS", "LSAN_OPTIONS") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", **more}


def run(arguments, folder, stdin=b"", env=None, preexec=None, timeout=TIMEOUT_SECONDS) -> Outcome:
    """`crm-merge ARGUMENTS` in `folder`, to its end."""
    done = subprocess.run([path(), *map(str, arguments)], cwd=folder, input=stdin, capture_output=True,
                          env=environment(**(env or {})), preexec_fn=preexec, timeout=timeout, check=False)
    return Outcome(exit_status(done.returncode), done.stdout, done.stderr.decode("utf-8", "replace"))


def start(arguments, folder, env=None, **popen) -> subprocess.Popen:
    return subprocess.Popen([path(), *map(str, arguments)], cwd=folder, env=environment(**(env or {})), **popen)


def exit_status(code: int) -> int:
    """As a shell shows it: death by a signal is 128 + its number."""
    return code if code >= 0 else 128 - code


# The kernel's peak of a process counts what its parent held when it was started: so a small process starts it.
WEIGH = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024)
"""


def peak_of(arguments, folder):
    """Exit status, and the peak of resident memory in bytes as the kernel counted it."""
    done = subprocess.run([sys.executable, "-S", "-c", WEIGH, path(), *map(str, arguments)], cwd=folder, text=True,
                          capture_output=True, env=environment(), check=True)
    code, peak = done.stdout.split()[-2:]
    return int(code), int(peak), done.stderr


def describe(outcome: Outcome, arguments) -> str:
    return (f"crm-merge {' '.join(map(str, arguments))}\nexit {outcome.code}\n"
            f"stderr: {outcome.stderr[-3000:]}\nstdout: {outcome.stdout[:2000]!r}")


SIGINT_STATUS, SIGTERM_STATUS, SIGPIPE_STATUS = (128 + s for s in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE))
