"""examples/node, run as its reader would, against a Redis of the test's own."""

import json
import os
import pathlib
import shutil
import signal
import subprocess

import binary
import pytest
from redis_server import running_redis

HERE = pathlib.Path(__file__).parent
ORIGINAL = b"Record ID,Email,Phone,City\n1,ann@example.com,,Rome\n2,bob@example.com,+14155550100,\n3,none@example.org,,Oslo\n"
ENRICHED = b"Email,Phone,Title\nann@example.com,,CEO\n,+14155550100,CTO\n"
PACKAGES = HERE / "node/node_modules"


@pytest.fixture
def redis(tmp_path):
    with running_redis(tmp_path) as url:
        yield url


@pytest.fixture
def example(tmp_path, redis):
    """Starts the example with the packages that tests/node pins."""
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "bullmq").symlink_to(PACKAGES / "bullmq6")
    (modules / "ioredis").symlink_to(PACKAGES / "ioredis")
    shutil.copy(HERE.parent / "examples/node/merge.mjs", tmp_path)
    environment = dict(os.environ, REDIS_URL=redis.removeprefix("unix://"), MSGPACKR_NATIVE_ACCELERATION_DISABLED="true")
    started = []

    def start():
        words = ["node", "merge.mjs", f"file:{tmp_path}/store/crm.csv", f"file:{tmp_path}/store/apollo.csv"]
        started.append(subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def worker(tmp_path, redis):
    """Starts `crm-merge worker` on a store that holds both files."""
    store = tmp_path / "store"
    store.mkdir()
    (store / "crm.csv").write_bytes(ORIGINAL)
    (store / "apollo.csv").write_bytes(ENRICHED)
    started = []

    def start():
        words = [binary.path(), "worker", "--queue", redis, "--store", f"file:{store}", "--data", tmp_path / "data"]
        started.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    yield start
    for process in started:
        process.kill()
        process.wait()


def keys(url, pattern):
    socket = url.removeprefix("unix://")
    return subprocess.run(["redis-cli", "-s", socket, "KEYS", pattern], capture_output=True, text=True, check=True).stdout.split()


def test_it_shows_progress_and_the_result(example, worker, tmp_path):
    process = example()
    assert process.stdout.readline().startswith("queued ")
    worker()  # who waits hears of progress; a job that is over before is only told as such
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    lines = out.splitlines()
    assert any(line.split()[1:2] == ["%"] for line in lines), out
    result = json.loads(lines[-1])
    assert result["success"] and result["outputRowCount"] == 3
    merged = (tmp_path / "store" / result["outputFileKey"]).read_text()
    assert [line.split(",")[0] for line in merged.splitlines()] == ["Record ID", "1", "2", "3"]


def test_ctrl_c_cancels_the_job(example, worker, redis):
    process = example()
    assert process.stdout.readline().startswith("queued ")
    process.send_signal(signal.SIGINT)
    while not keys(redis, "crm-merge:cancel:crm-merge:*"):
        assert process.poll() is None
    worker()
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "failed: cancelled" in errors
