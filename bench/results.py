"""Prints the outcomes of bench/run: a line while it runs, tables at the end."""

TITLES = {
    "sizes": "Sizes: two enriched files",
    "files": "Enriched files",
    "strategies": "Strategies",
    "shapes": "Shapes",
    "memory": "Memory and threads",
    "formats": "Formats",
}


def line(row):
    """Returns an outcome as one line of text."""
    if "failed" in row:
        return f"{row['program']:14} failed: {row['failed']}"
    over = f"  {row['over_floor']:5.2f} × floor" if "over_floor" in row else ""
    return f"{row['program']:14} {row['seconds']:8.2f} s  {row['peak_mb']:6.0f} MB  {row['cpu_seconds']:8.2f} s CPU{over}"


def table(rows, floors):
    """Returns a table of a group's outcomes."""
    text = ["| merge | program | seconds | × floor | rows/s | CPU s | peak MB |", "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    shown = None
    for row in rows:
        floor = floors.get(row["data"])
        if row["case"] != shown and floor and row["data"] not in [r["data"] for r in rows[: rows.index(row)]]:
            text.append(cells(floor, f"*floor for {row['data']}*"))
        text.append(cells(row, row["case"] if row["case"] != shown else ""))
        shown = row["case"]
    return "\n".join(text)


def cells(row, name):
    """Returns one line of a table."""
    if "failed" in row:
        return f"| {name} | {row['program']} | failed | | | | {row['failed'].splitlines()[0][:80]} |"
    over = f"{row['over_floor']:.2f}" if "over_floor" in row else ""
    return (f"| {name} | {row['program']} | {row['seconds']:.2f} | {over} | {row['rows'] / row['seconds']:,.0f} | "
            f"{row['cpu_seconds']:.2f} | {row['peak_mb']:.0f} |")


def differences(rows):
    """Returns the cases whose engines did not write the same bytes."""
    outputs = {}
    for row in rows:
        if "output" in row:
            outputs.setdefault(row["case"], set()).add(row["output"])
    return [case for case, hashes in outputs.items() if len(hashes) > 1]


def markdown(document):
    """Returns the committed page about a run."""
    box = document["machine"]
    floors = {row["data"]: row for row in document["results"] if row["program"] == "floor"}
    text = [
        "# What a merge costs",
        "",
        "Written by `bench/run`; bench/README.md says what is measured. Each figure is the median of its runs; peak memory is the kernel's for the "
        "whole process. The floor is DuckDB copying the original to CSV in order and parsing the enriched files, on one thread: what a merge "
        "built on it could not undercut. Compare ratios over the floor, not seconds, between machines.",
        "",
        f"Machine: {box['processor']}, {box['cores']} cores, {box['memory_gib']} GiB, {box['file_system']}, Linux {box['kernel']}. "
        f"Commit {document['commit']}, {document['date']}. To repeat: `{document['command'].strip()}`.",
    ]
    for group, title in TITLES.items():
        rows = [row for row in document["results"] if row["group"] == group]
        if rows:
            text += ["", f"## {title}", "", table(rows, floors)]
    different = differences(document["results"])
    compared = len({row["case"] for row in document["results"] if "output" in row})
    text += ["", f"Both engines wrote the same bytes in {compared - len(different)} of {compared} merges."
             + (f" They differ in: {'; '.join(different)}." if different else ""), ""]
    return "\n".join(text)
