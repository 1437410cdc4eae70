"""The key of a LinkedIn profile or company page, from any spelling of its URL.

Plain readings: of `in/` and `company/` the name alone counts, of `pub/` the whole path; a host is not needed, but behind
a scheme it must be LinkedIn's; a scheme begins the value, so `://` behind a slash is part of a name; anything else
(a bare name, /sales/, /school/) gives no key.
"""

from urllib.parse import unquote

from ..text import lower, trim


def key(value: str):
    value = lower(trim(value))
    value = value.split("#")[0].split("?")[0]
    scheme, colon, rest = value.partition("://")
    has_scheme = colon != "" and "/" not in scheme
    if has_scheme:
        value = rest
    parts = [part for part in value.split("/") if part]
    if parts and (parts[0] == "linkedin.com" or parts[0].endswith(".linkedin.com")):
        parts.pop(0)
    elif has_scheme:
        return None
    parts = [lower(unquote(part)) for part in parts]
    if len(parts) >= 2 and parts[0] in ("in", "company"):
        return f"{parts[0]}/{parts[1]}"
    if len(parts) >= 2 and parts[0] == "pub":
        return "/".join(parts)
    return None
