"""Record ids: a valid 18-character Salesforce id equals its 15-character form; case counts."""

_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def suffix(id15: str) -> str:
    """The three check characters: each tells which of five characters are capitals."""
    result = ""
    for start in (0, 5, 10):
        bits = 0
        for i, c in enumerate(id15[start:start + 5]):
            if "A" <= c <= "Z":
                bits |= 1 << i
        result += _CHECK[bits]
    return result


def short_form(value: str) -> str:
    if len(value) == 18 and value.isascii() and value.isalnum() and suffix(value[:15]) == value[15:]:
        return value[:15]
    return value
