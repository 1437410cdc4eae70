"""From a cell to its keys, by kind; and what two values must share to differ in formatting only."""

import re

from ..blank import BlankRule
from ..text import lower, trim
from . import domain, email, linkedin, phone, salesforce_id

KINDS = ["exact", "id", "email", "phone", "linkedin", "domain"]
_SEVERAL = re.compile("[;,|\r\n]")


class KeyMaker:
    def __init__(self, region="US", email_aliases=False, blank=None):
        self.region = region
        self.email_aliases = email_aliases
        self.blank = blank or BlankRule()
        self._cache = {}

    def keys(self, kind: str, cell: str) -> list:
        """The distinct keys of a cell, in order; a blank cell gives none."""
        if (kind, cell) not in self._cache:
            self._cache[kind, cell] = self._keys(kind, cell)
        return self._cache[kind, cell]

    def _keys(self, kind, cell):
        if self.blank.is_blank(cell):
            return []
        values = _SEVERAL.split(cell) if kind in ("email", "phone", "linkedin") else [cell]
        keys = []
        for value in values:
            key = None if self.blank.is_blank(value) else self._key(kind, value)
            if key and key not in keys:
                keys.append(key)
        return keys

    def _key(self, kind, value):
        if kind == "exact":
            return lower(trim(value))
        if kind == "id":
            return salesforce_id.short_form(trim(value))
        if kind == "email":
            return email.key(value, self.email_aliases)
        if kind == "phone":
            return phone.key(value, self.region)
        if kind == "linkedin":
            return linkedin.key(value)
        return domain.key(value)

    def comparison_key(self, kind: str, cell: str):
        """By the keys of the kind, else by the exact key; the two never meet."""
        keys = self.keys(kind, cell)
        return ("kind", tuple(keys)) if keys else ("exact", lower(trim(cell)))


def is_company_key(kind: str, key: str) -> bool:
    return kind == "domain" or (kind == "linkedin" and key.startswith("company/"))
