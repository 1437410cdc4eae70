"""The whole merge: from a command line and files to files and figures."""

import os
from dataclasses import dataclass, field

from . import accounts, command, plan as plan_module, sides
from .blank import BlankRule
from .consolidation import Consolidator
from .errors import InputError
from .inputs import read_input
from .keys import KeyMaker
from .matching import match
from .merged_rows import merge_rows
from .output import csv_bytes, delimiter_for


@dataclass
class Result:
    options: object
    original: object
    inputs: list
    plan: object
    files: dict = field(default_factory=dict)     # path as given → bytes, uncompressed
    figures: dict = field(default_factory=dict)


def run(argv, folder=".", stdin=b"") -> Result:
    """What `crm-merge merge ARGV…` started in `folder` must write. Raises UsageError and InputError."""
    options = command.parse(argv)
    read = lambda name, rank, path: _read(options, name, rank, path, folder, stdin)
    original = read("original", 0, options.original)
    inputs = [read(name, i + 1, path) for i, (name, path) in enumerate(options.enriched)]
    _check_inputs(options, original, inputs)
    keys = KeyMaker(options.region, options.email_aliases, BlankRule(options.blank_tokens))
    plan = plan_module.build(options, original, inputs, keys)
    matching = match(plan, original, inputs, keys)
    rows = merge_rows(plan, original, inputs, matching, keys)
    result = Result(options, original, inputs, plan)
    net_new = sides.unmatched_enriched(plan, inputs, matching, keys)
    _write(result, rows, net_new, keys)
    result.figures = accounts.of_merge(plan, original, inputs, matching, rows,
                                       len(net_new) - 1 if options.unmatched_enriched else 0, keys,
                                       Consolidator(plan, inputs, keys))
    return result


def _read(options, name, rank, path, folder, stdin):
    if path == "-":
        data = stdin
    else:
        try:
            with open(os.path.join(folder, path), "rb") as file:
                data = file.read()
        except OSError as error:
            raise InputError(f"{path}: {error}") from error
    return read_input(name, path, data, command.override_for(options.delimiter, name, rank),
                      command.override_for(options.encoding, name, rank),
                      not command.no_header(options.no_header, name, rank), options.limit_record_bytes)


def _check_inputs(options, original, inputs):
    if original.is_empty:
        raise InputError("the original is empty")
    rejected = sum(len(f.rejects) for f in [original] + inputs)
    for f in [original] + inputs:
        if f.most_are_off:
            raise InputError(f"{f.path}: most records do not fit; is the delimiter right?")
        if f.rejects and not options.rejects:
            raise InputError(f"{f.path}: {len(f.rejects)} rejects")
    if options.max_rejects is not None and rejected > int(options.max_rejects):
        raise InputError(f"{rejected} rejects are too many")


def _write(result, rows, net_new, keys):
    options, plan = result.options, result.plan
    wanted = {
        options.changes: lambda: sides.changes(plan, result.original, rows),
        options.provenance: lambda: sides.provenance(plan, result.inputs, rows),
        options.conflicts: lambda: sides.conflicts(plan, result.inputs, rows, keys),
        options.unmatched_enriched: lambda: net_new,
        options.rejects: lambda: sides.rejects([result.original] + result.inputs),
        options.output: lambda: sides.merged(plan, rows),
    }
    for path, make in wanted.items():
        if path:
            lines = make()
            if not options.dry_run:
                result.files[path] = csv_bytes(lines, delimiter_for(path))
