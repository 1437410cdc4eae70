#!/usr/bin/env python3
"""Measures the service: jobs a second, what a job costs over the bare engine, uploads and downloads against a file copy.

bench/service builds what it needs and calls this. It prints a table in Markdown; --json FILE keeps the figures.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
BUILD = ROOT / "build" / "release"


def log(text):
    print(text, file=sys.stderr, flush=True)


def generated(folder, rows):
    """Returns the files of a merge of `rows` rows and one enriched file, made on the first call."""
    folder = Path(folder) / f"{rows}_1_enriched"
    if not (folder / ".complete").exists():
        log(f"generating {rows} rows")
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([BUILD / "bench" / "bench_generate", "--folder", folder, "--rows", str(rows), "--enriched", "1"], check=True)
        (folder / ".complete").touch()
    return folder / "original.csv", folder / "enriched_1.csv"


def timed(work):
    began = time.monotonic()
    result = work()
    return time.monotonic() - began, result


def median(work, runs):
    return statistics.median(timed(work)[0] for _ in range(runs))


class Service:
    """`crm-merge serve` in a folder of its own, with tests/running_service.py's hands."""

    def __init__(self, folder, *arguments):
        from running_service import RunningService
        self.running = RunningService(folder, "--limiter", "none", *arguments)

    def __enter__(self):
        return self.running

    def __exit__(self, *_):
        self.running.stop()


def small_jobs(arguments, folder):
    """Jobs a second of 1,000 rows each, submitted by four clients."""
    original, enriched = generated(arguments.data, 1000)
    with Service(folder, "--concurrency", str(arguments.concurrency)) as service:
        files = service.upload("crm.csv", original.read_bytes(), "original"), service.upload("a.csv", enriched.read_bytes())

        def submit(count, ids):
            for _ in range(count):
                ids.append(service.submit(*files).json["id"])

        def run():
            ids = []
            clients = [threading.Thread(target=submit, args=(arguments.jobs // 4, ids)) for _ in range(4)]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
            for job_id in ids:
                job = service.wait_for(job_id, seconds=600)
                assert job["state"] == "completed", job
            return len(ids)

        run()
        seconds, count = timed(run)
        return {"jobs_a_second": count / seconds, "jobs": count}


def over_the_engine(arguments, folder):
    """A job of a million rows, from submission to completion, against the same merge on the command line."""
    original, enriched = generated(arguments.data, arguments.rows)
    threads = max(1, (os.cpu_count() or 2) - 1)
    out = Path(folder) / "merged.csv"
    command = [arguments.binary, "merge", original, enriched, "-o", out, "--report", Path(folder) / "report.json", "--threads", str(threads), "--quiet"]
    with Service(folder, "--allow-sources", "file") as service:
        data = {"original": {"uri": f"file:{original}"}, "enriched": [{"uri": f"file:{enriched}"}], "spec": {}}

        def job():
            answer = service.request("POST", "/api/v1/jobs", data)
            assert answer.status == 201, answer.body
            done = service.wait_for(answer.json["id"], seconds=600)
            assert done["state"] == "completed", done
            return done["id"]

        def bare():
            subprocess.run(command, check=True)

        bare()
        job_id = job()
        same = out.read_bytes() == service.output(job_id, "merged")
        pairs = [(timed(bare)[0], timed(job)[0]) for _ in range(arguments.runs)]
    engine, service_seconds = (statistics.median(column) for column in zip(*pairs))
    return {"engine_seconds": engine, "job_seconds": service_seconds, "over_engine": service_seconds / engine - 1, "same_bytes": same}


def transfers(arguments, folder):
    """Upload (curl, one part after the other) and download against `cp` and fsync of the same file."""
    source = Path(folder) / "big.csv"
    line = b"".join(b"%07d,person%07d@example.com,+1415555%04d\n" % (i, i, i % 10000) for i in range(20_000))
    with open(source, "wb") as file:
        file.write(b"id,email,phone\n")
        while file.tell() < arguments.megabytes * 1_000_000:
            file.write(line)
    size = source.stat().st_size
    copy = median(lambda: subprocess.run(["sh", "-c", 'cp "$1" "$2" && sync "$2"', "sh", source, f"{source}.copy"], check=True), arguments.runs)
    with Service(folder) as service:
        def upload():
            made = service.request("POST", "/api/v1/uploads", {"name": "big.csv", "size": size, "kind": "original"}).json
            for part in made["parts"]:
                begin = (part["number"] - 1) * made["part_size"]
                with open(source, "rb") as file:
                    file.seek(begin)
                    body = file.read(part["size"])
                answer = service.request("PUT", part["url"], body)
                assert answer.status == 200, answer.body
            done = service.request("POST", f"/api/v1/uploads/{made['id']}/complete", {})
            assert done.status == 200, done.body
            return done.json

        up = median(upload, arguments.runs)
        files = upload(), service.upload("a.csv", b"email,city\nperson0000001@example.com,Rome\n")
        job_id = service.submit(*files).json["id"]
        assert service.wait_for(job_id, seconds=600)["state"] == "completed"
        url = f"http://127.0.0.1:{service.port}/api/v1/jobs/{job_id}/outputs/merged"
        down = median(lambda: subprocess.run(["curl", "-sf", "-o", Path(folder) / "down.csv", url], check=True), arguments.runs)
        merged = (Path(folder) / "down.csv").stat().st_size
        copied = median(lambda: subprocess.run(["cp", Path(folder) / "down.csv", Path(folder) / "down.copy"], check=True), arguments.runs)
    return {"file_mb": size / 1e6, "copy_mb_a_second": size / 1e6 / copy, "upload_mb_a_second": size / 1e6 / up,
            "download_mb_a_second": merged / 1e6 / down, "plain_copy_mb_a_second": merged / 1e6 / copied}


def markdown(figures):
    jobs, engine, moved = figures["small_jobs"], figures["over_the_engine"], figures["transfers"]
    return "\n".join([
        "| what | figure |", "| --- | ---: |",
        f"| jobs of 1,000 rows, a second ({jobs['jobs']} jobs) | {jobs['jobs_a_second']:.1f} |",
        f"| merge on the command line, seconds | {engine['engine_seconds']:.2f} |",
        f"| the same as a job, seconds | {engine['job_seconds']:.2f} ({engine['over_engine'] * 100:+.1f} %, same bytes: {engine['same_bytes']}) |",
        f"| upload of {moved['file_mb']:.0f} MB, MB/s (cp and sync: {moved['copy_mb_a_second']:.0f}) | {moved['upload_mb_a_second']:.0f} |",
        f"| download, MB/s (cp: {moved['plain_copy_mb_a_second']:.0f}) | {moved['download_mb_a_second']:.0f} |"]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=str(ROOT / "build" / "bench"), help="folder of the generated files")
    parser.add_argument("--binary", default=str(BUILD / "src" / "app" / "crm-merge"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", help="keep the figures in this file")
    arguments = parser.parse_args()
    os.environ["CRM_MERGE_BIN"] = re.sub(r"/+$", "", arguments.binary)
    figures = {}
    for work in (small_jobs, over_the_engine, transfers):
        with tempfile.TemporaryDirectory(prefix="crm-merge-bench-", dir=arguments.data) as folder:
            log(work.__doc__)
            figures[work.__name__] = work(arguments, folder)
            log(f"  {figures[work.__name__]}")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=1) + "\n")
    print(markdown(figures))


if __name__ == "__main__":
    main()
