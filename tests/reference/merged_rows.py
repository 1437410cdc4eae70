"""Every cell of the output, with what is needed to tell where it came from."""

from dataclasses import dataclass

from . import policy
from .consolidation import Consolidator


@dataclass
class MergedColumn:
    """One merged column of one row."""

    candidates: list
    chosen: object      # consolidation.Chosen
    text: str           # of the original's column or the new one in the output
    alternate: str      # of the alternate column, "" without one


@dataclass
class MergedRow:
    row: object         # of the original
    match: object       # matching.Match
    columns: list       # MergedColumn, as Plan.columns
    cells: list         # as Plan.output


def merge_rows(plan, original, inputs, matching, keys):
    consolidator = Consolidator(plan, inputs, keys)
    result = []
    for row, match in zip(original.rows, matching.matches):
        columns = [_merged_column(i, column, row, match, consolidator, keys) for i, column in enumerate(plan.columns)]
        cells = [_output_cell(output, plan, inputs, row, match, columns) for output in plan.output]
        result.append(MergedRow(row, match, columns, cells))
    return result


def _merged_column(index, column, row, match, consolidator, keys):
    candidates = consolidator.candidates(index, match.reached)
    chosen = consolidator.choose(index, candidates)
    if column.original is None:
        return MergedColumn(candidates, chosen, chosen.value, "")
    text = policy.merged_cell(column, row.cells[column.original], chosen.value, keys)
    return MergedColumn(candidates, chosen, text, chosen.value if policy.has_alternate(column) else "")


def _output_cell(output, plan, inputs, row, match, columns):
    if output.role == "original":
        return row.cells[output.original] if output.column is None else columns[output.column].text
    if output.role == "alternate":
        return columns[output.column].alternate
    if output.role == "new":
        return columns[output.column].text
    if output.role == "match_quality":
        return "matched" if match.is_matched else "unmatched"
    if not match.is_matched:
        return ""
    if output.role == "matched_on":
        return plan.identifiers[match.earliest_identifier()].label
    if output.role == "match_score":
        return "1"
    return "; ".join(inputs[r.file].name for r in match.reached)


def changed_cells(plan, merged: MergedRow):
    """(index into Plan.output, before, after) of every cell that differs from the original's, or is new and not empty."""
    result = []
    for index, (output, after) in enumerate(zip(plan.output, merged.cells)):
        if output.role == "original":
            before = merged.row.cells[output.original]
            if after != before:
                result.append((index, before, after))
        elif output.role in ("alternate", "new") and after != "":
            result.append((index, "", after))
    return result
