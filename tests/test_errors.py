"""Bad inputs and usages: exit code, one line that says what, where and what to do, and nothing left behind."""

import json
import os
import resource
import shlex
import signal
import subprocess

import binary
import error_cases
import people
import pytest

DEFAULT_FILES = {"crm.csv": "Email,City\na@x.com,\nb@x.com,Bonn\n", "a.csv": "Email,City\na@x.com,Aachen\n",
                 "b.csv": "Email,City\nb@x.com,Basel\n"}


def prepare(folder, files):
    for name, text in {**DEFAULT_FILES, **files}.items():
        (folder / name).write_bytes(error_cases.file(text))
    (folder / "folder").mkdir()
    (folder / "link.csv").hardlink_to(folder / "a.csv")


def snapshot(folder):
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def arguments_of(bad):
    return [bad.command, *shlex.split(bad.arguments)]


@pytest.mark.parametrize("bad", error_cases.ALL, ids=[bad.name for bad in error_cases.ALL])
def test_error_says_what_to_do_and_leaves_nothing(bad, tmp_path):
    prepare(tmp_path, bad.files)
    before = snapshot(tmp_path)
    outcome = binary.run(arguments_of(bad), tmp_path, stdin=b"Email,City\na@x.com,\n")
    told = binary.describe(outcome, arguments_of(bad))
    assert outcome.code == bad.exit, told
    assert outcome.stdout == b"", told
    assert snapshot(tmp_path) == before, f"something was left behind or changed\n{told}"
    if bad.message is not None:
        assert outcome.last_line == bad.message, told


@pytest.mark.parametrize("bad", error_cases.INPUTS[-12:], ids=[bad.name for bad in error_cases.INPUTS[-12:]])
def test_the_sql_engine_gives_the_same_error(bad, tmp_path):
    prepare(tmp_path, bad.files)
    stream = binary.run(arguments_of(bad), tmp_path)
    sql = binary.run([*arguments_of(bad), "--engine", "sql"], tmp_path)
    assert (sql.code, sql.last_line) == (stream.code, stream.last_line)


def test_an_error_is_one_json_object_for_programs(tmp_path):
    prepare(tmp_path, {})
    outcome = binary.run([*shlex.split("merge nope.csv a.csv -o out.csv --on email --progress json")], tmp_path)
    error = json.loads(outcome.last_line)
    assert outcome.code == 3
    assert "nope.csv" in json.dumps(error)


def test_an_earlier_output_survives_an_error(tmp_path):
    prepare(tmp_path, {"crm.csv": 'Email,City\na@x.com,"Bonn\nb@x.com,\nc@x.com,\n'})
    (tmp_path / "out.csv").write_text("the earlier file\n")
    outcome = binary.run(shlex.split("merge " + error_cases.MERGE), tmp_path)
    assert outcome.code == 3
    assert (tmp_path / "out.csv").read_text() == "the earlier file\n"


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte where the system lets us mount one, else None."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk],
                                                   capture_output=True, check=False).returncode == 0
    yield disk if mounted else None
    if mounted:
        subprocess.run(["umount", disk], check=True)


def large_inputs(folder):
    (folder / "crm.csv").write_text(people.as_csv(people.original_rows(30_000)), encoding="utf-8", newline="")
    (folder / "a.csv").write_text(people.as_csv(people.enriched_rows(20_000, 30_000)), encoding="utf-8", newline="")


def no_large_files():
    """Writes beyond one megabyte fail: a full disk for those who may not mount one."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


@pytest.mark.parametrize("engine", binary.ENGINES)
def test_a_full_disk_ends_with_4_and_leaves_the_earlier_output(engine, small_disk, tmp_path):
    large_inputs(tmp_path)
    temp = tmp_path / "temp"
    temp.mkdir()
    target = small_disk or tmp_path
    (target / "out.csv").write_text("the earlier file\n")
    arguments = ["merge", "crm.csv", "a.csv", "-o", target / "out.csv", "--on", "email", "--temp-dir", temp, "--engine", engine]
    outcome = binary.run(arguments, tmp_path, preexec=None if small_disk else no_large_files)
    assert outcome.code == 4, binary.describe(outcome, arguments)
    assert str(target / "out.csv") in outcome.last_line or "disk" in outcome.last_line
    assert (target / "out.csv").read_text() == "the earlier file\n"
    assert sorted(p.name for p in target.iterdir() if target != tmp_path) in ([], ["out.csv"])
    assert list(temp.iterdir()) == []


@pytest.mark.parametrize("engine", binary.ENGINES)
def test_a_full_disk_for_temporary_files_ends_with_4(engine, small_disk, tmp_path):
    if small_disk is None:
        pytest.skip("no file system can be mounted here")
    large_inputs(tmp_path)
    arguments = ["merge", "crm.csv", "a.csv", "-o", "out.csv", "--on", "email", "--temp-dir", small_disk, "--engine", engine]
    outcome = binary.run(arguments, tmp_path, env={"CRM_MERGE_TEST_TUNING": "spill=1"})
    if engine == "sql" and outcome.code == 0:
        return    # it found room in memory
    assert outcome.code == 4, binary.describe(outcome, arguments)
    assert not (tmp_path / "out.csv").exists()
    assert list(small_disk.iterdir()) == []


def test_standard_output_on_a_full_disk_ends_with_4(tmp_path):
    prepare(tmp_path, {})
    with open("/dev/full", "wb") as full:
        process = binary.start(shlex.split("merge crm.csv a.csv -o - --on email"), tmp_path, stdout=full,
                               stderr=subprocess.PIPE)
        error = process.communicate()[1].decode()
    assert process.returncode == 4, error


def test_an_original_that_may_not_be_read(tmp_path):
    """As root every file may be read; then the folder of another process stands in for one that may not."""
    prepare(tmp_path, {})
    (tmp_path / "crm.csv").chmod(0)
    drop = (lambda: os.setuid(65534)) if os.geteuid() == 0 else None
    for parent in [tmp_path, *tmp_path.parents]:
        if os.geteuid() == 0 and parent != parent.parent and not parent.stat().st_mode & 0o001:
            pytest.skip("another user may not enter this folder")
    tmp_path.chmod(0o777)
    outcome = binary.run(shlex.split("merge crm.csv a.csv -o out.csv --on email"), tmp_path, preexec=drop)
    assert outcome.code == 3, outcome.stderr
    assert "crm.csv" in outcome.last_line
