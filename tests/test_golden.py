"""What a person reads of a merge before and after it, kept word for word: help, plans, SQL, the report."""

import json
import shutil
from pathlib import Path

import binary
import golden
import pytest
import report_figures

SAMPLES = Path(__file__).parent.parent / "samples"
MERGE = ["hubspot-contacts.csv", "apollo=apollo-export.csv", "zoominfo=zoominfo-contacts.csv", "linkedin=Connections.csv",
         "--on", "email,linkedin,phone", "--strategy-for", "Job Title=most_complete", "--on-conflict-for", "Phone Number=create_alternate"]


def output_of(arguments, folder):
    outcome = binary.run(arguments, folder)
    assert outcome.code == 0, binary.describe(outcome, arguments)
    return outcome.stdout.decode()


@pytest.mark.parametrize("command", ["merge", "plan"])
def test_help(command, tmp_path):
    golden.check(f"{command}-help.txt", output_of([command, "--help"], tmp_path))


def test_plan():
    golden.check("plan.txt", output_of(["plan", *MERGE], SAMPLES))


def test_plan_as_sql():
    golden.check("plan.sql", output_of(["plan", *MERGE, "--sql"], SAMPLES))


def test_report(tmp_path):
    for file in SAMPLES.glob("*.csv"):
        shutil.copy(file, tmp_path)
    arguments = ["merge", *MERGE, "-o", "merged.csv", "--report", "report.json"]
    output_of(arguments, tmp_path)
    report = report_figures.without_measurements((tmp_path / "report.json").read_bytes())
    golden.check("report.json", json.dumps(report, indent=2, ensure_ascii=False) + "\n")
