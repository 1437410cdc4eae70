#!/usr/bin/env python3
"""What people write instead of using crm-merge: the easier job of `--strategy first` by one e-mail column and nothing else.

peers.py dict|sqlite OUTPUT ORIGINAL ENRICHED...

No detection, no other encoding, no account of what happened; columns are matched by their exact names.
"""

import csv
import sqlite3
import sys

KEY = "Email"


def normalized(value):
    """Returns the key of a cell."""
    return value.strip().lower()


def layout(original, enriched):
    """Returns (columns of the original, columns that it lacks in order of first appearance)."""
    ours = next(csv.reader(open(original, newline="", encoding="utf-8")))
    new = []
    for path in enriched:
        new += [name for name in next(csv.reader(open(path, newline="", encoding="utf-8"))) if name not in ours + new]
    return ours, new


def merge_rows(ours, new, original, records_of, output):
    """Writes the original's rows, blanks and new columns filled from the records of their key."""
    with open(original, newline="", encoding="utf-8") as source, open(output, "w", newline="", encoding="utf-8") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(ours + new + ["match_quality"])
        rows = csv.reader(source)
        key_column = next(rows).index(KEY)
        for row in rows:
            key = normalized(row[key_column])
            record = records_of(key) if key else None
            values = record or {}
            merged = [cell or values.get(name, "") for name, cell in zip(ours, row)]
            writer.writerow(merged + [values.get(name, "") for name in new] + ["matched" if record is not None else "unmatched"])


def enriched_rows(paths):
    """Yields (key, non-blank cells by column) of all the files' rows that have a key."""
    for path in paths:
        with open(path, newline="", encoding="utf-8") as source:
            for row in csv.DictReader(source):
                key = normalized(row[KEY])
                if key:
                    yield key, {name: cell for name, cell in row.items() if cell and name != KEY}


def by_dict(output, original, enriched):
    """Everything enriched in a dict of dicts."""
    ours, new = layout(original, enriched)
    records = {}
    for key, cells in enriched_rows(enriched):
        record = records.setdefault(key, {})
        for name, cell in cells.items():
            record.setdefault(name, cell)
    merge_rows(ours, new, original, records.get, output)


def by_sqlite(output, original, enriched):
    """Everything enriched in a table of (key, column, value), the first value of a cell kept."""
    ours, new = layout(original, enriched)
    database = sqlite3.connect("")  # a temporary file
    database.execute("CREATE TABLE cells (key TEXT, name TEXT, value TEXT, PRIMARY KEY (key, name)) WITHOUT ROWID")
    database.executemany("INSERT OR IGNORE INTO cells VALUES (?, ?, ?)",
                         ((key, name, cell) for key, cells in enriched_rows(enriched) for name, cell in [("", ""), *cells.items()]))

    def records_of(key):
        found = dict(database.execute("SELECT name, value FROM cells WHERE key = ?", (key,)))
        return found or None

    merge_rows(ours, new, original, records_of, output)


if __name__ == "__main__":
    csv.field_size_limit(1 << 30)
    {"dict": by_dict, "sqlite": by_sqlite}[sys.argv[1]](sys.argv[2], sys.argv[3], sys.argv[4:])
