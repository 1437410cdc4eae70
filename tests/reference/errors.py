"""The two ways in which a merge ends before it begins, with their exit codes."""


class UsageError(Exception):
    """Something the user asked for cannot be done: exit code 2."""

    exit_code = 2


class InputError(Exception):
    """The data, or an input, is not as it must be: exit code 3."""

    exit_code = 3
