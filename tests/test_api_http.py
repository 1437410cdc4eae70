"""HTTP itself, over real sockets: limits, slow and broken clients, tokens, hosts, origins, stopping."""

import json
import socket
import ssl
import subprocess
import threading

import pytest

from api_server import ApiServer, token_line

READER, WRITER = "crm_reader_token", "crm_writer_token"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with ApiServer(tmp_path_factory.mktemp("http"), header_ms=1500, idle_ms=1500, transfer_ms=1500) as running:
        yield running


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server that asks for tokens."""
    folder = tmp_path_factory.mktemp("tokens")
    tokens = folder / "tokens"
    tokens.write_text("# name role hash\n" + token_line("page", "read", READER) + token_line("robot", "write", WRITER))
    with ApiServer(folder, token_file=tokens) as running:
        running.tokens = tokens
        yield running


def code_of(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == answer.status and problem["title"] and problem["detail"]
    assert "\n" not in problem["detail"]
    return problem["code"]


def test_health_needs_nothing(server):
    answer = server.request("GET", "/healthz")
    assert (answer.status, answer.json) == (200, {"status": "ok"})
    assert server.request("GET", "/readyz").json == {"status": "ok", "reasons": []}


def test_a_connection_serves_one_request_after_the_other(server):
    with server.connect() as connection:
        for _ in range(3):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            text = connection.recv(65536)
            assert text.startswith(b"HTTP/1.1 200 OK\r\n") and text.endswith(b'{"status":"ok"}')


def test_requests_may_come_in_one_piece(server):
    raw = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3
    answer = server.exchange(raw + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 4


def test_head_is_get_without_a_body(server):
    answer = server.exchange(b"HEAD /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"200 OK" in head and body == b""
    length = int([line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")][0].split(b":")[1])
    assert length == len(server.request("GET", "/api/v1/openapi.json").body)


def test_an_older_client_gets_its_answer_and_the_end(server):
    assert b'{"status":"ok"}' in server.exchange(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")


@pytest.mark.parametrize("target", ["/api/v1/../v1/jobs", "/api/v1/%2e%2e/jobs", "//api/v1/jobs", "/api/v1/jobs/", "/api/v1/jobs/%2F",
                                    "/api/v1/jobs/..%2f..%2fetc%2fpasswd", "/api/v1/jobs/%00", "/%", "/..", "/api\\v1"])
def test_tricks_with_the_path_are_refused(server, target):
    answer = server.request("GET", target)
    assert answer.status == 400 and code_of(answer) == "bad_request"


@pytest.mark.parametrize("target", ["/nothing", "/api/v2/jobs", "/api/v1/jobs/a.b", "/api/v1/uploads/XYZ"])
def test_what_is_not_there_is_not_found(server, target):
    answer = server.request("GET", target)
    assert answer.status == 404 and code_of(answer) == "not_found"


def test_a_wrong_method_names_the_right_ones(server):
    answer = server.request("PATCH", "/api/v1/jobs")
    assert answer.status == 405 and sorted(answer.headers["Allow"].split(", ")) == ["GET", "POST"]


@pytest.mark.parametrize("query", ["state=sleeping", "limit=0", "limit=x", "limit=1&limit=2", "nonsense=1", "search=%zz"])
def test_a_query_that_breaks_the_document_is_refused(server, query):
    answer = server.request("GET", "/api/v1/jobs?" + query)
    assert answer.status == 400 and code_of(answer) == "bad_parameter"


@pytest.mark.parametrize("raw", [b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                                 b"GET /healthz HTTP/1.1\r\nHost localhost\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40),
                                 b"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                                 b"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n"])
def test_what_is_no_http_is_answered_and_closed(server, raw):
    answer = server.exchange(raw)
    assert answer.startswith(b"HTTP/1.1 400 ") and b"Connection: close" in answer


def test_headers_have_a_limit(server):
    long_line = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 40_000 + b"\r\n\r\n"
    assert server.exchange(long_line).startswith(b"HTTP/1.1 431 ")
    many = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X%d: 1\r\n" % i for i in range(200)) + b"\r\n"
    assert server.exchange(many).startswith(b"HTTP/1.1 431 ")


def test_bodies_have_a_limit_whether_they_tell_their_size_or_not(server):
    huge = b"x" * 400_000
    answer = server.request("POST", "/api/v1/jobs", huge, {"Content-Type": "application/json"})
    assert answer.status == 413 and code_of(answer) == "too_large"
    chunked = (b"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
               + b"%x\r\n" % len(huge) + huge + b"\r\n0\r\n\r\n")
    assert server.exchange(chunked).startswith(b"HTTP/1.1 413 ")


def test_a_body_must_be_json_where_json_is_wanted(server):
    assert server.request("POST", "/api/v1/jobs", b"{}", {"Content-Type": "text/plain"}).status == 415
    answer = server.request("POST", "/api/v1/jobs", b"{", {"Content-Type": "application/json"})
    assert answer.status == 400 and code_of(answer) == "invalid_config"


def test_a_client_that_sends_its_head_slowly_is_cut_off(server):
    with server.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: ")
        assert connection.recv(1000) == b""  # the read times out, and fails the test, if the server would wait


def test_a_client_that_says_nothing_is_cut_off(server):
    with server.connect() as connection:
        assert connection.recv(1000) == b""


def test_a_client_that_sends_its_body_slowly_is_cut_off(server):
    with server.connect() as connection:
        connection.sendall(b"POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{")
        assert connection.recv(1000) == b""


def test_expect_100_continue_is_answered_before_the_body(server):
    body = b'{"token":"x"}'
    with server.connect() as connection:
        connection.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")


def test_foreign_host_names_are_refused(server):
    assert server.request("GET", "/healthz", headers={"Host": "evil.example"}).status == 421
    assert server.request("GET", "/healthz", headers={"Host": "LOCALHOST:1"}).status == 200
    assert server.request("GET", "/healthz", headers={"Host": "[::1]:80"}).status == 200
    assert server.exchange(b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_a_page_of_another_site_may_not_write(server):
    def post(origin):
        return server.request("POST", "/api/v1/session", {"token": "x"}, {"Origin": origin}).status
    assert post("https://evil.example") == 403
    assert post("null") == 403
    assert post(f"http://127.0.0.1:{server.port}") == 200


def test_tokens_and_roles_decide(guarded):
    assert guarded.request("GET", "/healthz").status == 200
    for target in ("/api/v1/jobs", "/metrics", "/api/v1/session"):
        assert guarded.request("GET", target).status == 401
        assert guarded.request("GET", target, token="crm_wrong").status == 401
        assert guarded.request("GET", target, token=READER).status == 200
    answer = guarded.request("POST", "/api/v1/specs", {"name": "a", "spec": {}}, token=READER)
    assert answer.status == 403 and code_of(answer) == "forbidden"
    assert guarded.request("POST", "/api/v1/specs", {"name": "a", "spec": {}}, token=WRITER).status == 201
    assert guarded.request("GET", "/api/v1/jobs").headers["WWW-Authenticate"].startswith("Bearer")


def test_the_page_signs_in_with_a_cookie(guarded):
    assert guarded.request("POST", "/api/v1/session", {"token": "crm_wrong"}).status == 401
    answer = guarded.request("POST", "/api/v1/session", {"token": READER})
    assert answer.json == {"name": "page", "role": "read"}
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and READER not in cookie
    value = cookie.split(";")[0]
    assert guarded.request("GET", "/api/v1/session", headers={"Cookie": "a=b; " + value}).json["name"] == "page"
    assert guarded.request("POST", "/api/v1/specs", {"name": "a", "spec": {}}, {"Cookie": value}).status == 403
    forged = value.replace("page", "robot")
    assert guarded.request("GET", "/api/v1/session", headers={"Cookie": forged}).status == 401
    assert guarded.request("GET", "/api/v1/session", headers={"Cookie": value[:-1] + ("0" if value[-1] != "0" else "1")}).status == 401
    ended = guarded.request("DELETE", "/api/v1/session", headers={"Cookie": value})
    assert ended.status == 204 and "Max-Age=0" in ended.headers["Set-Cookie"]


def test_a_token_that_is_taken_out_of_the_file_ends_at_once(guarded):
    before = guarded.tokens.read_text()
    cookie = guarded.request("POST", "/api/v1/session", {"token": WRITER}).headers["Set-Cookie"].split(";")[0]
    guarded.tokens.write_text(token_line("page", "read", READER))
    assert guarded.request("GET", "/api/v1/jobs", token=WRITER).status == 401
    assert guarded.request("GET", "/api/v1/jobs", headers={"Cookie": cookie}).status == 401
    guarded.tokens.write_text(before)
    assert guarded.request("GET", "/api/v1/jobs", token=WRITER).status == 200


def test_more_connections_than_allowed_are_told_so(tmp_path):
    with ApiServer(tmp_path, connections=3) as server:
        held = [server.connect() for _ in range(3)]
        for connection in held:  # each is served, so each is counted
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        with server.connect() as one_more:
            assert one_more.recv(1000).startswith(b"HTTP/1.1 503 ")
        for connection in held:
            connection.close()


def test_metrics_are_prometheus_text(server):
    server.request("GET", "/healthz")
    text = server.request("GET", "/metrics").body.decode()
    assert '# TYPE crm_merge_http_requests_total counter' in text
    assert 'crm_merge_http_requests_total{route="/healthz",method="GET",status="200"}' in text
    assert 'crm_merge_queue_jobs{state="waiting"} 0' in text
    for line in text.splitlines():
        assert line.startswith("#") or float(line.rsplit(" ", 1)[1]) >= 0


def test_a_stop_lets_requests_end_and_closes_idle_connections(tmp_path):
    server = ApiServer(tmp_path)
    idle, busy = server.connect(), server.connect()
    idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert idle.recv(1000).startswith(b"HTTP/1.1 200")
    body = b'{"token":"x"}'
    busy.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                 b"Content-Length: %d\r\n\r\n" % len(body))
    assert busy.recv(1000).startswith(b"HTTP/1.1 100")
    codes = []
    stopping = threading.Thread(target=lambda: codes.append(server.stop()))
    stopping.start()
    assert idle.recv(1000) == b""
    busy.sendall(body)
    answer = busy.recv(1000)
    assert answer.startswith(b"HTTP/1.1 200") and b"Connection: close" in answer
    stopping.join()
    assert codes == [0]
    with pytest.raises(OSError):
        server.connect()


def test_tls_serves_and_plain_http_on_it_is_refused(tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", tmp_path / "key", "-out", tmp_path / "cert"],
                   check=True, capture_output=True)
    with ApiServer(tmp_path / "data", tls_cert=tmp_path / "cert", tls_key=tmp_path / "key") as server:
        context = ssl.create_default_context(cafile=tmp_path / "cert")
        with context.wrap_socket(server.connect(), server_hostname="localhost") as secure:
            secure.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert secure.recv(1000).startswith(b"HTTP/1.1 200")
        assert not server.exchange(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_a_certificate_that_is_none_is_named(tmp_path):
    (tmp_path / "cert").write_text("nonsense")
    with pytest.raises(AssertionError, match="--tls-cert .*cert: no PEM certificate"):
        ApiServer(tmp_path / "data", tls_cert=tmp_path / "cert", tls_key=tmp_path / "cert")


def test_a_port_that_is_taken_is_named(tmp_path, server):
    with pytest.raises(AssertionError, match="another program does"):
        ApiServer(tmp_path, port=server.port)


@pytest.mark.parametrize("text,fault", [("a read", "line 1: the hash"), ("\na admin sha256:" + "0" * 64, "line 2: the role"),
                                        ("", "no token in it"), ("a read sha256:" + "0" * 64 + " x", "more than")])
def test_a_token_file_with_a_fault_names_the_line(tmp_path, text, fault):
    (tmp_path / "tokens").write_text(text)
    with pytest.raises(AssertionError, match=fault):
        ApiServer(tmp_path / "data", token_file=tmp_path / "tokens")
