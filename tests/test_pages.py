"""README and guide, followed word by word. CRM_MERGE_UPDATE_PAGES=1 rewrites what is seen; look at the difference."""

from pathlib import Path

import pages
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("page", pages.pages(ROOT), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_is_true(page, tmp_path):
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    text = page.read_text(encoding="utf-8")
    should = pages.rewritten(text, pages.Reader(tmp_path))
    if pages.is_updating():
        page.write_text(should, encoding="utf-8")
    else:
        assert text.splitlines() == should.splitlines()


@pytest.mark.parametrize("page", pages.pages(ROOT), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in pages.links_of(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


def test_the_guide_is_there_and_has_commands():
    found = [block for page in pages.pages(ROOT) for block in pages.blocks_of(page.read_text(encoding="utf-8"))
             if block.kind == "console"]
    assert len(found) > 30


def test_a_page_that_is_not_true_is_noticed(tmp_path):
    page = "```csv a.csv\nEmail\na@x.com\n```\n```console\n$ cat a.csv\nEmail\nb@x.com\n```\n"
    assert "b@x.com" not in pages.rewritten(page, pages.Reader(tmp_path))
