"""The key of an e-mail address.

Plain readings: `mailto:` in any case, with what follows its `?`; where there is `<…>` it holds the address; with
aliases a `+tag` goes for every provider, and the dots before the `@` for gmail.com.
"""

from ..text import has_white_space, lower, trim


def key(value: str, aliases: bool = False):
    value = trim(value)
    if "<" in value and ">" in value[value.rindex("<"):]:
        value = trim(value[value.rindex("<") + 1:].split(">")[0])
    if lower(value).startswith("mailto:"):
        value = trim(value[len("mailto:"):].split("?")[0])
    value = lower(value)
    if value.count("@") != 1:
        return None
    local, host = value.split("@")
    if not local or not host or has_white_space(local) or has_white_space(host):
        return None
    if aliases:
        local = local.split("+")[0]
        if host == "gmail.com":
            local = local.replace(".", "")
        if not local:
            return None
    return f"{local}@{host}"
