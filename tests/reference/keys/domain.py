"""The key of a company's domain: the registrable domain by the public suffix list.

Plain readings: the whole list counts (private suffixes too), an unknown top-level domain is one label; an address is one
that has an e-mail key; numbers are no host. Of the free mail providers only the best known are named here, and tests use
no others.
"""

import functools
import re

from ..text import lower, trim
from . import email

SUFFIX_LIST = "/usr/share/publicsuffix/public_suffix_list.dat"
FREE_MAIL = {"gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "aol.com", "icloud.com", "gmx.de",
             "web.de", "live.com", "msn.com", "protonmail.com"}
_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//")


@functools.cache
def _rules():
    with open(SUFFIX_LIST, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    return {line.split()[0] for line in lines if line and not line.startswith("//")}


def registrable(host: str):
    """The label before the longest public suffix, and that suffix."""
    labels = host.split(".")
    if "" in labels:
        return None
    suffix = 1
    for count in range(1, len(labels) + 1):
        name = ".".join(labels[-count:])
        if name in _rules():
            suffix = max(suffix, count)
        if ".".join(["*"] + labels[-count:]) in _rules() and count < len(labels):
            suffix = max(suffix, count + 1)
    for count in range(1, len(labels) + 1):
        if "!" + ".".join(labels[-count:]) in _rules():
            suffix = count - 1
    return ".".join(labels[-suffix - 1:]) if len(labels) > suffix else None


def key(value: str):
    host = _host(lower(trim(value)))
    if not host or "." not in host or not all(c.isalnum() or c in "-._" for c in host) or host.split(".")[-1].isdigit():
        return None
    found = registrable(host)
    return None if found in FREE_MAIL else found


def _host(value):
    scheme = _SCHEME.match(value)
    if scheme:
        authority = re.split("[/?#]", value[scheme.end():])[0]
        return authority.rsplit("@", 1)[-1].split(":")[0].strip(".")
    if "@" in value:
        address = email.key(value)
        return address and address.split("@")[1]
    return re.split("[/?#]", value)[0].split(":")[0].strip(".")
