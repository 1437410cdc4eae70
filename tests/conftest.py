"""Lets the tests import the reference and the runner by name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
