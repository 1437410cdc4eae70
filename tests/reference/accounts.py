"""The figures that the report must show.

Plain readings: a cell of concat counts once for each file that a part of it came from; a row without a recency value is
counted once, where a column that takes the most recent could have taken a value from it. A file's value of a cell is what
its rows alone come to, for concat the first of them.
"""

from collections import Counter

from . import policy
from .merged_rows import changed_cells


def of_merge(plan, original, inputs, matching, rows, net_new_lines, keys, consolidator):
    changed = [changed_cells(plan, row) for row in rows]
    matched = sum(row.match.is_matched for row in rows)
    return {
        "inputs": [_input(f) for f in [original] + inputs],
        "enriched": _enriched(plan, inputs, matching, rows, changed, consolidator),
        "matched": matched,
        "unmatched": len(rows) - matched,
        "by_identifier": [sum(row.match.is_matched and row.match.earliest_identifier() == i for row in rows)
                          for i in range(len(plan.identifiers))],
        "columns": [_column(i, plan, rows, changed, inputs, keys, consolidator) for i in range(len(plan.columns))],
        "changed_rows": sum(bool(cells) for cells in changed),
        "net_new": net_new_lines,
        "shared_keys": matching.shared_keys,
    }


def _input(f):
    return {"records": f.records, "rows": len(f.rows), "rejected": len(f.rejects), "padded": f.padded,
            "empty_lines": f.empty_lines}


def _enriched(plan, inputs, matching, rows, changed, consolidator):
    used = [set() for _ in inputs]
    undated = [set() for _ in inputs]
    for row, cells in zip(rows, changed):
        for index, _, _ in cells:
            for source in row.columns[plan.output[index].column].chosen.sources:
                used[source.file].add(source.row.number)
        if any(column.strategy == "most_recent" for column in plan.columns):
            for group in row.match.reached:
                undated[group.file] |= {r.number for r in group.rows if consolidator.recency_of(group.file, r) is None}
    result = []
    for n, f in enumerate(inputs):
        matched = matching.matched_rows[n]
        result.append({"contributed": len(used[n]), "nothing_used": len(matched - used[n]),
                       "unmatched": len(matching.keyed_rows[n] - matched),
                       "without_key": len(f.rows) - len(matching.keyed_rows[n]), "without_recency": len(undated[n])})
    return result


def _what_became(index, column, cell, original, changed, consolidator, keys):
    """(file, name of the figure) for every file that has a value for the cell. `original` is None where it is blank."""
    files = sorted({c.file for c in cell.candidates})
    used = {source.file for source in cell.chosen.sources} if changed else set()
    for file in files:
        if file in used:
            replaces = original is not None and not policy.has_alternate(column)
            yield file, "replaced" if replaces else "filled"
            if not replaces and files == [file]:
                yield file, "filled_alone"
            continue
        of_file = [c for c in cell.candidates if c.file == file]
        alone = of_file[0].value if column.strategy == "concat" else consolidator.choose(index, of_file).value
        output = cell.chosen.value if changed else original
        joined = changed and column.strategy == "concat"
        agrees = joined or (output is not None
                            and keys.comparison_key(column.kind, alone) == keys.comparison_key(column.kind, output))
        yield file, "agreeing" if agrees else "overridden"


def _column(index, plan, rows, changed, inputs, keys, consolidator):
    column = plan.columns[index]
    figures = {"filled_before": 0, "filled_after": 0, "alternate_filled": 0, "changed": 0, "conflicts_real": 0,
               "conflicts_formatting": 0, "filled_by": [0] * len(inputs), "cells_by": [Counter() for _ in inputs]}
    for row, cells in zip(rows, changed):
        cell = row.columns[index]
        before = "" if column.original is None else row.row.cells[column.original]
        filled_before = not keys.blank.is_blank(before)
        figures["filled_before"] += filled_before
        figures["filled_after"] += not keys.blank.is_blank(cell.text)
        figures["alternate_filled"] += cell.alternate != ""
        for place, _, _ in cells:
            if plan.output[place].column == index:
                figures["changed"] += 1
                for file in {source.file for source in cell.chosen.sources}:
                    figures["filled_by"][file] += 1
        changed_here = any(plan.output[place].column == index for place, _, _ in cells)
        for file, what in _what_became(index, column, cell, before if filled_before else None, changed_here, consolidator, keys):
            figures["cells_by"][file][what] += 1
        values = ([before] if filled_before else []) + [c.value for c in cell.candidates]
        kind = policy.conflict_kind(column, values, keys)
        if kind:
            figures["conflicts_" + kind] += 1
    return figures
