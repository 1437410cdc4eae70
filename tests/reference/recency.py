"""When a row was last touched, for most_recent: an ISO 8601 date or date-time, or a given format."""

import re
from datetime import datetime, timedelta, timezone

from .text import trim

_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII | re.IGNORECASE,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def parse(cell: str, given_format: str = None):
    """Microseconds since 1970 in UTC (without a zone: UTC), or None."""
    text = trim(cell)
    try:
        moment = datetime.strptime(text, given_format) if given_format else _iso(text)
    except ValueError:
        return None
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _iso(text):
    found = _ISO.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    micro = int(((fraction or "0") + "000000")[:6])
    moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro)
    return moment.replace(tzinfo=_zone(zone))


def _zone(zone):
    if not zone or zone in "Zz":
        return timezone.utc
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-offset if zone[0] == "-" else offset)
