"""One value, column by column, from the enriched rows that belong together."""

from collections import Counter
from dataclasses import dataclass, field

from . import recency


@dataclass
class Candidate:
    """A non-blank value and the row that holds it."""

    value: str
    file: int
    row: object
    identifier: int = 0


@dataclass
class Chosen:
    value: str = ""
    sources: list = field(default_factory=list)   # Candidates; several only for concat


class Consolidator:
    def __init__(self, plan, inputs, keys):
        self.plan, self.inputs, self.keys = plan, inputs, keys

    def candidates(self, column_index, reached) -> list:
        """The non-blank values in order: rank of the file for this column, then row number."""
        column = self.plan.columns[column_index]
        result = []
        for group in sorted(reached, key=lambda r: column.rank[r.file]):
            source = column.sources[group.file]
            if source is None or (group.only is not None and column_index not in group.only):
                continue
            for row in group.rows:
                if not self.keys.blank.is_blank(row.cells[source]):
                    result.append(Candidate(row.cells[source], group.file, row, group.identifier))
        return result

    def choose(self, column_index, candidates) -> Chosen:
        if not candidates:
            return Chosen()
        column = self.plan.columns[column_index]
        if column.strategy == "concat":
            distinct = self._first_spellings(column, candidates)
            return Chosen(self.plan.separator.join(c.value for c in distinct), distinct)
        best = getattr(self, "_" + column.strategy)(column, candidates)
        return Chosen(best.value, [best])

    def _first(self, column, candidates):
        return candidates[0]

    def _last(self, column, candidates):
        return candidates[-1]

    def _longest(self, column, candidates):
        return max(candidates, key=lambda c: len(c.value))        # max keeps the first of equals

    def _most_complete(self, column, candidates):
        return max(candidates, key=self._completeness)

    def _most_recent(self, column, candidates):
        dated = [c for c in candidates if self.recency_of(c.file, c.row) is not None]
        return max(dated, key=lambda c: self.recency_of(c.file, c.row)) if dated else candidates[0]

    def _most_frequent(self, column, candidates):
        counts = Counter(self._comparison_key(column, c) for c in candidates)
        commonest = max(candidates, key=lambda c: counts[self._comparison_key(column, c)])
        return commonest

    def _first_spellings(self, column, candidates):
        seen, result = set(), []
        for c in candidates:
            key = self._comparison_key(column, c)
            if key not in seen:
                seen.add(key)
                result.append(c)
        return result

    def _comparison_key(self, column, candidate):
        return self.keys.comparison_key(column.kind, candidate.value)

    def _completeness(self, candidate):
        return sum(not self.keys.blank.is_blank(cell) for cell in candidate.row.cells)

    def recency_of(self, file, row):
        column = self.plan.recency_columns[file]
        if column is None or self.keys.blank.is_blank(row.cells[column]):
            return None
        return recency.parse(row.cells[column], self.plan.recency_format)
