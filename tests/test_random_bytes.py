"""Bytes that no writer would make: quotes, delimiters and line ends in any order, read by the binary and by the reference.

CRM_MERGE_BYTE_CASES says how many files (60), CRM_MERGE_SEED where to begin.
"""

import os
import random

import binary
import check_case
import pytest
from reference import merge

COUNT = int(os.environ.get("CRM_MERGE_BYTE_CASES", "60"))
FIRST = int(os.environ.get("CRM_MERGE_SEED", "0"))
HEADER = {1: b"key\n", 2: b"key,b\n", 3: b"key,b,c\n"}
ALPHABETS = [
    [b'"', b",", b"\n", b"a"],
    [b'"', b",", b"\n", b"\r", b"\r\n", b"a", b"b"],
    [b'"', b'""', b'",', b',"', b'"\n', b'\n"', b"a", b","],
    [b'"', b",", b"\n", b"\xc3\xa9", b"\xff", b"\x00", b"a", b"\\"],
    [b"a" * 40, b'"', b",", b"\n", b"b" * 90],
    [b",", b"\n", b"\r\n", b"a", b" "],
]
TUNINGS = ["block=1", "block=7", "block=64", "block=300", ""]


def random_bytes(rng, alphabets) -> bytes:
    alphabet = rng.choice(alphabets)
    weights = [rng.randint(1, 6) for _ in alphabet]
    return b"".join(rng.choices(alphabet, weights, k=rng.choice([3, 10, 40, 200, 1000])))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_random_bytes_are_read_as_the_reference_reads_them(seed, tmp_path):
    rng = random.Random(seed)
    columns = rng.choice([1, 2, 2, 3])
    # What follows a quote that opens beyond the limit is no one's promise: with one, lines are short.
    limit = ["--max-record-bytes", "500"] if rng.random() < 0.3 else []
    data = HEADER[columns] + random_bytes(rng, ALPHABETS[:4] if limit else ALPHABETS)
    (tmp_path / "file.csv").write_bytes(data)
    (tmp_path / "other.csv").write_text("key,Extra\na,x\nb,y\n", encoding="utf-8")
    role = rng.choice([["file.csv", "other.csv"], ["other.csv", "file.csv"]])
    delimiter = f"{role.index('file.csv') or 'original'}={',' if columns > 1 else '|'}"
    arguments = [*role, "-o", "out.csv", "--on", "key:exact", "--rejects", "rejects.csv", "--delimiter", delimiter,
                 "--encoding", "utf-8", "--strategy", "concat", "--separator", "|", "--provenance", "provenance.csv", *limit]
    expected = merge.run(arguments, tmp_path)
    for tuning in TUNINGS:
        more = ["--threads", str(rng.choice([1, 2, 3]))]
        outcome = binary.run(["merge", *arguments, *more], tmp_path, env={"CRM_MERGE_TEST_TUNING": tuning} if tuning else {})
        assert outcome.code == 0, f"{data!r}\n{binary.describe(outcome, arguments)}"
        for name, bytes_expected in expected.files.items():
            got = (tmp_path / name).read_bytes()
            assert got == bytes_expected, f"{tuning} {name}\n{data!r}\n{check_case.first_difference(bytes_expected, got)}"
