"""crm-merge inspect: what it tells of files is true, the same for any number of threads, and kept word for word."""

import csv
import fcntl
import json
import os
import pty
import random
import re
import struct
import subprocess
import termios
from pathlib import Path

import binary
import golden
import pytest

SAMPLES = Path(__file__).parent.parent / "samples"
FOUR = ["hubspot-contacts.csv", "apollo=apollo-export.csv", "zoominfo=zoominfo-contacts.csv", "linkedin=Connections.csv"]


def inspect(arguments, folder, code=0, **more):
    outcome = binary.run(["inspect", *arguments], folder, **more)
    assert outcome.code == code, binary.describe(outcome, arguments)
    return outcome


def inspect_json(arguments, folder, code=0):
    return json.loads(inspect([*arguments, "--json"], folder, code).stdout)


def test_help_is_kept_word_for_word(tmp_path):
    golden.check("inspect-help.txt", inspect(["--help"], tmp_path).stdout.decode())


def test_the_table_of_one_file_is_kept_word_for_word():
    golden.check("inspect-one.txt", inspect(["zoominfo-contacts.csv"], SAMPLES).stdout.decode())


def test_the_tables_of_several_files_are_kept_word_for_word():
    golden.check("inspect-four.txt", inspect(FOUR, SAMPLES).stdout.decode())


def test_the_json_is_kept_word_for_word():
    golden.check("inspect-four.json", inspect([*FOUR, "--json"], SAMPLES).stdout.decode())


def reference(path):
    """Per column: filled cells, different values, lengths, by an obvious reading."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    columns = {}
    for number, name in enumerate(header):
        cells = [row[number] for row in rows if row[number].strip()]
        lengths = [len(cell) for cell in cells] or [0]
        columns[name] = (len(cells), len(set(cells)), min(lengths), max(lengths))
    return len(rows), columns


@pytest.mark.parametrize("threads", [1, 4])
def test_counts_are_those_of_an_obvious_reading(threads):
    for name in ("hubspot-contacts.csv", "apollo-export.csv"):
        found = inspect_json([name, "--threads", threads], SAMPLES)["files"][0]
        rows, columns = reference(SAMPLES / name)
        assert found["rows"] == rows
        assert {c["name"]: (c["filled"], c["distinct"], c["shortest"], c["longest"]) for c in found["columns"]} == columns


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Two files of some blocks each, so that several threads and the sketches have something to do."""
    folder = tmp_path_factory.mktemp("large")
    rng = random.Random(3)
    for name, first in (("a.csv", 0), ("b.csv", 20_000)):
        lines = ["Record ID,Email,City,Text"]
        lines += [f"{n},p{n}@x{n % 97}.com,{rng.choice(['Bonn', 'Köln', ''])},{'x' * rng.randrange(40)}"
                  for n in range(first, first + 30_000)]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_large_counts_are_estimated_within_their_error_and_do_not_depend_on_threads(large):
    one = inspect([*"a.csv b.csv --json --threads 1".split()], large).stdout
    assert one == inspect([*"a.csv b.csv --json --threads 5".split()], large).stdout
    found = json.loads(one)
    columns = {c["name"]: c for c in found["files"][0]["columns"]}
    assert not columns["Email"]["distinct_is_exact"]
    assert abs(columns["Email"]["distinct"] - 30_000) < 4 * 30_000 * found["files"][0]["distinct_standard_error"]
    assert (columns["City"]["distinct"], columns["City"]["distinct_is_exact"]) == (2, True)
    email = next(i for i in found["relations"]["identifiers"] if i["kind"] == "email")
    assert [(f["keys"], f["keys_are_exact"]) for f in email["files"]] == [(30_000, True)] * 2
    assert (email["files"][1]["in_first"], email["files"][1]["in_first_is_exact"]) == (10_000, True)
    assert found["relations"]["merge_by"] == ["id", "email"]


def test_a_sample_reads_the_beginning_and_says_so(large):
    found = inspect_json(["a.csv", "--sample", "100", "--threads", "3"], large)["files"][0]
    assert not found["whole"]
    assert 100 <= found["rows"] < 30_000
    assert abs(found["estimated_rows"] - 30_000) < 3_000
    assert b"--sample" in inspect(["a.csv", "--sample", "100"], large).stdout
    assert inspect_json(["a.csv", "--sample", "30000"], large)["files"][0]["whole"]


def test_records_that_cannot_be_read_are_counted_and_shown(tmp_path):
    (tmp_path / "a.csv").write_text('Email,City\n' + 'a@x.com,Bonn\n' * 5 + 'b@x.com,"Bonn"x\nc@x.com,1,2,3\n\nd@x.com\n')
    found = inspect_json(["a.csv"], tmp_path)["files"][0]
    counts = {key: found[key] for key in ("records", "rows", "rejected", "padded", "empty_lines")}
    assert counts == {"records": 8, "rows": 6, "rejected": 2, "padded": 1, "empty_lines": 1}
    assert [(r["line"], r["reason"]) for r in found["rejects"]] == [
        (7, "text after a closing quote"), (8, "too many fields (expected 2, found 4)")]
    table = inspect(["a.csv"], tmp_path).stdout.decode()
    assert "line 7: text after a closing quote: b@x.com,\"Bonn\"x" in table


def test_damage_is_counted_over_the_whole_file(tmp_path):
    rows = ["02134,17"] * 6000 + ["2134,1.4E+10"] * 50
    (tmp_path / "a.csv").write_text("Zip Code,Account\n" + "\n".join(rows) + "\n")
    found = inspect_json(["a.csv"], tmp_path)["files"][0]
    assert [c["damage"] for c in found["columns"]] == [
        ["50 of 6050 values have four digits; a spreadsheet may have cut their leading zeros"],
        ["50 of 6050 values are numbers like 1.4E+10; a spreadsheet has cut their digits"]]
    assert found["warnings"] == []


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_looked_at(tmp_path):
    (tmp_path / "good.csv").write_text("Email\na@x.com\n")
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    outcome = inspect(["good.csv", "nope.csv", "picture.csv"], tmp_path, 3)
    assert b"good.csv" in outcome.stdout and b"100 %" in outcome.stdout
    assert outcome.stderr.splitlines() == ["crm-merge: error: cannot read nope.csv: no such file",
                                           "crm-merge: error: cannot read picture.csv: it is a PNG image: give a CSV file"]
    found = inspect_json(["good.csv", "nope.csv"], tmp_path, 3)
    assert [("problem" in f) for f in found["files"]] == [False, True]
    assert "relations" not in found


def test_an_empty_file_is_no_error(tmp_path):
    (tmp_path / "empty.csv").write_text("")
    assert b"empty" in inspect(["empty.csv"], tmp_path).stdout


def test_standard_input_is_a_file_too(tmp_path):
    assert b"a@x.com" in inspect(["-"], tmp_path, stdin=b"Email\na@x.com\n").stdout


def test_memory_is_bounded_whatever_the_size(tmp_path):
    with open(tmp_path / "a.csv", "w", encoding="utf-8") as file:
        file.write("id,Email,Notes\n")
        file.writelines(f"{n},p{n}@x.com,{'some longer text ' * 12}{n}\n" for n in range(300_000))
    assert (tmp_path / "a.csv").stat().st_size > 60_000_000
    code, peak, error = binary.peak_of(["inspect", "a.csv", "--threads", "2"], tmp_path)
    assert code == 0, error
    assert peak < 56_000_000


def test_no_file_is_a_usage_error(tmp_path):
    outcome = inspect([], tmp_path, 2)
    assert outcome.stderr == "crm-merge: error: no input files: crm-merge inspect FILE...; see crm-merge inspect --help\n"


def test_values_do_not_steer_the_terminal(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"Na\x1b[31mme,x\n\x1b]0;owned\x07,2\n")
    assert b"\x1b" not in inspect(["a.csv"], tmp_path).stdout


def test_a_table_fits_a_narrow_terminal():
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    process = binary.start(["inspect", *FOUR], SAMPLES, env={"TERM": "xterm"}, stdout=slave, stderr=subprocess.DEVNULL)
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 1 << 16)
        except OSError:    # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(master)
    assert process.wait() == 0
    assert b"\x1b[1m" in shown
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).splitlines()
    assert max(map(len, lines)) <= 80
