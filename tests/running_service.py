"""Runs `crm-merge serve` as a process, kills it, starts it again."""

import os
import re
import subprocess
import time
from pathlib import Path

import binary
from http_service import TIMEOUT_SECONDS, HttpService

FINISHED = ("completed", "failed", "cancelled")


class RunningService(HttpService):
    """`crm-merge serve` on a free port with the data folder `folder`/data."""

    def __init__(self, folder, *arguments, env=None, preexec=None):
        self.folder = Path(folder)
        self.data = self.folder / "data"
        self.errors = open(self.folder / "serve.err", "ab")
        command = [binary.path(), "serve", "--data", self.data, "--listen", "127.0.0.1:0", *arguments]
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.errors, env=binary.environment(**(env or {})), text=True, preexec_fn=preexec)
        line = self.process.stdout.readline()
        address = re.search(r"https?://[^ ]*:(\d+)", line)
        if not address:
            self.process.wait(TIMEOUT_SECONDS)
            raise AssertionError(f"serve did not start: {line}{self.log()}")
        self.port = int(address.group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def log(self) -> str:
        return (self.folder / "serve.err").read_text(errors="replace")

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.ended()

    def kill(self):
        """kill -9, and nothing else."""
        self.process.kill()
        self.ended()

    def ended(self) -> int:
        """Waits for its end; returns the exit status."""
        code = self.process.wait(TIMEOUT_SECONDS)
        self.process.stdout.close()
        self.errors.close()
        return code

    # --- jobs

    def job(self, job_id) -> dict:
        answer = self.request("GET", f"/api/v1/jobs/{job_id}")
        assert answer.status == 200, answer.body
        return answer.json

    def wait_for(self, job_id, states=FINISHED, seconds=TIMEOUT_SECONDS) -> dict:
        """The job as soon as it is in one of `states`."""
        deadline = time.monotonic() + seconds
        while True:
            job = self.job(job_id)
            if job["state"] in states:
                return job
            assert time.monotonic() < deadline, f"{job}\n{self.log()[-3000:]}"
            time.sleep(0.02)

    def output(self, job_id, name) -> bytes:
        answer = self.request("GET", f"/api/v1/jobs/{job_id}/outputs/{name}")
        assert answer.status == 200, answer.body
        return answer.body

    def left_in_work(self) -> list:
        """What is there when the attempts that ended have cleared up: that comes after their last word."""
        work = self.data / "work"
        deadline = time.monotonic() + 5
        while True:
            left = sorted(str(path.relative_to(work)) for path in work.rglob("*")) if work.exists() else []
            if not left or time.monotonic() > deadline:
                return left
            time.sleep(0.01)

    def children(self) -> list:
        """Processes that this one has started: the attempts that run."""
        path = Path(f"/proc/{self.process.pid}/task")
        found = []
        for task in path.iterdir():
            try:
                found += (task / "children").read_text().split()
            except FileNotFoundError:
                pass  # the thread ended meanwhile
        return [int(pid) for pid in found]

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident_bytes(self) -> int:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")


def is_alive(pid) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]

