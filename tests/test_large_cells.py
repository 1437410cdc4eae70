"""Rules that only show in large files: the first MiB, the 64 MiB of a record, the 64 MiB of a cell, 10,000 restarts."""

import binary
import pytest

MIB = 1 << 20


def merge(folder, original: bytes, enriched: bytes, *more):
    (folder / "crm.csv").write_bytes(original)
    (folder / "a.csv").write_bytes(enriched)
    return binary.run(["merge", "crm.csv", "a.csv", "-o", "out.csv", "--on", "email", "--match-column", "none", *more], folder)


@pytest.mark.parametrize("engine", binary.ENGINES)
def test_a_file_whose_first_mib_is_utf8_is_utf8_and_later_bytes_are_rejected(engine, tmp_path):
    rows = b"".join(b"p%06d@x.com,K\xc3\xb6ln\n" % i for i in range(60_000))
    assert len(rows) > MIB
    outcome = merge(tmp_path, b"Email,City\n" + rows + b"last@x.com,K\xf6ln\n", b"Email,New\np000001@x.com,n\n",
                    "--rejects", "rejects.csv", "--engine", engine)
    assert outcome.code == 0, outcome.stderr
    assert (tmp_path / "rejects.csv").read_text() == ("file,line,reason,text\n"
                                                      "crm.csv,60002,bytes that are not UTF-8,\"last@x.com,K\\xF6ln\"\n")
    assert (tmp_path / "out.csv").read_bytes().count("Köln".encode()) == 60_000


@pytest.mark.parametrize("engine", binary.ENGINES)
def test_a_cell_of_twenty_megabytes_comes_through(engine, tmp_path):
    cell = b'"' + b'line, of a ""long"" note\n' * 800_000 + b'"'
    outcome = merge(tmp_path, b"Email,Note,City\na@x.com," + cell + b",\nb@x.com,,\n",
                    b"Email,City,Big\na@x.com,Aachen," + cell + b"\n", "--engine", engine)
    if engine == "sql" and outcome.code == 4:
        return    # it may say that the memory does not do
    assert outcome.code == 0, outcome.stderr
    assert (tmp_path / "out.csv").read_bytes() == (b"Email,Note,City,Big\na@x.com," + cell + b",Aachen," + cell + b"\nb@x.com,,,\n")


LONG_CELLS = {
    "as it stands": lambda size: b"a note of a person ".ljust(32, b".") * (size // 32),
    "with quotes": lambda size: b'"' + b'a ""long"" note, with a line end\n' * (size // 33) + b'"',
}


@pytest.mark.parametrize("size, limit", [(19_000_000, 96_000_000), (40_000_000, 161_000_000)])
@pytest.mark.parametrize("kind", LONG_CELLS)
def test_four_times_the_longest_record_is_memory_enough(kind, size, limit, tmp_path):
    cell = LONG_CELLS[kind](size)
    (tmp_path / "crm.csv").write_bytes(b"Email,Note,City\na@x.com," + cell + b",\nb@x.com,,\n")
    (tmp_path / "a.csv").write_bytes(b"Email,City,Big\na@x.com,Aachen," + cell + b"\nb@x.com,Basel,\n")
    code, peak, said = binary.peak_of(["merge", "crm.csv", "a.csv", "-o", "out.csv", "--on", "email", "--match-column", "none",
                                       "--memory-limit", str(limit), "--quiet"], tmp_path)
    assert code == 0, said
    assert peak <= limit
    assert (tmp_path / "out.csv").read_bytes() == (b"Email,Note,City,Big\na@x.com," + cell + b",Aachen," + cell +
                                                   b"\nb@x.com,,Basel,\n")


def test_a_quote_may_be_open_for_64_mib_and_no_longer(tmp_path):
    filler = b"x,y\n" * (17 * MIB)
    outcome = merge(tmp_path, b"Email,City\na@x.com,\"open\n" + filler + b"b@x.com,Bonn\n", b"Email,New\nb@x.com,n\n",
                    "--rejects", "rejects.csv")
    assert outcome.code == 0, outcome.stderr
    assert (tmp_path / "rejects.csv").read_bytes() == (b"file,line,reason,text\n"
                                                       b"crm.csv,2,quote is never closed,\"a@x.com,\"\"open\"\n")
    assert (tmp_path / "out.csv").read_bytes().endswith(b"b@x.com,Bonn,n\n")


@pytest.mark.parametrize("engine", binary.ENGINES)
def test_a_consolidated_cell_over_64_mib_ends_with_4(engine, tmp_path):
    values = [letter * (14 * MIB) for letter in (b"p", b"q", b"r", b"s", b"t")]
    outcome = merge(tmp_path, b"Email,City\na@x.com,\n", b"Email,Note\n" + b"".join(b"a@x.com," + v + b"\n" for v in values),
                    "--strategy", "concat", "--memory-limit", "4GB", "--engine", engine)
    assert outcome.code == 4, outcome.stderr
    assert "Note" in outcome.last_line
    assert not (tmp_path / "out.csv").exists()


def test_ten_thousand_quotes_that_are_never_closed_are_set_aside_and_one_more_ends_the_merge(tmp_path):
    group = b'a@x.com,"\n' + b"b@x.com," + b"x" * 80 + b"\nc@x.com," + b"y" * 80 + b"\n"
    for count, code in ((10_000, 0), (10_001, 3)):
        outcome = merge(tmp_path, b"Email,City\n" + group * count, b"Email,New\nb@x.com,n\n", "--rejects", "rejects.csv",
                        "--max-record-bytes", "100")
        assert outcome.code == code, outcome.stderr
