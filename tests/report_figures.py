"""Compares the figures of the JSON report with the reference's, and two reports with each other."""

import json

LISTED_SHARED_KEYS = 100
_ENRICHED = {"contributed": "contributed", "nothing_used": "matched_nothing_used", "unmatched": "unmatched",
             "without_key": "without_key", "without_recency": "without_recency"}
_CELLS = ["filled", "filled_alone", "replaced", "agreeing", "overridden"]
_COLUMN = ["filled_before", "filled_after", "alternate_filled", "changed"]


def difference(report: dict, figures: dict):
    """None, or the first figure that is not as the reference counted it."""
    rows = figures["matched"] + figures["unmatched"]
    pairs = [("matched_rows", report["matched_rows"], figures["matched"]),
             ("unmatched_rows", report["unmatched_rows"], figures["unmatched"]),
             ("output_rows", report["output_rows"], rows),
             ("match_rate", report["match_rate"], round(figures["matched"] / rows, 6) if rows else 0),
             ("changed_rows", report["changed_rows"], figures["changed_rows"]),
             ("net_new_records", report["net_new_records"], figures["net_new"]),
             ("by_identifier", [i["rows_matched"] for i in report["by_identifier"]], figures["by_identifier"])]
    for got, expected in zip(report["inputs"], figures["inputs"], strict=True):
        pairs += [(f"inputs {got['name']} {name}", got[name], value) for name, value in expected.items()]
    for got, expected in zip(report["enriched"], figures["enriched"], strict=True):
        pairs += [(f"enriched {got['name']} {name}", got[_ENRICHED[name]], value) for name, value in expected.items()]
    for got, expected in zip(report["columns"], figures["columns"], strict=True):
        pairs += [(f"column {got['name']} {name}", got[name], expected[name]) for name in _COLUMN]
        pairs += [(f"column {got['name']} conflicts", [got["conflicts"]["real"], got["conflicts"]["formatting"]],
                   [expected["conflicts_real"], expected["conflicts_formatting"]]),
                  (f"column {got['name']} filled_by", list(got["filled_by"].values()), expected["filled_by"]),
                  (f"column {got['name']} cells_by", list(got["cells_by"].values()),
                   [{name: cells[name] for name in _CELLS} for cells in expected["cells_by"]])]
    for n, got in enumerate(report["enriched"]):
        total = {name: sum(column["cells_by"][n][name] for column in figures["columns"]) for name in _CELLS}
        pairs.append((f"enriched {got['name']} cells", got["cells"], total))
    shared = [(k["identifier"], k["key"], k["where"], k["rows"]) for k in report["shared_keys"]["listed"]]
    pairs += [("shared keys", shared, figures["shared_keys"][:LISTED_SHARED_KEYS]),
              ("shared keys, total", report["shared_keys"]["total"], len(figures["shared_keys"]))]
    for name, got, expected in pairs:
        if got != expected:
            return f"report: {name}: expected {str(expected)[:1000]}, got {str(got)[:1000]}"
    return None


def without_measurements(text: bytes) -> dict:
    """All of the report that is a function of the inputs and the spec."""
    report = json.loads(text)
    del report["measurements"]
    return report
