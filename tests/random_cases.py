"""Random merges: files with nasty content and specs that use every rule. The same seed gives the same case."""

import random
import tempfile
from pathlib import Path

from merge_case import Case, Style, Table
from random_values import identifier_cell, nasty
from reference import merge
from reference.command import POLICIES, STRATEGIES
from reference.errors import InputError, UsageError

# None of these means anything to the product's tables of synonyms.
NEUTRAL = ["Alpha", "Beta One", "Gamma", "Delta", "Epsilon", "Zeta", "\u00c4ta \U0001f600", 'Th"eta', "Io,ta", " Kappa ",
           "Lambda\nline"]
ODD = ["", " ", "-", "_", "alpha", "ALPHA", "gamma", "Gamma", "delta_", "matched_on", "match_quality", "Alpha_enriched"]
KIND_HEADERS = {"email": ["Email", "Work Email", "E-mail 1", "Secondary Email"], "phone": ["Phone", "Mobile Phone"],
                "linkedin": ["LinkedIn", "Person Linkedin Url"], "domain": ["Domain"], "exact": ["Code", "Ref X"],
                "id": ["Key A", "Record ID"]}
RECENCY = "Touched"


class Generator:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.case = Case(f"random case {seed}")

    def make(self) -> Case:
        rng, case = self.rng, self.case
        self.people = rng.choice([1, 3, 6, 6, 12])
        self.shared = rng.sample(NEUTRAL, rng.randint(0, 4))
        self._choose_identifiers()
        rows = lambda: rng.choice([0, 1, 2, 3, 5, 8, 8, 12, 12, 20, 40] + [150] * (rng.random() < 0.2))
        case.add(self._table("original", rng.choice(["crm.csv", "crm.csv", "crm.tsv"]), rows(), is_original=True))
        names = rng.sample(["one", "two", "three", "v 4"], rng.choice([1, 1, 2, 2, 3]))
        for name in names:
            case.add(self._table(name, f"{name.replace(' ', '_')}.csv", rows(), is_original=False))
        self._choose_options(names)
        return case

    def _choose_identifiers(self):
        """Kinds, and for each the headers that hold it in the original."""
        rng = self.rng
        kinds = rng.sample(list(KIND_HEADERS), rng.choice([1, 1, 2, 2, 3]))
        if rng.random() < 0.1 and "email" in kinds:
            kinds.append("email")
        self.identifiers, used = [], set()
        for kind in kinds:
            headers = [h for h in KIND_HEADERS[kind] if h not in used]
            headers = headers[:1] if rng.random() < 0.6 else rng.sample(headers, rng.randint(1, min(2, len(headers))))
            if rng.random() < 0.15:
                headers = [h for h in ["Contact P", "Contact Q"] if h not in used][:1] or headers
            if headers:
                used.update(headers)
                self.identifiers.append((kind, headers))

    def _table(self, name, path, row_count, is_original):
        rng = self.rng
        columns = []    # (header, kind or None)
        for kind, headers in self.identifiers:
            for header in headers:
                # Phones and domains are not left to detection by content: what else has seven digits, or which hosts an
                # e-mail column tells, is the product's to judge.
                if is_original or kind in ("phone", "domain") or rng.random() < 0.8:
                    spelled = rng.choice([header.upper(), header.replace(" ", "_")])
                    shown = header if is_original or rng.random() < 0.7 else spelled
                    columns.append((shown, kind))
            if not is_original and kind in ("email", "phone", "linkedin") and rng.random() < 0.3:
                columns.append((rng.choice(KIND_HEADERS[kind]), kind))
        plain = [h for h in self.shared if rng.random() < 0.8] + rng.sample(NEUTRAL, rng.randint(0, 2))
        if rng.random() < 0.35:
            plain += rng.sample(ODD, rng.randint(1, 3))
        if rng.random() < (0.2 if is_original else 0.6):
            plain.append(RECENCY)
        columns += [(h, "recency" if h == RECENCY else None) for h in plain]
        if rng.random() < 0.9:    # duplicate headers are rarer than our dice make them
            columns = list({header: (header, kind) for header, kind in columns}.values())
        rng.shuffle(columns)
        if sum(header.strip() != "" for header, _ in columns) < 2 <= len(columns):
            columns = [(f"Omega {i}", kind) for i, (_, kind) in enumerate(columns)]
        columns = columns or [("Alpha", None)]
        rows = [[self._cell(kind) for _, kind in columns] for _ in range(row_count)]
        table = Table(name, path, [header for header, _ in columns], rows, self._style(path, len(columns), row_count))
        self._damage(table)
        return table

    def _cell(self, kind):
        if kind == "recency":
            return self.rng.choice(["", "2024-01-01", "2024-01-01T00:00:00Z", "2023-06-30 12:00:00",
                                    "2024-01-01T01:00:00+02:00", "soon", " 2022-02-28 ", "2024-01-01T00:00:00.000001", "2024-02-30"])
        return identifier_cell(self.rng, kind, self.people) if kind else nasty(self.rng)

    def _style(self, path, columns, rows):
        rng = self.rng
        style = Style(delimiter="\t" if path.endswith(".tsv") else rng.choice([",", ",", ",", ";", "\t", "|"]))
        style.encoding, style.bom = rng.choice([("utf-8", False)] * 6 + [("utf-8", True), ("windows-1252", False),
                                               ("utf-16le", True), ("utf-16be", True), ("utf-16le", False)])
        style.line_ends = rng.choice([["\n"], ["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]])
        style.quoting = rng.choice(["minimal", "minimal", "all", "random", "loose"])
        style.compression = rng.choice(["none"] * 8 + ["gzip", "zstd"])
        style.last_end = rng.random() < 0.8
        style.empty_lines = rng.random() < 0.2
        if columns >= 2 and rows >= 8 and rng.random() < 0.1:
            style.before = rng.choice(["Export\n\n", f"sep={style.delimiter}\n", "\n\n", f"Title{style.delimiter}\n"])
        return style

    def _damage(self, table):
        """Short rows, and some that must be rejected; never so many that the dialect looks wrong."""
        rng = self.rng
        damaged = 0
        for i, row in enumerate(table.rows):
            if damaged + 1 > len(table.rows) * 0.4 or len(table.header) < 2:
                break
            roll = rng.random()
            if roll < 0.04:
                table.rows[i] = row[:rng.randint(1, len(row) - 1)]
                damaged += 1
            elif roll < 0.05 and rng.random() < 0.5:
                table.rows[i] = row + [nasty(rng)] * rng.randint(1, 3)
                damaged += 1
            elif roll < 0.056:
                table.rows[i] = rng.choice([b'"a"b,c', b'x,"a"b\nc', b'\xff\x81', b'",'])
                damaged += 2
        if any(isinstance(row, bytes) or len(row) > len(table.header) for row in table.rows):
            self.case.has_rejects = True

    def _choose_options(self, names):
        rng, case = self.rng, self.case
        on = []
        for kind, headers in self.identifiers:
            by_kind = kind in ("email", "phone", "linkedin", "domain") and rng.random() < 0.4 and "Contact P" not in headers
            on.append(kind if by_kind else _quoted(f"{'|'.join(headers)}:{kind}"))
        rng.shuffle(on)
        case.add_option("--on", ",".join(on))
        self._more_matching()
        self._columns_options(names)
        self._value_options(names)
        self._output_options()
        case.state_what_is_not_clear()

    def _more_matching(self):
        rng, case = self.rng, self.case
        kinds = [kind for kind, _ in self.identifiers]
        if rng.random() < 0.15 and len(kinds) > 1:
            case.add_option("--match", "all")
        for kind in set(kinds):
            if rng.random() < 0.3:
                case.add_option("--max-shared", f"{kind}={rng.choice([0, 1, 2, 3])}")
        if rng.random() < 0.2:
            case.add_option("--email-aliases")
        if rng.random() < 0.1:
            case.add_option("--region", rng.choice(["DE", "GB"]))
        if rng.random() < 0.4:
            case.add_option("--blank", rng.choice(["N/A", "N/A,null,-", '-," N/A ","a,b"']))
        for kind in ("domain", "linkedin"):
            if kind in kinds and rng.random() < 0.6:
                chosen = [c for c in self._mergeable() if rng.random() < 0.5]
                if chosen:
                    case.add_option("--columns-for", f"{kind}={_list(chosen)}")

    def _columns_options(self, names):
        rng, case = self.rng, self.case
        case.add_option("--no-auto-map")
        for table in case.tables[1:]:
            if rng.random() < 0.25:
                theirs = rng.randrange(len(table.header))
                ours = rng.choice([h for h in case.tables[0].header if h != "Domain"] + ["Brand New"])
                place = rng.choice([table.name, str(case.tables.index(table))])
                target = ours if ours.strip() and rng.random() < 0.7 else f"#{rng.randint(1, len(case.tables[0].header))}"
                case.add_option("--map", f"{place}:#{theirs + 1}={target}")
        new = [c for c in self._mergeable() if c not in case.tables[0].header]
        if new and rng.random() < 0.15:
            case.add_option("--columns", _list(rng.sample(new, rng.randint(1, len(new)))))
        elif new and rng.random() < 0.15:
            case.add_option("--drop", _list([rng.choice(new)]))
        if rng.random() < 0.4:
            case.add_option("--explain-columns")
        if rng.random() < 0.3:
            case.add_option("--match-column", rng.choice(["none", "Found", "Alpha"]))

    def _mergeable(self):
        """Names that an option may use: those that enriched files have, once."""
        return sorted({h for table in self.case.tables[1:] for h in table.header if h.strip() and len(h) > 2})

    def _value_options(self, names):
        rng, case = self.rng, self.case
        has_recency = any(RECENCY in table.header for table in case.tables[1:])
        strategies = [s for s in STRATEGIES if s != "most_recent" or has_recency]
        if rng.random() < 0.7:
            case.add_option("--strategy", rng.choice(strategies))
        if rng.random() < 0.7:
            case.add_option("--on-conflict", rng.choice(POLICIES))
        for column in self._mergeable():
            if rng.random() < 0.2:
                case.add_option("--strategy-for", f"{column}={rng.choice(strategies)}")
            if rng.random() < 0.2:
                case.add_option("--on-conflict-for", f"{column}={rng.choice(POLICIES)}")
            if rng.random() < 0.1:
                case.add_option("--prefer", f"{column}={_list(rng.sample(names, rng.randint(1, len(names))))}")
        if has_recency:
            case.add_option("--recency", RECENCY)
        if rng.random() < 0.2:
            case.add_option("--separator", rng.choice([" | ", ",", "", "\n", '"']))
        if rng.random() < 0.1:
            case.add_option("--alternate-suffix", rng.choice([" (new)", "_2"]))

    def _output_options(self):
        rng, case = self.rng, self.case
        case.output = rng.choice(["out.csv"] * 5 + ["out.tsv", "out.csv.gz", "out.csv.zst"])
        if rng.random() < 0.6:
            case.add_option("--provenance", "provenance.csv")
        if rng.random() < 0.6:
            case.add_option("--conflicts", "conflicts.csv")
        if rng.random() < 0.5:
            case.add_option("--unmatched-enriched", rng.choice(["net_new.csv", "net_new.tsv"]))
        if rng.random() < 0.5:
            headers = [h for h in case.tables[0].header if h.strip()]
            if headers:
                case.add_option("--changes", "changes.csv")
                case.add_option("--id", rng.choice(headers))
        if case.has_rejects or rng.random() < 0.1:
            case.add_option("--rejects", "rejects.csv")


def _quoted(text):
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


def _list(names):
    return ",".join(_quoted(name) for name in names)


def generate(seed) -> Case:
    """Most dice of a spec contradict each other; a case in ten may be such an error, the others are merges that run."""
    for attempt in range(40):
        case = Generator(f"{seed}/{attempt}").make()
        if seed % 10 == 9 or _runs(case):
            break
    case.name = f"random case {seed}"
    return case


def _runs(case):
    with tempfile.TemporaryDirectory() as folder:
        case.write(Path(folder))
        try:
            merge.run(case.arguments(), folder)
            return True
        except (UsageError, InputError):
            return False
