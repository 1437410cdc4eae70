"""Workbooks (.xlsx) written by hand, part by part, for what no library would write."""

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def cell(value, style=0, reference=""):
    """One <c>: a str inline, a number, a bool, or what is given as (type, inner XML)."""
    r = f' r="{reference}"' if reference else ""
    s = f' s="{style}"' if style else ""
    if isinstance(value, tuple):
        return f'<c{r}{s} t="{value[0]}">{value[1]}</c>'
    if isinstance(value, bool):
        return f'<c{r}{s} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        return f"<c{r}{s}><v>{value!r}</v></c>"
    if value is None:
        return f"<c{r}{s}/>"
    return f'<c{r}{s} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def sheet(rows) -> str:
    """Sheet XML of rows of values or of whole `<c>` texts."""
    def text(value):
        return value if isinstance(value, str) and value.startswith("<c") else cell(value)
    body = "".join("<row>" + "".join(text(v) for v in row) + "</row>" for row in rows)
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def workbook(sheets, formats=(), strings=None, attributes="", states=None, types=None, extra=None) -> bytes:
    """`sheets`: name → sheet XML, or rows. `formats`: number format codes of the styles 1…. `strings`: inner XML of each <si>."""
    parts = {"[Content_Types].xml": f'<Types xmlns="{_TYPES}"/>',
             "_rels/.rels": _relations([("r1", "officeDocument", "xl/workbook.xml")])}
    relations, tabs = [], ""
    for number, (name, content) in enumerate(sheets.items(), 1):
        state = f' state="{states[name]}"' if states and name in states else ""
        tabs += f'<sheet name={quoteattr(name)} sheetId="{number}"{state} r:id="s{number}"/>'
        kind = (types or {}).get(name, "worksheet")
        relations.append((f"s{number}", kind, f"{kind}s/sheet{number}.xml"))
        parts[f"xl/{kind}s/sheet{number}.xml"] = content if isinstance(content, (str, bytes)) else sheet(content)
    if strings is not None:
        relations.append(("strings", "sharedStrings", "sharedStrings.xml"))
        items = "".join(f"<si>{inner}</si>" for inner in strings)
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{items}</sst>'
    relations.append(("styles", "styles", "/xl/styles.xml"))
    codes = "".join(f'<numFmt numFmtId="{200 + i}" formatCode={quoteattr(code)}/>' for i, code in enumerate(formats))
    xfs = '<xf numFmtId="0"/>' + "".join(f'<xf numFmtId="{200 + i}"/>' for i in range(len(formats)))
    parts["xl/styles.xml"] = f'<styleSheet xmlns="{_MAIN}"><numFmts>{codes}</numFmts><cellXfs>{xfs}</cellXfs></styleSheet>'
    parts["xl/workbook.xml"] = (f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr {attributes}/>'
                                f"<sheets>{tabs}</sheets></workbook>")
    parts["xl/_rels/workbook.xml.rels"] = _relations(relations)
    return archive({**parts, **(extra or {})})


def archive(parts) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            # OpenDocument's first part is never compressed.
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _relations(relations):
    inner = "".join(f'<Relationship Id="{i}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in relations)
    return f'<Relationships xmlns="{_RELATIONS}">{inner}</Relationships>'
