"""The library as another program has it: installed, found by CMake and pkg-config, linked, run."""

import gzip
import re
import subprocess
from pathlib import Path

import binary
import pytest
from made_once import made_once

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(binary.path()).parents[2]
HUBSPOT, APOLLO = (ROOT / "samples" / name for name in ("hubspot-contacts.csv", "apollo-export.csv"))


def run(*command, **more):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=300, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    return made_once(tmp_path_factory, "installed", lambda prefix: run("cmake", "--install", BUILD, "--prefix", prefix))


@pytest.fixture(scope="module")
def example(installed, tmp_path_factory):
    def build(folder):
        run("cmake", "-S", ROOT / "examples/library", "-B", folder, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={installed}")
        run("ninja", "-C", folder)

    return made_once(tmp_path_factory, "example", build) / "example"


def test_the_example_merges_stops_and_asks_duckdb(example, tmp_path):
    said = run(example, HUBSPOT, APOLLO, tmp_path, env=binary.environment())
    matched = int(re.search(r", (\d+) matched, progress 100 %", said)[1])
    assert 0 < matched < 221
    assert "merged: 221 rows" in said and "  original: 221 rows, 0 rejected" in said and "  vendor: 153 rows, 0 rejected" in said
    assert "stopped: cancelled" in said
    assert "imported: 221 rows" in said and f"  matched: {matched}\n" in said and f"exported: {matched} rows" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["matched.tsv.gz", "merged.csv"], "the stopped merge left nothing"
    exported = gzip.decompress((tmp_path / "matched.tsv.gz").read_bytes()).decode()
    assert exported.splitlines()[0].split("\t")[0] == "Record ID"


def test_the_library_and_the_program_write_the_same_bytes(example, tmp_path):
    run(example, HUBSPOT, APOLLO, tmp_path, env=binary.environment())
    done = binary.run(["merge", HUBSPOT, f"vendor={APOLLO}", "-o", "by-program.csv", "--on", "email", "--on-conflict-for",
                       "Job Title=use_enriched"], tmp_path)
    assert done.code == 0, done.stderr
    assert (tmp_path / "merged.csv").read_bytes() == (tmp_path / "by-program.csv").read_bytes()


def test_the_library_shows_its_api_and_nothing_else(installed):
    symbols = run("nm", "-D", "--defined-only", "-C", installed / "lib/libcrm_merge.so").splitlines()
    shown = [line.split(" ", 2)[2] for line in symbols]
    assert len(shown) > 30
    assert [name for name in shown if not re.match(r"((vtable|typeinfo|typeinfo name) for )?crm_merge::", name)] == []


def test_public_headers_stand_alone_and_need_nothing_but_the_standard_library(installed, tmp_path):
    headers = sorted((installed / "include/crm_merge").glob("*.h"))
    assert {"merge.h", "database.h", "error.h", "spec.h", "version.h"} <= {header.name for header in headers}
    for header in headers:
        for included in re.findall(r"#include [<\"](.*)[>\"]", header.read_text()):
            assert included.startswith("crm_merge/") or re.fullmatch(r"[a-z_]+", included), f"{header.name}: {included}"
    everything = tmp_path / "everything.cpp"
    everything.write_text("".join(f"#include <crm_merge/{header.name}>\n" for header in reversed(headers)))
    flags = run("pkg-config", "--cflags", "crm_merge", env=binary.environment(PKG_CONFIG_PATH=f"{installed}/lib/pkgconfig")).split()
    run("g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", *flags, everything)


def test_the_installed_program_finds_its_duckdb(installed, tmp_path):
    out = run(installed / "bin/crm-merge", "merge", HUBSPOT, APOLLO, "-o", "-", "--engine", "sql", "--quiet", cwd=tmp_path,
              env=binary.environment())
    assert out.count("\n") > 200
