#!/usr/bin/env python3
"""Measures crm-merge against the floor of the same run; bench/run builds what it needs and calls it."""

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import cases
import results
import workbook

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"


def log(text):
    print(text, file=sys.stderr, flush=True)


class Failed(Exception):
    """A program that was to be measured did not end well."""


def measure(command, timeout_seconds):
    """Runs a command; returns (seconds, the kernel's peak of its resident memory in MB, CPU seconds)."""
    begin = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    # The pipe holds 64 KiB, more than these programs say.
    deadline = begin + timeout_seconds
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if time.monotonic() > deadline:
            process.kill()
            os.wait4(process.pid, 0)
            process.returncode = -9
            raise Failed(f"took more than {timeout_seconds} s")
        time.sleep(0.002)
    seconds = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    message = process.stderr.read().decode(errors="replace").strip()
    process.stderr.close()
    if process.returncode != 0:
        raise Failed(f"exit code {process.returncode}: {message[-300:]}")
    return seconds, usage.ru_maxrss * 1024 / 1e6, usage.ru_utime + usage.ru_stime


def medians(command, runs, timeout_seconds, warm=False):
    """Returns the medians over some runs; a warm-up run first if asked."""
    if warm:
        measure(command, timeout_seconds)
    measured = [measure(command, timeout_seconds) for _ in range(runs)]
    seconds, peaks, cpu = zip(*measured)
    return {"seconds": statistics.median(seconds), "peak_mb": statistics.median(peaks), "cpu_seconds": statistics.median(cpu),
            "fastest": min(seconds), "slowest": max(seconds), "runs": runs}


def digest(path):
    """Returns a short hash of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


class Bench:
    """The data, the floors and the outcomes of one run."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.folder = Path(arguments.data)
        self.floors = {}
        self.rows = []
        self.output = self.folder / "merged.csv"

    def inputs(self, data):
        """Returns the data's files, made on the first call."""
        folder = self.folder / re.sub(r"\W+", "_", data.name)
        names = ["original.csv"] + [f"enriched_{i + 1}.csv" for i in range(data.enriched)]
        if not (folder / ".complete").exists():
            log(f"generating {data.name}")
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([BUILD / "bench" / "bench_generate", "--folder", folder, "--rows", str(data.rows), "--enriched",
                            str(data.enriched), "--columns", str(data.columns), "--skew", str(data.skew)], check=True)
            (folder / ".complete").touch()
        return [folder / name for name in names]

    def converted(self, files, suffix):
        """Returns the files as another format, made on the first call: by this program, workbooks by bench/workbook.py."""
        if suffix == "csv":
            return files
        nobody = self.folder / "nobody.csv"
        nobody.write_text("Email\nnobody@example.com\n")
        made = []
        for file in files:
            target = file.with_suffix("." + suffix)
            if not target.exists():
                log(f"converting {file.name} to {suffix}")
                part = file.with_name("part-" + target.name)
                if suffix == "xlsx":
                    workbook.write(file, part)
                else:
                    subprocess.run([self.arguments.binary, "merge", file, nobody, "--on", "Email:email", "--match-column", "none",
                                    "--quiet", "-o", part], check=True)
                part.rename(target)
            made.append(target)
        return made

    def runs_of(self, data):
        return 1 if self.arguments.once else max(1, self.arguments.runs if data.rows < 10_000_000 else (self.arguments.runs + 1) // 2)

    def floor(self, data):
        """Returns the floor's seconds for some data, measured on the first call."""
        if data not in self.floors:
            command = [BUILD / "bench" / "bench_floor", "floor", self.output, *self.inputs(data)]
            outcome = medians(command, self.runs_of(data), self.arguments.timeout, warm=True)
            self.floors[data] = outcome["seconds"]
            self.add("floor: " + data.name, "floor", data, outcome)
        return self.floors[data]

    def add(self, case, program, data, outcome, group="floors"):
        floor = self.floors.get(data)
        row = {"group": group, "case": case, "program": program, "data": data.name, "rows": data.rows, **outcome}
        if floor and "seconds" in outcome:
            row["over_floor"] = outcome["seconds"] / floor
        self.rows.append(row)
        log("  " + results.line(row))

    def run_case(self, case):
        log(case.name)
        inputs = self.inputs(case.data)
        self.floor(case.data)
        inputs, output = self.converted(inputs, case.reads), self.output.with_suffix("." + case.writes)
        hashes = {}
        for engine in [e for e in case.engines if e in self.arguments.engines]:
            command = [self.arguments.binary, "merge", *inputs, "-o", output, "--engine", engine, "--quiet", *case.options]
            try:
                outcome = medians(command, self.runs_of(case.data), self.arguments.timeout)
                hashes[engine] = outcome["output"] = digest(output)
                outcome["output_bytes"] = output.stat().st_size
            except Failed as failure:
                outcome = {"failed": str(failure)}
            output.unlink(missing_ok=True)
            self.add(case.name, engine, case.data, outcome, case.group)
        if len(set(hashes.values())) > 1:
            log(f"  THE ENGINES DIFFER: {hashes}")
        if case.peers and self.arguments.peers:
            self.run_peers(case, inputs)

    def run_peers(self, case, inputs):
        """Measures, once each, what people write instead; it does less than the job."""
        script = ROOT / "bench" / "peers.py"
        peers = {"naive SQL": [BUILD / "bench" / "bench_floor", "naive"], "Python dict": [sys.executable, script, "dict"],
                 "Python sqlite3": [sys.executable, script, "sqlite"]}
        for program, command in peers.items():
            try:
                outcome = medians([*command, self.output, *inputs], 1, self.arguments.timeout)
            except Failed as failure:
                outcome = {"failed": str(failure)}
            self.output.unlink(missing_ok=True)
            self.add(case.name, program, case.data, outcome, case.group)


def machine(folder):
    """Returns what the figures depend on: processor, cores, memory, kind of file system, system."""
    def first(path, pattern):
        match = re.search(pattern, Path(path).read_text())
        return match[1] if match else "?"
    kind = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=False).stdout.strip()
    return {"processor": first("/proc/cpuinfo", r"model name\s*: (.*)"), "cores": len(os.sched_getaffinity(0)),
            "memory_gib": round(int(first("/proc/meminfo", r"MemTotal:\s*(\d+)")) / 1048576), "file_system": kind,
            "kernel": platform.release()}


def commit():
    git = ["git", "-C", str(ROOT)]
    name = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=False).stdout.strip()
    return (name or "none") + ("+changes" if changed else "")


def main():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--sizes", default="10k,100k,1M,10M", help="rows of the original (default: %(default)s)")
    parser.add_argument("--groups", default="sizes,files,strategies,shapes,memory,formats", help="groups of cases (default: %(default)s)")
    parser.add_argument("--engines", default="stream,sql", help="default: %(default)s")
    parser.add_argument("--runs", type=int, default=3, help="runs per case, of which the median counts; half as many at 10M")
    parser.add_argument("--once", action="store_true", help="one run of each")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True, help="measure what people write instead, too")
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one run (default: %(default)s)")
    parser.add_argument("--data", default=ROOT / "build" / "bench", help="folder of the data, kept for the next time (10M: 8 GB)")
    parser.add_argument("--json", default=None, help="where the outcomes go (default: results.json in --data)")
    parser.add_argument("--markdown", default=None, help="where the tables go (default: beside the outcomes; bench/RESULTS.md is committed)")
    parser.add_argument("--binary", default=BUILD / "src" / "app" / "crm-merge", help="the program measured")
    arguments = parser.parse_args()
    sizes = arguments.sizes.split(",")
    if unknown := [size for size in sizes if size not in cases.SIZES]:
        parser.error(f"no such size: {unknown[0]}; there are {', '.join(cases.SIZES)}")
    Path(arguments.data).mkdir(parents=True, exist_ok=True)

    bench = Bench(arguments)
    for case in cases.all_cases(sizes):
        if case.group in arguments.groups.split(","):
            bench.run_case(case)
    document = {"machine": machine(arguments.data), "commit": commit(), "date": time.strftime("%Y-%m-%d"),
                "command": "bench/run " + " ".join(a for a in sys.argv[1:]), "results": bench.rows}
    json_path = Path(arguments.json or Path(arguments.data) / "results.json")
    json_path.write_text(json.dumps(document, indent=1) + "\n")
    markdown_path = Path(arguments.markdown or json_path.with_suffix(".md"))
    markdown_path.write_text(results.markdown(document))
    log(f"written: {json_path} and {markdown_path}")
    return 1 if any("failed" in row for row in bench.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
