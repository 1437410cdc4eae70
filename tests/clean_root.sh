#!/usr/bin/env bash
# tests/clean_root.sh BUILD_FOLDER      installs the .deb in a Debian 12 that has nothing else, and unpacks the tarball in another; runs both.
# The bare Debian is made once, by debootstrap, and kept as BUILD_FOLDER/debian-12.tar. Needs root, debootstrap and the network; where one
# is missing it says so and ends with 77. Each outcome is a line `passed NAME` or `failed NAME` on standard output.
set -uo pipefail

build=$(readlink -f -- "${1:?the build folder}")
samples=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")/samples
mirror=${CRM_MERGE_DEBIAN_MIRROR:-http://deb.debian.org/debian}

skip() {
  printf 'skipped: packages in a clean Debian: %s\n' "$*" >&2
  exit 77
}

((EUID == 0)) || skip "needs root"
# Mounts of its own: they end with it.
if [[ ! ${CRM_MERGE_OWN_MOUNTS-} ]]; then
  unshare --mount true 2>/dev/null || skip "cannot have mounts of its own"
  CRM_MERGE_OWN_MOUNTS=1 exec unshare --mount -- "$0" "$@"
fi
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
work=$(mktemp -d)
trap 'umount "$work"/*/proc 2>/dev/null; rm -rf --one-file-system -- "$work"' EXIT
bare=$build/debian-12.tar
if [[ ! -e $bare ]]; then
  debootstrap --variant=minbase bookworm "$work/made" "$mirror" >"$work/debootstrap.log" 2>&1 ||
    skip "debootstrap could not make one: $(tail -n 1 "$work/debootstrap.log")"
  tar -C "$work/made" -cf "$bare.part" . && mv -- "$bare.part" "$bare"
  rm -rf -- "$work/made"
fi

# new_root NAME: a bare Debian in $work/NAME, with the samples in /data.
new_root() {
  mkdir "$work/$1"
  tar -C "$work/$1" -xf "$bare"
  cp /etc/resolv.conf "$work/$1/etc/"
  # The loader asks /proc where a program stands.
  mount -t proc proc "$work/$1/proc"
  mkdir "$work/$1/data"
  cp -- "$samples"/*.csv "$work/$1/data/"
}

# merges NAME PROGRAM: both engines give the same file there.
merges() {
  chroot "$work/$1" /bin/sh -c "cd /data && for e in stream sql; do
    '$2' merge hubspot-contacts.csv apollo-export.csv -o \$e.csv --engine \$e --quiet || exit; done
    cmp stream.csv sql.csv && test \$(wc -l <stream.csv) -gt 200" >"$work/$1.log" 2>&1
}

outcome() {
  if (($1 == 0)); then
    printf 'passed %s\n' "$2"
  else
    printf 'failed %s\n' "$2"
    tail -n 15 -- "$work/$3.log" >&2
  fi
}

(cd -- "$build" && cpack -G DEB -B "$work/packages" && cpack -G TGZ -B "$work/packages") >"$work/cpack.log" 2>&1 ||
  { outcome 1 packages-made cpack; exit 1; }

new_root deb
cp -- "$work"/packages/crm-merge_*.deb "$work/deb/package.deb"
DEBIAN_FRONTEND=noninteractive chroot "$work/deb" /bin/sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends /package.deb' \
  >"$work/deb.log" 2>&1
installed=$?
outcome "$installed" deb-installs deb
if ((installed == 0)); then
  merges deb crm-merge
  outcome $? deb-runs deb
  chroot "$work/deb" /bin/sh -c 'apt-get remove -y -q crm-merge && ! command -v crm-merge && test ! -e /usr/lib/crm-merge' >"$work/deb.log" 2>&1
  outcome $? deb-is-removed-whole deb
fi

new_root tarball
mkdir "$work/tarball/opt/somewhere"
tar -xzf "$work"/packages/*.tar.gz -C "$work/tarball/opt/somewhere" --strip-components=1
merges tarball /opt/somewhere/bin/crm-merge
outcome $? tarball-runs tarball
