"""The report page in a real browser: its figures, its manners, its looks on narrow screens, in the dark and on paper."""

import html.parser
import json
import re
import subprocess
from pathlib import Path

import binary
import pytest

SAMPLES = Path(__file__).parent.parent / "samples"
WIDTHS = (320, 360, 768, 1280)
BROWSER_SECONDS = 120
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--allow-file-access-from-files",
          "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--hide-scrollbars"]

# Looks at the report through frames of several widths; what it sees is its own text.
_LOOK = """<!doctype html><meta charset="utf-8"><body>%(frames)s<script>
onload = () => {
  const seen = {};
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, root = page.documentElement, style = frame.contentWindow.getComputedStyle(page.body);
    const bars = [...page.querySelectorAll(".bar svg")].map(bar => bar.getBoundingClientRect().width);
    seen[frame.width] = {scroll: root.scrollWidth, client: root.clientWidth, paper: style.backgroundColor, ink: style.color,
      figures: [...page.querySelectorAll("data[data-figure]")].map(d => [d.dataset.figure, d.value, d.textContent]),
      names: [...page.querySelectorAll("bdi")].map(n => n.textContent), bars: Math.min(...bars),
      odd: page.querySelectorAll("script, img, iframe, object, embed, link[rel=stylesheet], body style").length,
      unnamed: [...page.querySelectorAll("table")].filter(t => !t.caption || !t.querySelector("thead th[scope=col]")
        || !t.querySelector("tbody th[scope=row]")).length,
      landmarks: ["header", "nav", "main", "footer"].every(l => page.querySelectorAll("body " + l).length === 1)};
  }
  document.body.textContent = JSON.stringify(seen);
};
</script>"""


def browse(folder, target, *flags):
    """Runs the browser once, with a profile of its own. Returns (standard output, what pages said on the console)."""
    done = subprocess.run(["chromium", *_FLAGS, f"--user-data-dir={folder / 'profile'}", *flags, f"file://{target}"],
                          capture_output=True, timeout=BROWSER_SECONDS, check=True, env=binary.environment(HOME=str(folder)))
    log = done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "replace"), [line for line in log.splitlines() if ":CONSOLE" in line]


def look(folder, page, *flags):
    frames = "".join(f'<iframe width="{width}" height="900" src="{page.name}"></iframe>' for width in WIDTHS)
    (page.parent / "look.html").write_text(_LOOK % {"frames": frames})
    text, console = browse(folder, page.parent / "look.html", "--dump-dom", *flags)
    assert console == []
    return {int(width): seen for width, seen in json.loads(html_text(text)).items()}


def html_text(page):
    class Text(html.parser.HTMLParser):
        text = ""

        def handle_data(self, data):
            self.text += data
    parser = Text()
    parser.feed(re.sub(r"(?s).*<body>|</body>.*", "", page))
    return parser.text


def figure(report, path):
    value = report
    for step in path.split("."):
        values = list(value.values()) if isinstance(value, dict) else value
        value = values[int(step)] if step.isdigit() else value[step]
    return value


def merged(folder, *arguments):
    done = binary.run(["merge", *arguments, "-o", "out.csv", "--report", "report.json", "--report", "report.html"], folder)
    assert done.code == 0, binary.describe(done, arguments)
    return folder / "report.html", json.loads((folder / "report.json").read_text())


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report page")
    return merged(folder, SAMPLES / "hubspot-contacts.csv", f"apollo={SAMPLES}/apollo-export.csv",
                  f"zoominfo={SAMPLES}/zoominfo-contacts.csv", f"linkedin={SAMPLES}/Connections.csv", "--on", "email,linkedin,phone",
                  "--unmatched-enriched", "net-new.csv")


def check_page(seen, report):
    for width, view in seen.items():
        assert view["scroll"] <= view["client"], f"wider than the screen at {width} px"
        assert (view["odd"], view["unnamed"], view["landmarks"]) == (0, 0, True)
    told = {path: (int(value), text) for path, value, text in seen[WIDTHS[-1]]["figures"]}
    for path, (value, text) in told.items():
        assert value == figure(report, path), path
        assert text == f"{value:,}" or text.endswith("%") or text == "–", (path, text)
    expected = {"matched_rows", "unmatched_rows", "output_rows", "changed_rows"}
    for i, column in enumerate(report["columns"]):
        expected |= {f"columns.{i}.filled_before", f"columns.{i}.filled_after", f"columns.{i}.changed"}
        expected |= {f"columns.{i}.filled_by.{f}" for f in range(len(report["enriched"])) if sum(column["filled_by"].values())}
        if sum(column["conflicts"].values()):
            expected |= {f"columns.{i}.conflicts.real", f"columns.{i}.conflicts.formatting"}
    for f in range(len(report["enriched"])):
        expected |= {f"enriched.{f}.{name}" for name in ("rows", "contributed", "matched_nothing_used", "unmatched", "without_key")}
        expected |= {f"enriched.{f}.cells.{name}" for name in ("filled", "filled_alone", "replaced", "agreeing", "overridden")}
    for i in range(len(report["inputs"])):
        expected |= {f"inputs.{i}.{name}" for name in ("records", "rows", "rejected", "padded", "empty_lines")}
    assert expected <= set(told), sorted(expected - set(told))


def test_the_page_says_what_the_json_says_and_fits_every_screen_in_the_light(sample, tmp_path):
    page, report = sample
    seen = look(tmp_path, page)
    check_page(seen, report)
    view = seen[WIDTHS[-1]]
    assert (view["paper"], view["ink"]) == ("rgb(255, 255, 255)", "rgb(27, 35, 48)")
    assert view["bars"] > 40


def test_the_page_is_dark_for_those_who_like_it_dark(sample, tmp_path):
    view = look(tmp_path, sample[0], "--blink-settings=preferredColorScheme=0")[360]
    assert (view["paper"], view["ink"]) == ("rgb(18, 22, 29)", "rgb(231, 235, 242)")


def test_the_page_prints(sample, tmp_path):
    browse(tmp_path, sample[0], "--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'page.pdf'}")
    pdf = (tmp_path / "page.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2


def test_the_page_asks_for_nothing_beyond_itself(sample):
    text = sample[0].read_text()
    links = re.findall(r'(?:src|href|action|poster|data)="([^"]*)"', text)
    assert links and all(link.startswith("#") or link == "data:," for link in links), links
    assert not re.search(r"(?i)url\(|@import|<script|<img|\bon\w+=", text)


def test_names_of_users_are_text_and_nothing_else(tmp_path):
    names = ["Email", "<script>document.title='x'</script>", '"><img src=x onerror=alert(1)>', "</style></title><svg onload=alert(1)>",
             "&lt;b&gt; & 'q'", "W" * 300, "\u202eabc", " "]
    row = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    (tmp_path / "<crm>&.csv").write_text(f"{row}\nann@x.com,,,,,,,\n")
    (tmp_path / "v.csv").write_text(f"{row}\nann@x.com,1,2,3,4,5,6,7\n")
    page, report = merged(tmp_path, "<crm>&.csv", "<b>v=v.csv")
    seen = look(tmp_path, page)
    check_page(seen, report)
    assert set(names[:-1]) <= set(seen[360]["names"])
    assert "<b>v" in seen[360]["names"]
