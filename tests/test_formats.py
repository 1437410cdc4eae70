"""The same random tables as CSV, JSON lines and workbooks are the same input, and come out of every format as they went in.

What writes the files, and what reads Parquet, are other programs: json, openpyxl, hyparquet.
"""

import csv
import gzip
import io
import json
import random
import re
import subprocess
from pathlib import Path

import binary
import openpyxl
import pytest
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from random_values import nasty

SEEDS = range(12)
READER = Path(__file__).parent / "node" / "read_parquet.mjs"
MOST_CELL = 32767  # of a workbook, in UTF-16 units


def table(seed):
    """A header without equal or blank names, and rows of texts that every format can hold."""
    rng = random.Random(seed)
    names = rng.sample(["Email", "Name", "Größe", "a,b", 'q"q', "Notes", "id", " lead", "Zip", "😀"], rng.randint(2, 8))
    if "Email" not in names:
        names[0] = "Email"
    rows = [[cell_of(rng) for _ in names] for _ in range(rng.choice([0, 1, 7, 60]))]
    for i, row in enumerate(rows):
        row[names.index("Email")] = f"p{i}@x.com"
    return names, rows


def cell_of(rng):
    text = ILLEGAL_CHARACTERS_RE.sub("", nasty(rng))[:MOST_CELL // 2]
    # XML has one line end, and a workbook spells characters that it cannot hold as _x000D_.
    return re.sub(r"_x[0-9A-Fa-f]{4}_", "", text.replace("\r\n", "\n").replace("\r", "\n"))


def as_csv(path, names, rows):
    with open(path, "w", newline="", encoding="utf-8") as out:
        csv.writer(out, lineterminator="\n").writerows([names, *rows])


def as_json_lines(path, names, rows):
    """A key that is missing, and one that is null, are blank; the first line has all, for the order of columns."""
    lines = []
    for i, row in enumerate(rows):
        blank = [None, ""][i % 2]
        cells = {name: cell if cell else blank for name, cell in zip(names, row)}
        if i > 0 and i % 3 == 0:
            cells = {name: cell for name, cell in cells.items() if cell}
        lines.append(json.dumps(cells, ensure_ascii=i % 2 == 0))
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def as_workbook(path, names, rows):
    book = openpyxl.Workbook()
    for r, row in enumerate([names, *rows], 1):
        for c, text in enumerate(row, 1):
            if text:
                cell = book.active.cell(r, c, text)
                cell.data_type = "s"   # also what looks like a formula
    book.save(path)


def read_csv(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def read_parquet(path):
    done = subprocess.run(["node", str(READER), str(path)], capture_output=True, check=True, timeout=60)
    found = json.loads(done.stdout)
    assert set(found["types"]) == {"BYTE_ARRAY"}
    return [found["columns"], *found["rows"]]


def merge(folder, *arguments):
    done = binary.run(["merge", *arguments, "--on", "Email:email", "--quiet"], folder)
    assert done.code == 0, binary.describe(done, arguments)


@pytest.mark.parametrize("engine", binary.ENGINES)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_table_is_the_same_in_every_format(seed, engine, tmp_path):
    names, rows = table(seed)
    as_csv(tmp_path / "t.csv", names, rows)
    as_workbook(tmp_path / "t.xlsx", names, rows)
    (tmp_path / "v.csv").write_text("Email,City\np0@x.com,Rome\np5@x.com,\"Bo\nnn\"\n")
    inputs = ["t.csv", "t.xlsx"]
    if rows:
        as_json_lines(tmp_path / "t.jsonl", names, rows)
        inputs.append("t.jsonl")
    for name in inputs:
        merge(tmp_path, name, "v.csv", "-o", f"{name}.out.csv", "--engine", engine)
    expected = (tmp_path / "t.csv.out.csv").read_bytes()
    assert [row[:len(names)] for row in read_csv(expected.decode())] == [names, *rows]
    for name in inputs[1:]:
        assert (tmp_path / f"{name}.out.csv").read_bytes() == expected, name
    for suffix in ("parquet", "jsonl", "tsv.gz"):
        merge(tmp_path, "t.csv", "v.csv", "-o", f"out.{suffix}", "--engine", engine)
    merged = read_csv(expected.decode())
    assert read_parquet(tmp_path / "out.parquet") == merged
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert [list(json.loads(line).items()) for line in lines] == [list(zip(merged[0], row)) for row in merged[1:]]
    with gzip.open(tmp_path / "out.tsv.gz", "rt", encoding="utf-8", newline="") as file:
        assert list(csv.reader(file, delimiter="\t")) == merged
    # And back again, as an enriched file too.
    for name in ("out.parquet", "out.jsonl"):
        if rows or name.endswith("parquet"):
            merge(tmp_path, name, "v.csv", "-o", f"{name}.csv", "--match-column", "none", "--engine", engine)
            assert read_csv((tmp_path / f"{name}.csv").read_bytes().decode()) == merged, name
