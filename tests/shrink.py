"""Makes a failing case small: drops options, files, rows and columns, plain bytes and plain cells, as long as it fails."""

import time

import spec_file
from merge_case import Style
from reference import merge
from reference.errors import InputError, UsageError


def shrink(case, fails, seconds=60):
    """The smallest case found within `seconds` for which `fails(case)` is still true."""
    end = time.monotonic() + seconds
    changed = True
    while changed and time.monotonic() < end:
        changed = False
        for smaller in _smaller(case):
            if time.monotonic() > end:
                break
            if fails(smaller):
                case, changed = smaller, True
                break
    return case


def _smaller(case):
    """Every case that is one step smaller, the largest steps first."""
    for i in range(len(case.tables) - 1, 0, -1):
        if len(case.tables) > 2:
            yield _with(case, lambda c, i=i: c.tables.pop(i))
    for table in range(len(case.tables)):
        count = len(case.tables[table].rows)
        size = count
        while size >= 1:
            for start in range(0, count, size):
                yield _with(case, lambda c, t=table, a=start, n=size: c.tables[t].rows.__delitem__(slice(a, a + n)))
            size //= 2
    for i in range(len(case.options) - 1, -1, -1):
        yield _with(case, lambda c, i=i: c.options.pop(i))
    for table in range(len(case.tables)):
        plain = Style(delimiter="\t" if case.tables[table].path.endswith(".tsv") else ",")
        if case.tables[table].style != plain:
            yield _with(case, lambda c, t=table, s=plain: setattr(c.tables[t], "style", s))
            for name, value in vars(plain).items():
                if getattr(case.tables[table].style, name) != value:
                    yield _with(case, lambda c, t=table, n=name, v=value: setattr(c.tables[t].style, n, v))
        for column in range(len(case.tables[table].header) - 1, -1, -1):
            if len(case.tables[table].header) > 1:
                yield _with(case, lambda c, t=table, k=column: _drop_column(c.tables[t], k))
    for table in range(len(case.tables)):
        for r, row in enumerate(case.tables[table].rows):
            for k, cell in enumerate(row if isinstance(row, list) else []):
                for simple in _simpler(cell):
                    yield _with(case, lambda c, t=table, r=r, k=k, s=simple: c.tables[t].rows[r].__setitem__(k, s))


def _with(case, change):
    smaller = case.copy()
    change(smaller)
    return smaller


def _drop_column(table, column):
    del table.header[column]
    for row in table.rows:
        if isinstance(row, list) and column < len(row):
            del row[column]


def _simpler(cell):
    if cell == "":
        return []
    return ["", "x"] + ([cell[:len(cell) // 2], cell[len(cell) // 2:]] if len(cell) > 8 else []) if cell != "x" else [""]


def as_spec(case, folder) -> str:
    """The case as a specification, with what the reference expects."""
    written = spec_file.Case(case.name, "", case.arguments())
    written.inputs = {table.path: table.to_bytes() for table in case.tables}
    case.write(folder)
    try:
        written.outputs = merge.run(case.arguments(), folder).files
    except (UsageError, InputError) as error:
        written.exit = error.exit_code
    return spec_file.write(written)
