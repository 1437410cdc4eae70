"""A merge as data: tables, how their files are written, and options. What the generator makes and the shrinker reduces."""

import copy
import random
from dataclasses import dataclass, field

from reference import compression, dialect, encodings

_PYTHON = {"windows-1252": "cp1252", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}


@dataclass
class Style:
    """How a table becomes bytes."""

    delimiter: str = ","
    encoding: str = "utf-8"
    bom: bool = False
    line_ends: list = field(default_factory=lambda: ["\n"])
    quoting: str = "minimal"     # minimal, all, random, loose (quotes inside a field are left as they are)
    compression: str = "none"
    last_end: bool = True
    empty_lines: bool = False
    before: str = ""             # a preamble


@dataclass
class Table:
    name: str
    path: str
    header: list
    rows: list                   # lists of cells, or bytes that are written as they are
    style: Style

    def to_bytes(self) -> bytes:
        rng = random.Random(len(self.rows) * 31 + len(self.header))    # the same table gives the same bytes
        style, pieces = self.style, [self.style.before.encode(_PYTHON.get(self.style.encoding, self.style.encoding))]
        if style.bom:
            pieces.insert(0, "\ufeff".encode(_PYTHON.get(style.encoding, style.encoding)))
        records = [self.header] + self.rows
        for i, record in enumerate(records):
            pieces.append(record if isinstance(record, bytes) else self._encode(self._record(record, rng)))
            if i + 1 < len(records) or style.last_end:
                pieces.append(self._encode(rng.choice(style.line_ends)))
            if style.empty_lines and i > 0 and rng.random() < 0.2:
                pieces.append(self._encode(rng.choice(style.line_ends)))
        return compression.compress(b"".join(pieces), style.compression)

    def _encode(self, text):
        encoding = _PYTHON.get(self.style.encoding, self.style.encoding)
        return text.encode(encoding, "replace" if encoding == "cp1252" else "strict")

    def _record(self, cells, rng):
        if cells == [""] and self.style.quoting != "minimal":
            return '""'
        return self.style.delimiter.join(self._field(cell, rng) for cell in cells)

    def _field(self, text, rng):
        style = self.style
        must = any(c in text for c in (style.delimiter, "\r", "\n")) or text.startswith('"')
        if '"' in text and style.quoting != "loose":
            must = True
        if must or style.quoting == "all" or (style.quoting == "random" and rng.random() < 0.4):
            return '"' + text.replace('"', '""') + '"'
        return text


class Case:
    def __init__(self, name):
        self.name = name
        self.tables = []          # the original first
        self.options = []         # groups: ["--on", "email"]
        self.output = "out.csv"
        self.has_rejects = False

    def add(self, table):
        self.tables.append(table)

    def add_option(self, *group):
        self.options.append(list(group))

    def copy(self):
        return copy.deepcopy(self)

    def arguments(self) -> list:
        """What follows `crm-merge merge`."""
        enriched = [f"{table.name}={table.path}" for table in self.tables[1:]]
        return [self.tables[0].path, *enriched, "-o", self.output, *[text for group in self.options for text in group]]

    def write(self, folder):
        for table in self.tables:
            (folder / table.path).write_bytes(table.to_bytes())

    def output_paths(self) -> dict:
        """Option → path of every CSV that is wanted."""
        wanted = {"-o": self.output}
        for group in self.options:
            if group[0] in ("--provenance", "--conflicts", "--changes", "--unmatched-enriched", "--rejects"):
                wanted[group[0]] = group[1]
        return wanted

    def state_what_is_not_clear(self):
        """Where detection would have to guess, the options say it: the contract leaves close calls to the product."""
        for table in self.tables:
            name = "original" if table is self.tables[0] else table.name
            data = compression.decompress(table.to_bytes())
            detected = encodings.detect(data)
            if detected != table.style.encoding or data.count(0) > len(data) / 50 and not table.style.bom:
                self.add_option("--encoding", f"{name}={table.style.encoding}")
            found = dialect.detect(encodings.decode(data, table.style.encoding), "csv")
            clear = found.delimiter == table.style.delimiter and found.share > 0.6 and found.runner_up < 0.5 * found.share
            by_suffix = table.path.endswith(".tsv") and table.style.delimiter == "\t"
            if not clear and not by_suffix:
                self.add_option("--delimiter", f"{name}={table.style.delimiter}")
