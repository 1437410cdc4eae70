"""From text to records: the exact rules of reading CSV.

Plain readings where the contract leaves room:
- "The first in reading order" of several reasons is the order in which a reader notices them: text after a closing
  quote when it is met, the number of fields at the record's end, bytes of another encoding last.
- Of a record that is too long the first --max-record-bytes are kept.
- What is rejected for a quote that is never closed is the first physical line of its record.
"""

import re
from dataclasses import dataclass

from .encodings import has_undecodable, shown_name

TEXT_AFTER_QUOTE = "text after a closing quote"
NEVER_CLOSED = "quote is never closed"
TOO_LONG = "record is longer than --max-record-bytes"
_LINE_END = re.compile("\r\n|\n|\r")


@dataclass
class Record:
    line: int       # 1-based physical line where it begins
    fields: list
    raw: str        # without its line end; of a quote never closed: the first physical line
    problem: str    # a reason to reject it that the text alone gives, or ""
    begin: int = 0  # where in the text it begins

    @property
    def is_empty_line(self) -> bool:
        return self.raw == ""


def count_lines(text: str) -> int:
    return len(_LINE_END.findall(text))


def read_records(text: str, delimiter: str, max_record_bytes: int = 64 << 20):
    """Every record of `text`, in order. The last line end starts no record."""
    at, line = 0, 1
    unquoted = re.compile("[^" + re.escape(delimiter) + "\r\n]*")
    while at < len(text):
        record, content_end = _read_record(text, at, line, delimiter, unquoted, max_record_bytes)
        yield record
        line_end = _LINE_END.match(text, content_end)
        end = line_end.end() if line_end else content_end
        line += count_lines(text[at:end])
        at = end


def _read_record(text, begin, line, delimiter, unquoted, limit):
    """The record that begins at `begin`, and where its content ends."""
    fields, problem, at = [], "", begin
    while True:
        if text.startswith('"', at):
            value, at = _read_quoted(text, at)
            if at is None or _longer(text[begin:at], limit):
                end = _end_of_physical_line(text, begin)
                return Record(line, [], _first_bytes(text[begin:end], limit), problem or NEVER_CLOSED, begin), end
            rest = unquoted.match(text, at).end()
            if rest > at:
                problem = problem or TEXT_AFTER_QUOTE
            value += text[at:rest]
            at = rest
        else:
            end = unquoted.match(text, at).end()
            value = text[at:end]
            at = end
        fields.append(value)
        if not text.startswith(delimiter, at):
            break
        at += 1
    raw = text[begin:at]
    if _longer(raw, limit):
        problem = problem or TOO_LONG
        raw = _first_bytes(raw, limit)
    return Record(line, fields, raw, problem, begin), at


def _read_quoted(text, at):
    """The value of the quoted field at `at`, and where it ends; (None, None) if its quote is never closed."""
    parts = []
    at += 1
    while True:
        quote = text.find('"', at)
        if quote < 0:
            return None, None
        parts.append(text[at:quote])
        if not text.startswith('""', quote):
            return "".join(parts), quote + 1
        parts.append('"')
        at = quote + 2


def _end_of_physical_line(text, begin):
    found = _LINE_END.search(text, begin)
    return found.start() if found else len(text)


def _longer(raw, limit):
    return len(raw) > limit // 4 and len(raw.encode("utf-8", "replace")) > limit


def _first_bytes(raw, limit):
    return raw.encode("utf-8", "surrogatepass")[:limit].decode("utf-8", "ignore") if _longer(raw, limit) else raw


def problem_of(record: Record, columns: int, encoding: str) -> str:
    """Why this record cannot be a row of `columns` cells, or ""."""
    if record.problem:
        return record.problem
    if len(record.fields) > columns:
        return f"too many fields (expected {columns}, found {len(record.fields)})"
    if has_undecodable(record.raw):
        return f"bytes that are not {shown_name(encoding)}"
    return ""
