"""The sample files are what their script writes."""

import shutil
import subprocess
import sys
from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "samples"


def test_the_committed_samples_are_what_the_script_writes(tmp_path):
    shutil.copy(SAMPLES / "generate.py", tmp_path)
    subprocess.run([sys.executable, tmp_path / "generate.py"], cwd=tmp_path, check=True, capture_output=True)
    written = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    assert written == {path.name: path.read_bytes() for path in SAMPLES.glob("*.csv")}
    assert len(written) == 4
