"""The check of the source tree finds what it is there to find."""

import pytest

import layers

TABLE = """
[folders]
base:
model: base
[homes]
duckdb.h: base
"""


@pytest.fixture
def tree(tmp_path):
    """A checkout with nothing wrong in it: returns a function that adds a file and gives the faults."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "layers.txt").write_text(TABLE)

    def add(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return layers.faults(tmp_path)

    return add


def test_an_arrow_of_the_table_is_fine(tree):
    assert tree("src/model/a.h", '#include "base/error.h"\n#include <string>\n') == []


def test_an_arrow_against_the_table_is_a_fault(tree):
    assert tree("src/base/a.h", '#include "model/spec.h"\n') == ["src/base/a.h:1: base may not include model/spec.h of model"]


def test_a_test_may_include_what_lies_above(tree):
    assert tree("src/base/a_test.cpp", '#include "model/spec.h"\n') == []


def test_a_vendor_header_outside_its_home_is_a_fault(tree):
    assert tree("src/model/a.cpp", "#include <duckdb.h>\n") == ["src/model/a.cpp:1: duckdb.h belongs in base only"]


def test_a_folder_that_the_table_lacks_is_a_fault(tree):
    assert tree("src/other/a.h", "") == ["src/other/a.h: its folder is not in tests/layers.txt"]


def test_arrows_in_a_circle_are_a_fault(tree):
    faults = tree("tests/layers.txt", "[folders]\na: b\nb: a\n")
    assert faults == ["tests/layers.txt: the arrows are a circle: a → b → a"]


def test_a_source_over_the_limit_is_a_fault(tree):
    assert tree("src/base/long.cpp", "\n" * 501) == ["src/base/long.cpp: 501 lines; the limit is 500"]


@pytest.mark.parametrize("folder", ["home", "root", "Users"])
def test_a_path_of_a_machine_is_a_fault(tree, folder):
    assert tree("notes.md", f"see /{folder}/me/notes\n") == ["notes.md:1: a path of somebody's machine"]


def test_an_address_is_no_path_of_a_machine(tree):
    assert tree("notes.md", "https://example.com/home/me and a/work/b\n") == []
