"""The command line of `crm-merge merge`, as data.

Only what a merge means is kept; engine, threads, memory and progress change nothing and are parsed to be ignored.
"""

import argparse
import csv
import io
import os
from dataclasses import dataclass, field

from .errors import UsageError
from .keys import KINDS

STRATEGIES = ["first", "last", "longest", "most_complete", "most_recent", "most_frequent", "concat"]
POLICIES = ["keep_original", "use_enriched", "create_alternate", "original_only"]
DEFAULT_MAX_SHARED = {"phone": 5}


@dataclass
class OnItem:
    kind: str
    columns: list = field(default_factory=list)   # empty: detected


@dataclass
class MapRule:
    input: str      # a name, a rank, or None for every file
    theirs: str
    ours: str


def parse_list(text: str) -> list:
    """One CSV record."""
    return next(csv.reader(io.StringIO(text), strict=False), [])


def split_last(text: str):
    """`NAME=VALUE`, split at the last `=`."""
    if "=" not in text:
        raise UsageError(f"{text}: expected NAME=VALUE")
    name, value = text.rsplit("=", 1)
    return name, value


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise UsageError(message)


def _parser():
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("-o", dest="output")
    parser.add_argument("--on")
    parser.add_argument("--match", choices=["any", "all"], default="any")
    for name in ("max-shared", "columns-for", "map", "strategy-for", "prefer", "on-conflict-for", "delimiter", "encoding"):
        parser.add_argument("--" + name, action="append", default=[])
    parser.add_argument("--no-header", action="append", nargs="?", const="", default=[])
    parser.add_argument("--region", default="US")
    for name in ("email-aliases", "no-auto-map", "explain-columns", "dry-run", "quiet", "verbose"):
        parser.add_argument("--" + name, action="store_true")
    for name in ("columns", "drop", "recency", "recency-format", "blank", "id", "match-column", "report", "changes",
                 "provenance", "conflicts", "unmatched-enriched", "rejects", "max-rejects", "max-record-bytes",
                 "engine", "database", "memory-limit", "threads", "temp-dir", "progress"):
        parser.add_argument("--" + name)
    parser.add_argument("--strategy", choices=STRATEGIES, default="first")
    parser.add_argument("--separator", default="; ")
    parser.add_argument("--on-conflict", choices=POLICIES, default="keep_original")
    parser.add_argument("--alternate-suffix", default="_enriched")
    return parser


def parse(argv: list):
    """The options of `merge ORIGINAL ENRICHED… -o OUT …` (argv without the word merge), names still unresolved."""
    options = _parser().parse_intermixed_args(argv)
    if len(options.inputs) < 2:
        raise UsageError("an original and at least one enriched file are needed")
    options.original = _named_input(options.inputs[0])[1]
    options.enriched = _unique_names([_named_input(text) for text in options.inputs[1:]])
    options.on_items = _on_items(options.on)
    options.map_rules = [_map_rule(text, [name for name, _ in options.enriched]) for text in options.map]
    options.max_shared_for = dict(DEFAULT_MAX_SHARED)
    for text in options.max_shared:
        kind, limit = split_last(text)
        options.max_shared_for[kind] = 0 if limit == "off" else int(limit)
    options.columns_for_kind = {kind: parse_list(names) for kind, names in map(split_last, options.columns_for)}
    options.strategies = [split_last(text) for text in options.strategy_for]
    options.policies = [split_last(text) for text in options.on_conflict_for]
    options.preferences = [(column, parse_list(names)) for column, names in map(split_last, options.prefer)]
    options.new_columns = None if options.columns is None else parse_list(options.columns)
    options.dropped = parse_list(options.drop) if options.drop else []
    options.blank_tokens = parse_list(options.blank) if options.blank else []
    options.limit_record_bytes = parse_size(options.max_record_bytes or "64MiB")
    return options


def parse_size(text: str) -> int:
    for unit, factor in (("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("KB", 10**3), ("MB", 10**6), ("GB", 10**9)):
        if text.endswith(unit):
            return int(text[:-len(unit)]) * factor
    return int(text)


def _named_input(text: str):
    """`NAME=PATH`, or a path whose stem is the name."""
    if "=" in text and not os.path.exists(text):
        name, path = text.split("=", 1)
        return name, path
    return os.path.basename(text).split(".")[0], text


def _unique_names(inputs):
    seen, result = {}, []
    for name, path in inputs:
        seen[name] = seen.get(name, 0) + 1
        result.append((name if seen[name] == 1 else f"{name}_{seen[name]}", path))
    return result


def _on_items(text):
    items = []
    for item in parse_list(text) if text else []:
        if ":" in item:
            columns, kind = item.rsplit(":", 1)
            items.append(OnItem(kind, columns.split("|")))
        else:
            items.append(OnItem(item))
        if items[-1].kind not in KINDS:
            raise UsageError(f"--on {item}: no such kind")
    return items


def _map_rule(text, names):
    theirs, ours = split_last(text)
    place, colon, rest = theirs.partition(":")
    if colon and (place in names or (place.isdigit() and 1 <= int(place) <= len(names))):
        return MapRule(place, rest, ours)
    return MapRule(None, theirs, ours)


def override_for(texts, name, rank, default=None):
    """The value of `--delimiter`, `--encoding`: for one file by name or rank (`original`: 0), else for all."""
    value = default
    for text in texts:
        place, equals, rest = text.rpartition("=")
        if not equals or not place:
            value = text
    for text in texts:
        place, equals, rest = text.rpartition("=")
        if equals and place and (place == name or place == str(rank)):
            value = rest
    return {"\\t": "\t", "tab": "\t"}.get(value, value)


def no_header(texts, name, rank) -> bool:
    return any(text in ("", name, str(rank)) for text in texts)
