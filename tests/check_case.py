"""Runs one case on the reference and on the binary, and says in which way they differ."""

import shutil

import binary
import report_figures
from reference import compression, merge
from reference.errors import InputError, UsageError


def mismatch(case, folder, engines=binary.ENGINES, more=(), env=None):
    """None where everything is equal, else a text that says what is not. `folder` is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    case.write(folder)
    expected, code, why = None, 0, ""
    try:
        expected = merge.run(case.arguments(), folder)
    except (UsageError, InputError) as error:
        code, why = error.exit_code, f" ({error})"
    reports, messages = [], []
    for engine in engines:
        arguments = ["merge", *case.arguments(), "--report", "report.json", "--engine", engine, *more]
        outcome = binary.run(arguments, folder, env=env)
        told = f"{engine}: {binary.describe(outcome, arguments)}"
        if outcome.code != code:
            return f"expected exit {code}{why}\n{told}"
        if code:
            messages.append(outcome.last_line)
            continue
        reports.append(report_figures.without_measurements((folder / "report.json").read_bytes()))
        found = _different_files(case, folder, expected) or report_figures.difference(reports[-1], expected.figures)
        if found:
            return f"{found}\n{told}"
        for path in [*case.output_paths().values(), "report.json"]:
            (folder / path).unlink()
    if any(report != reports[0] for report in reports) or any(message != messages[0] for message in messages):
        return f"the engines tell different things: {_different_keys(reports)} {messages}"
    return None


def _different_keys(reports):
    return [(key, [report.get(key) for report in reports]) for key in (reports[0] if reports else ())
            if any(report.get(key) != reports[0][key] for report in reports)]


def _different_files(case, folder, expected):
    for option, path in case.output_paths().items():
        if not (folder / path).exists():
            return f"{path} ({option}) is missing"
        got = compression.decompress((folder / path).read_bytes())
        if got != expected.files[path]:
            return f"{path} ({option}) differs\n{first_difference(expected.files[path], got)}"
    return None


def first_difference(expected: bytes, got: bytes) -> str:
    at = next((i for i, (a, b) in enumerate(zip(expected, got)) if a != b), min(len(expected), len(got)))
    begin = max(0, at - 200)
    return (f"at byte {at} of {len(expected)} expected, {len(got)} got\nexpected …{expected[begin:at + 200]!r}\n"
            f"got      …{got[begin:at + 200]!r}")
