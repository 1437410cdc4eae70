"""Rules in files: a saved spec does the same again, the two doors mean the same, errors say where."""

import json

import binary
import jsonschema
import pytest
import spec_file
import yaml

CRM = "Record ID,Email,Phone,City,Job Title\n1,ann@x.com,,Ulm,\n2,bob@x.com,555-0100,,CEO\n3,cy@x.com,,Bonn,\n"
APOLLO = "Email,Title,Town,Seniority\nann@x.com,CTO,Berlin,C\nbob@x.com,Chief,Rom,C\n"
ZOOM = "E-mail,Mobile Phone,City\nbob@x.com,415-555-0101,Paris\ncy@x.com,415-555-0102,Köln\n"


@pytest.fixture
def folder(tmp_path):
    for name, text in {"crm.csv": CRM, "apollo.csv": APOLLO, "zoom.csv": ZOOM}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def merge(folder, *arguments, code=0, stdin=b""):
    outcome = binary.run(["merge", *arguments], folder, stdin)
    assert outcome.code == code, binary.describe(outcome, arguments)
    return outcome


def schema():
    outcome = binary.run(["spec-schema"], "/")
    assert outcome.code == 0
    return json.loads(outcome.stdout)


_OUTPUTS = ("-o", "--output", "--changes", "--provenance", "--conflicts", "--unmatched-enriched", "--rejects")
CASES = [case for case in spec_file.read_all() if case.exit == 0]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.place.split('.')[0]}: {case.name}" for case in CASES])
def test_a_saved_spec_gives_the_same_bytes_again(case, tmp_path):
    for name, data in case.inputs.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    first = merge(tmp_path, *case.arguments, "--save-spec", "saved.yaml", stdin=case.stdin)
    saved = (tmp_path / "saved.yaml").read_bytes()
    written = {value for option, value in zip(case.arguments, case.arguments[1:]) if option in _OUTPUTS and value != "-"}
    before = {name: (tmp_path / name).read_bytes() for name in written if (tmp_path / name).exists()}
    for name in before:
        (tmp_path / name).unlink()
    dry = ["--dry-run"] if "--dry-run" in case.arguments else []
    again = merge(tmp_path, "--spec", "saved.yaml", "--save-spec", "again.yaml", *dry, stdin=case.stdin)
    assert again.stdout == first.stdout
    assert {name: (tmp_path / name).read_bytes() for name in before} == before, saved.decode()
    assert (tmp_path / "again.yaml").read_bytes() == saved
    jsonschema.Draft7Validator(SCHEMA).validate(yaml.safe_load(saved))


SCHEMA = schema()


def test_the_schema_is_sound_and_speaks_of_every_key():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    for key, value in SCHEMA["properties"].items():
        assert value["description"], key


def test_a_file_of_rules_means_what_the_options_mean(folder):
    (folder / "rules.yaml").write_text("on: [email]\nmap:\n  apollo: {Town: City}\n  Title: Job Title\n"
                                       "strategy-for: {City: last}\non-conflict-for: {City: use_enriched}\n"
                                       "prefer: {City: [zoom]}\nblank: [Ulm]\nexplain-columns: true\ndrop: [Seniority]\n")
    merge(folder, "crm.csv", "apollo.csv", "zoom.csv", "-o", "a.csv", "--spec", "rules.yaml")
    merge(folder, "crm.csv", "apollo.csv", "zoom.csv", "-o", "b.csv", "--on", "email", "--map", "apollo:Town=City",
          "--map", "Title=Job Title", "--strategy-for", "City=last", "--on-conflict-for", "City=use_enriched",
          "--prefer", "City=zoom", "--blank", "Ulm", "--explain-columns", "--drop", "Seniority")
    assert (folder / "a.csv").read_text() == (folder / "b.csv").read_text()
    assert "Seniority" not in (folder / "a.csv").read_text()


def test_what_is_typed_wins_column_by_column(folder):
    (folder / "rules.yaml").write_text("on-conflict: use_enriched\non-conflict-for: {City: original_only, Job Title: original_only}\n"
                                       "match-column: none\nexplain-columns: true\nmap: {apollo: {Town: City}}\n")
    merge(folder, "crm.csv", "apollo.csv", "-o", "out.csv", "--spec", "rules.yaml", "--on-conflict-for", "CITY=keep_original",
          "--explain-columns=no")
    lines = (folder / "out.csv").read_text().splitlines()
    assert lines[0] == "Record ID,Email,Phone,City,Job Title,Seniority"
    assert lines[1:3] == ["1,ann@x.com,,Ulm,,C", "2,bob@x.com,555-0100,Rom,CEO,C"]
    merge(folder, "crm.csv", "apollo.csv", "-o", "out.csv", "--spec", "rules.yaml", "--map", "apollo:Town=Place", "--match-column", "m")
    assert (folder / "out.csv").read_text().splitlines()[0] == (
        "Record ID,Email,Phone,City,Job Title,Place,Seniority,matched_on,match_score,enriched_from,m")


def test_next_weeks_files_take_the_same_rules(folder):
    merge(folder, "crm.csv", "apollo.csv", "zoom=zoom.csv", "-o", "out.csv", "--save-spec", "rules.yaml")
    expected = (folder / "out.csv").read_text()
    week = folder / "week2"
    week.mkdir()
    for name in ("crm.csv", "apollo.csv", "zoom.csv"):
        (folder / name).rename(week / f"{name[:-4]}-2.csv")
    merge(week, "--spec", "../rules.yaml", "crm-2.csv", "apollo-2.csv", "zoom-2.csv", "-o", "out.csv")
    assert (week / "out.csv").read_text() == expected
    merge(week, "--spec", "../rules.yaml", "original=crm-2.csv", "zoom=zoom-2.csv", "apollo=apollo-2.csv", "-o", "out.csv")
    assert (week / "out.csv").read_text() == expected
    told = merge(week, "--spec", "../rules.yaml", "crm-2.csv", "apollo-2.csv", "-o", "out.csv", code=2).last_line.removeprefix("crm-merge: ")
    assert told == ("error: ../rules.yaml: it is for 3 files (original, apollo, zoom), and 2 files are given; give all in order, "
                    "or NAME=PATH for those that differ")


def test_relative_paths_are_relative_to_the_spec(folder):
    (folder / "rules").mkdir()
    (folder / "elsewhere").mkdir()
    (folder / "rules" / "r.yaml").write_text("original: ../crm.csv\nenriched: [../apollo.csv]\noutput: merged.csv\n")
    merge(folder / "elsewhere", "--spec", "../rules/r.yaml", "--save-spec", "../rules/saved.yaml")
    merged = (folder / "rules" / "merged.csv").read_bytes()
    (folder / "rules" / "merged.csv").unlink()
    saved = yaml.safe_load((folder / "rules" / "saved.yaml").read_text())
    assert (saved["original"]["path"], saved["output"]) == ("../crm.csv", "merged.csv")
    merge("/", "--spec", folder / "rules" / "saved.yaml")
    assert (folder / "rules" / "merged.csv").read_bytes() == merged


def test_a_column_that_is_gone_is_an_error_and_a_new_one_a_warning(folder):
    merge(folder, "crm.csv", "apollo.csv", "-o", "out.csv", "--map", "apollo:Town=City", "--save-spec", "rules.yaml")
    (folder / "apollo.csv").write_text("Email,Title,Place,Seniority,Score\nann@x.com,CTO,Berlin,C,7\n")
    (folder / "out.csv").unlink()
    lines = (folder / "rules.yaml").read_text().splitlines()
    at = next(i for i, line in enumerate(lines, 1) if line.startswith("    Town:"))
    told = merge(folder, "--spec", "rules.yaml", code=2).last_line.removeprefix("crm-merge: ")
    assert told.startswith(f'error: rules.yaml:{at}:5: map: there is no column "Town" in apollo. Its columns: "')
    assert '"Place"' in told
    assert not (folder / "out.csv").exists()
    (folder / "apollo.csv").write_text("Email,Title,Town,Score\nann@x.com,CTO,Berlin,7\n")
    told = merge(folder, "--spec", "rules.yaml").stderr
    told = " ".join(told.split())
    assert 'apollo: a column that the spec does not know: "Score"; --save-spec writes one that does' in told
    assert 'apollo: a column of the spec is not there: "Seniority"' in told


def test_plan_saves_the_spec_too(folder):
    outcome = binary.run(["plan", "crm.csv", "apollo.csv", "--save-spec", "rules.yaml"], folder)
    assert outcome.code == 0
    saved = yaml.safe_load((folder / "rules.yaml").read_text())
    assert saved["on"] == [{"kind": "email", "columns": ["Email"], "enriched": {"apollo": ["Email"]}}]
    assert saved["map"] == {"apollo": {"Title": "Job Title", "Town": "City"}}
    assert saved["id"] == "Record ID"
    assert "output" not in saved


def test_json_is_a_spec_too(folder):
    (folder / "r.json").write_text(json.dumps({"on": ["email"], "match-column": "m\U0001f600", "original": "crm.csv",
                                               "enriched": [{"name": "apollo", "path": "apollo.csv"}]}))
    merge(folder, "--spec", "r.json", "-o", "out.csv")
    assert (folder / "out.csv").read_text().splitlines()[0].endswith(",m\U0001f600")


@pytest.mark.parametrize("text, said", [
    ("strategy: longst\n", 'rules.yaml:1:11: strategy: "longst" is no strategy (did you mean longest?)'),
    ("stratgy: last\n", 'rules.yaml:1:1: there is no key "stratgy" (did you mean strategy?)'),
    ("on: [email\n", "rules.yaml:2:1: did not find expected ',' or ']'"),
    ("region: Germany\n", 'rules.yaml:1:9: region: "Germany" is no country'),
    ("prefer:\n  City: [hubspot]\n", 'rules.yaml:2:3: prefer "City": no enriched file is called "hubspot"'),
    ("strategy-for: {City: last, Twon: last}\n", 'rules.yaml:1:28: strategy-for: there is no column "Twon" in the merged file'),
    ("memory-limit: 1MB\n", 'rules.yaml:1:15: memory-limit: "1MB" is too little'),
    ("delimiter: {hubspot: ;}\n", 'rules.yaml:1:22: delimiter: no file is called "hubspot"'),
    ("dry-run: true\n", 'rules.yaml:1:1: there is no key "dry-run"'),
])
def test_an_error_says_where_in_the_file(text, said, folder):
    (folder / "rules.yaml").write_text(text)
    told = merge(folder, "crm.csv", "apollo.csv", "-o", "out.csv", "--spec", "rules.yaml", code=2).last_line.removeprefix("crm-merge: ")
    assert told.startswith("error: " + said), told


def test_a_spec_that_is_not_there(folder):
    assert merge(folder, "crm.csv", "apollo.csv", "-o", "o.csv", "--spec", "r.yaml", code=2).last_line.removeprefix("crm-merge: ") == (
        "error: --spec r.yaml: there is no such file")
