"""Every merge specification on both engines, and the reference against the same expectations."""

import json
import re

import binary
import pytest
import spec_file
from reference import compression, merge
from reference.errors import InputError, UsageError

CASES = spec_file.read_all()
IDS = [f"{case.place.split('.')[0]}: {case.name}" for case in CASES]
_OUTPUT_OPTIONS = ("-o", "--changes", "--provenance", "--conflicts", "--unmatched-enriched", "--rejects", "--report")


def prepare(case, folder):
    for name, data in case.inputs.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def shown(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace").replace("\r", "\\r")


@pytest.mark.parametrize("engine", binary.ENGINES)
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_specification(case, engine, tmp_path):
    prepare(case, tmp_path)
    arguments = ["merge", *case.arguments, "--engine", engine]
    if case.report:
        arguments += ["--report", "report.json"]
    outcome = binary.run(arguments, tmp_path, case.stdin)
    told = f"{case.place}: {case.name}\n{binary.describe(outcome, arguments)}"
    assert outcome.code == case.exit, told
    for line in case.stderr:
        assert line in outcome.stderr, told
    for name, expected in case.outputs.items():
        assert (tmp_path / name).exists(), f"{name} is missing\n{told}"
        got = compression.decompress((tmp_path / name).read_bytes())
        assert shown(got) == shown(compression.decompress(expected)), f"{name}\n{told}"
    if case.stdout is not None:
        assert shown(outcome.stdout) == shown(case.stdout), told
    for path, expected in case.report:
        report = json.loads((tmp_path / "report.json").read_text())
        assert look_up(report, path) == json.loads(expected), f"{path} in {json.dumps(report)[:4000]}\n{told}"
    wanted = {value for option, value in zip(arguments, arguments[1:]) if option in _OUTPUT_OPTIONS}
    allowed = set(case.inputs) | (wanted if outcome.code == 0 else set())
    assert files_in(tmp_path) <= allowed - set(case.absent), f"something was left behind\n{told}"


def look_up(value, path):
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        value = value[int(index)] if index else value[name]
    return value


@pytest.mark.parametrize("case", [c for c in CASES if c.reference],
                         ids=[name for name, c in zip(IDS, CASES) if c.reference])
def test_reference_agrees_with_specification(case, tmp_path):
    prepare(case, tmp_path)
    try:
        result = merge.run(case.arguments, tmp_path, case.stdin)
    except (UsageError, InputError) as error:
        assert case.exit == error.exit_code, f"{case.place}: {error}"
        return
    assert case.exit == 0, f"{case.place}: the reference finds nothing wrong"
    for name, expected in case.outputs.items():
        assert shown(result.files[name]) == shown(compression.decompress(expected)), f"{case.place}: {name}"
    if case.stdout is not None:
        assert shown(result.files["-"]) == shown(case.stdout), case.place
