"""What separates the fields, and where the header is.

Plain readings: a delimiter counts only if half of the records that are not empty lines have two fields or more; its share is
that of the records with the usual number of fields, of two or more. Where none counts the file has one column, and its
delimiter is the one that leaves the most records whole. All records count, those of the preamble too (tests use small
files).
"""

from collections import Counter
from dataclasses import dataclass

from .encodings import has_undecodable
from .records import read_records
from .text import trim

DELIMITERS = [",", "\t", ";", "|"]
MAX_PREAMBLE_LINES = 32
_SEP = "sep="


@dataclass
class Dialect:
    delimiter: str
    skip: int        # characters of preamble
    lines: int       # physical lines of preamble
    share: float     # of the records that have the usual number of fields
    runner_up: float # the same for the second-best delimiter


def detect(text: str, suffix: str, given: str = None, preamble: bool = True) -> Dialect:
    skip, lines, stated = _sep_lines(text)
    body = text[skip:]
    delimiter = given or stated or ("\t" if suffix == "tsv" else None)
    share, runner_up = 1.0, 0.0
    if delimiter is None:
        counts = {d: [len(r.fields) for r in read_records(body, d) if not r.is_empty_line] for d in DELIMITERS}
        shares = {d: _share(counts[d]) for d in DELIMITERS}
        if not any(shares.values()):
            shares = {d: counts[d].count(1) / max(1, len(counts[d])) for d in DELIMITERS}
        delimiter = max(DELIMITERS, key=lambda d: shares[d])   # max keeps the first of equals
        share = shares.pop(delimiter)
        runner_up = max(shares.values())
    rest, preamble_lines = _without_preamble(body, delimiter) if preamble else (body, 0)
    return Dialect(delimiter, len(text) - len(rest), lines + preamble_lines, share, runner_up)


def _sep_lines(text):
    """Leading `sep=;` lines: their length, their number, and the delimiter that the last one states."""
    at, lines, stated = 0, 0, None
    while text[at:at + 4].lower() == _SEP:
        end = at
        while end < len(text) and text[end] not in "\r\n":
            end += 1
        value = text[at + 4:end]
        if len(value) != 1:
            break
        stated = value
        at = end + (2 if text.startswith("\r\n", end) else 1)
        lines += 1
    return at, lines, stated


def usual_count(counts) -> int:
    """The commonest number of fields; of equally common ones the largest."""
    numbers = Counter(counts)
    return max(numbers, key=lambda count: (numbers[count], count)) if numbers else 0


def _share(counts):
    several = Counter(count for count in counts if count >= 2)
    if not several or sum(several.values()) * 2 < len(counts):
        return 0.0
    return max(several.values()) / len(counts)


def _without_preamble(text, delimiter):
    """The text from the header on, and how many physical lines stand before it."""
    records = []
    for record in read_records(text, delimiter):
        records.append(record)
    usual = usual_count([len(r.fields) for r in records if not r.is_empty_line])
    leading = 0
    while leading < len(records) and _could_be_preamble(records[leading]):
        leading += 1
    # The longest run of such lines after which a record with the usual count follows.
    for count in range(min(leading, MAX_PREAMBLE_LINES), 0, -1):
        following = records[count] if count < len(records) else None
        if following and len(following.fields) >= 2 and len(following.fields) == usual:
            return text[following.begin:], following.line - 1
    return text, 0


def _could_be_preamble(record):
    if record.problem or has_undecodable(record.raw):
        return False
    return record.is_empty_line or sum(trim(field) != "" for field in record.fields) == 1
