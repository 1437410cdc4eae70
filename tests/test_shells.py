"""Completions in real shells, and the manual page: what the option table gives them."""

import re
import shutil
import subprocess

import binary
import pytest
import shell_session

STRATEGIES = ["concat", "first", "last", "longest", "most_complete", "most_frequent", "most_recent"]


def printed(*arguments, folder):
    done = binary.run(arguments, folder)
    assert done.code == 0, done.stderr
    return done.stdout.decode()


def option_names(command, folder):
    """The options that --help lists, which is made of the table too."""
    return set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", printed(command, "--help", folder=folder), re.MULTILINE))


@pytest.fixture(scope="module", params=["bash", "zsh"])
def session(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    assert shutil.which(request.param), f"{request.param} is not installed (scripts/packages.txt)"
    script = folder / f"completion.{request.param}"
    script.write_text(printed("completion", request.param, folder=folder))
    (folder / "export of ours.csv").write_text("Email\n")
    (folder / "vendors").mkdir()
    opened = shell_session.Session(request.param, script, folder)
    yield opened
    opened.close()


@pytest.mark.parametrize("typed, completed", [
    ("crm-merge mer", "crm-merge merge "),
    ("crm-merge merge --on-conflict crea", "crm-merge merge --on-conflict create_alternate "),
    ("crm-merge merge --strategy=most_f", "crm-merge merge --strategy=most_frequent "),
    ("crm-merge plan --engine s", "crm-merge plan --engine s"),
    ("crm-merge plan --engine st", "crm-merge plan --engine stream "),
    ("crm-merge merge exp", "crm-merge merge export\\ of\\ ours.csv "),
    ("crm-merge merge -o exp", "crm-merge merge -o export\\ of\\ ours.csv "),
    ("crm-merge merge --temp-dir v", "crm-merge merge --temp-dir vendors/"),
    ("crm-merge merge --max-shared ph", "crm-merge merge --max-shared phone="),
    ("crm-merge merge --separat", "crm-merge merge --separator "),
    ("crm-merge merge --on email,ph", "crm-merge merge --on email,phone"),
    ("crm-merge completion fi", "crm-merge completion fish "),
])
def test_tab_completes(typed, completed, session):
    # zsh ends a word with the = of an option's value, or the comma of a list, which the next key takes away.
    assert session.complete(typed, shell_session.TAB).rstrip(" =,") == completed.rstrip(" =,")


def test_every_strategy_is_offered(session):
    assert session.complete("crm-merge merge --strategy ", shell_session.ALL).split()[3:] == STRATEGIES


@pytest.mark.parametrize("command", ["merge", "plan", "inspect"])
def test_every_option_of_the_table_is_offered(command, session, tmp_path):
    line = session.complete(f"crm-merge {command} --", shell_session.ALL)
    offered = {word.rstrip("=") for word in line.split()[2:] if word.startswith("--")}
    assert offered == option_names(command, tmp_path)


def test_fish_offers_commands_options_and_values(tmp_path):
    script = tmp_path / "crm-merge.fish"
    script.write_text(printed("completion", "fish", folder=tmp_path))

    def offered(line):
        done = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], cwd=tmp_path,
                              env=binary.environment(HOME=str(tmp_path)), capture_output=True, text=True, timeout=60, check=True)
        assert done.stderr == ""
        return {each.split("\t")[0] for each in done.stdout.splitlines()}

    assert {"merge", "plan", "completion", "man"} <= offered("crm-merge ")
    assert offered("crm-merge merge --strategy ") == set(STRATEGIES)
    assert option_names("merge", tmp_path) == {name for name in offered("crm-merge merge --") if name != "--"}


def test_an_unknown_shell_is_named(tmp_path):
    done = binary.run(["completion", "tcsh"], tmp_path)
    assert (done.code, done.last_line) == (
        2, 'crm-merge: error: completion: "tcsh" is no shell that crm-merge knows; give bash, zsh or fish')


def test_the_manual_page_renders_without_a_warning_and_has_every_option(tmp_path):
    page = tmp_path / "crm-merge.1"
    page.write_text(printed("man", folder=tmp_path), encoding="ascii")
    linted = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")
    shown = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True, check=True,
                           env=binary.environment(MANWIDTH="100", MAN_KEEP_FORMATTING="", PAGER="cat", TERM="dumb"))
    assert shown.stderr == ""
    text = re.sub(r".\x08", "", shown.stdout)
    for command in ("merge", "plan", "inspect"):
        for name in option_names(command, tmp_path):
            assert re.search(rf"{name}\b", text), name
    assert "…" in text and '"Email|Email 2:email,Record ID:id"' in text, "quotes and signs beyond ASCII come through"
