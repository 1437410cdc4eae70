"""Bad inputs and usages: exit code, one line that says what, where and what to do, and nothing left behind."""

import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import binary
import error_cases
import people
import pytest

DEFAULT_FILES = {"crm.csv": "Email,City\na@x.com,\nb@x.com,Bonn\n", "a.csv": "Email,City\na@x.com,Aachen\n",
                 "b.csv": "Email,City\nb@x.com,Basel\n"}


def read_golden():
    """Case name → lines on standard error."""
    messages, lines = {}, []
    for line in (Path(__file__).parent / "errors.golden").read_text(encoding="utf-8").splitlines():
        if line.startswith("=== "):
            lines = messages.setdefault(line[4:], [])
        elif line:
            lines.append(line)
    return messages


GOLDEN = read_golden()


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
    assert outcome.stderr.splitlines() == GOLDEN.get(bad.name), told
    assert outcome.stderr.startswith("crm-merge: error: "), told


def test_every_message_of_the_golden_file_has_its_case():
    assert list(GOLDEN) == [bad.name for bad in error_cases.ALL]


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


@pytest.fixture
def folder_of_everybody():
    """As root every file may be read: then another user runs the binary, in a folder and from a copy that all may use."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, {})
        shutil.copy(binary.path(), folder / "crm-merge")
        folder.chmod(0o777)
        yield folder


def run_as_nobody(folder, arguments):
    drop = (lambda: (os.setgid(65534), os.setuid(65534))) if os.geteuid() == 0 else None
    done = subprocess.run([folder / "crm-merge", *shlex.split(arguments)], cwd=folder, capture_output=True, text=True,
                          env=binary.environment(), preexec_fn=drop, check=False)
    return done.returncode, done.stderr


def test_an_original_that_may_not_be_read(folder_of_everybody):
    (folder_of_everybody / "crm.csv").chmod(0)
    code, error = run_as_nobody(folder_of_everybody, "merge crm.csv a.csv -o out.csv --on email")
    assert (code, error) == (3, "crm-merge: error: cannot read crm.csv: Permission denied\n")


def test_a_folder_that_may_not_be_written(folder_of_everybody):
    (folder_of_everybody / "folder").chmod(0o555)
    code, error = run_as_nobody(folder_of_everybody, "merge crm.csv a.csv -o folder/out.csv --on email")
    assert code == 2, error
    assert "folder/out.csv" in error or "folder" in error


def write_golden():
    for bad in error_cases.ALL:
        with tempfile.TemporaryDirectory() as folder:
            prepare(Path(folder), bad.files)
            outcome = binary.run(arguments_of(bad), folder, stdin=b"Email,City\na@x.com,\n")
            print(f"=== {bad.name}\n{outcome.stderr}")


if __name__ == "__main__":
    write_golden()
