"""Which enriched column is which: stated pairs, equal folded names, synonyms; the rest are new columns.

Plain readings: a column that folds to a name which another column of its file has already taken is left out; a pair
stated for all files holds for those that have the column, and one file at least must have it.
"""

from .errors import UsageError
from .names import are_synonyms, find_or_position, is_known
from .text import same_name, trim


class Target:
    """Where an enriched column goes: into an original column, or into a new one of this name."""

    def __init__(self, original=None, new=None):
        self.original, self.new = original, new


def targets_of_files(original_header, inputs, rules, auto_map):
    """Per file and column a Target, or None where the column is left out."""
    for rule in rules:
        files = [f for i, f in enumerate(inputs) if _is_for(rule, f, i)]
        if not any(is_known(rule.theirs, f.header) for f in files):
            raise UsageError(f"--map {rule.theirs}: no enriched file has it")
    return [
        _targets(original_header, f, [r for r in rules if _is_for(r, f, i)], auto_map) for i, f in enumerate(inputs)
    ]


def _is_for(rule, file, index):
    return rule.input is None or rule.input == file.name or rule.input == str(index + 1)


def _targets(original_header, file, rules, auto_map):
    header = file.header
    targets = [None] * len(header)
    stated = set()
    for rule in rules:
        if not is_known(rule.theirs, header):
            continue
        column = find_or_position(rule.theirs, header)
        stated.add(column)
        if is_known(rule.ours, original_header):
            targets[column] = Target(original=find_or_position(rule.ours, original_header))
        else:
            targets[column] = Target(new=rule.ours)
    taken = {t.original for t in targets if t and t.original is not None}
    open_columns = []
    for column, name in enumerate(header):
        if column in stated or trim(name) == "":
            continue
        same = [i for i, other in enumerate(original_header) if same_name(other, name)]
        if not same:
            open_columns.append(column)
        elif same[0] not in taken:
            targets[column] = Target(original=same[0])
            taken.add(same[0])
    if auto_map:
        for column in list(open_columns):
            free = [i for i, name in enumerate(original_header) if i not in taken and are_synonyms(name, header[column])]
            if free:
                targets[column] = Target(original=free[0])
                taken.add(free[0])
                open_columns.remove(column)
    named = [t.new for t in targets if t and t.new is not None]
    for column in open_columns:
        if not any(same_name(header[column], other) for other in named):
            targets[column] = Target(new=header[column])
            named.append(header[column])
    return targets


def new_column_names(targets) -> list:
    """In order of first appearance over the files, under that first name."""
    names = []
    for file_targets in targets:
        for target in file_targets:
            if target and target.new is not None and not any(same_name(target.new, name) for name in names):
                names.append(target.new)
    return names
