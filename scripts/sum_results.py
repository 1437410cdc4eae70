#!/usr/bin/env python3
"""Adds up what the stages of ./test left in a folder and prints the closing line `N passed, N failed, N skipped`.

A stage leaves JUnit XML (CTest, pytest) or a text file with a line `passed NAME` or `failed NAME` per check.
The exit code is 1 if something failed or if nothing ran.
"""

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

MAX_NAMES = 50  # of failed tests that are printed


def count_junit(path):
    """Returns (passed, names of the failed, skipped) of one JUnit file."""
    passed, failed, skipped = 0, [], 0
    for case in ET.parse(path).iter("testcase"):
        name = f'{case.get("classname") or ""}::{case.get("name")}'
        if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
            failed.append(name)
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def count_lines(path):
    """Returns (passed, names of the failed, skipped) of one text file."""
    passed, failed, skipped = 0, [], 0
    for line in path.read_text().splitlines():
        outcome, _, name = line.partition(" ")
        if outcome == "passed":
            passed += 1
        elif outcome == "skipped":
            skipped += 1
        else:
            failed.append(name)
    return passed, failed, skipped


def main(folder):
    passed, failed, skipped = 0, [], 0
    for path in sorted(folder.iterdir()):
        try:
            some = count_junit(path) if path.suffix == ".xml" else count_lines(path)
        except ET.ParseError:  # the runner died while it wrote
            some = 0, [f"{path.name} is cut off"], 0
        passed += some[0]
        failed += [f"{path.stem} {name}" for name in some[1]]
        skipped += some[2]
    for name in failed[:MAX_NAMES]:
        print(f"failed: {name}", file=sys.stderr)
    if len(failed) > MAX_NAMES:
        print(f"failed: and {len(failed) - MAX_NAMES} more", file=sys.stderr)
    if passed + len(failed) == 0:
        print("no test ran", file=sys.stderr)
    print(f"{passed} passed, {len(failed)} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
