"""Writes docs/operations/options.md from the program's own help: `operations_options.py > ../docs/operations/options.md`.

test_operations.py holds the two against each other.
"""

import re
import subprocess

import binary


def help_of(command):
    return subprocess.run([binary.path(), command, "--help"], capture_output=True, text=True, check=True, env=binary.environment()).stdout


def options_of(command):
    """(group, heading, text) of each option, in the help's order."""
    group, found = "", []
    for line in help_of(command).splitlines():
        if re.match(r"\S.*: ", line) and not line.startswith(("usage", "Exit", "SIZE")) or line == "Running":
            group = line
        elif line.startswith("  -"):
            heading, _, text = line[2:].partition("  ")
            found.append([group, heading.strip(), text.strip()])
        elif line.startswith("          ") and found:
            found[-1][2] = (found[-1][2] + " " + line.strip()).strip()
    return found


def cell(text):
    return re.sub(r"(?<![`\w/.])(--[a-z-]+)", r"`\1`", text.replace("|", "\\|"))


def page():
    serve, worker = options_of("serve"), {heading for _, heading, _ in options_of("worker")}
    lines = ["# Every option of the service", "",
             "Made of `crm-merge serve --help` (tests/operations_options.py). In a file of `--config` each stands under its name without dashes; the last column says whether",
             "`crm-merge worker` has it too."]
    group = None
    for each, heading, text in serve:
        if each != group:
            group = each
            lines += ["", f"## {group}", "", "| option | variable | what it does | worker |", "| --- | --- | --- | --- |"]
        variables = re.search(r"\. Also (\$.*)$", text)
        names = ", ".join(f"`{name[1:]}`" for name in variables[1].split(", ")) if variables else ""
        text = text[:variables.start()] if variables else text
        heading_cell = heading.replace("|", "\\|")
        lines.append(f"| `{heading_cell}` | {names} | {cell(text)} | {'yes' if heading in worker else ''} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
