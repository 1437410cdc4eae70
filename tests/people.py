"""Files of plausible people for tests that need more than a few rows. Made from a seed: the same rows every time."""

import random

CITIES = ["Aachen", "Bonn", "Celle", "Dover, Kent", 'Essen "Ruhr"', "Fürth", "", "", "Gotha\nThuringia"]


def original_rows(count, seed=1, skew=0.0):
    """Header and rows of a CRM export; with `skew` that share of the rows has one and the same key."""
    rng = random.Random(seed)
    yield ["Record ID", "Email", "Phone", "LinkedIn", "Name", "City", "Zip", "Note"]
    for i in range(count):
        who = 0 if rng.random() < skew else i
        yield [f"{i:07d}", f"p{who}@example{who % 50}.com" if i % 11 else "", f"415555{who % 10000:04d}" if i % 3 else "",
               f"https://www.linkedin.com/in/p{who}/" if i % 2 else "", f"Person {i}", CITIES[i % len(CITIES)],
               f"{i % 100000:05d}", "x" * (i % 40)]


def enriched_rows(count, people, seed=2, skew=0.0, mark=""):
    """Header and rows of a vendor's export about some of `people` people and some strangers."""
    rng = random.Random(seed)
    yield ["Email", "LinkedIn", "Phone", "City", "Zip", "Job", "Company Size", "Updated"]
    for _ in range(count):
        who = 0 if rng.random() < skew else rng.randrange(int(people * 1.2) + 1)
        city = rng.choice(CITIES)
        zip_code = "" if who % 4 else f"{rng.randrange(100000):05d}"
        yield [f"P{who}@Example{who % 50}.com" if who % 5 else "", f"linkedin.com/in/p{who}" if who % 3 else "",
               f"(415) 555-{who % 10000:04d}" if who % 7 == 0 else "", city, zip_code, f"Job {mark}{rng.randrange(20)}",
               str(rng.randrange(5000)), f"20{rng.randrange(10, 25)}-0{rng.randrange(1, 10)}-11"]


def as_csv(rows, delimiter=",", line_end="\n", quote_all=False) -> str:
    lines = []
    for row in rows:
        lines.append(delimiter.join(_field(cell, delimiter, quote_all) for cell in row) + line_end)
    return "".join(lines)


def _field(text, delimiter, quote_all):
    if quote_all or any(c in text for c in (delimiter, '"', "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text
