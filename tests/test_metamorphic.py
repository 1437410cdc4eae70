"""What must change nothing: threads, memory, spilling, engine, compression, encoding, delimiter, quoting, line ends."""

import csv
import io
import json

import binary
import people
import pytest
from reference import compression, inputs

ORIGINAL, ENRICHED = 1500, 1200
RULES = ["--on", "email,linkedin,phone", "--max-shared", "phone=3", "--strategy", "most_frequent", "--strategy-for",
         "Job=concat", "--strategy-for", "Zip=most_recent", "--recency", "Updated", "--strategy-for", "City=longest",
         "--on-conflict-for", "Zip=use_enriched", "--on-conflict-for", "City=create_alternate", "--explain-columns",
         "--provenance", "provenance.csv", "--conflicts", "conflicts.csv", "--changes", "changes.csv",
         "--unmatched-enriched", "net_new.csv"]
OUTPUTS = ["out.csv", "provenance.csv", "conflicts.csv", "changes.csv", "net_new.csv"]
TABLES = {
    "original": list(people.original_rows(ORIGINAL, skew=0.1)),
    "one": list(people.enriched_rows(ENRICHED, ORIGINAL, 2, 0.1, "a")),
    "two": [row + [extra] for row, extra in zip(people.enriched_rows(ENRICHED, ORIGINAL, 3, 0.1, "b"),
                                                ["Extra"] + ["e\r\ne", "", "e;e"] * ENRICHED)],
}


def merge(folder, more=(), env=None, change=lambda name, rows: people.as_csv(rows).encode(), rules=RULES):
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in TABLES.items():
        (folder / f"{name}.csv").write_bytes(change(name, rows))
    arguments = ["merge", "original.csv", "one.csv", "two.csv", "-o", "out.csv", *rules, *more]
    outcome = binary.run(arguments, folder, env=env)
    assert outcome.code == 0, binary.describe(outcome, arguments)
    return {name: (folder / name).read_bytes() for name in OUTPUTS if (folder / name).exists()}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return merge(tmp_path_factory.mktemp("plain"), ["--threads", "1"])


def assert_same(got, plain):
    for name in OUTPUTS:
        assert got[name] == plain[name], f"{name} differs"


def test_the_plain_run_does_something(plain):
    assert b"; " in plain["out.csv"] and b",concat\n" in plain["provenance.csv"]
    assert all(plain[name].count(b"\n") > 20 for name in OUTPUTS)


@pytest.mark.parametrize("threads", [2, 3, 4, 16])
def test_threads_change_nothing(threads, plain, tmp_path):
    assert_same(merge(tmp_path, ["--threads", threads]), plain)


@pytest.mark.parametrize("engine, limit", [("stream", "96MB"), ("stream", "128MiB"), ("stream", "2GB"),
                                           ("sql", "256MB"), ("sql", "2GB")])
def test_memory_limits_change_nothing(engine, limit, plain, tmp_path):
    assert_same(merge(tmp_path, ["--memory-limit", limit, "--engine", engine]), plain)


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("tuning", ["block=64", "block=4096", "partition_rows=3", "partition_rows=100", "spill=1", "hash_bits=4",
                                    "block=64,partition_rows=3,spill=1,hash_bits=4", "block=1000,partition_rows=50,spill=1"])
def test_small_blocks_partitions_spilling_and_colliding_hashes_change_nothing(tuning, threads, plain, tmp_path):
    assert_same(merge(tmp_path, ["--threads", threads], {"CRM_MERGE_TEST_TUNING": tuning}), plain)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_sql_engine_writes_the_same_bytes(threads, plain, tmp_path):
    assert_same(merge(tmp_path, ["--engine", "sql", "--threads", threads]), plain)


def test_a_kept_database_changes_nothing(plain, tmp_path):
    assert_same(merge(tmp_path, ["--engine", "sql", "--database", "kept.duckdb"]), plain)
    assert (tmp_path / "kept.duckdb").exists()


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_compressed_inputs_give_the_same(kind, plain, tmp_path):
    assert_same(merge(tmp_path, change=lambda _, rows: compression.compress(people.as_csv(rows).encode(), kind)), plain)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be+bom", "utf-32", "cp1252"])
def test_the_same_text_in_another_encoding_gives_the_same(encoding, plain, tmp_path):
    def encode(_, rows):
        text = people.as_csv(rows)
        return ("\ufeff" + text).encode("utf-16-be") if encoding.endswith("+bom") else text.encode(encoding)
    assert_same(merge(tmp_path, change=encode), plain)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_gives_the_same(delimiter, plain, tmp_path):
    assert_same(merge(tmp_path, change=lambda _, rows: people.as_csv(rows, delimiter).encode()), plain)


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_other_line_ends_give_the_same(line_end, plain, tmp_path):
    assert_same(merge(tmp_path, change=lambda _, rows: people.as_csv(rows, line_end=line_end).encode()), plain)


def test_needless_quotes_give_the_same(plain, tmp_path):
    assert_same(merge(tmp_path, change=lambda _, rows: people.as_csv(rows, quote_all=True).encode()), plain)


@pytest.mark.parametrize("tuning", ["", "block=64"])
def test_a_mixture_of_everything_gives_the_same(tuning, plain, tmp_path):
    styles = {"original": lambda t: compression.compress(("\ufeff" + t).encode("utf-16-le"), "gzip"),
              "one": lambda t: compression.zstd_compress(t.encode("cp1252")), "two": lambda t: ("\ufeff" + t).encode()}
    ends = {"original": ("\t", "\r\n"), "one": (";", "\n"), "two": ("|", "\r")}
    change = lambda name, rows: styles[name](people.as_csv(rows, ends[name][0], ends[name][1], name == "two"))
    assert_same(merge(tmp_path, change=change, env={"CRM_MERGE_TEST_TUNING": tuning}), plain)


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_a_compressed_output_holds_the_same_and_is_the_same_every_time(suffix, plain, tmp_path):
    made = []
    for threads in (1, 4):
        for name, rows in TABLES.items():
            (tmp_path / f"{name}.csv").write_bytes(people.as_csv(rows).encode())
        out = f"out{threads}.csv.{suffix}"
        outcome = binary.run(["merge", "original.csv", "one.csv", "two.csv", "-o", out, *RULES, "--threads", threads], tmp_path)
        assert outcome.code == 0, outcome.stderr
        made.append((tmp_path / out).read_bytes())
    assert made[0] == made[1]
    assert compression.decompress(made[0]) == plain["out.csv"]


@pytest.mark.parametrize("engine", binary.ENGINES)
def test_every_cell_survives_a_merge_with_a_file_that_adds_nothing(engine, tmp_path):
    """The output has the original's cells; merged again it is the same bytes."""
    for name, rows in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(people.as_csv(rows), encoding="utf-8", newline="")
    (tmp_path / "nothing.csv").write_text("Email\n")
    for source, target in (("two.csv", "first.csv"), ("first.csv", "second.csv")):
        arguments = ["merge", source, "nothing.csv", "-o", target, "--on", "email", "--match-column", "none", "--engine", engine]
        outcome = binary.run(arguments, tmp_path)
        assert outcome.code == 0, binary.describe(outcome, arguments)
    read = lambda name: inputs.read_input(name, name, (tmp_path / name).read_bytes(), ",", "utf-8")
    assert read("first.csv").header == TABLES["two"][0]
    assert [row.cells for row in read("first.csv").rows] == TABLES["two"][1:]
    assert (tmp_path / "first.csv").read_bytes() == (tmp_path / "second.csv").read_bytes()


def filled_cells(text):
    """(row, column name) of each cell that holds a value, but for the columns that tell of the match."""
    header, *rows = csv.reader(io.StringIO(text.decode()))
    told = {"match_quality", "matched_on", "match_score", "enriched_from"}
    return {(n, name) for n, row in enumerate(rows) for name, cell in zip(header, row) if name not in told and cell.strip()}


@pytest.mark.parametrize("engine", ["stream", "sql"])
@pytest.mark.parametrize("vendor", ["one", "two"])
def test_the_cells_that_a_vendor_alone_filled_are_those_that_are_blank_without_it(vendor, engine, tmp_path):
    merge(tmp_path, ["--report", "report.json", "--engine", engine])
    accounts = {f["name"]: f["cells"] for f in json.loads((tmp_path / "report.json").read_text())["enriched"]}
    other = "two" if vendor == "one" else "one"
    outcome = binary.run(["merge", "original.csv", f"{other}.csv", "-o", "without.csv", *RULES, "--engine", engine], tmp_path)
    assert outcome.code == 0, outcome.stderr
    lost = filled_cells((tmp_path / "out.csv").read_bytes()) - filled_cells((tmp_path / "without.csv").read_bytes())
    assert accounts[vendor]["filled_alone"] == len(lost) > 20
