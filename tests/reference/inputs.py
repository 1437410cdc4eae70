"""One input, read whole: its header, its rows, its rejects and its account."""

from dataclasses import dataclass, field

from . import compression, dialect, encodings
from .errors import InputError
from .records import NEVER_CLOSED, problem_of, read_records

MAX_QUOTE_RESTARTS = 10_000


@dataclass
class Row:
    number: int      # 1-based among the rows of the file
    line: int        # 1-based physical line where it begins
    cells: list


@dataclass
class Reject:
    line: int
    reason: str
    text: str


@dataclass
class Input:
    name: str
    path: str
    encoding: str = "utf-8"
    delimiter: str = ","
    header: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    rejects: list = field(default_factory=list)
    records: int = 0
    padded: int = 0
    empty_lines: int = 0
    is_empty: bool = False   # zero bytes or no header
    runner_up: float = 0.0   # how well another delimiter would have done
    share: float = 1.0
    delimiter_given: bool = False

    @property
    def most_are_off(self) -> bool:
        """Most records would be padded or rejected: the dialect that was found is wrong; one that was given is taken."""
        return not self.delimiter_given and self.padded + len(self.rejects) > self.records / 2


def read_input(name, path, data, delimiter=None, encoding=None, has_header=True, max_record_bytes=64 << 20,
               preamble=True) -> Input:
    data = compression.decompress(data)
    result = Input(name, path, encoding=encoding or encodings.detect(data))
    text = encodings.decode(data, result.encoding)
    result.delimiter_given = delimiter is not None
    found = dialect.detect(text, _suffix(path), delimiter, preamble)
    result.delimiter, result.share, result.runner_up = found.delimiter, found.share, found.runner_up
    records = list(read_records(text[found.skip:], found.delimiter, max_record_bytes))
    for record in records:
        record.line += found.lines
    if not records:
        result.is_empty = True
        return result
    if has_header:
        header = records.pop(0)
        if problem_of(header, len(header.fields), result.encoding):
            raise InputError(f"{path}: the header cannot be read")
        result.header = header.fields
    else:
        first = next((r for r in records if not r.is_empty_line), records[0])
        result.header = [f"column_{i + 1}" for i in range(len(first.fields))]
    _read_rows(result, records)
    return result


def _read_rows(result: Input, records):
    columns, restarts = len(result.header), 0
    for record in records:
        if record.is_empty_line and columns != 1:
            result.empty_lines += 1
            continue
        result.records += 1
        problem = problem_of(record, columns, result.encoding)
        if problem:
            result.rejects.append(Reject(record.line, problem, encodings.readable(record.raw)))
            restarts += problem == NEVER_CLOSED
            if restarts > MAX_QUOTE_RESTARTS:
                raise InputError(f"{result.path}: too many quotes are never closed")
            continue
        if len(record.fields) < columns:
            result.padded += 1
        cells = record.fields + [""] * (columns - len(record.fields))
        result.rows.append(Row(len(result.rows) + 1, record.line, cells))


def _suffix(path: str) -> str:
    parts = path.lower().split("/")[-1].split(".")
    if len(parts) > 2 and parts[-1] in ("gz", "zst"):
        parts.pop()
    return parts[-1] if len(parts) > 1 else ""
