"""The Markdown pages of the documentation as programs: what a reader would create, type and see.

- A block that names a file (```csv crm.csv) creates it; if a command of the page has written that file, the block must
  show what it holds.
- In a ```console block, lines after `$ ` are typed (a line that ends in `\\` goes on in the next), the others are what
  is seen. A command ends with 0, unless what is seen has a line `crm-merge: error: …`.
- A line of the page that is `…` alone stands for any number of lines. Seconds, rates and memory are as they may be.

Blocks without one of these info strings are prose.
"""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import binary

FENCE = re.compile(r"^```(\w*)[ ]?(.*)$")
MEASURED = [(re.compile(r"[\d.]+ (µs|ms|s|min)\b"), "0 s"), (re.compile(r"[\d.]+[kM]? rows/s"), "0 rows/s"),
            (re.compile(r"\d+ MB of memory at most"), "0 MB of memory at most")]
ANYTHING = "…"
TIMEOUT_SECONDS = 60


@dataclass
class Block:
    kind: str
    name: str
    line: int                    # 1-based, of the fence
    lines: list = field(default_factory=list)


@dataclass
class Command:
    text: str
    first: int                   # of the block's lines: the command, and one after what is to be seen
    seen: int
    end: int


def blocks_of(text):
    """The fenced blocks of a page, in order."""
    blocks, open_block = [], None
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if open_block is None and fence:
            open_block = Block(fence[1], fence[2].strip(), number)
        elif open_block is not None and line == "```":
            blocks.append(open_block)
            open_block = None
        elif open_block is not None:
            open_block.lines.append(line)
    assert open_block is None, f"the block in line {open_block.line} is not closed"
    return blocks


def commands_of(block):
    commands, at = [], 0
    while at < len(block.lines):
        assert block.lines[at].startswith("$ "), f"line {block.line + 1 + at}: what is seen stands below a `$ command`"
        first, typed = at, block.lines[at][2:]
        while typed.endswith("\\"):
            at += 1
            typed += "\n" + block.lines[at]
        while at + 1 < len(block.lines) and block.lines[at + 1].startswith("> "):
            at += 1
            typed += "\n" + block.lines[at][2:]
        seen = at = at + 1
        while at < len(block.lines) and not block.lines[at].startswith("$ "):
            at += 1
        commands.append(Command(typed, first, seen, at))
    return commands


def alike(expected, actual):
    """True if these lines are those, `…` standing for any number and measurements for any value."""
    pattern = "".join(r"(?:.*\n)*?" if line == ANYTHING else re.escape(unmeasured(line)) + r"\n" for line in expected)
    return re.fullmatch(pattern, "".join(unmeasured(line) + "\n" for line in actual)) is not None


def unmeasured(line):
    for pattern, neutral in MEASURED:
        line = pattern.sub(neutral, line)
    return line.rstrip()


class Reader:
    """Somebody who follows a page word by word, in a folder of their own."""

    def __init__(self, folder):
        self.folder = Path(folder)
        programs = self.folder / ".programs"
        programs.mkdir()
        (programs / "crm-merge").symlink_to(binary.path())
        self.environment = binary.environment(COLUMNS="96")
        self.environment["PATH"] = f"{programs}:{self.environment['PATH']}"

    def follow(self, block):
        """Does what a block says. Returns the block's lines as they should be."""
        if block.kind == "console":
            return self.type(block)
        if block.name:
            return self.see_file(block)
        return block.lines

    def see_file(self, block):
        path = self.folder / block.name
        if path.exists():
            actual = path.read_text(encoding="utf-8").splitlines()
            return block.lines if alike(block.lines, actual) else actual
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(line + "\n" for line in block.lines), encoding="utf-8")
        return block.lines

    def type(self, block):
        lines = []
        for command in commands_of(block):
            expected = block.lines[command.seen:command.end]
            done = subprocess.run(["bash", "-c", command.text], cwd=self.folder, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment,
                                  timeout=TIMEOUT_SECONDS, check=False)
            actual = done.stdout.decode("utf-8", "replace").rstrip("\n").splitlines()
            fails = any(line.startswith("crm-merge: error: ") for line in actual)
            assert fails or done.returncode in (0, 6), f"line {block.line + 1 + command.first}: {command.text}\n" \
                                                       f"exit {done.returncode}: {actual}"
            lines += block.lines[command.first:command.seen]
            lines += expected if alike(expected, actual) else actual
        return lines


def pages(root):
    """The pages that readers follow."""
    return [root / "README.md", *sorted((root / "docs" / "guide").rglob("*.md"))]


def rewritten(text, reader):
    """The page as it should read, for somebody who follows it from top to bottom."""
    lines = text.splitlines()
    shift = 0
    for block in blocks_of(text):
        begin = block.line + shift
        should = reader.follow(block)
        lines[begin:begin + len(block.lines)] = should
        shift += len(should) - len(block.lines)
    return "\n".join(lines) + "\n"


def is_updating():
    return bool(os.environ.get("CRM_MERGE_UPDATE_PAGES"))


def links_of(text):
    """The files that a page links to, without their #parts."""
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    return [target.split("#")[0] for target in targets if ":" not in target.split("/")[0] and not target.startswith("#")]
