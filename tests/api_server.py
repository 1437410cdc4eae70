"""Runs the HTTP API as a process (build/src/server/api_server: no workers) and speaks to it.

Its standard input plays the worker: see src/server/bin/api_server.cpp.
"""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import binary
from http_service import TIMEOUT_SECONDS, HttpService


def path() -> str:
    """The api_server beside the crm-merge that is tested."""
    found = os.environ.get("CRM_MERGE_API_BIN") or str(Path(binary.path()).parents[1] / "server" / "api_server")
    if not os.access(found, os.X_OK):
        raise AssertionError(f"{found} is not there or cannot be run: build the target api_server first")
    return found


class ApiServer(HttpService):
    def __init__(self, folder, **options):
        arguments = [path(), str(folder)]
        for name, value in options.items():
            arguments += ["--" + name.replace("_", "-"), str(value)]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=binary.environment(), text=True)
        line = self.process.stdout.readline()
        if not line.startswith("port "):
            raise AssertionError(f"api_server did not start: {line}{self.process.stderr.read()}")
        self.port = int(line.split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Asks it to end and returns its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(TIMEOUT_SECONDS)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        return code

    def command(self, line) -> str:
        """A command to the played worker; returns its answer."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def complete_next(self, folder, merged: bytes, name="merged.csv") -> str:
        """Plays the worker for the next job: publishes `merged`, completes; returns the job's id."""
        job = self.command("take")
        source = Path(folder) / f"played-{job}"
        source.write_bytes(merged)
        key = f"results/{job}/{name}"
        assert self.command(f"put {key} {source}") == "ok"
        result = {"success": True, "outputFileKey": key, "outputFileUrl": "file:" + key, "outputRowCount": 1,
                  "matchStats": {"totalOriginalRows": 1, "totalEnrichedRows": 1, "matchedRows": 1, "unmatchedRows": 0, "matchRate": 100},
                  "enrichedColumns": [], "outputs": {"merged": {"key": key, "uri": "file:" + key}}, "processingTimeMs": 1}
        assert self.command("complete " + json.dumps(result)) == "ok"
        return job


def token_line(name, role, token) -> str:
    return f"{name} {role} sha256:{hashlib.sha256(token.encode()).hexdigest()}\n"


ORIGINAL = b"Record ID,Email,Phone,City\n1,ann@example.com,,Rome\n2,bob@example.com,+14155550100,\n3,none@example.org,,Oslo\n"
ENRICHED = b"Email,City,Title\nANN@example.com,Paris,CEO\nbob@example.com,Berlin,CTO\nzoe@example.com,Kyiv,COO\n"
