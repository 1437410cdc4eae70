"""Bad inputs and usages: what is asked, and the exit code. What a person reads stands in errors.golden, a case after
another; when a message has become better, write the file anew with `CRM_MERGE_BIN=… python3 test_errors.py > errors.golden`
and read the difference."""

import gzip
from dataclasses import dataclass, field
from pathlib import Path

import workbooks
from reference import compression

MERGE = "crm.csv a.csv -o out.csv --on email"


@dataclass
class Bad:
    name: str
    arguments: str                  # after `crm-merge merge`, as a shell reads it
    exit: int
    files: dict = field(default_factory=dict)
    command: str = "merge"


def file(text) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


USAGES = [
    Bad("no enriched file", "crm.csv -o out.csv", 2),
    Bad("no output", "crm.csv a.csv", 2),
    Bad("an unknown option", MERGE + " --stratgy last", 2),
    Bad("an unknown command", "crm.csv a.csv", 2, command="mrege"),
    Bad("an unknown strategy", MERGE + " --strategy longst", 2),
    Bad("an unknown strategy for a column", MERGE + " --strategy-for City=longst", 2),
    Bad("an unknown policy", MERGE + " --on-conflict use_enrich", 2),
    Bad("an unknown policy for a column", MERGE + " --on-conflict-for City=keep", 2),
    Bad("an unknown kind", "crm.csv a.csv -o out.csv --on emial", 2),
    Bad("an unknown kind of a named column", "crm.csv a.csv -o out.csv --on Email:emial", 2),
    Bad("an unknown column in --on", "crm.csv a.csv -o out.csv --on Mail:email", 2),
    Bad("exact without columns", "crm.csv a.csv -o out.csv --on exact", 2),
    Bad("an unknown match mode", MERGE + " --match some", 2),
    Bad("--max-shared without a number", MERGE + " --max-shared phone", 2),
    Bad("--max-shared with a word", MERGE + " --max-shared phone=many", 2),
    Bad("--max-shared of an unknown kind", MERGE + " --max-shared fone=5", 2),
    Bad("--strategy-for without a strategy", MERGE + " --strategy-for City", 2),
    Bad("--strategy-for an unknown column", MERGE + " --strategy-for Town=last", 2),
    Bad("--strategy-for an ambiguous column", MERGE + " --strategy-for CITY=last", 2,
        files={"crm.csv": "Email,city,City\na@x.com,,\n"}),
    Bad("--strategy-for a column that is there twice", MERGE + " --strategy-for City=last", 2,
        files={"crm.csv": "Email,City,City\na@x.com,,\n"}),
    Bad("--prefer an unknown file", MERGE + " --prefer City=nobody", 2),
    Bad("--columns-for a kind that no company has", MERGE + " --columns-for email=City", 2),
    Bad("--columns-for an unknown column", "crm.csv a.csv -o out.csv --on email,domain --columns-for domain=Nope", 2,
        files={"crm.csv": "Email,Domain,City\na@x.com,x.com,\n", "a.csv": "Email,Domain,City\na@x.com,x.com,Bonn\n"}),
    Bad("--columns with an unknown column", MERGE + " --columns Nope", 2),
    Bad("--drop with an unknown column", MERGE + " --drop Nope", 2),
    Bad("--drop with an original column", MERGE + " --drop City", 2),
    Bad("--map without =", MERGE + " --map Town", 2),
    Bad("--map of an unknown column", MERGE + " --map Town=City", 2),
    Bad("--map of a position that is not there", MERGE + " --map '#9=City'", 2),
    Bad("--map onto a position that is not there", MERGE + " --map 'City=#9'", 2),
    Bad("most_recent without --recency", MERGE + " --strategy most_recent", 2),
    Bad("--recency of an unknown column", MERGE + " --strategy most_recent --recency Updated", 2),
    Bad("--id of an unknown column", MERGE + " --id Nope", 2),
    Bad("--changes without a record id", MERGE + " --changes changes.csv", 2),
    Bad("--max-rejects without --rejects", MERGE + " --max-rejects 5", 2),
    Bad("--max-rejects with a word", MERGE + " --rejects r.csv --max-rejects few", 2),
    Bad("--max-record-bytes with an unknown unit", MERGE + " --max-record-bytes 5QB", 2),
    Bad("--memory-limit under the least", MERGE + " --memory-limit 10MB", 2),
    Bad("--memory-limit with a word", MERGE + " --memory-limit lots", 2),
    Bad("--memory-limit under four times the longest record", MERGE + " --memory-limit 96MB --max-record-bytes 64MB", 2),
    Bad("no threads", MERGE + " --threads 0", 2),
    Bad("--threads with a word", MERGE + " --threads many", 2),
    Bad("an unknown engine", MERGE + " --engine duck", 2),
    Bad("--database with the stream engine", MERGE + " --engine stream --database kept.db", 2),
    Bad("a delimiter of two characters", MERGE + " --delimiter ab", 2),
    Bad("the quote as delimiter", MERGE + " --delimiter '\"'", 2),
    Bad("a delimiter for a file that is not there", MERGE + " --delimiter 'nobody=;'", 2),
    Bad("an unknown encoding", MERGE + " --encoding klingon", 2),
    Bad("--no-header for a file that is not there", MERGE + " --no-header=nobody", 2),
    Bad("an unknown region", MERGE + " --region XX", 2),
    Bad("an unknown progress", MERGE + " --progress loud", 2),
    Bad("quiet and verbose", MERGE + " --quiet --verbose", 2),
    Bad("an option that is there twice", MERGE + " --strategy last --strategy first", 2),
    Bad("an identifier that is there twice", "crm.csv a.csv -o out.csv --on email,email", 2),
    Bad("an identifier that the original has not", "crm.csv a.csv -o out.csv --on phone", 2),
    Bad("an identifier that no enriched file has", "crm.csv a.csv -o out.csv --on email,phone", 2,
        files={"crm.csv": "Email,Phone,City\na@x.com,415-555-2671,\n"}),
    Bad("a file that has none of the identifiers", "crm.csv a.csv b.csv -o out.csv --on email", 2,
        files={"b.csv": "Name,City\nAnn,Bonn\n"}),
    Bad("no identifier that both sides have", "crm.csv b.csv -o out.csv", 2, files={"b.csv": "Name,City\nAnn,Bonn\n"}),
    Bad("a temporary folder that is not there", MERGE + " --temp-dir nowhere", 2),
    Bad("a report of an unknown format", MERGE + " --report report.txt", 2),
    Bad("standard input twice", "- - -o out.csv --on email", 2),
    Bad("two enriched files of one name", "crm.csv v=a.csv v=b.csv -o out.csv --on email", 2),
]

OUTPUTS = [
    Bad("an output in a folder that is not there", "crm.csv a.csv -o nowhere/out.csv --on email", 2),
    Bad("an output that is a folder", "crm.csv a.csv -o folder --on email", 2),
    Bad("an output that cannot be written", "crm.csv a.csv -o /proc/out.csv --on email", 2),
    Bad("an output that is the original", "crm.csv a.csv -o crm.csv --on email", 2),
    Bad("an output that is an enriched file by another name", "crm.csv a.csv -o ./folder/../a.csv --on email", 2),
    Bad("an output that is an input by a link", "crm.csv a.csv -o link.csv --on email", 2),
    Bad("rejects into an input", MERGE + " --rejects a.csv", 2),
    Bad("two outputs into one file", MERGE + " --conflicts ./out.csv", 2),
    Bad("two side outputs into one file", MERGE + " --conflicts x.csv --provenance x.csv", 2),
    Bad("a side output to standard output", MERGE + " --conflicts -", 2),
    Bad("a report that cannot be written", MERGE + " --report nowhere/report.json", 2),
    Bad("a database in a folder that is not there", MERGE + " --engine sql --database nowhere/kept.db", 2),
    Bad("an output of an unknown format", "crm.csv a.csv -o out.xlsx --on email", 2),
]

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06\0\0\0\\r\xa8f" + bytes(range(256)) * 8
INPUTS = [
    Bad("an original that is not there", "nope.csv a.csv -o out.csv --on email", 3),
    Bad("an enriched file that is not there", "crm.csv nope.csv -o out.csv --on email", 3),
    Bad("an original that is a folder", "folder a.csv -o out.csv --on email", 3),
    Bad("an enriched file that is a folder", "crm.csv folder -o out.csv --on email", 3),
    Bad("an original of zero bytes", MERGE, 3, files={"crm.csv": ""}),
    Bad("an original of empty lines", MERGE, 3, files={"crm.csv": "\n\n\n"}),
    Bad("a binary file", "crm.csv image.png -o out.csv --on email", 3, files={"image.png": PNG}),
    Bad("an Excel file", "crm.csv book.xlsx -o out.csv --on email", 3, files={"book.xlsx": b"PK\x03\x04" + PNG}),
    Bad("a Parquet file", "crm.csv data.parquet -o out.csv --on email", 3, files={"data.parquet": b"PAR1" + PNG + b"PAR1"}),
    Bad("a quote that is never closed", MERGE, 3, files={"crm.csv": 'Email,City\na@x.com,"Bonn\nb@x.com,\nc@x.com,\n'}),
    Bad("too many fields", MERGE, 3, files={"crm.csv": "Email,City\na@x.com,Bonn,1\nb@x.com,\nc@x.com,\n"}),
    Bad("text after a closing quote", MERGE, 3, files={"a.csv": 'Email,City\na@x.com,"Bo"nn\nb@x.com,\nc@x.com,\n'}),
    Bad("bytes of another encoding", MERGE + " --encoding a=utf-8", 3,
        files={"a.csv": b"Email,City\na@x.com,K\xf6ln\nb@x.com,\nc@x.com,\n"}),
    Bad("a reject in a file whose name has lines that look like rejects", "'crm\n  line 9: x.csv' a.csv -o out.csv --on email", 3,
        files={"crm\n  line 9: x.csv": "Email,City\na@x.com,Bonn,1\nb@x.com,\nc@x.com,\n"}),
    Bad("more than five rejects", MERGE, 3,
        files={"crm.csv": "Email,City\n" + "".join(f"r{i}@x.com,Bonn,{i}\n" for i in range(7)) + "a@x.com,\n" * 10}),
    Bad("more rejects than --max-rejects", MERGE + " --rejects r.csv --max-rejects 2", 3,
        files={"crm.csv": "Email,City\n" + "".join(f"r{i}@x.com,Bonn,{i}\n" for i in range(7)) + "a@x.com,\n" * 10}),
    Bad("more than 10,000 quotes that are never closed", MERGE + " --rejects r.csv --max-record-bytes 100", 3,
        files={"crm.csv": "Email,City\n" + ('a@x.com,"\n' + 2 * ("b@x.com," + "x" * 80 + "\n")) * 10001}),
    Bad("a dialect under which most records do not fit", MERGE, 3,
        files={"crm.csv": "Email,City\na@x.com,1,2\nb@x.com\nc@x.com,1,2,3\nd@x.com\n"}),
    Bad("the wrong delimiter", "crm.csv a.csv -o out.csv --on City:exact --delimiter 'original=;'", 2),
    Bad("gzip in gzip", "crm.csv.gz a.csv -o out.csv --on email", 3,
        files={"crm.csv.gz": gzip.compress(gzip.compress(b"Email,City\n" + b"a@x.com,Bonn\n" * 50, mtime=0), mtime=0)}),
    Bad("gzip that is cut off", "crm.csv.gz a.csv -o out.csv --on email", 3,
        files={"crm.csv.gz": gzip.compress(b"Email,City\n" + b"a@x.com,Bonn\n" * 500, mtime=0)[:-12]}),
    Bad("zstd that is cut off", "crm.csv.zst a.csv -o out.csv --on email", 3,
        files={"crm.csv.zst": compression.zstd_compress(b"Email,City\n" + b"a@x.com,Bonn\n" * 500)[:-4]}),
    Bad("gzip that is damaged", "crm.csv.gz a.csv -o out.csv --on email", 3,
        files={"crm.csv.gz": b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"\x55" * 40}),
]

PARQUET = (Path(__file__).parent / "data" / "tables" / "pandas.parquet").read_bytes()
BOOK = workbooks.workbook({"One": [["Email"], ["a@x.com"]], "Two": [["Email"]]})
LINES = '{"Email":"a@x.com"}\n'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def table(name, path, data, exit=3, more=""):
    return Bad(name, f"crm.csv {path} -o out.csv --on email{more}", exit, files={path.split("#")[0]: data})


TABLES = [
    table("a Parquet file that is cut off", "data.parquet", PARQUET[:-40]),
    table("a Parquet file of another kind inside", "data.parquet", b"PAR1" + bytes(300) + PARQUET[-200:]),
    table("an encrypted Parquet file", "data.parquet", b"PARE" + bytes(100) + b"PARE"),
    table("a workbook that is cut off", "book.xlsx", BOOK[:-30]),
    table("a workbook with damaged bytes", "book.xlsx", BOOK.replace(BOOK[300:340], bytes(40))),
    table("a sheet that is not there", "book.xlsx#Three", BOOK),
    table("a sheet of a file that is no workbook", "book.xlsx#One", b"Email\na@x.com\n", exit=2),
    table("a workbook whose XML is damaged", "book.xlsx", workbooks.workbook({"One": "<worksheet><sheetData><row>"})),
    table("a workbook with a document type", "book.xlsx",
          workbooks.workbook({"One": '<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>'})),
    table("a workbook whose texts are not there", "book.xlsx", workbooks.workbook({"One": [["Email"], [("s", "<v>7</v>")]]})),
    table("a sheet with a row beyond the last", "book.xlsx",
          workbooks.workbook({"One": '<worksheet><sheetData><row r="1048577"><c><v>1</v></c></row></sheetData></worksheet>'})),
    table("a workbook without sheets", "book.xlsx", workbooks.workbook({})),
    table("a Word document", "text.docx", workbooks.archive({
        "[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>",
        "_rels/.rels": '<Relationships><Relationship Id="a" Type="x/officeDocument" Target="word/document.xml"/></Relationships>'})),
    table("a binary workbook", "book.xlsx", workbooks.archive({
        "_rels/.rels": '<Relationships><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>'})),
    table("a ZIP archive that is called a workbook", "book.xlsx", workbooks.archive({"people.csv": "Email\n"})),
    table("an old workbook", "book.xls", OLE + bytes(600)),
    table("a workbook with a password", "book.xlsx", OLE + bytes(500) + "EncryptedPackage".encode("utf-16le") + bytes(100)),
    table("an OpenDocument sheet", "book.ods", workbooks.archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"})),
    table("a Numbers document", "book.numbers", workbooks.archive({"Index/Document.iwa": "x"})),
    table("a JSON array", "data.json", '[\n{"Email":"a@x.com"},\n{"Email":"b@x.com"}\n]\n'),
    table("JSON over several lines", "data.json", '{\n  "Email": "a@x.com"\n}\n'),
    Bad("an original of JSON lines without keys", "crm.jsonl a.csv -o out.csv --on email", 3, files={"crm.jsonl": "{}\n{}\n"}),
    table("--delimiter for JSON lines", "data.jsonl", LINES, 2, " --delimiter 'data=;'"),
    table("--encoding for a workbook", "book.xlsx", BOOK, 2, " --encoding utf-8"),
    table("--no-header for a Parquet file", "data.parquet", PARQUET, 2, " --no-header=data"),
    Bad("a Parquet file with gzip on top", "crm.csv a.csv -o out.parquet.gz --on email", 2),
    Bad("a copy for spreadsheets as JSON lines", MERGE + " --excel-safe safe.jsonl", 2),
    Bad("a copy for spreadsheets to standard output", MERGE + " --excel-safe -", 2),
    Bad("a JSON array as output", "crm.csv a.csv -o out.json --on email", 2),
]

ALL = USAGES + OUTPUTS + INPUTS + TABLES
