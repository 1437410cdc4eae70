"""White space, lower case and folded names.

Python's `str.lower()` is Unicode's full mapping without a locale, final sigma included, as ICU's is for the root locale.
`str.strip()` is not used bare: it also strips the control characters U+001C to U+001F, which are not White_Space.
"""

WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680"
    + "".join(chr(code) for code in range(0x2000, 0x200B))
    + "\u2028\u2029\u202f\u205f\u3000"
)


def trim(text: str) -> str:
    return text.strip(WHITE_SPACE)


def lower(text: str) -> str:
    return text.lower()


def fold(name: str) -> str:
    """A header name as it is compared."""
    return "".join(c for c in lower(trim(name)) if c not in " _-.")


def same_name(a: str, b: str) -> bool:
    """Names that fold to nothing equal only themselves."""
    if fold(a) == "" or fold(b) == "":
        return a == b
    return fold(a) == fold(b)


def has_white_space(text: str) -> bool:
    return any(c in WHITE_SPACE for c in text)
