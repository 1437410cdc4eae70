"""What bench/run measures: groups of cases, each on data that bench_generate makes from a few options."""

from dataclasses import dataclass, field

STRATEGIES = ["first", "last", "longest", "most_complete", "most_recent", "most_frequent", "concat"]
SIZES = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000, "10M": 10_000_000}


@dataclass(frozen=True)
class Data:
    """Options of bench_generate; the same ones give the same files."""

    size: str
    enriched: int = 2
    columns: int = 15
    skew: float = 0.0

    @property
    def rows(self):
        return SIZES[self.size]

    @property
    def name(self):
        parts = [self.size, f"{self.enriched} enriched"]
        if self.columns != 15:
            parts.append(f"{self.columns} columns")
        if self.skew:
            parts.append(f"one key on {self.skew:.0%}")
        return ", ".join(parts)


@dataclass(frozen=True)
class Case:
    """One merge, measured on each of the engines."""

    group: str
    name: str
    data: Data
    options: tuple = field(default=("--on", "Email:email"))
    engines: tuple = ("stream", "sql")
    peers: bool = False
    reads: str = "csv"    # suffix of the inputs
    writes: str = "csv"   # suffix of the output


def strategy_options(strategy):
    """The options of a merge by a strategy; only the second of the generated layouts has a date to go by."""
    options = ("--on", "Email:email", "--strategy", strategy)
    return options + ("--recency", "Last Updated") if strategy == "most_recent" else options


def all_cases(sizes):
    """Returns every case, those of the sizes asked for; the other groups are at 1M (or the largest size asked for below it)."""
    middle = "1M" if "1M" in sizes else max(sizes, key=SIZES.get)
    cases = []
    for size in sizes:
        for strategy in ("first", "most_complete"):
            cases.append(Case("sizes", f"{size}, {strategy}", Data(size), strategy_options(strategy),
                              peers=strategy == "first" and SIZES[size] <= 1_000_000))
    for enriched in (1, 5):
        cases.append(Case("files", f"{middle}, enriched files: {enriched}", Data(middle, enriched)))
    for strategy in STRATEGIES:
        if strategy not in ("first", "most_complete"):
            cases.append(Case("strategies", f"{middle}, {strategy}", Data(middle), strategy_options(strategy)))
    three = ("--on", "Email:email,Phone Number:phone,LinkedIn URL:linkedin")
    cases += [
        Case("shapes", f"{middle}, three identifiers", Data(middle), three),
        Case("shapes", f"{middle}, alternates", Data(middle), ("--on", "Email:email", "--on-conflict", "create_alternate")),
        Case("shapes", f"{middle}, one key on half of all rows", Data(middle, skew=0.5)),
        Case("shapes", "100k, 300 columns", Data("100k", columns=300)),
        Case("memory", f"{middle}, --memory-limit 128MB", Data(middle), ("--on", "Email:email", "--memory-limit", "128MB"), ("stream",)),
        Case("memory", f"{middle}, --threads 1", Data(middle), ("--on", "Email:email", "--threads", "1"), ("stream",)),
    ]
    on, stream = ("--on", "Email:email"), ("stream",)
    for suffix in ("csv.gz", "csv.zst", "jsonl", "parquet"):
        cases.append(Case("formats", f"{middle}, {suffix} in", Data(middle), on, stream, reads=suffix))
        cases.append(Case("formats", f"{middle}, {suffix} out", Data(middle), on, stream, writes=suffix))
    cases.append(Case("formats", "100k, xlsx in", Data("100k"), on, stream, reads="xlsx"))
    return cases
