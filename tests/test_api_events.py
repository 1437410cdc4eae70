"""Events over WebSocket (python3-websocket): what is heard, by whom, after a break, and what readers cost."""

import json
import os
import socket
from pathlib import Path

import pytest
import websocket

from api_server import ENRICHED, ORIGINAL, ApiServer, token_line


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("events")
    with ApiServer(folder) as running:
        running.folder = folder
        yield running


@pytest.fixture(scope="module")
def files(server):
    return server.upload("crm.csv", ORIGINAL, "original"), server.upload("apollo.csv", ENRICHED)


def listen(server, query="", **options):
    return websocket.create_connection(f"ws://127.0.0.1:{server.port}/api/v1/events{query}", timeout=30, **options)


def heard(reader, until):
    """Events up to the first of type `until`."""
    events = []
    while not events or events[-1]["type"] != until:
        events.append(json.loads(reader.recv()))
    return events


def close_code(reader):
    """The code of the close frame that comes next. Frame by frame: the server need not wait for the library's reply."""
    frame = reader.recv_frame()
    assert frame.opcode == websocket.ABNF.OPCODE_CLOSE
    reader.shutdown()
    return int.from_bytes(frame.data[:2], "big")


def run_job(server, files, **more):
    job = server.submit(*files, **more).json["id"]
    assert server.complete_next(server.folder, b"a\n1\n") == job
    return job


def test_a_reader_hears_a_job_from_beginning_to_end(server, files):
    reader = listen(server)
    job = server.submit(*files, metadata={"tag": 1}).json["id"]
    assert [event["type"] for event in heard(reader, "added")] == ["added"]
    server.command("take")
    heard(reader, "active")
    server.command('progress {"stage": "match", "percentage": 40, "progress": 40}')
    assert heard(reader, "progress")[-1]["progress"]["percentage"] == 40
    server.command("fail invalid_input: no header")
    last = heard(reader, "failed")[-1]
    assert last["job_id"] == job and last["reason"] == "invalid_input: no header" and last["metadata"] == {"tag": 1}
    assert last["id"] and last["at"].endswith("Z")
    reader.close()


def test_a_reader_of_one_job_hears_its_state_first_and_no_other_job(server, files):
    job = run_job(server, files)
    reader = listen(server, f"?job={job}")
    assert [event["type"] for event in heard(reader, "completed")] == ["completed"]
    run_job(server, files)
    assert server.request("DELETE", f"/api/v1/jobs/{job}").status == 204
    event = json.loads(reader.recv())
    assert (event["type"], event["job_id"]) == ("removed", job)
    reader.close()
    with pytest.raises(websocket.WebSocketBadStatusException, match="404"):
        listen(server, "?job=nobody")


def test_a_reader_goes_on_after_the_last_event_it_saw(server, files):
    reader = listen(server)
    first = server.submit(*files).json["id"]
    last = heard(reader, "added")[-1]["id"]
    reader.close()
    assert server.complete_next(server.folder, b"a\n1\n") == first
    second = run_job(server, files)
    again = listen(server, f"?after={last}")
    ends = []
    while len(ends) < 2:
        event = json.loads(again.recv())
        if event["type"] == "completed":
            ends.append(event["job_id"])
    assert ends == [first, second]
    again.close()
    with pytest.raises(websocket.WebSocketBadStatusException, match="422"):
        listen(server, "?after=nonsense")


def test_a_page_of_another_site_hears_nothing(server):
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        listen(server, origin="https://evil.example")
    listen(server, origin=f"http://127.0.0.1:{server.port}").close()


def test_a_token_is_needed_where_there_are_tokens(tmp_path):
    (tmp_path / "tokens").write_text(token_line("page", "read", "crm_x"))
    with ApiServer(tmp_path / "data", token_file=tmp_path / "tokens") as server:
        with pytest.raises(websocket.WebSocketBadStatusException, match="401"):
            listen(server)
        listen(server, header=["Authorization: Bearer crm_x"]).close()
        cookie = server.request("POST", "/api/v1/session", {"token": "crm_x"}).headers["Set-Cookie"].split(";")[0]
        listen(server, cookie=cookie).close()


def test_a_plain_request_is_told_to_open_a_websocket(server):
    assert server.request("GET", "/api/v1/events").status == 426


def test_pings_are_answered_and_long_messages_refused(server):
    reader = listen(server)
    reader.ping("hello")
    opcode, data = reader.recv_data(control_frame=True)
    assert (opcode, data) == (websocket.ABNF.OPCODE_PONG, b"hello")
    reader.send("x" * 5000)
    assert close_code(reader) == 1009


def memory_kib(server):
    return int([line for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
                if line.startswith("VmRSS")][0].split()[1])


def test_a_reader_that_stops_reading_gets_the_last_state_and_holds_no_queue(server, files):
    slow = listen(server, sockopt=((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),))
    job = server.submit(*files).json["id"]
    server.command("take")
    filler = "x" * 15_000
    for _ in range(20):
        server.command("progress " + json.dumps({"stage": "match", "percentage": 0, "message": filler}))
    before = memory_kib(server)
    for i in range(200):
        server.command("progress " + json.dumps({"stage": "match", "percentage": i / 2, "message": filler}))
    assert memory_kib(server) - before < 8 << 10
    server.command("fail internal: end")
    events = heard(slow, "failed")
    assert events[-1]["job_id"] == job and len(events) <= 223
    slow.close()


def test_five_hundred_idle_readers_are_cheap_and_all_hear(server, files):
    readers = [listen(server) for _ in range(20)]
    before, files_before = memory_kib(server), len(os.listdir(f"/proc/{server.process.pid}/fd"))
    more = [listen(server) for _ in range(500)]
    assert (memory_kib(server) - before) / 500 < 64  # KiB each
    job = server.submit(*files).json["id"]
    for reader in readers + more:
        assert heard(reader, "added")[-1]["job_id"] == job
    for reader in readers + more:
        reader.close()
    for _ in range(1000):  # each look is a request, so this gives the server its time
        server.request("GET", "/healthz")
        if len(os.listdir(f"/proc/{server.process.pid}/fd")) <= files_before:
            break
    assert len(os.listdir(f"/proc/{server.process.pid}/fd")) <= files_before
    server.request("POST", f"/api/v1/jobs/{job}/cancel")


def test_a_stop_closes_readers_with_a_word(tmp_path):
    server = ApiServer(tmp_path)
    reader = listen(server)
    server.process.terminate()
    assert close_code(reader) == 1001
    assert server.stop() == 0
