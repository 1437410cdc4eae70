"""crm-merge doctor, on machines that are truly ill: small limits, folders that cannot be written, no DuckDB."""

import json
import os
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

import binary
import golden
import pytest


def examine(folder, *arguments, code=0, env=None, preexec=None):
    outcome = binary.run(["doctor", *arguments, "--json"], folder, env=env, preexec=preexec)
    assert outcome.code == code, binary.describe(outcome, arguments)
    found = json.loads(outcome.stdout)
    assert (found["problems"] > 0) == (code == 2)
    return {(check["topic"], check["name"]): check for check in found["checks"]}


def status(checks, topic, name):
    check = checks[topic, name]
    assert ("mend" in check) == (check["status"] != "ok"), "what is not well says how to mend it"
    return check["status"]


def test_help_is_kept_word_for_word(tmp_path):
    golden.check("doctor-help.txt", binary.run(["doctor", "--help"], tmp_path).stdout.decode())


def test_a_machine_that_runs_the_tests_has_no_problem(tmp_path):
    outcome = binary.run(["doctor", "--temp-dir", tmp_path, "--memory-limit", "96MB"], tmp_path)
    assert outcome.code == 0, outcome.stdout.decode()
    text = outcome.stdout.decode()
    for topic in ("Versions", "Processors", "Memory", "Temporary files", "Outputs", "Limits", "Surroundings"):
        assert f"\n{topic}\n" in "\n" + text
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


def test_figures_are_those_of_the_system(tmp_path):
    checks = examine(tmp_path, "--temp-dir", tmp_path, "--memory-limit", "96MB")
    assert checks["processors", "cores"]["text"].startswith(f"{len(os.sched_getaffinity(0))} of ")
    assert "v1." in checks["versions", "DuckDB"]["text"]
    version = binary.run(["--version"], tmp_path).stdout.decode().split()[1]
    assert checks["versions", "crm-merge"]["text"] == version


def test_a_library_that_is_missing_is_a_warning(tmp_path):
    checks = examine(tmp_path, "--temp-dir", tmp_path, "--memory-limit", "96MB", env={"CRM_MERGE_DUCKDB": tmp_path / "nope.so"})
    assert status(checks, "versions", "DuckDB") == "warning"
    assert "--engine sql will not run" in checks["versions", "DuckDB"]["text"]


def test_a_temporary_folder_that_is_not_there_is_a_problem(tmp_path):
    checks = examine(tmp_path, "--temp-dir", "nope", "--memory-limit", "96MB", code=2)
    assert status(checks, "temporary files", "nope") == "problem"
    assert "No such file or directory" in checks["temporary files", "nope"]["text"]


def test_a_temporary_folder_that_is_a_file_is_a_problem(tmp_path):
    (tmp_path / "file").write_text("")
    checks = examine(tmp_path, "--temp-dir", "file", "--memory-limit", "96MB", code=2)
    assert status(checks, "temporary files", "file") == "problem"


def test_folders_that_may_not_be_written(tmp_path):
    with tempfile.TemporaryDirectory() as name:    # as root every folder may be written: then another user looks
        folder = Path(name)
        shutil.copy(binary.path(), folder / "crm-merge")
        (folder / "closed").mkdir()
        (folder / "closed").chmod(0o555)
        folder.chmod(0o755)
        drop = (lambda: (os.setgid(65534), os.setuid(65534))) if os.geteuid() == 0 else None
        done = subprocess.run([folder / "crm-merge", "doctor", "--json", "--temp-dir", folder / "closed"], capture_output=True,
                              cwd=folder / "closed", env=binary.environment(), preexec_fn=drop, check=False)
        checks = {(c["topic"], c["name"]): c for c in json.loads(done.stdout)["checks"]}
        assert done.returncode == 2
        assert status(checks, "temporary files", str(folder / "closed")) == "problem"
        assert status(checks, "outputs", "this folder") == "warning"


@pytest.mark.parametrize("limit, code, expected", [(64, 0, "warning"), (32, 2, "problem"), (1024, 0, "ok")])
def test_few_open_files(limit, code, expected, tmp_path):
    checks = examine(tmp_path, "--temp-dir", tmp_path, "--memory-limit", "96MB", code=code,
                     preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))
    assert status(checks, "limits", "open files") == expected


def test_a_limit_of_file_size_is_a_warning(tmp_path):
    checks = examine(tmp_path, "--temp-dir", tmp_path, "--memory-limit", "96MB",
                     preexec=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
    assert status(checks, "limits", "file size") == "warning"


def test_files_in_memory_are_a_warning(tmp_path):
    shared = Path("/dev/shm")
    if subprocess.run(["stat", "-f", "-c", "%T", shared], capture_output=True, text=True, check=False).stdout.strip() != "tmpfs":
        pytest.skip("/dev/shm is no tmpfs here")
    outcome = binary.run(["doctor", "--json", "--temp-dir", shared, "--memory-limit", "96MB"], tmp_path)
    checks = {(c["topic"], c["name"]): c for c in json.loads(outcome.stdout)["checks"]}
    temp = checks["temporary files", str(shared)]
    assert temp["text"].startswith("tmpfs, ")
    assert temp["status"] in ("warning", "problem")    # a container's may be 64 MB


def test_more_memory_than_there_is_is_a_warning(tmp_path):
    checks = examine(tmp_path, "--temp-dir", tmp_path, "--memory-limit", "9000GB")
    assert status(checks, "memory", "machine") == "warning"
    assert "--memory-limit" in checks["memory", "machine"]["mend"]


def test_a_locale_without_utf8_is_a_warning(tmp_path):
    checks = examine(tmp_path, "--temp-dir", tmp_path, "--memory-limit", "96MB", env={"LC_ALL": "C"})
    assert status(checks, "surroundings", "locale") == "warning"


def test_a_file_is_a_usage_error(tmp_path):
    outcome = binary.run(["doctor", "crm.csv"], tmp_path)
    assert outcome.code == 2
    assert outcome.stderr == "crm-merge: error: doctor takes no file (crm.csv); crm-merge inspect FILE looks at files\n"
