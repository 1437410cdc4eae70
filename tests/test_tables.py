"""Files that are no CSV: read as other programs wrote them, and written so that others can read them."""

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path

import binary
import pytest
import workbooks

FILES = Path(__file__).parent / "data" / "tables"
WRITTEN = sorted(p.name for p in FILES.iterdir() if p.suffix in (".parquet", ".jsonl", ".ndjson", ".xlsx"))
NOBODY = "Email\nnobody@x.com\n"


def merge(folder, *arguments, stdin=b"", code=0):
    outcome = binary.run(["merge", *arguments], folder, stdin)
    assert outcome.code == code, binary.describe(outcome, arguments)
    return outcome


def as_csv(folder, name, *arguments, stdin=b"", code=0):
    """What a file holds: as an original that nothing is added to."""
    (folder / "nobody.csv").write_text(NOBODY)
    outcome = merge(folder, name, "nobody.csv", "-o", "out.csv", "--match-column", "none", "--on", "Email:email", *arguments,
                    stdin=stdin, code=code)
    return (folder / "out.csv").read_bytes().decode() if code == 0 else outcome


def rows_of(text):
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("engine", binary.ENGINES)
@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_of_another_program_is_read_cell_by_cell(name, engine, tmp_path):
    shutil.copy(FILES / name, tmp_path)
    assert as_csv(tmp_path, name, "--engine", engine, "--report", "report.json") == (FILES / (name + ".csv")).read_bytes().decode()
    account = json.loads((tmp_path / "report.json").read_text())["inputs"][0]
    assert account["records"] == account["rows"] + account["rejected"]
    assert account["rows"] == len(rows_of((tmp_path / "out.csv").read_text())) - 1


@pytest.mark.parametrize("engine", binary.ENGINES)
@pytest.mark.parametrize("name", WRITTEN)
def test_it_enriches_as_its_csv_does(name, engine, tmp_path):
    shutil.copy(FILES / name, tmp_path / name)
    shutil.copy(FILES / (name + ".csv"), tmp_path / "same.csv")
    (tmp_path / "crm.csv").write_text("Email,City,Zip\nbob@x.com,Bonn,\nzoe@x.com,,\nann@x.com,,\n")
    for enriched, out in ((f"v={name}", "one.csv"), ("v=same.csv", "two.csv")):
        merge(tmp_path, "crm.csv", enriched, "-o", out, "--on", "Email:email", "--engine", engine)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


PARQUET_OUT = ["--explain-columns", "--provenance", "why.parquet", "--conflicts", "conflicts.jsonl", "--changes", "changes.parquet"]


@pytest.mark.parametrize("engine", binary.ENGINES)
def test_parquet_holds_what_csv_holds(engine, tmp_path):
    crm = "Record ID,Email,,Name,name,Zip\n1,ann@x.com,\"a\nb\",\"q\"\"q\",Ångström,02134\n2,bob@x.com,,,,\n3,,\t,x,😀,1e5\n"
    (tmp_path / "crm.csv").write_text(crm)
    (tmp_path / "v.csv").write_text("Email,Name,City\nann@x.com,Ann,Aachen\nbob@x.com,Bob,Bonn\n")
    base = ["crm.csv", "v.csv", "--on", "email", "--engine", engine]
    merge(tmp_path, *base, "-o", "out.csv", "--explain-columns", "--provenance", "why.csv", "--conflicts", "conflicts.csv",
          "--changes", "changes.csv")
    merge(tmp_path, *base, "-o", "out.parquet", *PARQUET_OUT)
    for name in ("out", "why", "changes"):
        back = rows_of(as_csv(tmp_path, f"{name}.parquet") if name == "out" else
                       as_csv_of_any(tmp_path, f"{name}.parquet"))
        expected = rows_of((tmp_path / f"{name}.csv").read_text())
        assert back[1:] == expected[1:], name
        assert [h.lower() for h in back[0]] == [named(h, i, expected[0]).lower() for i, h in enumerate(expected[0])], name
    lines = [json.loads(line) for line in (tmp_path / "conflicts.jsonl").read_text().splitlines()]
    header, *records = rows_of((tmp_path / "conflicts.csv").read_text())
    assert [list(line.items()) for line in lines] == [list(zip(header, record)) for record in records]


def named(name, place, header):
    if not name.strip():
        return f"column_{place + 1}"
    earlier = sum(h.lower() == name.lower() for h in header[:place])
    return name if earlier == 0 else f"{name}_{earlier + 1}"


def as_csv_of_any(folder, name):
    """A file without e-mail addresses, read by its first column."""
    column = "row" if name.startswith("why") else "Record ID"
    (folder / "other.csv").write_text(column + "\nx\n")
    merge(folder, name, "other.csv", "-o", "any.csv", "--match-column", "none", "--on", f"{column}:exact")
    return (folder / "any.csv").read_text()


def test_parquet_is_the_same_bytes_for_any_threads_and_engine(tmp_path):
    (tmp_path / "crm.csv").write_text("Email,City\n" + "".join(f"p{i}@x.com,\n" for i in range(30_000)))
    (tmp_path / "v.csv").write_text("Email,City\n" + "".join(f"p{i}@x.com,c{i}\n" for i in range(0, 30_000, 3)))
    for name, more in (("a", []), ("b", ["--threads", "1", "--memory-limit", "200MB"]), ("c", ["--engine", "sql"])):
        merge(tmp_path, "crm.csv", "v.csv", "-o", f"{name}.parquet", "--on", "email", *more)
    first = (tmp_path / "a.parquet").read_bytes()
    assert first[:4] == first[-4:] == b"PAR1"
    assert first == (tmp_path / "b.parquet").read_bytes() == (tmp_path / "c.parquet").read_bytes()
    back = rows_of(as_csv(tmp_path, "a.parquet"))
    assert len(back) == 30_001
    assert back[1:4] == [["p0@x.com", "c0", "matched"], ["p1@x.com", "", "unmatched"], ["p2@x.com", "", "unmatched"]]
    assert [row[0] for row in back[1:]] == [f"p{i}@x.com" for i in range(30_000)]


def test_parquet_and_workbooks_come_through_pipes_and_compressed(tmp_path):
    import gzip
    for name in ("pyarrow.parquet", "openpyxl.xlsx"):
        data = (FILES / name).read_bytes()
        expected = (FILES / (name + ".csv")).read_bytes().decode()
        assert as_csv(tmp_path, "-", stdin=data) == expected
        (tmp_path / (name + ".gz")).write_bytes(gzip.compress(data))
        assert as_csv(tmp_path, name + ".gz") == expected


# Workbooks.

def read_sheet(folder, data, *arguments, name="book.xlsx", code=0):
    (folder / "book.xlsx").write_bytes(data)
    return as_csv(folder, name, *arguments, code=code)


def test_cells_are_what_is_displayed(tmp_path):
    formats = ["00000", "0.00%", "yyyy\\-mm\\-dd", "# ?/?", "[h]:mm", '"ID "0']
    rows = [["Email", "A", "B", "C", "D", "E", "F"],
            ["ann@x.com", workbooks.cell(501, 1), workbooks.cell(0.12345, 2), workbooks.cell(45296, 3), workbooks.cell(0.5, 4),
             workbooks.cell(1.5, 5), workbooks.cell(7, 6)],
            [("e", "<v>#DIV/0!</v>"), True, False, ("str", "<f>A1</f><v>calculated</v>"), ("d", "<v>2024-01-05</v>"),
             1234567890123456789, ("n", "<f>1+1</f>")]]
    data = workbooks.workbook({"S": rows}, formats)
    text = read_sheet(tmp_path, data, "--report", "r.json")
    assert text == ("Email,A,B,C,D,E,F\nann@x.com,00501,12.35%,2024-01-05,0.5,36:00:00,ID 7\n"
                    "#DIV/0!,TRUE,FALSE,calculated,2024-01-05,1234567890123456789,\n")
    warnings = json.loads((tmp_path / "r.json").read_text())["warnings"]
    assert "book.xlsx: 1 cell has a format that cannot be rendered (# ?/?): its plain number is taken" in warnings
    assert any("1 formula is without a stored value" in warning for warning in warnings)


def test_texts_keep_their_characters(tmp_path):
    strings = ["<t>Email</t>", "<t>a</t>", '<r><rPr><b/></rPr><t xml:space="preserve">rich </t></r><r><t>text</t></r>',
               "<t>東京</t><rPh sb=\"0\" eb=\"2\"><t>トウキョウ</t></rPh>", "<t>line\r\nend_x000D__x0009_tab_x005F_x0041_</t>",
               "<t>&lt;&amp;&gt;&#233;</t>", "<t/>", "<t> ann@x.com </t>"]
    cells = [[("s", f"<v>{i}</v>") for i in (0, 1, 1, 1, 1)], [("s", f"<v>{i}</v>") for i in (7, 2, 3, 4, 5)],
             [("s", "<v>6</v>"), ("s", "<v>1</v>")]]
    text = read_sheet(tmp_path, workbooks.workbook({"S": cells}, strings=strings))
    assert rows_of(text) == [["Email", "a", "a", "a", "a"], [" ann@x.com ", "rich text", "東京", "line\nend\r\ttab_x0041_", "<&>é"],
                             ["", "a", "", "", ""]]


def test_dates_count_from_1904_where_the_workbook_says_so(tmp_path):
    rows = [["Email", "Day"], ["a@x.com", workbooks.cell(43834, 1)]]
    assert read_sheet(tmp_path, workbooks.workbook({"S": rows}, ["d/m/yy"], attributes='date1904="1"')) == \
        "Email,Day\na@x.com,2024-01-05\n"


def test_rows_and_columns_may_be_far_apart_and_keep_their_line(tmp_path):
    xml = ('<x:worksheet xmlns:x="urn:any"><x:sheetData><x:row r="2"><x:c r="B2" t="str"><x:v>Email</x:v></x:c><x:c r="C2" t="str"><x:v>Name</x:v></x:c></x:row>'
           '<x:row r="5"><x:c r="D5"><x:v>7</x:v></x:c><x:c r="B5" t="str"><x:v>a@x.com</x:v></x:c></x:row>'
           '<x:row r="9"/></x:sheetData></x:worksheet>')
    (tmp_path / "crm.csv").write_text("Email,column_2\na@x.com,\n")
    (tmp_path / "book.xlsx").write_bytes(workbooks.workbook({"S": xml}))
    merge(tmp_path, "crm.csv", "book.xlsx", "-o", "out.csv", "--on", "Email:email", "--provenance", "why.csv", "--map",
          "book:#4=column_2", "--report", "r.json")
    assert (tmp_path / "out.csv").read_text() == "Email,column_2,Name,match_quality\na@x.com,7,,matched\n"
    assert rows_of((tmp_path / "why.csv").read_text())[1][6] == "5"
    account = json.loads((tmp_path / "r.json").read_text())["inputs"][1]
    assert (account["rows"], account["records"], account["empty_lines"]) == (1, 1, 2)


def test_a_title_above_the_header_is_left_out(tmp_path):
    rows = [["Contacts"], [], ["as of today"], ["Email", "City"], ["a@x.com", "Bonn"]]
    assert read_sheet(tmp_path, workbooks.workbook({"S": rows})) == "Email,City\na@x.com,Bonn\n"
    assert read_sheet(tmp_path, workbooks.workbook({"S": rows[3:]}), "--no-header=original", "--on", "column_1:email", code=2)


def test_a_sheet_is_chosen_by_its_name(tmp_path):
    sheets = {name: [["Email"], [f"{name}@x.com"]] for name in ("Hidden", "First", "Två & 3#4")}
    data = workbooks.workbook(sheets, states={"Hidden": "veryHidden"})
    assert read_sheet(tmp_path, data) == "Email\nFirst@x.com\n"
    assert read_sheet(tmp_path, data, name="book.xlsx#Två & 3#4") == "Email\nTvå & 3#4@x.com\n"
    assert read_sheet(tmp_path, data, name="book.xlsx#hidden") == "Email\nHidden@x.com\n"
    outcome = read_sheet(tmp_path, data, name="book.xlsx#Nope", code=3)
    assert outcome.last_line == ('crm-merge: error: book.xlsx has no sheet "Nope"; it has "Hidden", "First", "Två & 3#4"')


def test_a_chart_sheet_is_no_sheet_of_cells(tmp_path):
    data = workbooks.workbook({"Chart": "<chartsheet/>", "Cells": [["Email"], ["a@x.com"]]}, types={"Chart": "chartsheet"})
    assert read_sheet(tmp_path, data) == "Email\na@x.com\n"


def test_both_sheets_of_a_workbook_may_be_inputs(tmp_path):
    data = workbooks.workbook({"A": [["Email", "City"], ["a@x.com"]], "B": [["Email", "City"], ["a@x.com", "Bonn"]]})
    (tmp_path / "book.xlsx").write_bytes(data)
    merge(tmp_path, "book.xlsx#A", "b=book.xlsx#B", "-o", "out.csv", "--on", "email")
    assert (tmp_path / "out.csv").read_text() == "Email,City,match_quality\na@x.com,Bonn,matched\n"


def test_a_workbook_that_would_fill_the_disk_is_refused(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file, \
            zipfile.ZipFile(io.BytesIO(workbooks.workbook({"S": [["Email"]]}))) as base:
        for name in base.namelist():
            with file.open(name, "w") as part:
                part.write(base.read(name).replace(b"</sheetData></worksheet>", b"") if "sheet1" in name else base.read(name))
                for _ in range(80 if "sheet1" in name else 0):
                    part.write(b" " * (1 << 20))
    outcome = read_sheet(tmp_path, packed.getvalue(), code=3)
    assert "grows more than 500-fold when it is unpacked" in outcome.last_line


def test_many_texts_stay_within_the_memory_limit(tmp_path):
    count = 120_000
    strings = ["<t>Email</t>", "<t>Text</t>"] + [f"<t>p{i}@x.com</t>" for i in range(count)] + [f"<t>{i} {'x' * 100}</t>" for i in range(count)]
    cells = [[("s", "<v>0</v>"), ("s", "<v>1</v>")]] + [[("s", f"<v>{i + 2}</v>"), ("s", f"<v>{count + 1 + count - i}</v>")] for i in range(count)]
    (tmp_path / "book.xlsx").write_bytes(workbooks.workbook({"S": cells}, strings=strings))
    (tmp_path / "nobody.csv").write_text(NOBODY)
    merge(tmp_path, "book.xlsx", "nobody.csv", "-o", "out.csv", "--on", "Email:email", "--match-column", "none", "--memory-limit", "96MB",
          "--report", "r.json")
    rows = rows_of((tmp_path / "out.csv").read_text())
    assert len(rows) == count + 1
    assert all(row == [f"p{i}@x.com", f"{count - 1 - i} {'x' * 100}"] for i, row in enumerate(rows[1:]))
    assert json.loads((tmp_path / "r.json").read_text())["measurements"]["peak_rss_bytes"] < 96_000_000


@pytest.mark.parametrize("engine", binary.ENGINES)
def test_the_copy_for_spreadsheets_guards_formulas(engine, tmp_path):
    (tmp_path / "crm.csv").write_text('Email,=Phone,Note\nann@x.com,+1 (415) 555-0100,=1+1\nbob@x.com,-5,"@SUM(A1)\nb, c"\n')
    (tmp_path / "v.csv").write_text("Email,City\nann@x.com,-Köln\n")
    merge(tmp_path, "crm.csv", "v.csv", "-o", "out.tsv", "--excel-safe", "safe.csv", "--on", "email", "--engine", engine)
    assert (tmp_path / "safe.csv").read_bytes().decode("utf-8") == (
        "\ufeffEmail,'=Phone,Note,City,match_quality\r\nann@x.com,+1 (415) 555-0100,'=1+1,'-Köln,matched\r\n"
        "bob@x.com,-5,\"'@SUM(A1)\nb, c\",,unmatched\r\n")
    assert (tmp_path / "out.tsv").read_text() == (
        'Email\t=Phone\tNote\tCity\tmatch_quality\nann@x.com\t+1 (415) 555-0100\t=1+1\t-Köln\tmatched\n'
        'bob@x.com\t-5\t"@SUM(A1)\nb, c"\t\tunmatched\n')
