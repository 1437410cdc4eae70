"""From bytes to text, and which encoding a file is in.

A byte that the encoding does not have becomes a lone surrogate U+DC00 + byte, which no text of a CSV can hold: so
the reader goes on, and knows afterwards which records held such bytes.
"""

import codecs

_BOMS = [  # UTF-32LE begins like UTF-16LE, so it is asked first
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32le"),
    (codecs.BOM_UTF32_BE, "utf-32be"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
]
_PYTHON_NAMES = {"windows-1252": "cp1252", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
                 "utf-32le": "utf-32-le", "utf-32be": "utf-32-be"}
_MIB = 1 << 20


def _undecodable(error):
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start:error.end]), error.end


codecs.register_error("crm-undecodable", _undecodable)


def detect(data: bytes) -> str:
    """A BOM; else UTF-16 by its NULs; else UTF-8 if the first MiB is valid; else Windows-1252."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    start = data[:_MIB]
    by_nuls = _utf16_by_nuls(start)
    if by_nuls:
        return by_nuls
    if _is_utf8(start, whole=len(data) <= _MIB):
        return "utf-8"
    return "windows-1252"


def _utf16_by_nuls(start: bytes):
    """Mostly-Latin text in UTF-16 has a NUL in every other byte, always on the same side."""
    if len(start) < 2:
        return None
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16le"
    if even > half * 0.4 and odd < half * 0.1:
        return "utf-16be"
    return None


def _is_utf8(start: bytes, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start, final=whole)
        return True
    except UnicodeDecodeError:
        return False


def decode(data: bytes, encoding: str) -> str:
    """The text of the file, without its BOM."""
    for bom, name in _BOMS:
        if name == encoding and data.startswith(bom):
            data = data[len(bom):]
    return data.decode(_PYTHON_NAMES.get(encoding, encoding), errors="crm-undecodable")


def shown_name(encoding: str) -> str:
    """As people write it."""
    return {"windows-1252": "Windows-1252"}.get(encoding, encoding.upper())


def has_undecodable(text: str) -> bool:
    return any("\udc00" <= c <= "\udcff" for c in text)


def readable(text: str) -> str:
    r"""Raw text for the rejects file: undecodable bytes as \xHH, backslash doubled."""
    return "".join(
        "\\\\" if c == "\\" else f"\\x{ord(c) - 0xDC00:02X}" if "\udc00" <= c <= "\udcff" else c for c in text
    )
