"""Texts that a person or a program reads, kept word for word in tests/golden.

When one has become better, run the test with CRM_MERGE_WRITE_GOLDEN=1 and read the difference.
"""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def check(name: str, text: str):
    path = FOLDER / name
    if os.environ.get("CRM_MERGE_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path} has other words"
