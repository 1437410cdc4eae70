"""Uploads in parts, profiles, saved rules and downloads, over real HTTP."""

import gzip
import os
import resource
import socket
from pathlib import Path

import pytest

from api_server import ENRICHED, ORIGINAL, ApiServer

PART = 5 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    with ApiServer(folder, max_upload=100 << 20) as running:
        running.folder = folder
        yield running


def begin(server, size, name="crm.csv", kind="original"):
    answer = server.request("POST", "/api/v1/uploads", {"name": name, "size": size, "kind": kind})
    assert answer.status == 201
    return answer.json


def test_an_upload_becomes_a_file_with_a_profile(server):
    file = server.upload("crm.csv", ORIGINAL, "original")
    assert file["size"] == len(ORIGINAL) and file["name"] == "crm.csv"
    profile = file["profile"]
    assert profile["delimiter"]["value"] == "," and profile["encoding"]["value"] == "utf-8"
    assert [(c["name"], c["identifier"]) for c in profile["columns"]] == [
        ("Record ID", "id"), ("Email", "email"), ("Phone", "phone"), ("City", None)]
    assert profile["columns"][2]["fill_rate"] == pytest.approx(1 / 3, abs=1e-5)
    assert profile["sample"][0] == ["1", "ann@example.com", "", "Rome"] and profile["sample_is_whole_file"]
    again = server.request("GET", f"/api/v1/files/{file['file_id']}/profile")
    assert again.json == profile


def test_a_profile_can_be_corrected(server):
    file = server.upload("x.csv", "a;b\n1;ä\n".encode("latin-1"))
    answer = server.request("GET", f"/api/v1/files/{file['file_id']}/profile?delimiter=semicolon&encoding=windows-1252&header=false")
    assert [c["name"] for c in answer.json["columns"]] == ["column_1", "column_2"]
    assert answer.json["sample"] == [["a", "b"], ["1", "ä"]] and answer.json["delimiter"]["given"]


def test_a_file_that_cannot_be_read_keeps_its_place_and_says_why(server):
    file = server.upload("damaged.csv", b"\x89PNG\r\n\x1a\n" + os.urandom(5000))
    assert "profile" not in file and file["profile_problem"]["code"] == "invalid_input"
    assert "damaged.csv" in file["profile_problem"]["detail"] and str(server.folder) not in file["profile_problem"]["detail"]


def test_parts_come_in_any_order_again_and_after_a_break(server):
    data = os.urandom(17 << 20)
    upload = begin(server, len(data))
    assert [part["size"] for part in upload["parts"]] == [16 << 20, 1 << 20]
    last = server.request("PUT", upload["parts"][1]["url"], data[16 << 20:])
    assert last.headers["ETag"] == f'"{last.json["etag"]}"'
    seen = server.request("GET", f"/api/v1/uploads/{upload['id']}").json
    assert ["etag" in part for part in seen["parts"]] == [False, True]
    early = server.request("POST", f"/api/v1/uploads/{upload['id']}/complete", {})
    assert early.status == 409 and early.json["code"] == "incomplete"
    first = server.request("PUT", upload["parts"][0]["url"], data[:16 << 20])
    assert server.request("PUT", upload["parts"][0]["url"], data[:16 << 20]).json == first.json
    parts = [{"number": 1, "etag": first.json["etag"]}, {"number": 2, "etag": f'"{last.json["etag"]}"'}]
    done = server.request("POST", f"/api/v1/uploads/{upload['id']}/complete", {"parts": parts})
    assert done.status == 200 and done.json["size"] == len(data)
    assert server.request("POST", f"/api/v1/uploads/{upload['id']}/complete", {"parts": parts}).json["uri"] == done.json["uri"]
    stored = Path(done.json["uri"].removeprefix("file:").removeprefix("//"))
    assert stored.read_bytes() == data


def test_sizes_are_checked(server):
    upload = begin(server, 1000)
    url = upload["parts"][0]["url"]
    for wrong in (b"", b"x" * 999, b"x" * 1001):
        answer = server.request("PUT", url, wrong)
        assert answer.status in (400, 413), wrong
    chunks = (b"PUT " + url.encode() + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
              + b"7d0\r\n" + b"x" * 2000 + b"\r\n0\r\n\r\n")
    assert server.exchange(chunks).startswith(b"HTTP/1.1 413 ")
    assert server.request("PUT", url.replace("/parts/1", "/parts/2"), b"x").status == 404
    assert server.request("PUT", url, b"x" * 1000).status == 200
    too_large = server.request("POST", "/api/v1/uploads", {"name": "a", "size": 200 << 20})
    assert too_large.status == 413 and too_large.json["code"] == "too_large"
    assert server.request("POST", "/api/v1/uploads", {"name": "a", "size": 0}).status == 400
    assert server.request("POST", "/api/v1/uploads", {"name": "a", "size": 5, "kindd": "x"}).json["detail"].endswith("(did you mean kind?)")


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "a\\b.csv", ".crm-merge/x", "a" * 255, "é 漢.tsv.gz", "con.csv\u0000"])
def test_a_files_name_is_never_a_path(server, name):
    before = {path for path in server.folder.parent.rglob("*") if "files" not in path.parts}
    upload = begin(server, 3, name)
    assert upload["name"] == name
    assert server.request("PUT", upload["parts"][0]["url"], b"a\n1").status == 200
    assert server.request("POST", f"/api/v1/uploads/{upload['id']}/complete", {}).status == 200
    outside = {path for path in server.folder.parent.rglob("*") if "files" not in path.parts}
    assert outside - before == set()


def test_giving_up_frees_the_space(server):
    upload = begin(server, PART)
    assert server.request("PUT", upload["parts"][0]["url"], bytes(PART)).status == 200
    held = sum(path.stat().st_size for path in server.folder.rglob("*") if path.is_file())
    assert server.request("DELETE", f"/api/v1/uploads/{upload['id']}").status == 204
    left = sum(path.stat().st_size for path in server.folder.rglob("*") if path.is_file())
    assert held - left >= PART
    assert server.request("GET", f"/api/v1/uploads/{upload['id']}").status == 404


def open_files(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def test_a_client_that_vanishes_in_the_middle_frees_what_it_held(server):
    upload = begin(server, PART)
    before = open_files(server)
    for _ in range(5):
        with server.connect() as connection:
            connection.sendall(f"PUT {upload['parts'][0]['url']} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {PART}\r\n\r\n".encode()
                               + bytes(1 << 20))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, as of a cut line
    # The part is free again as soon as the server has noticed; until then it says conflict.
    for _ in range(500):
        answer = server.request("PUT", upload["parts"][0]["url"], bytes(PART))
        if answer.status == 200:
            break
        assert answer.status == 409
    assert answer.status == 200
    assert server.request("GET", f"/api/v1/uploads/{upload['id']}").json["parts"][0]["etag"] == answer.json["etag"]
    assert open_files(server) <= before + 1


def test_an_upload_takes_constant_memory(server):
    upload = begin(server, 90 << 20)
    peak = lambda: int([line for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
                        if line.startswith("VmHWM")][0].split()[1])
    server.request("PUT", upload["parts"][0]["url"], bytes(upload["part_size"]))
    before = peak()
    for part in upload["parts"]:
        assert server.request("PUT", part["url"], bytes(part["size"])).status == 200
    assert peak() - before < 6 << 10  # KiB
    server.request("DELETE", f"/api/v1/uploads/{upload['id']}")


def test_a_file_can_be_deleted(server):
    file = server.upload("crm.csv", ORIGINAL)
    assert server.request("DELETE", f"/api/v1/files/{file['file_id']}").status == 204
    assert server.request("GET", f"/api/v1/files/{file['file_id']}/profile").status == 404
    assert not Path(file["uri"].removeprefix("file:").removeprefix("//")).exists()


def test_rules_are_saved_listed_replaced_and_forgotten(server):
    rules = {"on": ["email", "phone"], "strategy_for": {"Title": "last"}, "map": [{"file": "apollo", "theirs": "Mail", "ours": "Email"}]}
    saved = server.request("POST", "/api/v1/specs", {"name": "weekly apollo", "spec": rules})
    assert saved.status == 201 and saved.json["spec"] == rules and saved.json["saved_by"] == "local"
    assert server.request("POST", "/api/v1/specs", {"name": "weekly apollo", "spec": {"match": "all"}}).status == 200
    assert server.request("GET", "/api/v1/specs/weekly%20apollo").json["spec"] == {"match": "all"}
    assert [spec["name"] for spec in server.request("GET", "/api/v1/specs").json["specs"]] == ["weekly apollo"]
    assert server.request("DELETE", "/api/v1/specs/weekly%20apollo").status == 204
    assert server.request("GET", "/api/v1/specs/weekly%20apollo").status == 404


def test_rules_that_cannot_be_right_are_not_saved(server):
    answer = server.request("POST", "/api/v1/specs", {"name": "x", "spec": {"strategy": "lats"}})
    assert answer.status == 400 and "did you mean last?" in answer.json["detail"]
    for name in ("", "../x", ".hidden", "a/b", "a" * 101):
        assert server.request("POST", "/api/v1/specs", {"name": name, "spec": {}}).status == 400


@pytest.fixture(scope="module")
def output(server):
    """A completed job with 3 MB of CSV; its URL and its bytes."""
    text = b"Email,City\n" + b"".join(b"person%06d@example.com,Rome\n" % i for i in range(100_000))
    original, enriched = server.upload("crm.csv", ORIGINAL, "original"), server.upload("apollo.csv", ENRICHED)
    assert server.submit(original, enriched).status == 201
    job = server.complete_next(server.folder, text)
    return f"/api/v1/jobs/{job}/outputs/merged", text


def test_a_download_is_the_file(server, output):
    url, text = output
    answer = server.request("GET", url)
    assert answer.status == 200 and answer.body == text
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="merged.csv"'
    assert int(answer.headers["Content-Length"]) == len(text) and answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("header,first,last", [("bytes=0-0", 0, 0), ("bytes=100-4000000", 100, None), ("bytes=-7", -7, None), ("bytes=1000-1999", 1000, 1999)])
def test_a_range_is_a_part_of_it(server, output, header, first, last):
    url, text = output
    answer = server.request("GET", url, headers={"Range": header, "Accept-Encoding": "gzip"})
    first = first if first >= 0 else len(text) + first
    last = last if last is not None else len(text) - 1
    assert answer.status == 206 and answer.body == text[first:last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(text)}"


def test_a_range_beyond_the_end_is_refused_and_nonsense_is_ignored(server, output):
    url, text = output
    assert server.request("GET", url, headers={"Range": f"bytes={len(text)}-"}).status == 416
    assert server.request("GET", url, headers={"Range": "lines=1-2"}).status == 200
    assert server.request("GET", url, headers={"Range": "bytes=0-1", "If-Range": '"other"'}).status == 200


def test_a_download_goes_on_where_it_broke_off(server, output):
    url, text = output
    with server.connect() as connection:
        connection.sendall(f"GET {url} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        received = connection.recv(1 << 16)
    head, _, body = received.partition(b"\r\n\r\n")
    etag = [line for line in head.decode().split("\r\n") if line.startswith("ETag")][0].split(": ")[1]
    rest = server.request("GET", url, headers={"Range": f"bytes={len(body)}-", "If-Range": etag})
    assert rest.status == 206 and body + rest.body == text


def test_what_the_client_has_is_not_sent_again(server, output):
    url, _ = output
    etag = server.request("GET", url).headers["ETag"]
    again = server.request("GET", url, headers={"If-None-Match": f'"x", {etag}'})
    assert again.status == 304 and again.body == b"" and again.headers["ETag"] == etag
    assert server.request("GET", url, headers={"If-None-Match": '"x"'}).status == 200


def test_gzip_where_it_is_accepted(server, output):
    url, text = output
    answer = server.request("GET", url, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip" and answer.headers["ETag"].startswith("W/")
    assert len(answer.body) < len(text) / 4 and gzip.decompress(answer.body) == text


def test_an_output_that_is_not_there(server, output):
    url, _ = output
    assert server.request("GET", url.replace("merged", "conflicts")).status == 404
    assert server.request("GET", url.replace("merged", "../../x")).status in (400, 404)
    assert server.request("GET", "/api/v1/jobs/nobody/outputs/merged").status == 404
