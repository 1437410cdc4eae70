"""What will be done, fully resolved: identifiers, columns with their rules, and the columns of the output."""

from dataclasses import dataclass

from . import identifiers as identifiers_module
from . import mapping
from .errors import UsageError
from .names import find, is_protected, is_record_id, kind_by_name
from .text import same_name


@dataclass
class Column:
    """A merged column: an original column that some enriched file has, or a new one."""

    name: str
    original: int        # its index, or None for a new column
    sources: list        # per enriched file its column for this one, or None
    kind: str = "exact"
    is_identifier: bool = False
    strategy: str = "first"
    policy: str = "keep_original"
    rank: list = None    # per enriched file; 0 is the highest


@dataclass
class OutputColumn:
    role: str            # original, alternate, new, matched_on, match_score, enriched_from, match_quality
    name: str
    original: int = None
    column: int = None   # index into Plan.columns


@dataclass
class Plan:
    match: str
    identifiers: list
    columns: list
    output: list
    recency_columns: list
    record_id: int
    separator: str
    recency_format: str


def build(options, original, inputs, keys) -> Plan:
    targets = mapping.targets_of_files(original.header, inputs, options.map_rules, not options.no_auto_map)
    found = identifiers_module.resolve(options, original, inputs, targets, keys)
    record_id = _record_id(options, original)
    columns = _columns(options, original, inputs, targets)
    _give_kinds(columns, found, inputs)
    names = _names(columns, original, targets)
    _give_rules(columns, names, options, original, inputs, record_id)
    identifiers_module.restrict_companies(found, names, options.columns_for_kind, options.match)
    return Plan(options.match, found, columns, _output(columns, original, options),
                _recency_columns(options, columns, inputs, targets), record_id, options.separator, options.recency_format)


def _record_id(options, original):
    if options.id:
        return find(options.id, original.header)
    return next((i for i, name in enumerate(original.header) if is_record_id(name)), None)


def _columns(options, original, inputs, targets):
    columns = []
    for index, name in enumerate(original.header):
        sources = [_source(t, lambda target, i=index: target.original == i) for t in targets]
        if any(source is not None for source in sources):
            columns.append(Column(name, index, sources))
    new = []
    for name in mapping.new_column_names(targets):
        sources = [_source(t, lambda target, n=name: target.new is not None and same_name(target.new, n)) for t in targets]
        new.append(Column(name, None, sources))
    names = [column.name for column in new]
    if options.new_columns is not None:
        chosen = [find(name, names) for name in options.new_columns]
        if len(set(chosen)) < len(chosen):
            raise UsageError("--columns: a column is given twice")
        new = [new[index] for index in chosen]
    dropped = {names[find(name, names)] for name in options.dropped}
    return columns + [column for column in new if column.name not in dropped]


def _source(targets, wanted):
    return next((i for i, target in enumerate(targets) if target and wanted(target)), None)


def _names(columns, original, targets):
    """What an option may call a column: the merged columns, then those with which a rule has nothing to do, as no enriched
    file has them or as they are left out."""
    merged = [column.original for column in columns]
    new = [column.name for column in columns if column.original is None]
    return ([column.name for column in columns] + [name for i, name in enumerate(original.header) if i not in merged]
            + [name for name in mapping.new_column_names(targets) if name not in new])


def _give_kinds(columns, identifiers, inputs):
    """A column is of the kind that its name says, else of the kind that a header says which --map has called so."""
    for column in columns:
        theirs = [inputs[i].header[source] for i, source in enumerate(column.sources) if source is not None]
        kinds = [kind_by_name(name) for name in [column.name] + (theirs if column.original is None else [])]
        column.kind = next((kind for kind in kinds if kind != "exact"), "exact")
        for identifier in reversed(identifiers):
            if column.original is not None and column.original in identifier.original_columns:
                column.kind, column.is_identifier = identifier.kind, True


def _give_rules(columns, names, options, original, inputs, record_id):
    for column in columns:
        protected = column.original is not None and (is_protected(column.name) or column.original == record_id)
        column.strategy = options.strategy
        column.policy = "original_only" if protected else options.on_conflict
        column.rank = list(range(len(inputs)))
    chosen = {"strategy": options.strategies, "policy": options.policies, "rank": options.preferences}
    for attribute, rules in chosen.items():
        stated = {}
        for name, value in rules:
            index = find(name, names)
            if stated.setdefault(index, value) != value:
                raise UsageError(f"{name}: two different values")
            if attribute == "rank":
                value = _ranks(value, inputs)
            if index < len(columns):
                setattr(columns[index], attribute, value)


def _ranks(preferred, inputs):
    order = []
    for name in preferred:
        found = [i for i, f in enumerate(inputs) if f.name == name or str(i + 1) == name]
        if not found:
            raise UsageError(f"--prefer {name}: no enriched file of that name")
        order.append(found[0])
    order += [i for i in range(len(inputs)) if i not in order]
    return [order.index(i) for i in range(len(inputs))]


def _recency_columns(options, columns, inputs, targets):
    """Per file the column that says how recent a row is: of that name, or mapped to a column of that name."""
    if not options.recency:
        if any(column.strategy == "most_recent" for column in columns):
            raise UsageError("most_recent needs --recency COLUMN")
        return [None] * len(inputs)
    result = []
    for i, f in enumerate(inputs):
        own = [j for j, name in enumerate(f.header) if name == options.recency]
        own = own or [j for j, name in enumerate(f.header) if same_name(name, options.recency)]
        own = own or [c.sources[i] for c in columns if same_name(c.name, options.recency) and c.sources[i] is not None]
        result.append(own[0] if own else None)
    if all(column is None for column in result):
        raise UsageError(f"--recency {options.recency}: no enriched file has it")
    return result


def _output(columns, original, options):
    """Original columns, each followed by its alternate; new columns; explaining columns; match column."""
    names = list(original.header) + [column.name for column in columns if column.original is None]

    def generated(name):
        number, unique = 1, name
        while unique in names:
            number += 1
            unique = f"{name}_{number}"
        names.append(unique)
        return unique

    output = []
    for index, name in enumerate(original.header):
        place = next((i for i, column in enumerate(columns) if column.original == index), None)
        output.append(OutputColumn("original", name, index, place))
        if place is not None and has_alternate(columns[place]):
            output.append(OutputColumn("alternate", generated(name + options.alternate_suffix), None, place))
    for i, column in enumerate(columns):
        if column.original is None:
            output.append(OutputColumn("new", column.name, None, i))
    for name in ("matched_on", "match_score", "enriched_from") if options.explain_columns else ():
        output.append(OutputColumn(name, generated(name)))
    if options.match_column != "none":
        output.append(OutputColumn("match_quality", generated(options.match_column or "match_quality")))
    return output


def has_alternate(column: Column) -> bool:
    return column.policy == "create_alternate" and column.original is not None and not column.is_identifier
