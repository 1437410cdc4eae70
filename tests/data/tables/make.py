"""Writes the files of this folder with the programs that README.md names. Run once, by hand:

    python3 -m venv v && v/bin/pip install pandas pyarrow polars openpyxl xlsxwriter && v/bin/python make.py
    soffice --headless --convert-to "xlsx:Calc MS Excel 2007 XML" --outdir out xlsxwriter.xlsx && mv out/xlsxwriter.xlsx libreoffice.xlsx
"""

import datetime
import decimal
from pathlib import Path

import openpyxl
import pandas
import polars
import pyarrow
import pyarrow.parquet
import xlsxwriter

HERE = Path(__file__).parent

PEOPLE = [
    {"Email": "ann@x.com", "Name": "Ann \"The\" Ång", "Zip": "02134", "Score": 0.1, "Count": 9007199254740993, "Active": True,
     "Joined": datetime.datetime(2024, 1, 5, 13, 45), "Born": datetime.date(1999, 12, 31), "Note": "two\nlines, and more"},
    {"Email": "bob@x.com", "Name": "Bob", "Zip": "00501", "Score": 1e21, "Count": -1, "Active": False,
     "Joined": datetime.datetime(1999, 2, 28, 0, 0, 1), "Born": datetime.date(2000, 2, 29), "Note": ""},
    {"Email": "cid@x.com", "Name": "日本 😀", "Zip": None, "Score": None, "Count": None, "Active": None, "Joined": None,
     "Born": None, "Note": None},
]


def pyarrow_table():
    columns = {name: [person[name] for person in PEOPLE] for name in PEOPLE[0]}
    arrays = {name: pyarrow.array(values) for name, values in columns.items()}
    arrays["Name"] = arrays["Name"].dictionary_encode()
    arrays["Price"] = pyarrow.array([decimal.Decimal("12.50"), decimal.Decimal("-0.05"), None], pyarrow.decimal128(9, 2))
    arrays["Tags"] = pyarrow.array([["a", "b c"], [], None])
    arrays["Address"] = pyarrow.array([{"city": "Bonn", "zip": "53111"}, None, {"city": None, "zip": "1"}])
    arrays["Seen"] = pyarrow.array(columns["Joined"], pyarrow.timestamp("us", tz="Europe/Berlin"))
    arrays["Bytes"] = pyarrow.array([b"abc", b"\xff\x00", None])
    names = [*arrays, "name", "Name"]
    more = [pyarrow.array(["x", "y", "z"]), pyarrow.array(["1", "2", "3"])]
    return pyarrow.Table.from_arrays([*arrays.values(), *more], names=names)


def write_parquet():
    pyarrow.parquet.write_table(pyarrow_table(), HERE / "pyarrow.parquet", row_group_size=2, compression="zstd")
    frame = pandas.DataFrame(PEOPLE)
    frame.to_parquet(HERE / "pandas.parquet", engine="pyarrow", index=False)
    polars.DataFrame(PEOPLE).write_parquet(HERE / "polars.parquet")


def write_json_lines():
    pandas.DataFrame(PEOPLE).to_json(HERE / "pandas.jsonl", orient="records", lines=True, date_format="iso")
    polars.DataFrame(PEOPLE).write_ndjson(HERE / "polars.ndjson")


SHEET = [
    ["Contacts of ACME"],
    [],
    ["Email", "Zip", "Phone", "Amount", "Share", "Joined", "Seen", "At", "Active", "Error", "Sum", "Big", "Note", None],
    ["ann@x.com", 2134, 4155550100, 1234.5, 0.256, datetime.date(2024, 1, 5), datetime.datetime(2024, 1, 5, 13, 45, 7),
     datetime.time(18, 30), True, "#N/A", "=1+2", 123456789012, "two\nlines, \"quoted\" _x000D_ end", "beyond"],
    [],
    ["bob@x.com", 501, 5550100, -7, 1, datetime.date(1900, 3, 1), datetime.datetime(1999, 12, 31, 23, 59, 59), datetime.time(0, 0),
     False, None, None, 0.1 + 0.2, "  spaces  ", None],
]
FORMATS = [None, "00000", "[<=9999999]###-####;(###) ###-####", "#,##0.00", "0.0%", "d-mmm-yy", "m/d/yy h:mm", "h:mm AM/PM"]


def write_openpyxl():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Contacts"
    for row in SHEET:
        sheet.append(row)
    for row in (4, 6):
        for column, code in enumerate(FORMATS, 1):
            if code:
                sheet.cell(row, column).number_format = code
        sheet.cell(row, 11).value = 3    # it keeps no values of formulas
    sheet.merge_cells("A1:D1")
    book.create_sheet("Notes").append(["not", "this"])
    book.save(HERE / "openpyxl.xlsx")


def write_xlsxwriter():
    book = xlsxwriter.Workbook(HERE / "xlsxwriter.xlsx")
    sheet = book.add_worksheet("Contacts")
    book.add_worksheet("Notes").write(0, 0, "not this")
    formats = [book.add_format({"num_format": code}) if code else None for code in FORMATS]
    bold, red = book.add_format({"bold": True}), book.add_format({"color": "red"})
    for r, row in enumerate(SHEET):
        for c, value in enumerate(row):
            style = formats[c] if r >= 3 and c < len(formats) else None
            if isinstance(value, (datetime.date, datetime.time)):
                sheet.write_datetime(r, c, value, style)
            elif value == "=1+2":
                sheet.write_formula(r, c, "=1+2", None, 3)
            elif value == "#N/A":
                sheet.write_formula(r, c, "=NA()", None, "#N/A")
            elif value is not None:
                sheet.write(r, c, value, style)
    sheet.write(5, 10, 3)
    sheet.write_rich_string(0, 0, "Contacts of ", bold, "AC", red, "ME")
    sheet.set_row(5, None, None, {"hidden": True})
    book.close()


if __name__ == "__main__":
    write_parquet()
    write_json_lines()
    write_openpyxl()
    write_xlsxwriter()
