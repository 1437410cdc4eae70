"""The original's cell against the enriched value.

Plain readings: an identifier column keeps a non-blank value whatever the policy, and a blank one is filled unless the
policy is original_only.
"""

from .plan import has_alternate


def merged_cell(column, original: str, enriched: str, keys) -> str:
    """The text of the original's column in the output. `enriched` is "" where there is no value."""
    if enriched == "" or column.policy == "original_only" or has_alternate(column):
        return original
    if keys.blank.is_blank(original):
        return enriched
    if column.policy == "use_enriched" and not column.is_identifier:
        same = keys.comparison_key(column.kind, original) == keys.comparison_key(column.kind, enriched)
        return original if same else enriched
    return original


def conflict_kind(column, values, keys) -> str:
    """Of the non-blank values for one cell: "real", "formatting" or "" (they do not differ)."""
    if len({keys.comparison_key(column.kind, value) for value in values}) > 1:
        return "real"
    return "formatting" if len(set(values)) > 1 else ""
