"""What cpack makes: the Debian package and the tarball, unpacked and run. tests/clean_root.sh installs them in an empty Debian."""

import os
import re
import subprocess
from pathlib import Path

import binary
import pytest
from made_once import made_once

SAMPLES = Path(__file__).parent.parent / "samples"
# The C library's own: everything else a tarball must bring.
OF_THE_SYSTEM = re.compile(r"^(linux-vdso|/lib64/ld-linux|/lib/ld-linux|lib(c|m|dl|rt|pthread|resolv)\.so)")


def pack(generator, folder):
    build = Path(binary.path()).parents[2]
    done = subprocess.run(["cpack", "-G", generator, "-B", folder, "--config", build / "CPackConfig.cmake"], cwd=build,
                          capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def debian_package(tmp_path_factory):
    return next(made_once(tmp_path_factory, "deb", lambda folder: pack("DEB", folder)).glob("crm-merge_*.deb"))


@pytest.fixture(scope="module")
def unpacked_package(debian_package, tmp_path_factory):
    return made_once(tmp_path_factory, "root", lambda root: subprocess.run(["dpkg-deb", "-x", debian_package, root], check=True))


@pytest.fixture(scope="module")
def unpacked_tarball(tmp_path_factory):
    def unpack(folder):
        pack("TGZ", folder)
        (folder / "a place").mkdir()
        subprocess.run(["tar", "-xzf", next(folder.glob("*.tar.gz")), "-C", folder / "a place", "--strip-components=1"], check=True)

    return made_once(tmp_path_factory, "tarball", unpack) / "a place"


def merged_by(program, engine, folder):
    out = folder / f"{engine}.csv"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    done = subprocess.run([program, "merge", SAMPLES / "hubspot-contacts.csv", SAMPLES / "apollo-export.csv", "-o", out,
                           "--engine", engine, "--quiet"], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return out.read_bytes()


def field(package, name):
    return subprocess.run(["dpkg-deb", "-f", package, name], capture_output=True, text=True, check=True).stdout.strip()


def test_the_package_names_what_it_needs_and_its_version(debian_package, tmp_path):
    version = binary.run(["--version"], tmp_path).stdout.decode().split()[1]
    assert (field(debian_package, "Package"), field(debian_package, "Version")) == ("crm-merge", version)
    needed = field(debian_package, "Depends")
    for library in ("libc6 (>= ", "libicu72", "libphonenumber8", "libpsl5", "libstdc++6"):
        assert library in needed
    assert "duckdb" not in needed, "it brings its own"


def test_the_library_is_a_package_of_its_own_that_needs_the_program(debian_package, tmp_path):
    library = next(debian_package.parent.glob("libcrm-merge-dev_*.deb"))
    assert f"crm-merge (= {field(debian_package, 'Version')})" in field(library, "Depends")
    subprocess.run(["dpkg-deb", "-x", library, tmp_path], check=True)
    assert (tmp_path / "usr/include/crm_merge/merge.h").exists() and (tmp_path / "usr/lib/libcrm_merge.so").exists()


def test_the_package_has_the_manual_the_completions_and_the_licences(unpacked_package):
    share = unpacked_package / "usr/share"
    assert (share / "man/man1/crm-merge.1").read_text().startswith(".\\\" Made by")
    assert "complete -F _crm_merge crm-merge" in (share / "bash-completion/completions/crm-merge").read_text()
    assert (share / "zsh/vendor-completions/_crm-merge").read_text().startswith("#compdef crm-merge")
    assert "complete -c crm-merge" in (share / "fish/vendor_completions.d/crm-merge.fish").read_text()
    rights = (share / "doc/crm-merge/copyright").read_text()
    assert "MIT License" in rights and "libphonenumber | 8.12.57 | Apache-2.0" in rights


def test_what_is_packed_tells_nothing_of_the_machine_that_built_it(unpacked_package):
    build = Path(binary.path()).parents[2]
    assert os.fsencode(build) not in (unpacked_package / "usr/bin/crm-merge").read_bytes()


def test_the_unpacked_package_merges_with_both_engines_alike(unpacked_package, tmp_path):
    program = unpacked_package / "usr/bin/crm-merge"
    merged = merged_by(program, "stream", tmp_path)
    assert merged.count(b"\n") > 200 and merged == merged_by(program, "sql", tmp_path)


def test_the_tarball_runs_from_a_folder_with_a_space(unpacked_tarball, tmp_path):
    program = unpacked_tarball / "bin/crm-merge"
    assert merged_by(program, "stream", tmp_path) == merged_by(program, "sql", tmp_path)


def test_the_tarball_brings_every_library_but_the_c_library(unpacked_tarball):
    elf_files = [unpacked_tarball / "bin/crm-merge", *(unpacked_tarball / "lib").glob("*.so"),
                 *(unpacked_tarball / "lib/crm-merge").iterdir()]
    assert len(elf_files) > 10
    listed = subprocess.run(["ldd", unpacked_tarball / "bin/crm-merge"], capture_output=True, text=True, check=True).stdout
    for line in filter(None, map(str.strip, listed.splitlines())):
        found = os.path.normpath(line.split("=>")[-1].rsplit("(", 1)[0].strip())
        assert OF_THE_SYSTEM.match(line) or found.startswith(str(unpacked_tarball / "lib/crm-merge")), line


def test_the_tarball_needs_no_newer_c_library_than_its_page_says(unpacked_tarball):
    page = (Path(__file__).parent.parent / "docs/packages.md").read_text()
    floor = tuple(map(int, re.search(r"glibc (\d+)\.(\d+) or newer", page).groups()))
    for library in [unpacked_tarball / "bin/crm-merge", *(unpacked_tarball / "lib").rglob("*.so*")]:
        symbols = subprocess.run(["objdump", "-T", library], capture_output=True, text=True, check=True).stdout
        needed = {tuple(map(int, found)) for found in re.findall(r"GLIBC_(\d+)\.(\d+)", symbols)}
        assert max(needed, default=(0, 0)) <= floor, library.name
