r"""Reads merge specifications: small text tables that people can read.

    === A sentence that says the rule.
    # why, or the section of the contract
    --- crm.csv                      an input file (before the run)
    Email,City
    ann@x.com,
    --- vendor.csv [escaped, windows-1252]
    Email,City\nann@x.com,K\xF6ln\n
    --- run crm.csv vendor.csv -o out.csv --on email
    --- out.csv                      an expected output (after the run), byte for byte
    Email,City,match_quality
    ann@x.com,Köln,matched

More parts: `--- exit 3`; `--- stderr` (every line must be found there); `--- stdin`; `--- stdout`; `--- absent out.csv`;
`--- report` (lines `PATH = JSON`); `--- reference no` (the Python reference cannot know this, and why).

In brackets: `escaped` (line ends stand for nothing; \n \r \t \0 \\ \xHH are written out), an encoding, gzip or zstd,
`no end` (without the last line end), and `line 2 x 32` (the second line stands there 32 times; `{n}` in it counts from 1, `{n+2}` from 3).
"""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from reference import compression

FOLDER = Path(__file__).parent / "specs"
_ESCAPE = re.compile(r"\\(n|r|t|0|\\|x[0-9A-Fa-f]{2})")
_SINGLE = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\"}
_PART = re.compile(r"--- (\S+)(?: ([^\[]*?))?\s*(?:\[([^\]]*)\])?$")
_COUNTER = re.compile(r"\{n(?:\+(\d+))?\}")
_REPEAT = re.compile(r"line (\d+) x (\d+)$")
_RUN = re.compile(r"--- (run) (.*)()$")   # as a shell reads it; goes on in the next lines where a quoted text does


@dataclass
class Case:
    name: str
    place: str
    arguments: list = None
    inputs: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)
    stdin: bytes = b""
    stdout: bytes = None
    stderr: list = field(default_factory=list)
    absent: list = field(default_factory=list)
    report: list = field(default_factory=list)
    exit: int = 0
    reference: bool = True

    def __str__(self):
        return self.name


def read_all(pattern="*.spec") -> list:
    return [case for path in sorted(FOLDER.glob(pattern)) for case in read(path)]


def read(path) -> list:
    cases, case, part, lines = [], None, None, []

    def close():
        if case and part:
            _add(case, part, lines)

    for number, line in enumerate(Path(path).read_text(encoding="utf-8").split("\n"), 1):
        if line.startswith("=== "):
            close()
            case, part, lines = Case(line[4:].strip(), f"{Path(path).name}:{number}"), None, []
            cases.append(case)
        elif line.startswith("--- "):
            close()
            part, lines = (_RUN if line.startswith("--- run ") else _PART).match(line), []
            if not part:
                raise ValueError(f"{path}:{number}: {line}")
        elif part:
            lines.append(line)
        elif line and not line.startswith("#"):
            raise ValueError(f"{path}:{number}: text outside a part: {line}")
    close()
    return cases


def _add(case, part, lines):
    word, rest, flags = part.group(1), (part.group(2) or "").strip(), [f.strip() for f in (part.group(3) or "").split(",")]
    while lines and lines[-1] == "" and "escaped" not in flags:
        lines.pop()    # the empty line before the next part is for people's eyes; use `escaped` where one is meant
    if word == "run":
        case.arguments = shlex.split("\n".join([part.group(2), *lines]))
    elif word == "exit":
        case.exit = int(rest)
    elif word == "stderr":
        case.stderr = [line for line in lines if line]
    elif word == "report":
        case.report = [tuple(text.strip() for text in line.split(" = ", 1)) for line in lines if line]
    elif word == "absent":
        case.absent += rest.split()
    elif word == "reference":
        case.reference = False
    elif word in ("stdin", "stdout"):
        setattr(case, word, _bytes(lines, flags))
    elif case.arguments is None:
        case.inputs[word] = _bytes(lines, flags)
    else:
        case.outputs[word] = _bytes(lines, flags)


def _bytes(lines, flags) -> bytes:
    repeats = [repeat for repeat in map(_REPEAT.match, flags) if repeat]
    words = ("", "escaped", "gzip", "zstd", "no end", *(repeat.group() for repeat in repeats))
    encoding = next((f for f in flags if f not in words), "utf-8")
    lines = _repeated(lines, repeats)
    if "escaped" in flags:
        data = b"".join(_unescape(line, encoding) for line in lines)
    else:
        text = "\n".join(lines) + ("\n" if lines and "no end" not in flags else "")
        data = text.encode(encoding)
    return compression.compress(data, next((f for f in flags if f in ("gzip", "zstd")), "none"))


def _repeated(lines, repeats) -> list:
    """Lines are numbered as they are written."""
    times = {int(repeat.group(1)): int(repeat.group(2)) for repeat in repeats}
    return [line if number not in times else _COUNTER.sub(lambda found: str(n + int(found.group(1) or 0)), line)
            for number, line in enumerate(lines, 1) for n in range(1, times.get(number, 1) + 1)]


def _unescape(line, encoding) -> bytes:
    result, at = b"", 0
    for found in _ESCAPE.finditer(line):
        result += line[at:found.start()].encode(encoding)
        code = found.group(1)
        result += bytes([int(code[1:], 16)]) if code[0] == "x" else _SINGLE[code].encode(encoding)
        at = found.end()
    return result + line[at:].encode(encoding)


def write(case: Case) -> str:
    """The case as text that `read` reads back: what the shrinker leaves."""
    parts = [f"=== {case.name}"]
    for name, data in case.inputs.items():
        parts += [f"--- {name} [escaped]", *_escape(data)]
    parts.append("--- run " + shlex.join(case.arguments))
    for name, data in case.outputs.items():
        parts += [f"--- {name} [escaped]", *_escape(data)]
    if case.exit:
        parts.append(f"--- exit {case.exit}")
    return "\n".join(parts) + "\n"


def _escape(data: bytes) -> list:
    lines = []
    for piece in re.split(rb"(?<=\n)", data):
        try:
            text = piece.decode("utf-8")
        except UnicodeDecodeError:
            text = None
        if text is None or any(ord(c) < 32 and c not in "\n\r\t\0" for c in text) or "\x7f" in (text or ""):
            lines.append("".join(chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02X}" for b in piece))
        else:
            table = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\\": "\\\\"}
            lines.append("".join(table.get(c, c) for c in text))
    return lines
