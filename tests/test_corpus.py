"""Every file of the shared corpus of dirty data, as the original and as the enriched file: no row is lost in silence.

The dialect is what the binary found; records, rejects, padding and the output are counted by the reference's own parser.
CRM_MERGE_CORPUS names the corpus (default: ../shared/data beside the repository); a plain run takes a part of the files
on one engine, CRM_MERGE_CORPUS_ALL=1 all of them on both.
"""

import json
import os
import re
import zlib
from pathlib import Path

import binary
import check_case
import pytest
from reference import compression, dialect, encodings, inputs, merge
from reference.errors import InputError
from reference.text import fold

REPOSITORY = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("CRM_MERGE_CORPUS", REPOSITORY.parent / "shared" / "data"))
ALL = os.environ.get("CRM_MERGE_CORPUS_ALL") == "1"
PLAIN_RUN_PART = 12    # one file in so many
SUFFIXES = {".csv", ".tsv", ".txt", ".gz", ".zst", ".ssv", ".psv", ".dat", ".tab"}


def corpus_files():
    """Text tables, by their suffix; of the largest a plain run takes none."""
    if not CORPUS.is_dir():
        return []
    paths = sorted(p for p in CORPUS.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
    if ALL:
        return paths
    chosen = [p for p in paths if zlib.crc32(str(p.relative_to(CORPUS)).encode()) % PLAIN_RUN_PART == 0]
    return [p for p in chosen if p.stat().st_size < 300_000]


FILES = corpus_files()
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the corpus {CORPUS} is not here")


def first_telling_column(header):
    """A column that an option can name."""
    folded = [fold(name) for name in header]
    for name, key in zip(header, folded):
        if key and len(name) < 1000 and folded.count(key) == 1 and not any(c in name for c in "|:=\0") and not name.startswith("#"):
            return name
    return None


def found_dialect(folder, arguments, engine, which):
    """What the binary says of this input, from a dry run; None with the outcome where it refuses."""
    outcome = binary.run(["merge", *arguments, "--engine", engine, "--report", "dry.json", "--dry-run"], folder)
    if outcome.code:
        return None, outcome
    return json.loads((folder / "dry.json").read_text(encoding="utf-8"))["inputs"][which], outcome


@pytest.mark.parametrize("engine", binary.ENGINES if ALL else ["stream"])
@pytest.mark.parametrize("role", ["original", "enriched"])
@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(CORPUS)) for p in FILES])
def test_no_row_of_the_corpus_is_lost_in_silence(path, role, engine, tmp_path):
    name = "file" + "".join(path.suffixes[-1:])
    (tmp_path / name).write_bytes(path.read_bytes())
    header = header_by_binary(tmp_path, name, engine)
    if header is None:
        return    # refused in words, checked there
    column = first_telling_column(header)
    if column is None:
        pytest.skip("no column that an option can name")
    arguments = prepare(tmp_path, name, role, column)
    compare(tmp_path, arguments, engine, 0 if role == "original" else 1)


def header_by_binary(folder, name, engine):
    """The columns that the binary finds, or None where it refuses the file for a reason that the reference shares."""
    (folder / "probe.csv").write_text("column_1\n", encoding="utf-8")
    found, outcome = found_dialect(folder, [name, "probe.csv", "-o", "-", "--rejects", "r.csv", "--on", "column_1:exact",
                                            "--no-header=original"], engine, 0)
    if found is None:
        refused_for_a_reason(folder, name, outcome, False)
        return None
    text = encodings.decode(compression.decompress((folder / name).read_bytes()), found["encoding"]["value"])
    return inputs.read_input(name, name, text.encode("utf-8", "surrogatepass"), found["delimiter"]["value"], "utf-8").header


def refused_for_a_reason(folder, name, outcome, has_header):
    """It ends with 3 and a word that names the file, and the reference finds the same wrong with it."""
    message = outcome.stderr.splitlines()[0]
    assert outcome.code == 3 and name in message, outcome.stderr
    data = (folder / name).read_bytes()
    if "do not fit" in message:
        delimiter = "\t" if "with tab" in message else re.search('with "(.)" as', message).group(1)
        # Which short line is a preamble is a close call in the smallest of these files, and so is what a file without a
        # header has for columns.
        assert not has_header or any(do_not_fit(name, data, delimiter, preamble) for preamble in (True, False)), message
    elif "the header cannot be read" in message:
        assert any(header_cannot_be_read(name, data, delimiter) for delimiter in dialect.DELIMITERS), message
    elif "is empty" in message or "has no header" in message:
        assert not inputs.read_input(name, name, data, ",").header or set(data) <= set(b"\r\n \t"), message
    else:
        assert b"\0" in data or not data[:4].isascii(), f"refused without a reason that is known here: {message}"


def do_not_fit(name, data, delimiter, preamble):
    read = inputs.read_input(name, name, data, delimiter, preamble=preamble)
    return read.padded + len(read.rejects) > read.records / 2


def header_cannot_be_read(name, data, delimiter):
    try:
        inputs.read_input(name, name, data, delimiter)
        return False
    except InputError:
        return True


def prepare(folder, name, role, column):
    item = '"' + column.replace('"', '""') + ':exact"'
    quoted = '"' + column.replace('"', '""') + '"'
    (folder / "other.csv").write_text(f"{quoted},Extra\nkey,x\n", encoding="utf-8", newline="")
    inputs = [name, "other.csv"] if role == "original" else ["other.csv", name]
    return [*inputs, "-o", "out.csv", "--on", item, "--no-auto-map", "--rejects", "rejects.csv"]


def compare(folder, arguments, engine, which):
    found, outcome = found_dialect(folder, arguments, engine, which)
    if found is None:
        refused_for_a_reason(folder, arguments[which], outcome, True)
        return
    place = ["original", "1"][which]
    arguments += ["--encoding", f"{place}={found['encoding']['value']}", "--delimiter", f"{place}={found['delimiter']['value']}"]
    try:
        expected = merge.run(arguments, folder)
    except InputError as error:
        pytest.fail(f"the reference refuses: {error}")
    done = binary.run(["merge", *arguments, "--report", "report.json", "--engine", engine], folder)
    assert done.code == 0, done.stderr
    account = json.loads((folder / "report.json").read_text(encoding="utf-8"))["inputs"][which]
    counted = {figure: account[figure] for figure in expected.figures["inputs"][which]}
    assert counted == expected.figures["inputs"][which]
    assert account["records"] == account["rows"] + account["rejected"]
    for path in ("out.csv", "rejects.csv"):
        got = (folder / path).read_bytes()
        assert got == expected.files[path], f"{path}: {check_case.first_difference(expected.files[path], got)}"
