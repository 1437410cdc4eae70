"""Backup, restore, doctor, unit, alerts and the documents of operations, against the real program."""

import json
import re
import shutil
import subprocess
import threading
from pathlib import Path

import binary
import operations_options
import pytest
import yaml
from client_service import ClientService as Service
from redis_server import running_redis
from test_client import APOLLO, CRM, token_of

ROOT = Path(__file__).parent.parent
OPERATIONS = ROOT / "docs" / "operations"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "crm.csv").write_text(CRM)
    (tmp_path / "apollo.csv").write_text(APOLLO)
    return tmp_path


def run(folder, *arguments, code=0, env=None):
    outcome = binary.run(arguments, folder, env=env)
    assert outcome.code == code, binary.describe(outcome, arguments)
    return outcome


def outputs_of(service, folder):
    """The bytes of every output of every completed job."""
    jobs = json.loads(service.client(folder, "jobs", "--state", "completed", "--limit", "1000", "--json").stdout)
    found = {}
    for job in jobs:
        service.client(folder, "fetch", job["id"], "-o", "one.csv", "--report", "one.json", "-q")
        found[job["id"]] = ((folder / "one.csv").read_bytes(), (folder / "one.json").read_bytes())
    return found


def test_a_backup_under_load_has_every_output_of_what_it_calls_completed(folder):
    with Service(folder, "--concurrency", "2") as service:
        stop = threading.Event()
        submitted = []

        def load():
            while not stop.is_set():
                submitted.append(service.client(folder, "submit", "crm.csv", "apollo.csv", "--wait", "-q"))

        thread = threading.Thread(target=load)
        service.client(folder, "submit", "crm.csv", "apollo.csv", "--wait", "-q")
        thread.start()
        for number in range(3):
            while len(submitted) < 2 * (number + 1):
                thread.join(0.01)
            run(folder, "backup", f"copy{number}", "--data", folder / "data")
        stop.set()
        thread.join()
        before = outputs_of(service, folder)
    sums = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder / "copy1", capture_output=True, text=True, check=False)
    assert sums.returncode == 0, sums.stdout + sums.stderr
    listed = {line[66:] for line in (folder / "copy1" / "SHA256SUMS").read_text().splitlines()}
    there = {str(path.relative_to(folder / "copy1")) for path in (folder / "copy1").rglob("*") if path.is_file()}
    assert there == listed | {"SHA256SUMS"} and {"queue.db", "session.key", "version"} <= listed
    completed = 0
    for number in range(3):
        run(folder, "restore", f"copy{number}", "--data", folder / f"again{number}" / "data")
        with Service(folder / f"again{number}", "--no-worker") as restored:
            after = outputs_of(restored, folder)
        assert after and after.items() <= before.items()
        completed = max(completed, len(after))
    assert completed >= 4
    assert (folder / "again1" / "data" / "session.key").read_bytes() == (folder / "data" / "session.key").read_bytes()


def test_a_job_that_waits_runs_after_a_restore_to_the_same_place(folder):
    with Service(folder, "--no-worker") as service:
        job = service.client(folder, "submit", "crm.csv", "apollo.csv").stdout.decode().strip()
        run(folder, "backup", "copy", "--data", folder / "data")
    shutil.rmtree(folder / "data")
    run(folder, "restore", "copy", "--data", folder / "data")
    with Service(folder) as service:
        service.client(folder, "watch", job, "-q")
        service.client(folder, "fetch", job, "-o", "merged.csv", "-q")
    run(folder, "merge", "crm.csv", "apollo.csv", "-o", "local.csv", "-q")
    assert (folder / "merged.csv").read_bytes() == (folder / "local.csv").read_bytes()


@pytest.fixture
def backup(folder):
    with Service(folder) as service:
        service.client(folder, "submit", "crm.csv", "apollo.csv", "--wait", "-q")
        run(folder, "backup", "copy", "--data", folder / "data")
    return folder


def test_what_is_damaged_is_not_restored_and_nothing_is_left(backup):
    victim = next(path for path in (backup / "copy" / "files").rglob("merged.csv"))
    data = victim.read_bytes()
    victim.unlink()
    victim.write_bytes(data[:-1] + b"!")
    refused = run(backup, "restore", "copy", "--data", "new", code=3)
    assert "merged.csv is damaged" in refused.stderr and [path.name for path in (backup / "new").iterdir()] == ["lock"]
    victim.unlink()
    assert "is listed and cannot be read" in run(backup, "restore", "copy", "--data", "new", code=3).stderr
    victim.write_bytes(data)
    run(backup, "restore", "copy", "--data", "new")


def test_a_list_that_leads_elsewhere_is_refused(backup):
    sums = backup / "copy" / "SHA256SUMS"
    sums.write_text(sums.read_text() + "0" * 64 + "  ../escaped\n")
    assert "the path leads out of the folder" in run(backup, "restore", "copy", "--data", "new", code=2).stderr
    sums.unlink()
    assert "is no backup, or one that was not completed" in run(backup, "restore", "copy", "--data", "new", code=3).stderr


def test_folders_that_are_used_are_refused(backup):
    assert "has files in it" in run(backup, "restore", "copy", "--data", "data", code=2).stderr
    assert "has files in it" in run(backup, "backup", "copy", "--data", "data", code=2).stderr
    assert "is in the data folder" in run(backup, "backup", "data/copy", "--data", "data", code=2).stderr
    assert "is no data folder" in run(backup, "backup", "other", "--data", "nope", code=2).stderr
    assert "--data FOLDER is needed" in run(backup, "restore", "copy", code=2).stderr
    with Service(backup / "running", "--no-worker") as running:
        for path in running.data.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "lock":
                path.unlink()
        assert "is in use" in run(backup, "restore", "copy", "--data", running.data, code=2).stderr


def checks_of(outcome):
    return {check["name"]: check for check in json.loads(outcome.stdout)["checks"]}


def test_doctor_looks_at_a_service(folder):
    line, token = token_of("anna", "read", folder)
    (folder / "tokens").write_text(line)
    with Service(folder, "--token-file", folder / "tokens") as service:
        checks = checks_of(run(folder, "doctor", "--server", service.url, "--json", env={"CRM_MERGE_TOKEN": token}))
        assert {name: check["status"] for name, check in checks.items()} == dict.fromkeys(("answers", "clock", "ready", "version", "token"), "ok")
        assert checks["token"]["text"] == "anna: may look and fetch, not submit"
        checks = checks_of(run(folder, "doctor", "--server", service.url, "--json", code=2))
        assert checks["token"]["status"] == "problem" and "--token-from" in checks["token"]["mend"]
        inside = checks_of(run(folder, "doctor", "--data", folder / "data", "--json"))
        assert inside["version"]["text"] == "1, in use" and inside["queue"]["text"] == "no fault"
        url = service.url
    checks = checks_of(run(folder, "doctor", "--server", url, "--json", code=2))
    assert checks["answers"]["status"] == "problem" and "is crm-merge serve running there?" in checks["answers"]["text"]


def test_doctor_looks_at_a_queue_in_redis(tmp_path):
    with running_redis(tmp_path) as url:
        well = binary.run(["doctor", "--queue", url], tmp_path)
        assert well.code == 0 and b"noeviction" in well.stdout and b"appendonly" in well.stdout, well.stdout
        subprocess.run(["redis-cli", "-s", tmp_path / "redis.sock", "CONFIG", "SET", "maxmemory-policy", "allkeys-lru"], check=True, capture_output=True)
        ill = binary.run(["doctor", "--queue", url, "--json"], tmp_path)
        problems = [check["text"] for check in json.loads(ill.stdout)["checks"] if check["status"] == "problem"]
        assert ill.code == 2 and problems == ["maxmemory-policy is allkeys-lru"]
    away = binary.run(["doctor", "--queue", url], tmp_path)
    assert away.code == 2 and b"problem" in away.stdout
    wrong = binary.run(["doctor", "--queue", "redis-sentinel://a"], tmp_path)
    assert wrong.code == 2 and wrong.stderr.startswith("crm-merge: error: ") and wrong.stderr.count("\n") == 1


def test_doctor_finds_a_broken_queue(folder):
    with Service(folder, "--no-worker") as service:
        for _ in range(3):
            service.client(folder, "submit", "crm.csv", "apollo.csv", "-q")
    queue = bytearray((folder / "data" / "queue.db").read_bytes())
    queue[4096 * 2:4096 * 4] = b"\x5a" * 8192
    (folder / "data" / "queue.db").write_bytes(queue)
    for left in ("queue.db-wal", "queue.db-shm"):
        (folder / "data" / left).unlink(missing_ok=True)
    checks = checks_of(run(folder, "doctor", "--data", folder / "data", "--json", code=2))
    assert checks["queue"]["status"] == "problem" and "restore the newest backup" in checks["queue"]["mend"]
    (folder / "data" / "version").write_text("99\n")
    assert "99, and this crm-merge knows 1" in run(folder, "doctor", "--data", folder / "data", code=2).stdout.decode()


def test_the_unit_is_one_that_systemd_takes(tmp_path):
    unit = (ROOT / "deploy" / "crm-merge.service").read_text()
    assert "/usr/bin/crm-merge serve --config" in unit
    (tmp_path / "crm-merge.service").write_text(unit.replace("/usr/bin/crm-merge", binary.path()))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", tmp_path / "crm-merge.service"], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "crm-merge" in line]
    assert done.returncode == 0 and ours == [], done.stderr


def test_the_example_configuration_is_understood(tmp_path):
    shown = run(tmp_path, "serve", "--data", tmp_path / "d", "--config", ROOT / "deploy" / "config.yaml", "--print-config").stdout.decode()
    assert yaml.safe_load(shown)["metrics-bind"] == "127.0.0.1:9108"
    text = (OPERATIONS / "configure.md").read_text()
    example = text[text.index("```yaml\n") + 8:]
    names = set(yaml.safe_load(example[:example.index("```")]))
    assert names <= set(yaml.safe_load(shown.replace("# ", "")))


METRICS = set(re.findall(r'\{"(crm_merge_\w+)", Type::', (ROOT / "src" / "server" / "metrics.cpp").read_text()))


def test_alerts_use_figures_that_exist():
    rules = [rule for group in yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text())["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 8
    for rule in rules:
        used = {re.sub(r"_(sum|count|bucket)$", "", name) for name in re.findall(r"crm_merge_\w+", rule["expr"])}
        assert used <= METRICS, rule["alert"]
        assert used or rule["expr"].startswith("up{")
        assert {"summary", "action"} <= set(rule["annotations"])


def test_each_figure_is_documented_and_no_other():
    assert METRICS, "the table is not where it was"
    assert set(re.findall(r"^\| `(crm_merge_\w+)`", (OPERATIONS / "monitor.md").read_text(), re.MULTILINE)) == METRICS


def test_the_list_of_options_is_the_programs_own():
    assert (OPERATIONS / "options.md").read_text() == operations_options.page(), "run tests/operations_options.py again"


def test_messages_in_the_documents_are_those_of_the_program():
    said = "".join(path.read_text() for path in (ROOT / "src").rglob("*.cpp"))
    said = re.sub(r'"\s*\n\s*"', "", said)
    rows = re.findall(r"^\| `([^`]+)` \|", (OPERATIONS / "troubleshoot.md").read_text(), re.MULTILINE)
    assert len(rows) > 15
    for message in rows:
        for piece in message.split("\u2026"):
            assert piece.strip() in said, message
