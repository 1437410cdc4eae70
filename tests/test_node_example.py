"""examples/node, run as its reader would, against a Redis of the test's own."""

import os
import pathlib
import shutil
import signal
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
PROBE = pathlib.Path(os.environ["CRM_MERGE_BIN"]).parent.parent / "bullmq" / "bullmq_probe"
PACKAGES = HERE / "node/node_modules"


@pytest.fixture
def socket(tmp_path):
    path = tmp_path / "redis.sock"
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", path, "--dir", tmp_path, "--save", "", "--loglevel", "verbose"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert any("ready to accept connections" in line for line in server.stdout)
    yield path
    server.kill()
    server.wait()
    server.stdout.close()


@pytest.fixture
def example(tmp_path, socket):
    """Starts the example with the packages that tests/node pins."""
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "bullmq").symlink_to(PACKAGES / "bullmq6")
    (modules / "ioredis").symlink_to(PACKAGES / "ioredis")
    shutil.copy(HERE.parent / "examples/node/merge.mjs", tmp_path)
    environment = dict(os.environ, REDIS_URL=str(socket), MSGPACKR_NATIVE_ACCELERATION_DISABLED="true")
    started = []

    def start():
        words = ["node", "merge.mjs", "s3://b/crm.csv", "s3://b/apollo.csv"]
        started.append(subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def worker(socket):
    """Starts a worker whose jobs only say that they were done."""
    started = []

    def start():
        started.append(subprocess.Popen([PROBE, "work", f"unix://{socket}", "crm-merge"], stdout=subprocess.PIPE))

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_it_waits_for_the_result(example, worker):
    worker()
    process = example()
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert out.splitlines()[0].startswith("queued ")
    assert out.splitlines()[-1] == '{"success":true}'


def keys(socket, pattern):
    return subprocess.run(["redis-cli", "-s", socket, "KEYS", pattern], capture_output=True, text=True, check=True).stdout.split()


def test_ctrl_c_cancels_the_job(example, worker, socket):
    process = example()
    assert process.stdout.readline().startswith("queued ")
    process.send_signal(signal.SIGINT)
    while not keys(socket, "crm-merge:cancel:crm-merge:*"):
        assert process.poll() is None
    worker()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "failed: cancelled" in errors
