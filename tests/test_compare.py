"""crm-merge compare: what differs is what an obvious comparison finds, for any number of threads and however little
memory there is for sorting."""

import collections
import csv
import gzip
import io
import json
import random
import re
import signal
import subprocess

import binary
import golden
import pytest

DIFFERENT = 6


def compare(arguments, folder, code, **more):
    outcome = binary.run(["compare", *arguments], folder, **more)
    assert outcome.code == code, binary.describe(outcome, arguments)
    return outcome


def summary(arguments, folder, code, **more):
    return json.loads(compare([*arguments, "--json"], folder, code, **more).stdout)


def write(path, header, rows, rng=None):
    """Writes a CSV file; with rng some records lose blank cells at their end. Returns the line of each row."""
    text, lines, line = io.StringIO(), [], 2
    csv.writer(text, lineterminator="\n").writerow(header)
    for row in rows:
        cells = list(row)
        while rng and len(cells) > 1 and cells[-1] == "" and rng.random() < 0.5:
            cells.pop()
        record = io.StringIO()
        csv.writer(record, lineterminator="\n").writerow(cells)
        lines.append(line)
        line += record.getvalue().count("\n")
        text.write(record.getvalue())
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return lines


class Reference:
    """The obvious comparison: rows of one key are paired in their order."""

    def __init__(self, header_a, rows_a, lines_a, header_b, rows_b, lines_b, key):
        self.shared = [name for name in header_a if name in header_b]
        waiting = collections.defaultdict(collections.deque)
        for number, row in enumerate(rows_b):
            waiting[tuple(row[header_b.index(k)] for k in key)].append(number)
        self.differences, self.paired, self.changed, partners = [], 0, 0, []
        self.cells = collections.Counter()
        for row, line in zip(rows_a, lines_a):
            value = tuple(row[header_a.index(k)] for k in key)
            if not waiting[value]:
                self.differences.append(["only_a", str(line), "", *value, "", "", ""])
                continue
            number = waiting[value].popleft()
            partners.append(number)
            self.paired += 1
            before = len(self.differences)
            for name in self.shared:
                a, b = row[header_a.index(name)], rows_b[number][header_b.index(name)]
                if a != b:
                    self.differences.append(["changed", str(line), str(lines_b[number]), *value, name, a, b])
                    self.cells[name] += 1
            self.changed += len(self.differences) > before
        self.only_a = sum(d[0] == "only_a" for d in self.differences)
        lone = sorted(number for numbers in waiting.values() for number in numbers)
        self.only_b = len(lone)
        for number in lone:
            value = [rows_b[number][header_b.index(k)] for k in key]
            self.differences.append(["only_b", "", str(lines_b[number]), *value, "", "", ""])
        self.steps_back = sum(y < x for x, y in zip(partners, partners[1:]))


def random_files(rng, folder):
    """Two files much alike: keys repeat or are blank, cells hold quotes and lines, columns come, go and move."""
    header = ["Key", "Key 2", "Name", "Städte", "Notes"][:rng.randint(2, 5)]
    values = ["", "", " ", "x", "X", "a,b", 'say "hi"', "two\nlines", "é", "😀", "0"]
    keys = rng.choice([3, 40, 10_000])
    rows = [[str(rng.randrange(keys)) if rng.random() < 0.9 else "", *(rng.choice(values) for _ in header[1:])]
            for _ in range(rng.choice([0, 1, 30, 300]))]
    others = [list(row) for row in rows if rng.random() < 0.9]
    for row in others:
        if rng.random() < 0.3:
            row[rng.randrange(len(row))] = rng.choice(values)
    for _ in range(rng.randrange(10)):
        others.insert(rng.randint(0, len(others)), [str(rng.randrange(keys)), *(rng.choice(values) for _ in header[1:])])
    if rng.random() < 0.3:
        rng.shuffle(others)
    order = list(range(len(header)))
    if rng.random() < 0.5:
        rng.shuffle(order)
    header_b = [header[i] for i in order]
    others = [[row[i] for i in order] for row in others]
    if rng.random() < 0.3:
        header_b.append("New")
        others = [[*row, "n"] for row in others]
    lines_a = write(folder / "a.csv", header, rows, rng)
    lines_b = write(folder / "b.csv", header_b, others, rng)
    return header, rows, lines_a, header_b, others, lines_b


@pytest.mark.parametrize("seed", range(60))
def test_it_finds_what_an_obvious_comparison_finds(seed, tmp_path):
    rng = random.Random(seed)
    files = random_files(rng, tmp_path)
    header, header_b = files[0], files[3]
    key = ["Key"] if len(header) < 3 or rng.random() < 0.7 else ["Key", "Key 2"]
    expected = Reference(*files, key)
    same = not expected.differences and set(header) == set(header_b)
    tiny = {"CRM_MERGE_TEST_COMPARE": rng.choice(["0:0", "600:64", "4000:200"])}
    arguments = ["a.csv", "b.csv", "--key", ",".join(key), "-o", "d.csv", "--threads", rng.choice([1, 2, 4]),
                 "--delimiter", "comma"]
    found = summary(arguments, tmp_path, 0 if same else DIFFERENT, env=tiny)
    with open(tmp_path / "d.csv", encoding="utf-8", newline="") as file:
        listed = list(csv.reader(file))
    assert listed[0] == ["kind", "line_a", "line_b", *key, "column", "a", "b"]
    assert listed[1:] == expected.differences
    rows = {"paired": expected.paired, "equal": expected.paired - expected.changed, "changed": expected.changed,
            "steps_back": expected.steps_back}
    assert found["rows"] == rows
    assert (found["a"]["only_here"], found["b"]["only_here"]) == (expected.only_a, expected.only_b)
    assert {c["column"]: c["cells"] for c in found["differing_columns"]} == expected.cells
    counts = collections.Counter(tuple(row[header.index(k)] for k in key) for row in files[1])
    repeated = [n for n in counts.values() if n > 1]
    assert (found["a"]["repeated_keys"], found["a"]["rows_of_repeated_keys"]) == (len(repeated), sum(repeated))
    without_list = summary(arguments[:4], tmp_path, 0 if same else DIFFERENT, env=tiny)
    assert without_list == found, "the summary is the same where nothing is listed"


@pytest.fixture
def pair(tmp_path):
    write(tmp_path / "a.csv", ["Record ID", "Email", "City", "Score"],
          [["1", "Ada@X.com", "Bonn", "5"], ["2", "bob@x.com", "", "6"], ["3", "cy@x.com", "Köln", "7"],
           ["3", "cy2@x.com", "Köln", "8"]])
    write(tmp_path / "b.csv", ["Record ID", "City", "e-mail", "Owner"],
          [["3", "Köln", "cy@x.com", "Eve"], ["1", "Bern", "ada@x.com", "Eve"], ["4", "Ulm", "dan@x.com", ""],
           ["2", "Basel", "bob@x.com", ""]])
    return tmp_path


def without_measurements(text):
    return re.sub(r"[\d.]+ m?s, \d+ MB of memory at most(, \d+ k?B of temporary files)?", "TIME AND MEMORY", text)


def test_help_is_kept_word_for_word(tmp_path):
    golden.check("compare-help.txt", compare(["--help"], tmp_path, 0).stdout.decode())


def test_the_summary_is_kept_word_for_word(pair):
    text = compare(["a.csv", "b.csv"], pair, DIFFERENT).stdout.decode()
    golden.check("compare.txt", without_measurements(text))


def test_the_json_is_kept_word_for_word(pair):
    golden.check("compare.json", compare(["a.csv", "b.csv", "--json"], pair, DIFFERENT).stdout.decode())


def test_a_key_can_be_normalized_by_its_kind(pair):
    by_bytes = summary(["a.csv", "b.csv", "--key", "Email"], pair, DIFFERENT)
    by_kind = summary(["a.csv", "b.csv", "--key", "Email:email"], pair, DIFFERENT)
    assert (by_bytes["rows"]["paired"], by_kind["rows"]["paired"]) == (2, 3)


def test_columns_can_be_left_out(pair):
    found = summary(["a.csv", "b.csv", "--ignore", "City,Owner"], pair, DIFFERENT)
    assert (found["columns"]["only_a"], found["columns"]["only_b"]) == (["Score"], [])
    assert [c["column"] for c in found["differing_columns"]] == ["Email"]
    found = summary(["a.csv", "b.csv", "--only", "City"], pair, DIFFERENT)
    assert (found["columns"]["only_a"], found["columns"]["only_b"]) == ([], [])
    assert [c["column"] for c in found["differing_columns"]] == ["City"]


def test_another_order_counts_only_if_asked(tmp_path):
    write(tmp_path / "a.csv", ["id", "x"], [["1", "a"], ["2", "b"], ["3", "c"]])
    write(tmp_path / "b.csv", ["x", "id"], [["b", "2"], ["c", "3"], ["a", "1"]])
    found = summary(["a.csv", "b.csv", "--key", "id"], tmp_path, 0)
    assert (found["equal"], found["rows"]["steps_back"], len(found["columns"]["moved"])) == (True, 1, 1)
    compare(["a.csv", "b.csv", "--key", "id", "--ordered"], tmp_path, DIFFERENT)
    compare(["a.csv", "a.csv", "--key", "id", "--ordered"], tmp_path, 0)


def test_encodings_and_dialects_are_no_difference(tmp_path):
    (tmp_path / "a.csv").write_bytes("id,City\n1,Köln\n2,\"a;b\"\n".encode())
    (tmp_path / "b.csv").write_bytes("id;City\r\n1;Köln\r\n2;\"a;b\"\r\n".encode("cp1252"))
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress("id\tCity\n1\tKöln\n2\ta;b\n".encode("utf-16")))
    compare(["a.csv", "b.csv", "--key", "id"], tmp_path, 0)
    compare(["a.csv", "c.csv.gz", "--key", "id"], tmp_path, 0)


def test_differences_go_to_standard_output_or_are_compressed(pair):
    plain = compare(["a.csv", "b.csv", "-o", "-"], pair, DIFFERENT)
    assert "The files differ" in plain.stderr
    compare(["a.csv", "b.csv", "-o", "d.csv.gz"], pair, DIFFERENT)
    assert gzip.decompress((pair / "d.csv.gz").read_bytes()) == plain.stdout


def test_a_record_that_cannot_be_read_ends_it_or_is_set_aside(pair):
    with open(pair / "b.csv", "a", encoding="utf-8") as file:
        file.write("5,a,b,c,d,e\n")
    outcome = compare(["a.csv", "b.csv"], pair, 3)
    assert outcome.stderr.startswith("crm-merge: error: b.csv: 1 of 5 records cannot be read")
    compare(["a.csv", "b.csv", "--rejects", "r.csv"], pair, DIFFERENT)
    assert (pair / "r.csv").read_text(encoding="utf-8").count("\n") == 2


USAGES = {
    "one file": ("a.csv", "compare takes two files, and one is given: crm-merge compare A B --key COLUMN; see crm-merge "
                          "compare --help"),
    "an unknown key": ("a.csv b.csv --key Mail", '--key: there is no column "Mail"'),
    "a key that B has not": ("a.csv b.csv --key Score", '"Score"'),
    "no key": ("x.csv x.csv", "no key: name the columns that tell which rows belong together, --key COLUMN; x.csv has "
                              '"Name"'),
    "an unknown column": ("a.csv b.csv --ignore Nope", '"Nope"'),
    "the differences over an input": ("a.csv b.csv -o b.csv", "-o b.csv: this file is an input (b.csv); write to another file"),
    "an option of merge": ("a.csv b.csv --on email", "crm-merge compare has no option --on; see crm-merge compare --help"),
}


@pytest.mark.parametrize("name", USAGES)
def test_a_usage_error_says_what_to_do(name, pair):
    arguments, message = USAGES[name]
    (pair / "x.csv").write_text("Name\nada\n")
    before = {p.name: p.read_bytes() for p in pair.iterdir()}
    outcome = compare(arguments.split(), pair, 2)
    assert message in outcome.stderr and outcome.stderr.count("\n") == 1, outcome.stderr
    assert {p.name: p.read_bytes() for p in pair.iterdir()} == before


ROWS = 400_000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """B in another order, a tenth of its rows changed; a fifth of all rows have one and the same key."""
    folder = tmp_path_factory.mktemp("large")
    rng = random.Random(5)
    numbers = list(range(ROWS))
    def row(n, city):
        return f"{n if n % 5 else 0},p{n}@example{n % 1000}.com,{city},some longer text that all have in common {n}\n"
    with open(folder / "a.csv", "w", encoding="utf-8") as file:
        file.write("id,Email,City,Notes\n")
        file.writelines(row(n, "Bonn") for n in numbers)
    rng.shuffle(numbers)
    with open(folder / "b.csv", "w", encoding="utf-8") as file:
        file.write("id,Email,City,Notes\n")
        file.writelines(row(n, "Bonn" if n % 10 else "Bern") for n in numbers)
    return folder


def test_it_keeps_to_the_memory_limit(large):
    arguments = ["a.csv", "b.csv", "--key", "id", "-o", large / "d.csv", "--memory-limit", "96MB", "--threads", 2]
    code, peak, error = binary.peak_of(["compare", *arguments], large)
    assert code == DIFFERENT, error
    assert peak <= 96_000_000
    smaller = (large / "d.csv").read_bytes()
    compare([*arguments[:6], "--memory-limit", "1GB", "--threads", 1], large, DIFFERENT)
    assert (large / "d.csv").read_bytes() == smaller


def test_a_signal_ends_it_at_once_and_leaves_nothing(tmp_path):
    (tmp_path / "a.csv").write_text("id,x\n" + "".join(f"{n},some text\n" for n in range(500_000)))
    process = binary.start(["compare", "a.csv", "a.csv", "--key", "id", "-o", tmp_path / "d.csv", "--progress", "json",
                            "--temp-dir", tmp_path], tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    process.stderr.readline()    # it has begun
    process.send_signal(signal.SIGINT)
    error = process.communicate(timeout=30)[1].decode()
    assert binary.exit_status(process.returncode) in (binary.SIGINT_STATUS, 0), error
    if process.returncode != 0:
        assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
