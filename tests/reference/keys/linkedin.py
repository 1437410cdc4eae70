"""The key of a LinkedIn profile or company page, from any spelling of its URL.

Plain readings: of `in/` and `company/` the name alone counts, of `pub/` the whole path; a host is not needed; anything
else (a bare name, /sales/, /school/) gives no key.
"""

from urllib.parse import unquote

from ..text import lower, trim


def key(value: str):
    value = lower(trim(value))
    if "://" in value:
        value = value.split("://", 1)[1]
    value = value.split("#")[0].split("?")[0]
    parts = [part for part in value.split("/") if part]
    if parts and (parts[0] == "linkedin.com" or parts[0].endswith(".linkedin.com")):
        parts.pop(0)
    parts = [lower(unquote(part)) for part in parts]
    if len(parts) >= 2 and parts[0] in ("in", "company"):
        return f"{parts[0]}/{parts[1]}"
    if len(parts) >= 2 and parts[0] == "pub":
        return "/".join(parts)
    return None
