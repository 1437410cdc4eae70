#!/usr/bin/env python3
"""Checks the shape of the source tree: #include arrows and vendor headers against layers.txt, length of files, words that do not belong.

Usage: layers.py [ROOT]. Prints a line per fault; the exit code is 1 if there is one.
"""

import re
import subprocess
import sys
from pathlib import Path

MAX_LINES = 500
SOURCES = {".h", ".cpp"}
TEXTS = SOURCES | {".py", ".sh", ".md", ".txt", ".cmake", ".json", ".sql", ""}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# A folder of somebody's machine; /tmp in a test is the system's.
FOREIGN_PATH = re.compile(r"(?<![\w./~$}<-])/(?:home|root|Users|work|mnt)/\w|/tmp/(?:build|crm)\b")
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
# The field's words and ours: survivorship, golden record, conflict.
FOREIGN_WORDS = re.compile(r"\b(?:dupes?|blend(?:s|ed|ing)?|winners?)\b", re.IGNORECASE)
NOT_OURS = {"third_party", "build", "node_modules", ".git"}


def read_table(path):
    """Returns ({folder: folders it may include}, {vendor prefix: folders that may include it})."""
    tables = {"folders": {}, "homes": {}}
    section = None
    for line in path.read_text().splitlines():
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        if line.startswith("["):
            section = tables[line.strip("[]")]
        else:
            name, _, targets = line.partition(":")
            section[name.strip()] = set(targets.split())
    return tables["folders"], tables["homes"]


def folder_of(path, folders):
    """Returns the deepest folder of the table that holds a path relative to src, or None."""
    for parent in path.parents:
        if parent.as_posix() in folders:
            return parent.as_posix()
    return None


def cycles(folders):
    """Yields a fault if the table's arrows lead back to where they began."""
    settled, trail = set(), []

    def visit(folder):
        if folder in settled:
            return None
        if folder in trail:
            return trail[trail.index(folder):] + [folder]
        trail.append(folder)
        for target in sorted(folders.get(folder, ())):
            found = visit(target)
            if found:
                return found
        trail.pop()
        settled.add(folder)
        return None

    for folder in sorted(folders):
        found = visit(folder)
        if found:
            yield "tests/layers.txt: the arrows are a circle: " + " → ".join(found)
            return


def include_faults(root, folders, homes):
    """Yields a fault per #include of src that the table does not allow."""
    source_root = root / "src"
    for path in sorted(source_root.rglob("*")):
        if path.suffix not in SOURCES:
            continue
        place = path.relative_to(root).as_posix()
        folder = folder_of(path.relative_to(source_root), folders)
        if folder is None:
            yield f"{place}: its folder is not in tests/layers.txt"
            continue
        is_test = path.stem.endswith("_test")
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            header = match[2]
            target = folder_of(Path(header), folders) if match[1] == '"' else None
            # A test may use whatever its own folder's users would have.
            if target and target != folder and target not in folders[folder] and not is_test:
                yield f"{place}:{number}: {folder} may not include {header} of {target}"
            for prefix, allowed in homes.items():
                if header.startswith(prefix) and folder not in allowed:
                    yield f"{place}:{number}: {header} belongs in {', '.join(sorted(allowed))} only"
            if header.startswith("gtest/") and not is_test and not path.stem.endswith("_suite"):
                yield f"{place}:{number}: gtest in a source that is no test"


def committed_files(root):
    """Yields every file of the checkout that git has or would add; all files where there is no git."""
    # Only at the top of a checkout: a folder that a checkout ignores has nothing that git would list.
    if (root / ".git").exists():
        listing = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"],
                                 capture_output=True, check=True)
        names = listing.stdout.decode(errors="replace").split("\0")
    else:
        names = [p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()]
    for name in sorted(filter(None, names)):
        path = Path(name)
        if not NOT_OURS & set(path.parts) and (root / path).is_file():
            yield path


def text_faults(root):
    """Yields a fault per file that is too long, has a vague name or speaks of somebody's machine."""
    for path in committed_files(root):
        if path.suffix not in TEXTS:
            continue
        if path.suffix in SOURCES | {".py", ".sh"}:
            if path.stem in VAGUE_NAMES or path.parent.name in VAGUE_NAMES:
                yield f"{path}: a name that says nothing"
        data = (root / path).read_bytes()
        if b"\0" in data or len(data) > 1 << 20:
            continue
        lines = data.decode(errors="replace").splitlines()
        if path.suffix in SOURCES | {".py", ".sh"} and len(lines) > MAX_LINES:
            yield f"{path}: {len(lines)} lines; the limit is {MAX_LINES}"
        for number, line in enumerate(lines, 1):
            if FOREIGN_PATH.search(line):
                yield f"{path}:{number}: a path of somebody's machine"
            if path.suffix in SOURCES and FOREIGN_WORDS.search(line):
                yield f"{path}:{number}: not our word: {FOREIGN_WORDS.search(line)[0]}"


def faults(root):
    """Returns every fault of the tree under root, a line each."""
    folders, homes = read_table(root / "tests" / "layers.txt")
    return [*cycles(folders), *include_faults(root, folders, homes), *text_faults(root)]


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = faults(root)
    print("\n".join(found) if found else "every #include follows tests/layers.txt")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
