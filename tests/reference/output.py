"""The one writer: UTF-8 without BOM, LF, a field quoted exactly when it must be."""


def csv_bytes(records, delimiter=",") -> bytes:
    return "".join(_record(fields, delimiter) for fields in records).encode("utf-8")


def _record(fields, delimiter):
    if len(fields) == 1 and fields[0] == "":
        return '""\n'
    return delimiter.join(_field(text, delimiter) for text in fields) + "\n"


def _field(text, delimiter):
    if any(c in text for c in (delimiter, '"', "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def delimiter_for(path: str) -> str:
    """A `.tsv` suffix, under a compressing one or not, means tab."""
    name = path.lower()
    for suffix in (".gz", ".zst"):
        name = name.removesuffix(suffix)
    return "\t" if name.endswith(".tsv") else ","
