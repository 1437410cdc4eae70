"""The queue on Redis against the npm package `bullmq`, both majors, in Node (tests/node)."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
BINARY = pathlib.Path(os.environ["CRM_MERGE_BIN"])
PROBE = BINARY.parent.parent / "bullmq" / "bullmq_probe"
CHECKS = 19


@pytest.mark.parametrize("package", ["bullmq6", "bullmq5"])
def test_node_and_crm_merge_share_a_queue(package):
    assert shutil.which("node"), "Node is missing; ./test installs it"
    assert (HERE / "node/node_modules" / package).is_dir(), "run ./test, or npm ci --ignore-scripts in tests/node"
    environment = dict(os.environ, CRM_BULLMQ=package, CRM_BULLMQ_PROBE=str(PROBE))
    # The lock file has another package in the place of msgpackr's native part, which is there for few machines.
    environment["MSGPACKR_NATIVE_ACCELERATION_DISABLED"] = "true"
    ran = subprocess.run(
        ["node", "interop.mjs"], cwd=HERE / "node", env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    outcomes = [json.loads(line) for line in ran.stdout.splitlines()]
    failed = [f"{one['check']}:\n{one['error']}" for one in outcomes if one.get("error")]
    assert not failed, "\n\n".join(failed)
    assert len(outcomes) == CHECKS, ran.stderr
    assert ran.returncode == 0, ran.stderr
