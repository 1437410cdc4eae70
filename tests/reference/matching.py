"""Which enriched rows belong to each row of the original.

Plain readings: with --match all nothing is shared too often; a composite key is the tuple of first keys. Of the keys that
too many rows share, those are reported that would have matched: the other side has them, too.
"""

from collections import Counter
from dataclasses import dataclass, field

from .keys import is_company_key


@dataclass
class Reached:
    """The rows of one file that a row of the original reached, by one key."""

    file: int
    identifier: int
    rows: list
    only: set = None    # names of the columns that it fills; None: all


@dataclass
class Match:
    reached: list = field(default_factory=list)    # one per file that was reached, by rank

    @property
    def is_matched(self):
        return bool(self.reached)

    def earliest_identifier(self):
        return min(r.identifier for r in self.reached)


@dataclass
class Matching:
    matches: list           # one per row of the original
    matched_rows: list      # per enriched file, the numbers of rows with a key that the original has
    keyed_rows: list        # per enriched file, the numbers of rows with a key
    shared_keys: list       # (identifier label, key, where, rows): by identifier, rows descending, key, where


def row_keys(row, identifiers, columns_of, keys):
    """(identifier, key) pairs of a row: identifiers in order, their columns in order, keys in order, distinct."""
    result = []
    for number, identifier in enumerate(identifiers):
        for column in columns_of(identifier):
            for key in keys.keys(identifier.kind, row.cells[column]):
                if (number, key) not in result:
                    result.append((number, key))
    return result


def composite(pairs, identifiers):
    """The one key of --match all: the first key of each identifier; a row lacking one has none."""
    first = {}
    for number, key in pairs:
        first.setdefault(number, key)
    if len(first) < len(identifiers):
        return []
    return [(0, tuple(first[number] for number in range(len(identifiers))))]


def all_row_keys(plan, original, inputs, keys):
    """The pairs of every row: the original's, and per enriched file."""
    ours = [row_keys(row, plan.identifiers, lambda i: i.original_columns, keys) for row in original.rows]
    theirs = [[row_keys(row, plan.identifiers, lambda i, n=n: i.file_columns[n], keys) for row in f.rows]
              for n, f in enumerate(inputs)]
    if plan.match == "all":
        ours = [composite(pairs, plan.identifiers) for pairs in ours]
        theirs = [[composite(pairs, plan.identifiers) for pairs in rows] for rows in theirs]
    return ours, theirs


def match(plan, original, inputs, keys) -> Matching:
    ours, theirs = all_row_keys(plan, original, inputs, keys)
    shared = _shared(plan, ours, theirs, inputs)
    blocked_everywhere = {(number, key) for number, key, place, _ in shared if place == "original"}
    matches = [Match() for _ in original.rows]
    for n, f in enumerate(inputs):
        blocked = blocked_everywhere | {(number, key) for number, key, place, _ in shared if place == n}
        holders = {}
        for row, pairs in zip(f.rows, theirs[n]):
            for pair in pairs:
                holders.setdefault(pair, []).append(row)
        for found, pairs in zip(matches, ours):
            pair = next((p for p in pairs if p in holders and p not in blocked), None)
            if pair:
                found.reached.append(Reached(n, pair[0], holders[pair], _only(plan, *pair)))
    held = {pair for pairs in ours for pair in pairs}
    return Matching(
        matches,
        [{row.number for row, pairs in zip(f.rows, theirs[n]) if held & set(pairs)} for n, f in enumerate(inputs)],
        [{row.number for row, pairs in zip(f.rows, theirs[n]) if pairs} for n, f in enumerate(inputs)],
        [(plan.identifiers[number].label, key, place if place == "original" else inputs[place].name, rows)
         for number, key, place, rows in sorted(shared, key=_listing_order)],
    )


def _listing_order(shared):
    number, key, place, rows = shared
    return number, -rows, key.encode(), -1 if place == "original" else place


def _only(plan, number, key):
    identifier = plan.identifiers[number]
    if identifier.fills is not None and plan.match == "any" and is_company_key(identifier.kind, key):
        return identifier.fills
    return None


def _shared(plan, ours, theirs, inputs):
    """Keys that too many rows of one place hold, and the other side holds, too: (identifier, key, place, rows)."""
    if plan.match == "all":
        return []
    in_original = {pair for pairs in ours for pair in pairs}
    in_enriched = {pair for rows in theirs for pairs in rows for pair in pairs}
    result = []
    for place, rows in [("original", ours)] + list(enumerate(theirs)):
        counts = Counter(pair for pairs in rows for pair in pairs)
        for (number, key), count in counts.items():
            limit = plan.identifiers[number].max_shared
            if limit and count > limit and (number, key) in (in_enriched if place == "original" else in_original):
                result.append((number, key, place, count))
    return result
