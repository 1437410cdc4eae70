"""What is written beside the merged file: changes, provenance, conflicts, unmatched enriched rows, rejects.

Plain readings: the identifiers of the net-new file stand in the order of --on; net-new rows of `--match all` are grouped
by their first identifier's first key, too, as the contract says for every mode.
"""

from .consolidation import Consolidator
from .errors import UsageError
from .matching import Reached, all_row_keys
from .merged_rows import changed_cells


def merged(plan, rows):
    return [[output.name for output in plan.output]] + [row.cells for row in rows]


def changes(plan, original, rows):
    """Changed rows only, and the columns that changed anywhere; unchanged cells empty."""
    if plan.record_id is None:
        raise UsageError("--changes needs a record id column: --id COLUMN")
    changed = [(row, changed_cells(plan, row)) for row in rows]
    columns = sorted({index for _, cells in changed for index, _, _ in cells})
    lines = [[original.header[plan.record_id]] + [plan.output[index].name for index in columns]]
    for row, cells in changed:
        if cells:
            texts = {index: after for index, _, after in cells}
            lines.append([row.row.cells[plan.record_id]] + [texts.get(index, "") for index in columns])
    return lines


def provenance(plan, inputs, rows):
    lines = [["row", "record_id", "column", "before", "after", "file", "line", "matched_on", "rule"]]
    for row in rows:
        for index, before, after in changed_cells(plan, row):
            column = row.columns[plan.output[index].column]
            sources = column.chosen.sources
            lines.append([str(row.row.number), _record_id(plan, row), plan.output[index].name, before, after,
                          "; ".join(inputs[s.file].name for s in sources), "; ".join(str(s.row.line) for s in sources),
                          plan.identifiers[sources[0].identifier].label,
                          plan.columns[plan.output[index].column].strategy])
    return lines


def conflicts(plan, inputs, rows, keys):
    """A line per distinct other value of a cell in conflict, by row, then column."""
    lines = [["row", "record_id", "column", "kind", "chosen", "chosen_from", "other", "other_from"]]
    for row in rows:
        for output in plan.output:
            if output.role in ("original", "new") and output.column is not None:
                column, cell = plan.columns[output.column], row.columns[output.column]
                before = "" if output.original is None else row.row.cells[output.original]
                for line in _conflicts_of_cell(column, cell, before, inputs, keys):
                    lines.append([str(row.row.number), _record_id(plan, row), output.name] + line)
    return lines


def _conflicts_of_cell(column, cell, before, inputs, keys):
    holders = [] if keys.blank.is_blank(before) else [(before, "original")]
    holders += [(c.value, inputs[c.file].name) for c in cell.candidates]
    chosen = cell.text
    if keys.blank.is_blank(chosen):
        chosen = cell.chosen.value
    if len({text for text, _ in holders}) < 2:
        return []
    places = dict(reversed(holders))    # the first in order that holds the text
    chosen_from = places.get(chosen) or "; ".join(inputs[s.file].name for s in cell.chosen.sources)
    lines = []
    for other in dict(holders):
        if other != chosen:
            same = keys.comparison_key(column.kind, other) == keys.comparison_key(column.kind, chosen)
            lines.append(["formatting" if same else "real", chosen, chosen_from, other, places[other]])
    return lines


def unmatched_enriched(plan, inputs, matching, keys):
    """Rows none of whose keys the original has, grouped by their first identifier with a key, consolidated."""
    order = []
    for identifier in plan.identifiers:
        order += [i for i, c in enumerate(plan.columns) if c.original in identifier.original_columns and i not in order]
    order += [i for i, c in enumerate(plan.columns) if c.original is not None and not c.is_identifier]
    order += [i for i, c in enumerate(plan.columns) if c.original is None]
    _, theirs = all_row_keys(plan, _no_rows(), inputs, keys)
    groups = {}
    for n, f in enumerate(inputs):
        for row, pairs in zip(f.rows, theirs[n]):
            if pairs and row.number not in matching.matched_rows[n]:
                number, key = pairs[0]
                first = (number, key if plan.match == "any" else key[0])
                groups.setdefault(first, {}).setdefault(n, []).append(row)
    consolidator = Consolidator(plan, inputs, keys)
    lines = [[plan.columns[i].name for i in order]]
    for by_file in groups.values():
        reached = [Reached(n, 0, rows) for n, rows in sorted(by_file.items())]
        lines.append([consolidator.choose(i, consolidator.candidates(i, reached)).value for i in order])
    return lines


class _no_rows:
    rows = ()


def rejects(files):
    lines = [["file", "line", "reason", "text"]]
    for file in files:
        lines += [[file.path, str(reject.line), reject.reason, reject.text] for reject in file.rejects]
    return lines


def _record_id(plan, row):
    return "" if plan.record_id is None else row.row.cells[plan.record_id]
