"""Random files and random specs: both engines against the reference, byte for byte and figure for figure.

CRM_MERGE_CASES says how many (150), CRM_MERGE_SEED where to begin (0): a failure names its seed, and leaves the smallest
failing case as a specification to put into tests/specs when it is fixed.
"""

import os

import check_case
import pytest
import random_cases
import shrink

COUNT = int(os.environ.get("CRM_MERGE_CASES", "150"))
FIRST = int(os.environ.get("CRM_MERGE_SEED", "0"))
SHRINK_SECONDS = float(os.environ.get("CRM_MERGE_SHRINK_SECONDS", "20"))
TUNINGS = ["", "", "block=64", "partition_rows=3", "spill=1", "hash_bits=4", "block=64,partition_rows=3,spill=1,hash_bits=4",
           "block=200,partition_rows=1,spill=1"]


def _settings(seed):
    """Threads and tuning, which must change nothing."""
    more = ["--threads", str(1 + seed % 3)]
    tuning = TUNINGS[seed % len(TUNINGS)]
    return more, {"CRM_MERGE_TEST_TUNING": tuning} if tuning else {}


def _in_short(found):
    """What kind of difference it is, so that the shrinker does not wander from one fault to another."""
    if not found:
        return None
    lines = found.splitlines()
    return ([word for word in lines[0].split("(")[0].split() if not word.isdigit()],
            [" ".join(w.split()[:6]) for w in lines if w.startswith(("exit ", "stderr: crm-merge: error"))])


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_random_merge_equals_the_reference(seed, tmp_path):
    case = random_cases.generate(seed)
    more, env = _settings(seed)
    check = lambda c: check_case.mismatch(c, tmp_path / "run", more=more, env=env)
    found = check(case)
    if not found:
        return
    small = shrink.shrink(case, lambda c: _in_short(check(c)) == _in_short(found), SHRINK_SECONDS)
    pytest.fail(f"seed {seed}, {env}\n{check(small) or found}\n\n{shrink.as_spec(small, tmp_path / 'run')}", pytrace=False)
