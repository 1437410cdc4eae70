"""`crm-merge serve` as a process: jobs through queue, worker and store; killed, stopped, cancelled, limited, tidied."""

import json
import random
import resource
import signal
import socket
import subprocess
import time

import binary
import people
import pytest
import websocket
from api_server import ENRICHED, ORIGINAL, token_line
from redis_server import running_redis
from running_service import RunningService, is_alive

ALL_OUTPUTS = {name: True for name in ("report", "changes", "provenance", "conflicts", "unmatched_enriched", "rejects")}
RULES = {"on": ["email", "linkedin"]}
ROWS = 60_000


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Files whose merge takes some tenths of a second, and what the command line makes of them."""
    folder = tmp_path_factory.mktemp("inputs")
    original = people.as_csv(people.original_rows(ROWS)).encode()
    enriched = people.as_csv(people.enriched_rows(ROWS * 7 // 10, ROWS, 2)).encode()
    (folder / "crm.csv").write_bytes(original)
    (folder / "apollo.csv").write_bytes(enriched)
    done = binary.run(["merge", "crm.csv", "apollo.csv", "--on", "email,linkedin", "-o", "merged.csv", "--changes", "changes.csv",
                       "--provenance", "provenance.csv", "--conflicts", "conflicts.csv", "--unmatched-enriched", "unmatched.csv",
                       "--rejects", "rejects.csv", "--quiet"], folder)
    assert done.code == 0, done.stderr
    outputs = {name: (folder / f"{name}.csv").read_bytes() for name in ("merged", "changes", "provenance", "conflicts")}
    return original, enriched, {**outputs, "unmatched_enriched": (folder / "unmatched.csv").read_bytes()}


def upload_both(service, inputs):
    return service.upload("crm.csv", inputs[0], "original"), service.upload("apollo.csv", inputs[1])


def submit(service, files, **more) -> str:
    answer = service.submit(*files, **{"spec": RULES, **more})
    assert answer.status == 201, answer.body
    return answer.json["id"]


def stored_results(service):
    folder = service.data / "files" / "crm-merge-results"
    return sorted(path.parent.name for path in folder.rglob("merged.csv")) if folder.exists() else []


def test_a_job_gives_the_bytes_that_the_command_line_gives_and_leaves_nothing(tmp_path, inputs):
    with RunningService(tmp_path) as service:
        job_id = submit(service, upload_both(service, inputs), outputs=ALL_OUTPUTS, metadata={"list": "spring"})
        job = service.wait_for(job_id)
        assert job["state"] == "completed", job
        for name, expected in inputs[2].items():
            assert service.output(job_id, name) == expected, name
        report = json.loads(service.output(job_id, "report"))
        result, stats = job["result"], job["result"]["matchStats"]
        assert result["outputRowCount"] == report["output_rows"] == ROWS and result["metadata"] == {"list": "spring"}
        assert (stats["matchedRows"], stats["unmatchedRows"]) == (report["matched_rows"], report["unmatched_rows"])
        assert job["progress"]["percentage"] == 100 and job["progress"]["rowsProcessed"] == ROWS
        assert job["attempts_made"] == 1 and service.left_in_work() == []
        assert [line.split(" ")[1] for line in job["log"]["lines"] if line.startswith("[MergeEngine]")] == ["Consolidated", "Matched", "Exported"]
        assert [entry["path"] for entry in report["inputs"]] == ["crm.csv", "apollo.csv"], "a report names files as people do"
        metrics = service.request("GET", "/metrics").body.decode()
        assert f"crm_merge_job_rows_total {ROWS}" in metrics and 'crm_merge_job_seconds_count{outcome="completed"} 1' in metrics
        audit = [json.loads(line) for line in (service.data / "audit.log").read_text().splitlines()]
        assert any(line["method"] == "POST" and line["path"] == "/api/v1/jobs" and line["status"] == 201 for line in audit)
        assert service.stop() == 0
    assert "example" not in service.log(), "no value of a customer is logged"


@pytest.mark.parametrize("engine", binary.ENGINES)
def test_an_older_producers_job_runs_too(tmp_path, inputs, engine):
    with RunningService(tmp_path, "--engine", engine) as service:
        original, enriched = (service.upload(n, d) for n, d in (("crm.csv", ORIGINAL), ("apollo.csv", ENRICHED)))
        key = lambda file: file["uri"].split("/files/", 1)[1]  # noqa: E731
        data = {"originalFile": {"s3Key": key(original)}, "enrichedFiles": [{"s3Key": key(enriched), "id": "a"}],
                "selectedIdentifiers": ["email"], "resolutionConfig": {"defaultStrategy": "keep_original"}}
        answer = service.request("POST", "/api/v1/jobs", data)
        assert answer.status == 201, answer.body
        job = service.wait_for(answer.json["id"])
        assert job["state"] == "completed", job
        assert b"ann@example.com,,Rome" in service.output(job["id"], "merged")
        duck = [" ".join(line.split(" ")[:3]) for line in job["log"]["lines"] if line.startswith("[DuckDB]")]
        assert duck == (["[DuckDB] Initialized database", "[DuckDB] Imported 3", "[DuckDB] Cleaned up"] if engine == "sql" else [])


@pytest.mark.parametrize("spec, reason", [
    ({"on": ["No Such Column:email"]}, "invalid_config: "),
    ({"on": ["email"], "columns": ["Nowhere"]}, "invalid_config: "),
])
def test_rules_that_cannot_be_right_fail_at_once(tmp_path, spec, reason):
    with RunningService(tmp_path) as service:
        files = service.upload("crm.csv", ORIGINAL), service.upload("apollo.csv", ENRICHED)
        job = service.wait_for(submit(service, files, spec=spec, options={"attempts": 5}))
        assert job["state"] == "failed" and job["attempts_made"] == 1, job
        assert job["failed_reason"].startswith(reason) and str(tmp_path) not in job["failed_reason"], job["failed_reason"]
        assert service.left_in_work() == []


def test_a_file_that_cannot_be_read_fails_with_its_name_and_none_of_its_text(tmp_path):
    with RunningService(tmp_path) as service:
        files = service.upload("crm.csv", ORIGINAL), service.upload("apollo.csv", ENRICHED + b'x@example.com,"never closed\n')
        job = service.wait_for(submit(service, files, spec={"on": ["email"]}))
        assert job["state"] == "failed" and job["failed_reason"].startswith("invalid_input: "), job
        assert "apollo" in job["failed_reason"] and "never closed" not in job["failed_reason"]
        again = service.wait_for(submit(service, files, spec={"on": ["email"]}, outputs={"rejects": True}, max_rejects=5))
        assert again["state"] == "completed" and b"never closed" in service.output(again["id"], "rejects")
        assert b"apollo.csv,5," in service.output(again["id"], "rejects")


def active_attempt(service, job_id):
    """Waits until the job's process runs."""
    service.wait_for(job_id, ("active",))
    deadline = time.monotonic() + 10
    while not service.children():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return service.children()


def test_cancel_ends_a_running_job_within_a_second(tmp_path, inputs):
    with RunningService(tmp_path) as service:
        files = upload_both(service, inputs)
        job_id = submit(service, files)
        children = active_attempt(service, job_id)
        began = time.monotonic()
        assert service.request("POST", f"/api/v1/jobs/{job_id}/cancel").status in (200, 202)
        job = service.wait_for(job_id)
        assert job["state"] == "cancelled" and time.monotonic() - began < 1.5, job
        assert not any(is_alive(child) for child in children)
        assert service.left_in_work() == [] and stored_results(service) == []
        again = service.request("POST", f"/api/v1/jobs/{job_id}/retry")
        assert again.status == 200 and service.wait_for(job_id)["state"] == "completed"
        assert service.output(job_id, "merged") == inputs[2]["merged"]


def test_progress_is_heard_live_never_falls_and_ends_at_100_with_the_result(tmp_path, inputs):
    with RunningService(tmp_path) as service:
        files = upload_both(service, inputs)
        reader = websocket.create_connection(f"ws://127.0.0.1:{service.port}/api/v1/events", timeout=30)
        job_id = submit(service, files)
        events = []
        while not events or events[-1]["type"] != "completed":
            events.append(json.loads(reader.recv()))
        reader.close()
        assert {event["job_id"] for event in events} == {job_id}
        # A reader that is slow for a moment gets a job's newest state and not those before it.
        assert {event["type"] for event in events} <= {"added", "active", "progress", "completed"}
        shares = [event["progress"]["percentage"] for event in events if event["type"] == "progress"]
        assert shares and shares == sorted(shares), shares
        assert all(share < 100 for share in shares[:-1]), "100 is said when the result is published"
        assert service.output(job_id, "merged") == inputs[2]["merged"]


def test_stopped_in_mid_job_it_hands_back_and_the_next_start_goes_on(tmp_path, inputs):
    service = RunningService(tmp_path, "--drain-timeout", "0ms")
    job_id = submit(service, upload_both(service, inputs), options={"attempts": 1})
    children = active_attempt(service, job_id)
    began = time.monotonic()
    assert service.stop() == 0 and time.monotonic() - began < 5
    assert not any(is_alive(child) for child in children)
    with RunningService(tmp_path) as service:
        job = service.wait_for(job_id)
        assert job["state"] == "completed" and job["attempts_made"] == 1 and job["stalled_count"] == 0, job
        assert service.output(job_id, "merged") == inputs[2]["merged"]


def test_with_time_to_drain_the_running_job_finishes_and_readyz_says_that_it_stops(tmp_path, inputs):
    service = RunningService(tmp_path)
    job_id = submit(service, upload_both(service, inputs))
    active_attempt(service, job_id)
    assert service.request("GET", "/readyz").status == 200
    service.process.terminate()
    deadline = time.monotonic() + 10
    while service.request("GET", "/readyz").status == 200:
        assert time.monotonic() < deadline
    assert service.ended() == 0
    with RunningService(tmp_path, "--no-worker") as service:
        assert service.job(job_id)["state"] == "completed"


def test_killed_again_and_again_every_job_ends_once_with_the_same_bytes(tmp_path, inputs):
    rng = random.Random(20261122)
    jobs, orphans = [], []
    for round_number in range(10):
        service = RunningService(tmp_path, "--limiter", "none", "--max-stalled", "50")
        if round_number < 4:
            jobs.append(submit(service, upload_both(service, inputs), outputs=ALL_OUTPUTS, options={"attempts": 1}))
        active_attempt(service, jobs[-1]) if round_number < 4 else None
        time.sleep(rng.random() * 0.5)
        orphans += service.children()
        service.kill()
    deadline = time.monotonic() + 10
    while any(is_alive(child) for child in orphans):
        assert time.monotonic() < deadline, "a killed service takes its attempts with it"
        time.sleep(0.01)
    with RunningService(tmp_path, "--limiter", "none", "--max-stalled", "50") as service:
        for job_id in jobs:
            job = service.wait_for(job_id)
            assert job["state"] == "completed" and job["attempts_made"] == 1, job
            for name, expected in inputs[2].items():
                assert service.output(job_id, name) == expected, (job_id, name)
        assert stored_results(service) == sorted(jobs)
        assert service.left_in_work() == []


def test_a_job_that_kills_its_attempt_every_time_fails_and_does_not_loop(tmp_path, inputs):
    with RunningService(tmp_path) as service:
        job_id = submit(service, upload_both(service, inputs),
                        options={"attempts": 2, "backoff": {"type": "fixed", "delay_ms": 1}})
        deadline, killed = time.monotonic() + 20, 0
        while service.job(job_id)["state"] not in ("failed", "completed"):
            assert time.monotonic() < deadline
            for child in service.children():
                subprocess.run(["kill", "-9", str(child)], check=False)
                killed += 1
        job = service.job(job_id)
        assert job["state"] == "failed" and job["attempts_made"] == 2 and killed >= 2, job
        assert "killed by the system" in job["failed_reason"] and service.left_in_work() == []


def test_what_the_memory_has_no_room_for_waits(tmp_path, inputs):
    with RunningService(tmp_path, "--process-memory", "256MB", "--job-memory", "128MB", "--concurrency", "4") as service:
        files = upload_both(service, inputs)
        jobs = [submit(service, files) for _ in range(5)]
        most = 0
        while any(service.job(job_id)["state"] in ("waiting", "active") for job_id in jobs):
            counts = service.request("GET", "/api/v1/jobs?limit=1").json["counts"]
            most = max(most, counts["active"])
        assert most == 2, "two fit, and two are used"
        assert all(service.job(job_id)["state"] == "completed" for job_id in jobs)
        assert all(service.output(job_id, "merged") == inputs[2]["merged"] for job_id in jobs)


def test_the_limiter_spaces_starts_out(tmp_path):
    with RunningService(tmp_path, "--limiter", "2/1s", "--concurrency", "8") as service:
        files = service.upload("crm.csv", ORIGINAL), service.upload("apollo.csv", ENRICHED)
        jobs = [submit(service, files, spec={"on": ["email"]}) for _ in range(6)]
        started = sorted(service.wait_for(job_id)["started_at"] for job_id in jobs)
        seconds = [float(text[17:-1]) + 60 * int(text[14:16]) for text in started]
        for at in range(len(seconds) - 2):
            assert (seconds[at + 2] - seconds[at]) % 3600 > 0.5, f"three starts within half a window: {started}"


def test_a_worker_of_its_own_does_the_jobs_of_a_service_without_one(tmp_path, inputs):
    with RunningService(tmp_path, "--no-worker") as service:
        job_id = submit(service, upload_both(service, inputs))
        worker = binary.start(["worker", "--data", service.data], tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert service.wait_for(job_id)["state"] == "completed"
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(30) == 0
        finally:
            worker.kill()
            worker.wait()
        assert service.output(job_id, "merged") == inputs[2]["merged"]


def test_jobs_wait_in_redis_for_workers_of_other_processes(tmp_path, inputs):
    with running_redis(tmp_path) as queue, RunningService(tmp_path, "--queue", queue, "--no-worker") as service:
        files = upload_both(service, inputs)
        jobs = [submit(service, files, outputs=ALL_OUTPUTS) for _ in range(3)]
        worker = binary.start(["worker", "--data", service.data, "--queue", queue, "--stalled-interval", "200ms", "--lock-duration", "1s"],
                              tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        service.wait_for(jobs[0], ("active", "completed"))
        worker.kill()
        worker.wait()
        with RunningService(tmp_path, "--queue", queue, "--stalled-interval", "200ms", "--lock-duration", "1s") as other:
            for job_id in jobs:
                assert other.wait_for(job_id)["state"] == "completed"
                assert service.output(job_id, "merged") == inputs[2]["merged"]
            # Long enough that it cannot be over before the request to cancel is.
            vendors = [{"uri": files[1]["uri"], "name": f"vendor {n}"} for n in range(12)]
            late = service.request("POST", "/api/v1/jobs", {"original": {"uri": files[0]["uri"]}, "enriched": vendors, "spec": RULES}).json["id"]
            active_attempt(other, late)
            assert service.request("POST", f"/api/v1/jobs/{late}/cancel").status in (200, 202)
            assert service.wait_for(late)["state"] == "cancelled"


def test_what_is_kept_no_longer_is_deleted_with_its_files(tmp_path):
    with RunningService(tmp_path) as service:
        files = service.upload("crm.csv", ORIGINAL), service.upload("apollo.csv", ENRICHED)
        job_id = submit(service, files, spec={"on": ["email"]})
        service.wait_for(job_id)
    with RunningService(tmp_path, "--retain-results", "forever", "--retain-uploads", "0ms") as service:
        deadline = time.monotonic() + 10
        while list((service.data / "files" / "uploads").rglob("file.csv")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert service.output(job_id, "merged")
    with RunningService(tmp_path, "--retain-results", "0ms") as service:
        deadline = time.monotonic() + 10
        while service.request("GET", f"/api/v1/jobs/{job_id}").status != 404:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert stored_results(service) == []


def test_a_quota_refuses_the_upload_that_would_pass_it(tmp_path):
    with RunningService(tmp_path, "--data-quota", "10kB") as service:
        service.upload("crm.csv", ORIGINAL)
        refused = service.request("POST", "/api/v1/uploads", {"name": "big.csv", "size": 20_000, "kind": "enriched"})
        assert refused.status == 413 and refused.json["code"] == "over_quota"


def test_files_of_the_machine_are_read_only_where_that_is_allowed(tmp_path):
    (tmp_path / "crm.csv").write_bytes(ORIGINAL)
    (tmp_path / "apollo.csv").write_bytes(ENRICHED)
    data = {"original": {"uri": f"file:{tmp_path}/crm.csv"}, "enriched": [{"uri": f"file:{tmp_path}/apollo.csv"}],
            "spec": {"on": ["email"]}}
    with RunningService(tmp_path) as service:
        assert service.request("POST", "/api/v1/jobs", data).status == 403
    with RunningService(tmp_path, "--allow-sources", "file") as service:
        job = service.wait_for(service.request("POST", "/api/v1/jobs", data).json["id"])
        assert job["state"] == "completed", job
        assert service.output(job["id"], "merged").startswith(b"Record ID,Email")
        assert (tmp_path / "crm.csv").read_bytes() == ORIGINAL


def no_large_files():
    """Writes beyond two megabytes fail: a full disk for those who may not mount one."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))


def test_a_full_disk_fails_the_job_and_the_service_goes_on(tmp_path):
    original = people.as_csv(people.original_rows(20_000)).encode()[:1_900_000].rsplit(b"\n", 1)[0]
    enriched = people.as_csv(people.enriched_rows(14_000, 20_000)).encode()
    with RunningService(tmp_path, preexec=no_large_files) as service:
        refused = service.request("POST", "/api/v1/uploads", {"name": "big.csv", "size": 3 << 20, "kind": "original"}).json
        assert service.request("PUT", refused["parts"][0]["url"], b"x" * (3 << 20)).status == 507
        files = service.upload("crm.csv", original, "original"), service.upload("apollo.csv", enriched)
        job_id = submit(service, files, outputs={"provenance": True}, options={"attempts": 2, "backoff": {"type": "fixed", "delay_ms": 1}})
        job = service.wait_for(job_id)
        assert job["state"] == "failed" and job["attempts_made"] == 2, job
        assert job["failed_reason"].startswith("limit_exceeded: ") and str(tmp_path) not in job["failed_reason"], job["failed_reason"]
        assert service.left_in_work() == [] and stored_results(service) == []
        small = service.upload("crm.csv", ORIGINAL), service.upload("apollo.csv", ENRICHED)
        assert service.wait_for(submit(service, small, spec={"on": ["email"]}))["state"] == "completed"


def test_hundreds_of_small_jobs_leave_memory_and_descriptors_flat(tmp_path):
    with RunningService(tmp_path, "--limiter", "none", "--concurrency", "4") as service:
        files = service.upload("crm.csv", ORIGINAL), service.upload("apollo.csv", ENRICHED)

        def run(count):
            jobs = [submit(service, files, spec={"on": ["email"]}) for _ in range(count)]
            for job_id in jobs:
                assert service.wait_for(job_id, seconds=60)["state"] == "completed"

        run(40)
        before = service.descriptors(), service.resident_bytes()
        run(200)
        after = service.descriptors(), service.resident_bytes()
        assert after[0] <= before[0] + 4, (before, after)
        assert after[1] < before[1] * 1.25 + 4_000_000, (before, after)
        assert service.left_in_work() == [] and service.children() == []


# --- how it is set up


def test_options_come_from_the_command_line_then_the_environment_then_the_file(tmp_path):
    (tmp_path / "config.yaml").write_text("concurrency: 7\njob-memory: 200MB\nlimiter: none\nhost:\n  - merge.example.com\n")
    done = binary.run(["serve", "--config", "config.yaml", "--job-memory", "300MB", "--print-config"], tmp_path,
                      env={"WORKER_CONCURRENCY": "5", "HOME": str(tmp_path)})
    assert done.code == 0, done.stderr
    printed = dict(line.split(": ", 1) for line in done.stdout.decode().splitlines() if ": " in line)
    assert (printed["concurrency"], printed["job-memory"], printed["limiter"]) == ("5", "300MB", "none")
    assert printed["host"] == "merge.example.com" and printed["data"] == f'"{tmp_path}/.local/share/crm-merge"'
    (tmp_path / "again.yaml").write_bytes(done.stdout)
    again = binary.run(["serve", "--config", "again.yaml", "--print-config"], tmp_path, env={"HOME": str(tmp_path)})
    assert again.stdout == done.stdout, "what it prints reads back as it is"


BAD_SETTINGS = [
    (["--listen", "nowhere"], 2, "--listen: nowhere is no address; write it like 127.0.0.1:8080"),
    (["--listen", "0.0.0.0:0"], 2, "--listen 0.0.0.0: others can reach this address, so --token-file is needed; "
                                   "crm-merge token NAME makes its lines"),
    (["--tls-cert", "a.pem"], 2, "--tls-cert and --tls-key belong together: give both, or neither"),
    (["--limiter", "fast"], 2, "--limiter: fast is no limit; write it like 10/1s (ten jobs a second), or none"),
    (["--lock-duration", "soon"], 2, "--lock-duration: \"soon\" is no time; write it like 250ms, 30s, 5m, 12h or 7d"),
    (["--lock-duration", "10ms"], 2, "--lock-duration: 10ms is too short; give at least 1s"),
    (["--concurrency", "0"], 2, "--concurrency: 0 is out of range; give 1 to 64"),
    (["--job-memory", "10MB"], 2, "--job-memory: 10MB is too little; give at least 96MB"),
    (["--process-memory", "100MB"], 2, "--process-memory: 100MB is too little; give at least 512MB"),
    (["--queue", "redis:"], 2, "--queue redis:: give sqlite:PATH or redis://HOST:PORT/DB"),
    (["crm.csv"], 2, "crm-merge serve takes no files (crm.csv); jobs name theirs"),
    (["--config", "missing.yaml"], 2, "--config missing.yaml: no such file, or it cannot be read"),
    (["--config", "bad.yaml"], 2, "bad.yaml:1:1: there is no option concurency (did you mean --concurrency?)"),
    (["--data", "full"], 2, "full holds other files and is no data folder of crm-merge: give an empty or new folder with --data"),
    (["--data", "newer"], 2, "newer was written by a newer crm-merge (folder version 99, this one knows 1): install that one, or "
                             "give another folder with --data"),
    (["--data", "/proc/nothing"], 2, "cannot use /proc/nothing: No such file or directory; give another folder with --data"),
]


@pytest.mark.parametrize("arguments, code, message", BAD_SETTINGS, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_settings_that_cannot_be_are_told_in_one_line(tmp_path, arguments, code, message):
    (tmp_path / "bad.yaml").write_text("concurency: 3\n")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / "version").write_text("99\n")
    more = [] if "--data" in arguments else ["--data", "data"]
    done = binary.run(["serve", *more, *arguments], tmp_path, timeout=20)
    assert (done.code, done.stderr) == (code, f"crm-merge: error: {message}\n")
    assert (tmp_path / "full" / "thesis.txt").read_text() == "mine"


def test_a_port_that_is_taken_is_said_so(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = binary.run(["serve", "--data", "data", "--listen", f"127.0.0.1:{port}"], tmp_path, timeout=20)
    told = [line for line in done.stderr.splitlines() if line.startswith("crm-merge: error: ")]
    assert done.code == 2 and len(told) == 1 and str(port) in told[0] and "--listen" in told[0], done.stderr


def test_a_token_opens_what_its_role_allows_and_the_audit_log_has_its_name(tmp_path):
    made = binary.run(["token", "anna", "read"], tmp_path)
    assert made.code == 0 and made.stdout.startswith(b"anna read sha256:")
    token = made.stderr.strip().rsplit(" ", 1)[1]
    (tmp_path / "tokens").write_text(made.stdout.decode() + token_line("bob", "write", "secret of bob"))
    with RunningService(tmp_path, "--token-file", tmp_path / "tokens") as service:
        assert service.request("GET", "/api/v1/jobs").status == 401
        assert service.request("GET", "/api/v1/jobs", token=token).status == 200
        refused = service.request("POST", "/api/v1/uploads", {"name": "a.csv", "size": 5, "kind": "original"}, token=token)
        assert refused.status == 403
        files = [service.upload(n, d, token="secret of bob") for n, d in (("crm.csv", ORIGINAL), ("apollo.csv", ENRICHED))]
        job = service.submit(*files, token="secret of bob", spec={"on": ["email"]}).json
        assert service.request("GET", job["url"], token=token).json["submitted_by"] == "bob"
        audit = (service.data / "audit.log").read_text()
        assert '"caller":"bob"' in audit and '"caller":"anna"' in audit and token not in audit and "secret of bob" not in audit


def test_figures_have_an_address_of_their_own(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tokens = tmp_path / "tokens"
    tokens.write_text(token_line("bob", "write", "secret"))
    with RunningService(tmp_path, "--token-file", tokens, "--metrics-bind", f"127.0.0.1:{port}") as service:
        assert service.request("GET", "/metrics").status == 401
        service.port = port
        assert service.request("GET", "/metrics").status == 200 and service.request("GET", "/api/v1/jobs").status == 404
