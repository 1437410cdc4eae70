"""Names in options, and the header names that mean something by themselves.

The product ships longer tables; here stand the names that the contract gives and the kinds' own, and tests use no other
telling ones.
"""

from .errors import UsageError
from .text import fold, same_name

KIND_NAMES = {
    "email": {"email", "workemail", "email1", "email2", "secondaryemail"},
    "phone": {"phone", "mobilephone"},
    "linkedin": {"linkedin", "personlinkedinurl"},
    "domain": {"domain"},
    "id": {"recordid"},
}
SYNONYMS = [{"title", "jobtitle"}, {"company", "companyname"}]
_COMPANY_WORDS = {"phone": ("company", "corporate", "main", "switchboard", "fax"), "linkedin": ("company",)}
_PROTECTED_WORDS = ("owner", "lifecycle", "stage", "optout")


def is_named_for(kind: str, name: str) -> bool:
    return fold(name) in KIND_NAMES.get(kind, ())


def is_company_column(kind: str, name: str) -> bool:
    """Company, corporate and main phones, and a company's LinkedIn page, are never taken for a person's."""
    return any(word in fold(name) for word in _COMPANY_WORDS.get(kind, ()))


def kind_by_name(name: str) -> str:
    return next((kind for kind in KIND_NAMES if is_named_for(kind, name)), "exact")


def is_record_id(name: str) -> bool:
    return is_named_for("id", name)


def is_protected(name: str) -> bool:
    """Record-id, owner, lifecycle, stage and opt-out columns stay the original's unless told otherwise."""
    return is_record_id(name) or any(word in fold(name) for word in _PROTECTED_WORDS)


def are_synonyms(a: str, b: str) -> bool:
    return any(fold(a) in group and fold(b) in group for group in SYNONYMS)


def find(name: str, header: list) -> int:
    """The index of the one column that `name` means: found exactly, then by folding."""
    exact = [i for i, other in enumerate(header) if other == name]
    found = exact or [i for i, other in enumerate(header) if same_name(other, name)]
    if len(found) != 1:
        raise UsageError(f"{name!r} is {'ambiguous' if found else 'unknown'} among {header}")
    return found[0]


def find_or_position(name: str, header: list) -> int:
    """Like `find`; `#3` is the third column."""
    if name.startswith("#") and name[1:].isdigit():
        index = int(name[1:]) - 1
        if not 0 <= index < len(header):
            raise UsageError(f"{name}: there are {len(header)} columns")
        return index
    return find(name, header)


def is_known(name: str, header: list) -> bool:
    try:
        find_or_position(name, header)
        return True
    except UsageError as error:
        if "ambiguous" in str(error) or (name.startswith("#") and name[1:].isdigit()):
            raise
        return False
