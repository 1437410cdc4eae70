"""A redis-server of the test's own, on a socket in its folder."""

import socket
import subprocess
import time
from contextlib import contextmanager


@contextmanager
def running_redis(folder):
    """Yields the URL by which crm-merge reaches it."""
    path = folder / "redis.sock"
    process = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", path, "--dir", folder, "--save", "", "--appendonly", "no"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not answers(path):
            assert process.poll() is None and time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.01)
        yield f"unix://{path}"
    finally:
        process.kill()
        process.wait()


def answers(path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
    except OSError:
        return False
