"""What tells that two rows mean the same: the identifiers of the cascade and their columns in every file.

Plain readings: where all enriched files are empty nothing is missing on either side; content speaks only of e-mail,
phone, LinkedIn and domain, and only where the header does not name another kind (an e-mail column may tell a domain);
dates, and what has letters, are no phones; the pages of companies do not make a LinkedIn column; a column that --map
calls another column is not the one that its own name says.
"""

from dataclasses import dataclass

from . import recency
from .command import OnItem
from .errors import UsageError
from .keys import KINDS, is_company_key
from .names import find, is_company_column, is_named_for, is_record_id, kind_by_name
from .text import same_name

_BY_CONTENT = ("email", "phone", "linkedin", "domain")
_SAMPLE_VALUES = 1000


@dataclass
class Identifier:
    kind: str
    label: str
    original_columns: list
    file_columns: list        # per enriched file
    max_shared: int = 0
    fills: set = None         # a company's match fills only these columns; None: all


def resolve(options, original, inputs, targets, keys):
    items = options.on_items or _default_items(original, inputs, targets, keys)
    identifiers = []
    for item in items:
        columns = _original_columns(item, original, inputs, keys)
        file_columns = [_file_columns(item.kind, columns, original, f, t, keys) for f, t in zip(inputs, targets)]
        identifiers.append(Identifier(item.kind, _label(item, items, columns, original), columns, file_columns,
                                      options.max_shared_for.get(item.kind, 0)))
    if any(a.kind == b.kind and a.original_columns == b.original_columns
           for i, a in enumerate(identifiers) for b in identifiers[:i]):
        raise UsageError("--on: the same identifier is given twice")
    _check(identifiers, inputs)
    return identifiers


def _default_items(original, inputs, targets, keys):
    """`id` where both sides have the same record-id column, then email, then linkedin, where both sides have them."""
    items = []
    for kind in ("id", "email", "linkedin"):
        try:
            columns = _original_columns(OnItem(kind), original, inputs, keys)
        except UsageError:
            continue
        if any(_file_columns(kind, columns, original, f, t, keys) for f, t in zip(inputs, targets)):
            items.append(OnItem(kind))
    if not items and not all(f.is_empty for f in inputs):
        raise UsageError("no identifier that both sides have")
    return items


def _original_columns(item, original, inputs, keys):
    if item.columns:
        return sorted({find(name, original.header) for name in item.columns})
    if item.kind == "id":
        columns = [i for i, name in enumerate(original.header) if is_record_id(name)
                   and any(same_name(name, other) for f in inputs for other in f.header)]
    elif item.kind == "exact":
        raise UsageError("--on exact: name the columns")
    else:
        columns = _detected(item.kind, original, keys, [])
    if not columns:
        raise UsageError(f"--on {item.kind}: the original has none")
    return columns


def _file_columns(kind, columns, original, file, targets, keys):
    """The columns of an enriched file that hold this identifier, in column order."""
    ours = [original.header[i] for i in columns]
    theirs = [i for i, name in enumerate(file.header)
              if (targets[i].original in columns if targets[i] else any(same_name(name, our) for our in ours))]
    return _detected(kind, file, keys, theirs) if kind in _BY_CONTENT else theirs


def _detected(kind, file, keys, known):
    named = [i for i, name in enumerate(file.header)
             if i in known or (is_named_for(kind, name) and not is_company_column(kind, name))]
    if named:
        return named
    return [i for i, name in enumerate(file.header)
            if kind_by_name(name) in ("exact", "email" if kind == "domain" else "exact")
            and not is_company_column(kind, name) and _looks_like(kind, file, i, keys)]


def _looks_like(kind, file, column, keys):
    values = [row.cells[column] for row in file.rows if not keys.blank.is_blank(row.cells[column])][:_SAMPLE_VALUES]
    if kind == "phone":
        return _share(values, lambda value: keys.keys(kind, value) and recency.parse(value) is None and not _letters(value))
    if kind == "linkedin":
        return _share(values, lambda value: keys.keys(kind, value) and not is_company_key(kind, keys.keys(kind, value)[0]))
    return _share(values, lambda value: keys.keys(kind, value))


def _letters(value):
    return any(c.isalpha() for c in value.replace("ext", ""))


def _share(values, has_key):
    return bool(values) and sum(bool(has_key(value)) for value in values) >= 0.8 * len(values)


def _label(item, items, columns, original):
    if sum(other.kind == item.kind for other in items) == 1:
        return item.kind
    return f"{item.kind} ({'|'.join(original.header[i] for i in columns)})"


def _check(identifiers, inputs):
    full = [i for i, f in enumerate(inputs) if not f.is_empty]
    for identifier in identifiers:
        if full and not any(identifier.file_columns[i] for i in full):
            raise UsageError(f"--on {identifier.label}: no enriched file has it")
    for i in full:
        if not any(identifier.file_columns[i] for identifier in identifiers):
            raise UsageError(f"{inputs[i].name}: it has none of the identifiers")


def restrict_companies(identifiers, names, columns_for, mode):
    """A company's match in a cascade with a person fills only the columns named for it.

    Plain reading: `--match all` is no cascade, so nothing is restricted there."""
    kinds = {identifier.kind for identifier in identifiers}
    for identifier in identifiers:
        fills = {find(name, names) for name in columns_for.get(identifier.kind, [])}
        persons = {"domain": {"email", "phone", "linkedin"}, "linkedin": {"email", "phone"}}.get(identifier.kind, set())
        if mode == "any" and persons & kinds:
            identifier.fills = fills


assert set(_BY_CONTENT) <= set(KINDS)
