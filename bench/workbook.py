"""A CSV file as a workbook with shared strings, as spreadsheets write them."""

import csv
import io
import zipfile
from xml.sax.saxutils import escape

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_TYPES = f"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
</Types>"""
_RELATION = '<Relationship Id="r{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_BOOK = (f'<workbook {_MAIN} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
         '<sheets><sheet name="Export" sheetId="1" r:id="r1"/></sheets></workbook>')


def write(source, target):
    places = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr("[Content_Types].xml", _TYPES)
        book.writestr("_rels/.rels", _RELATIONS.format(_RELATION.format(1, "officeDocument", "xl/workbook.xml")))
        book.writestr("xl/workbook.xml", _BOOK)
        book.writestr("xl/_rels/workbook.xml.rels", _RELATIONS.format(
            _RELATION.format(1, "worksheet", "worksheets/sheet1.xml") + _RELATION.format(2, "sharedStrings", "sharedStrings.xml")))
        with open(source, newline="", encoding="utf-8") as file, book.open("xl/worksheets/sheet1.xml", "w") as part:
            sheet = io.TextIOWrapper(part, encoding="utf-8")
            sheet.write(f"<worksheet {_MAIN}><sheetData>")
            for row in csv.reader(file):
                cells = (f'<c t="s"><v>{places.setdefault(text, len(places))}</v></c>' if text else "<c/>" for text in row)
                sheet.write(f"<row>{''.join(cells)}</row>")
            sheet.write("</sheetData></worksheet>")
            sheet.flush()
        with book.open("xl/sharedStrings.xml", "w") as part:
            strings = io.TextIOWrapper(part, encoding="utf-8")
            strings.write(f"<sst {_MAIN}>")
            for text in places:
                strings.write(f'<si><t xml:space="preserve">{escape(text)}</t></si>')
            strings.write("</sst>")
            strings.flush()
