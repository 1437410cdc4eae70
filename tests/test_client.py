"""The command-line client against a real service: the same bytes as a merge on this machine, and what goes wrong."""

import json
import re
import signal
import socket
import subprocess
import threading

import binary
import golden
import pytest
from client_service import ClientService as Service

CRM = ("Record ID,Email,Phone,City,Job Title,Company Domain,Owner\n"
       "1,ann@x.com,,Ulm,,x.com,N/A\n2,bob+crm@x.com,(415) 555-0100,,CEO,x.com,me\n3,cy@y.org,,Bonn,Head of Sales,y.org,\n4,,030 901820,,,z.de,you\n")
APOLLO = ("Email,Title,Town,Seniority,Updated,Website,Phone,Size\n"
          "ANN@x.com,CTO,Berlin,C,03.01.2024,https://www.x.com,,10\nbob@x.com,Chief,Rom,C,04.01.2024,x.com,,11\n"
          "ann@x.com,Chief Technology Officer,Essen,C,02.01.2024,,+49 30 901820,12\nnew@z.de,CFO,Kiel,,01.01.2024,z.de,+49 30 901820,13\n")
ZOOM = "E-mail;Mobile Phone;City;Rank\nbob@x.com;415-555-0101;Paris;1\ncy@y.org;415-555-0102;K\u00f6ln;2\n"
HEADLESS = "cy@y.org,Mainz\nann@x.com,Trier\n"
BROKEN = "Email,City\nann@x.com,Ulm\nbob@x.com,\"Rom\ncy@y.org,Bonn\n"
FILES = ["crm.csv", "apollo=apollo.csv", "zoom=zoom.csv"]

# For each rule of the table: arguments with which it makes a difference.
RULES = {
    "--delimiter": [*FILES, "--delimiter", "zoom=semicolon", "--delimiter", "original=,"],
    "--encoding": [*FILES, "--encoding", "zoom=iso-8859-15"],
    "--no-header": ["crm.csv", "heads=heads.csv", "--no-header", "heads", "--map", "column_1=Email", "--map", "column_2=City"],
    "--max-record-bytes": [*FILES, "--max-record-bytes", "1000"],
    "--blank": [*FILES, "--blank", "N/A,-", "--map", "zoom:Rank=Owner"],
    "--rejects": ["crm.csv", "bad=bad.csv", "--rejects", "REJECTS"],
    "--max-rejects": ["crm.csv", "bad=bad.csv", "--rejects", "REJECTS", "--max-rejects", "5"],
    "--on": [*FILES, "--on", "Phone:phone,email,Company Domain:domain"],
    "--match": [*FILES, "--on", "email,phone", "--match", "all"],
    "--max-shared": [*FILES, "--max-shared", "email=1", "--max-shared", "phone=0"],
    "--columns-for": [*FILES, "--on", "email,Company Domain:domain", "--columns-for", "domain=Size"],
    "--region": [*FILES, "--on", "phone", "--region", "DE"],
    "--email-aliases": [*FILES, "--email-aliases"],
    "--map": [*FILES, "--map", "apollo:Town=City", "--map", "zoom:#4=Owner"],
    "--no-auto-map": [*FILES, "--no-auto-map"],
    "--columns": [*FILES, "--columns", "Size,Seniority"],
    "--drop": [*FILES, "--drop", "Size,Rank"],
    "--id": [*FILES, "--id", "Owner", "--changes", "CHANGES"],
    "--match-column": [*FILES, "--match-column", "hit"],
    "--explain-columns": [*FILES, "--explain-columns"],
    "--strategy": [*FILES, "--strategy", "concat"],
    "--strategy-for": [*FILES, "--strategy-for", "Job Title=longest", "--strategy-for", "Seniority=last"],
    "--prefer": [*FILES, "--map", "apollo:Town=City", "--prefer", "City=zoom,apollo"],
    "--separator": [*FILES, "--strategy", "concat", "--separator", " | "],
    "--recency": [*FILES, "--strategy", "most_recent", "--recency", "Updated", "--recency-format", "%d.%m.%Y"],
    "--recency-format": [*FILES, "--strategy", "most_recent", "--recency", "Updated", "--recency-format", "%m.%d.%Y"],
    "--on-conflict": [*FILES, "--on-conflict", "use_enriched"],
    "--on-conflict-for": [*FILES, "--on-conflict-for", "Job Title=create_alternate"],
    "--alternate-suffix": [*FILES, "--on-conflict", "create_alternate", "--alternate-suffix", " (theirs)"],
    "--spec": ["--spec", "rules.yaml", "--strategy-for", "job_title=last"],
}
RULES_FILE = """
original: crm.csv
enriched:
  - {name: apollo, path: apollo.csv, columns: [Email, Title]}
  - {name: zoom, path: zoom.csv}
on:
  - {kind: email, columns: [Email], enriched: {zoom: [E-mail]}}
  - phone
map:
  apollo: {Town: City, Website: null}
strategy-for: {Job Title: longest, Seniority: last}
on-conflict-for: {City: use_enriched}
blank: [N/A]
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with Service(tmp_path_factory.mktemp("client")) as running:
        yield running


@pytest.fixture
def folder(tmp_path):
    for name, text in {"crm.csv": CRM, "apollo.csv": APOLLO, "heads.csv": HEADLESS, "bad.csv": BROKEN, "rules.yaml": RULES_FILE}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "zoom.csv").write_bytes(ZOOM.encode("iso-8859-15"))
    return tmp_path


def rule_options(folder):
    """The options of the groups of rules, as submit's own help lists them."""
    text = binary.run(["submit", "--help"], folder).stdout.decode()
    rules = text[text.index("\nFiles: "):text.index("\nOutputs: ")]
    return set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", rules, re.MULTILINE))


def test_each_rule_of_the_table_is_tried(folder):
    assert rule_options(folder) == set(RULES)
    of_merge = binary.run(["merge", "--help"], folder).stdout.decode()
    rules = of_merge[of_merge.index("\nFiles: "):of_merge.index("\nOutputs: ")]
    assert set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", rules, re.MULTILINE)) - set(RULES) == {"--save-spec"}


SIDE_FILES = ["--provenance", "--conflicts", "--unmatched-enriched"]


@pytest.mark.parametrize("option", RULES)
def test_submit_gives_the_bytes_of_merge(option, service, folder):
    written = {}
    for command in ("merge", "submit"):
        place = folder / command
        place.mkdir()
        outputs = [word for side in SIDE_FILES for word in (side, place / (side[2:] + ".csv"))]
        arguments = [{"REJECTS": place / "rejects.csv", "CHANGES": place / "changes.csv"}.get(word, word) for word in RULES[option]]
        service.client(folder, command, *arguments, "-o", place / "merged.csv", *outputs, "-q")
        written[command] = {path.name: path.read_bytes() for path in place.iterdir()}
    assert set(written["submit"]) >= {"merged.csv", "provenance.csv", "conflicts.csv", "unmatched-enriched.csv"}
    # A list of rejects names files: the service's own have other paths.
    for each in written.values():
        each.pop("rejects.csv", None)
    assert written["submit"] == written["merge"]


@pytest.mark.parametrize("name", ["out.tsv", "out.csv.gz", "out.tsv.zst"])
def test_the_suffix_decides_the_form(name, service, folder):
    service.client(folder, "merge", *FILES, "-o", "local-" + name, "-q")
    service.client(folder, "submit", *FILES, "-o", name, "-q")
    assert (folder / name).read_bytes() == (folder / ("local-" + name)).read_bytes()


def test_submit_prints_the_id_and_the_others_go_on_from_there(service, folder):
    job = service.client(folder, "submit", *FILES).stdout.decode().strip()
    watched = service.client(folder, "watch", job)
    assert f"crm-merge fetch {job} brings its files" in watched.stderr and "Matched" in watched.stderr
    fetched = service.client(folder, "fetch", job, "--report", "report.json")
    assert json.loads((folder / "report.json").read_text())["output_rows"] == 4 and "Wrote report.json" in fetched.stderr
    service.client(folder, "fetch", job)
    assert (folder / "merged.csv").read_text().startswith("Record ID,Email")
    again = service.client(folder, "fetch", job, code=2)
    assert "merged.csv is there already; give -o merged.csv to replace it" in again.stderr
    missing = service.client(folder, "fetch", job, "--changes", "changes.csv", code=3)
    assert "has no output changes; it was submitted without it" in missing.stderr and not (folder / "changes.csv").exists()


def test_the_summary_is_told(service, folder):
    told = service.client(folder, "submit", *FILES, "-o", "merged.csv", "--conflicts", "conflicts.csv").stderr
    assert re.search(r"Matched +2 of 4 rows  50.0 %", told), told
    assert "Wrote merged.csv: 4 rows, " in told and "; and conflicts.csv" in told and "Filled columns" in told


def test_progress_as_json_is_json_throughout(service, folder):
    told = service.client(folder, "submit", *FILES, "-o", "merged.csv", "--progress", "json").stderr
    lines = [json.loads(line) for line in told.splitlines()]
    stages = [line["stage"] for line in lines if "stage" in line]
    assert "send" in stages and "export" in stages and "fetch" in stages, stages
    assert lines[-1]["state"] == "completed" and lines[-1]["files"] == {"merged": "merged.csv"}
    assert lines[-1]["result"]["outputRowCount"] == 4
    failed = service.client(folder, "submit", "crm.csv", "bad.csv", "--wait", "--progress", "json", code=3).stderr
    assert json.loads(failed.splitlines()[-1])["error"]["exit_code"] == 3


def test_jobs_are_listed(service, folder):
    job = service.client(folder, "submit", *FILES, "--wait", "-q")
    assert job.stderr == "" and job.stdout == b""
    table = service.client(folder, "jobs", "--state", "completed", "--limit", "1").stdout.decode().splitlines()
    assert table[0].split()[:3] == ["ID", "STATE", "DONE"] and table[1].split()[1] == "completed" and len(table) == 2
    listed = json.loads(service.client(folder, "jobs", "--json", "--limit", "300").stdout)
    assert listed[0]["id"] == table[1].split()[0] and len(listed) > 1
    assert json.loads(service.client(folder, "jobs", "--json", "--search", "nobody-has-this").stdout) == []
    assert "state" in service.client(folder, "jobs", "--state", "lost", code=2).stderr


def test_a_failed_job_ends_with_the_status_of_its_reason(service, folder):
    failed = service.client(folder, "submit", "crm.csv", "bad.csv", "-o", "merged.csv", code=3)
    assert re.search(r"error: job \S+ failed: .*", failed.stderr) and not (folder / "merged.csv").exists()
    wrong = service.client(folder, "submit", "crm.csv", "apollo.csv", "--strategy-for", "Nope=last", "-o", "merged.csv", code=2)
    assert "Nope" in wrong.stderr


def test_a_job_that_waits_is_cancelled_and_the_watcher_hears_of_it(tmp_path, folder):
    with Service(tmp_path / "service", "--no-worker") as idle:
        job = idle.client(folder, "submit", *FILES).stdout.decode().strip()
        watcher = binary.start(["watch", job], folder, env=idle.env, stderr=subprocess.PIPE)
        said = watcher.stderr.readline().decode()
        assert said == f"crm-merge: job {job} waits for a worker\n"
        assert "is cancelled" in idle.client(folder, "cancel", job).stderr
        assert watcher.wait(30) == 130
        assert watcher.stderr.read().decode() == f"crm-merge: error: job {job} was cancelled\n"
        watcher.stderr.close()
        assert "finished already" in idle.client(folder, "cancel", job, code=2).stderr
        assert "there is no such job" in idle.client(folder, "watch", "nope", code=3).stderr


def test_ctrl_c_ends_the_watching_and_not_the_job(tmp_path, folder):
    with Service(tmp_path / "service", "--no-worker") as idle:
        job = idle.client(folder, "submit", *FILES).stdout.decode().strip()
        watcher = binary.start(["watch", job], folder, env=idle.env, stderr=subprocess.PIPE)
        watcher.stderr.readline()
        watcher.send_signal(signal.SIGINT)
        assert watcher.wait(30) == 130
        assert f"job {job} goes on: crm-merge watch {job} shows it again, crm-merge cancel {job} stops it" in watcher.stderr.read().decode()
        watcher.stderr.close()
        assert idle.job(job)["state"] == "waiting"


def test_a_server_that_is_away_is_status_5(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))    # bound and not listening: nobody answers there
        away = binary.run(["jobs", "--server", f"http://127.0.0.1:{taken.getsockname()[1]}"], folder)
    assert away.code == 5 and "is crm-merge serve running there?" in away.stderr


def test_a_server_of_somebody_else_is_named(folder):
    with socket.create_server(("127.0.0.1", 0)) as other:
        def answer():
            connection, _ = other.accept()
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnope")
            connection.close()
        thread = threading.Thread(target=answer)
        thread.start()
        outcome = binary.run(["watch", "x", "--server", f"http://127.0.0.1:{other.getsockname()[1]}"], folder)
        thread.join()
    assert outcome.code == 3 and "is this a service of crm-merge?" in outcome.stderr


class Cutter(threading.Thread):
    """Hands bytes on to a service and cuts connections that carry more than `limit` bytes: so many with uploads, so many with downloads."""

    def __init__(self, port, limit, uploads, downloads):
        super().__init__(daemon=True)
        self.port, self.limit, self.left = port, limit, {"up": uploads, "down": downloads}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            for way, source, target in (("up", client, server), ("down", server, client)):
                threading.Thread(target=self.carry, args=(way, source, target), daemon=True).start()

    def carry(self, way, source, target):
        carried = 0
        try:
            while piece := source.recv(65536):
                carried += len(piece)
                if carried > self.limit and self.left[way] > 0:
                    self.left[way] -= 1
                    break
                target.sendall(piece)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def test_what_is_cut_goes_on(service, folder):
    rows = "".join(f"{n},person{n}@x.com,{n * 7919 % 100003}{'x' * (n % 50)}\n" for n in range(60_000))
    (folder / "big.csv").write_text("Record ID,Email,Note\n" + rows)
    cutter = Cutter(service.port, 1_000_000, uploads=2, downloads=2)
    service.client(folder, "submit", "big.csv", "apollo.csv", "-o", "merged.csv", "-q", "--server", cutter.url)
    cutter.listener.close()
    assert cutter.left == {"up": 0, "down": 0}, "too little was cut: the test proves nothing"
    service.client(folder, "merge", "big.csv", "apollo.csv", "-o", "local.csv", "-q")
    assert (folder / "merged.csv").read_bytes() == (folder / "local.csv").read_bytes()


@pytest.mark.parametrize("arguments, words", [
    (["submit", "crm.csv", "-", "-o", "m.csv"], "-: standard input cannot be sent"),
    (["submit", "crm.csv"], "no enriched file: crm-merge submit crm.csv ENRICHED..."),
    (["submit", *FILES, "-o", "m.parquet"], "a service writes CSV and TSV"),
    (["submit", *FILES, "-o", "-"], "give a file"),
    (["submit", *FILES, "-o", "crm.csv"], "this file is an input"),
    (["submit", *FILES, "-o", "nowhere/m.csv"], "the folder nowhere does not exist"),
    (["submit", *FILES, "--conflicts", "c.csv.gz"], "give a file that ends in .csv"),
    (["submit", *FILES, "--engine", "sql"], "crm-merge submit has no option --engine"),
    (["submit", *FILES, "--token", "x"], "others on this machine can read what is typed"),
    (["jobs", "--server", "localhost:8080"], "write it like http://127.0.0.1:8080"),
    (["jobs", "--token-from", "nope"], "nope is not there"),
    (["watch"], "give the id of one job"),
    (["fetch", "a", "b"], "give the id of one job"),
    (["jobs", "--limit", "0"], "give a number from 1 to"),
])
def test_wrong_use_is_told_before_anything_is_sent(arguments, words, folder):
    outcome = binary.run(arguments, folder, env={"CRM_MERGE_SERVER": "http://127.0.0.1:1"})
    assert outcome.code == 2 and words in outcome.stderr, binary.describe(outcome, arguments)


def token_of(name, role, folder):
    made = binary.run(["token", name, role], folder)
    return made.stdout.decode(), made.stderr.strip().split(": ")[-1]


def test_tokens_come_from_the_environment_or_a_file(tmp_path, folder):
    lines = {role: token_of(role, role, folder) for role in ("read", "write")}
    (tmp_path / "tokens").write_text("".join(line for line, _ in lines.values()))
    with Service(tmp_path / "service", "--token-file", tmp_path / "tokens") as guarded:
        none = guarded.client(folder, "jobs", code=2)
        assert "CRM_MERGE_TOKEN, or --token-from FILE" in none.stderr
        guarded.client(folder, "jobs", env={"CRM_MERGE_TOKEN": lines["read"][1]})
        guarded.client(folder, "submit", *FILES, code=2, env={"CRM_MERGE_TOKEN": lines["read"][1]})
        (folder / "token").write_text(lines["write"][1] + "\n")
        job = guarded.client(folder, "submit", *FILES, "--token-from", "token").stdout.decode().strip()
        listed = json.loads(guarded.client(folder, "jobs", "--json", env={"CRM_MERGE_TOKEN_FROM": str(folder / "token")}).stdout)
        assert listed[0]["id"] == job and listed[0]["submitted_by"] == "write"


def test_https_is_verified(tmp_path, folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem",
                    "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    with Service(tmp_path / "service", "--tls-cert", tmp_path / "cert.pem", "--tls-key", tmp_path / "key.pem", scheme="https") as safe:
        refused = safe.client(folder, "jobs", code=5)
        assert "give the authority that signed its certificate with --ca-file" in refused.stderr
        safe.client(folder, "submit", *FILES, "-o", "merged.csv", "--ca-file", tmp_path / "cert.pem")
        assert (folder / "merged.csv").exists()


@pytest.mark.parametrize("command", ["submit", "jobs", "watch", "cancel", "fetch", "backup", "restore"])
def test_help_is_kept_word_for_word(command, tmp_path):
    golden.check(f"{command}-help.txt", binary.run([command, "--help"], tmp_path).stdout.decode())
