"""Which cells are blank: empty, only white space, or (trimmed, case-sensitive) a `--blank` token."""

from .text import trim


class BlankRule:
    def __init__(self, tokens=()):
        self.tokens = {trim(token) for token in tokens}

    def is_blank(self, cell: str) -> bool:
        text = trim(cell)
        return text == "" or text in self.tokens
