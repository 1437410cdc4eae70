# shellcheck shell=bash
# What ./run and ./test share: packages, DuckDB's library, configuring and building. Sourced; $root is the checkout.
# Everything said here goes to standard error: standard output belongs to the program that is run.

stamps=${root:?}/build/.stamps
logs=$root/build/logs

say() { printf '%s\n' "$*" >&2; }

die() {
  printf '%s: %s\n' "$(basename -- "$0")" "$*" >&2
  exit 1
}

# One set-up or build at a time in a checkout; `./run a | ./run b` starts two. The lock is on descriptor 9 of the calling subshell.
lock_checkout() {
  mkdir -p "$stamps" "$logs" || die "cannot write to $root/build"
  if command -v flock >/dev/null; then
    exec 9>"$stamps/lock"
    flock 9
  fi
}

# The packages of the groups named that the machine lacks, one a line.
missing_packages() {
  local group package command installed
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null | sed -n 's/ installed$//p' | sort -u)
  while read -r group package command; do
    [[ $group == '#' || -z $group ]] && continue
    [[ " $* " == *" $group "* ]] || continue
    [[ $command != - ]] && command -v "$command" >/dev/null && continue
    grep -qxF -- "$package" <<<"$installed" || printf '%s\n' "$package"
  done <"$root/scripts/packages.txt"
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

apt_install() {
  as_root apt-get install -y -q --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@"
}

# Installs what is missing of the groups named, says which; a stamp makes the next call free.
install_packages() {
  local stamp missing log=$logs/packages.log
  stamp=$stamps/packages-$(printf '%s-' "$@")$(cksum <"$root/scripts/packages.txt" | tr ' ' '-')
  [[ -e $stamp || -n ${CRM_MERGE_NO_INSTALL-} ]] && return
  if ! command -v apt-get >/dev/null; then
    say "This machine has no apt-get: install what scripts/packages.txt lists (groups: $*) by hand. Going on without."
    return
  fi
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]})); then
    if ((EUID != 0)) && ! command -v sudo >/dev/null; then
      die "Debian packages are missing and there is no sudo. As root, run: apt-get install --no-install-recommends ${missing[*]}"
    fi
    say "Installing Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # The lists may be absent (a fresh container) or too old to name a package that the mirror still has.
    if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || ! apt_install "${missing[@]}" >"$log" 2>&1 </dev/null; then
      as_root apt-get update -q >"$log" 2>&1 </dev/null || fail_with_log "$log" "apt-get update failed"
      apt_install "${missing[@]}" >"$log" 2>&1 </dev/null || fail_with_log "$log" "apt-get could not install the packages"
    fi
  fi
  : >"$stamp"
}

fail_with_log() {
  say "--- the end of $1:"
  tail -n "${3:-40}" -- "$1" >&2
  say "---"
  die "$2 (the whole log: $1)"
}

# DuckDB's library at the version and hash that the lock file pins. A DuckDB of the system's wins over it (see CMake).
fetch_duckdb() {
  local folder=$root/third_party/duckdb stamp log=$logs/duckdb.log
  stamp=$stamps/duckdb-$(cksum <"$folder/package-lock.json" | tr ' ' '-')
  if [[ -e $stamp ]] && compgen -G "$folder/node_modules/@duckdb/*/libduckdb.so" >/dev/null; then
    return
  fi
  command -v npm >/dev/null || die "npm is missing; it fetches DuckDB's library (third_party/duckdb). Install it, or remove CRM_MERGE_NO_INSTALL."
  say "Fetching DuckDB's library from npm (70 MB)"
  (cd -- "$folder" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier) >"$log" 2>&1 </dev/null ||
    fail_with_log "$log" "npm could not fetch DuckDB's library"
  # npm leaves out an optional package that it cannot fetch, and ends well all the same.
  compgen -G "$folder/node_modules/@duckdb/*/libduckdb.so" >/dev/null ||
    fail_with_log "$log" "npm fetched no libduckdb.so for this machine ($(uname -m))"
  : >"$stamp"
}

# What tests set on the other side, from npm, as the lock file pins it: BullMQ, and a reader of Parquet.
fetch_node_tests() {
  local folder=$root/tests/node stamp log=$logs/node-tests.log
  stamp=$stamps/node-tests-$(cksum <"$folder/package-lock.json" | tr ' ' '-')
  [[ -e $stamp && -d $folder/node_modules ]] && return
  command -v npm >/dev/null || die "npm is missing; it fetches what tests need (tests/node). Install it, or remove CRM_MERGE_NO_INSTALL."
  (cd -- "$folder" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier) >"$log" 2>&1 </dev/null ||
    fail_with_log "$log" "npm could not fetch the packages of tests/node"
  : >"$stamp"
}

# The web page's bundle in web/dist: packages by lock file, then the build. `page_packages test` adds what its tests need.
page_packages() {
  local folder=$root/web lock log=$logs/page-packages.log with=(--omit=dev)
  lock=$(cksum <"$folder/package-lock.json" | tr ' ' '-')
  [[ -e $stamps/page-test-$lock && -d $folder/node_modules ]] && return
  if [[ $1 == test ]]; then
    with=()
  elif [[ -e $stamps/page-build-$lock && -d $folder/node_modules ]]; then
    return
  fi
  command -v npm >/dev/null || die "npm is missing; it fetches what the web page is made of (web/package-lock.json). Install it, or remove CRM_MERGE_NO_INSTALL."
  say "Fetching the web page's packages from npm"
  rm -f -- "$stamps"/page-build-* "$stamps"/page-test-*
  (cd -- "$folder" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier "${with[@]}") >"$log" 2>&1 </dev/null ||
    fail_with_log "$log" "npm could not fetch the web page's packages"
  : >"$stamps/page-$1-$lock"
}

build_page() {
  local folder=$root/web stamp log=$logs/page.log
  page_packages "$1"
  # Names and contents of everything the bundle is made of.
  stamp=$stamps/page-bundle-$(cd -- "$folder" && find index.html package-lock.json tsconfig*.json vite.config.ts public scripts src packages -type f -not -path '*/node_modules/*' -exec cksum {} + |
    LC_ALL=C sort | cksum | tr ' ' '-')
  [[ -e $stamp && -e $folder/dist/index.html ]] && return
  say "Building the web page"
  rm -f -- "$stamps"/page-bundle-*
  (cd -- "$folder" && npm run --silent build) >"$log" 2>&1 </dev/null || fail_with_log "$log" "the build of the web page failed"
  : >"$stamp"
}

# Compile jobs at once: a core each, and 1.5 GiB of memory each.
build_jobs() {
  local cores memory_kib jobs
  cores=$(nproc)
  memory_kib=$(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo 2>/dev/null)
  jobs=$((${memory_kib:-4000000} / 1572864))
  ((jobs > cores)) && jobs=$cores
  ((jobs < 1)) && jobs=1
  printf '%s\n' "$jobs"
}

# Says how far a build is, once it has lasted a second, until it is killed: a line that rewrites itself on a terminal.
show_build_progress() {
  local preset=$1 log=$2 line
  sleep 1 >/dev/null 2>&1 9>&-
  [[ -t 2 ]] || say "Building crm-merge ($preset); the first time takes some minutes; log: $log"
  while [[ -t 2 ]]; do
    line=$(tail -n 1 -- "$log" 2>/dev/null)
    printf '\r\033[KBuilding crm-merge (%s) %s' "$preset" "$(grep -o '^\[[0-9/]*\]' <<<"$line")" >&2
    sleep 1 >/dev/null 2>&1 9>&-
  done
}

# build PRESET [TARGET…]: configures when needed and builds in build/PRESET.
build() {
  local preset=$1 folder=$root/build/$1 log=$logs/$1.log ticker status launcher=()
  shift
  # A checkout that was moved or copied: CMake refuses the other place's cache.
  if [[ -e $folder/CMakeCache.txt ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt"; then
    rm -rf -- "$folder"
  fi
  show_build_progress "$preset" "$log" </dev/null &
  ticker=$!
  status=0
  if [[ ! -e $folder/build.ninja || $root/CMakePresets.json -nt $folder/build.ninja ]]; then
    if command -v ccache >/dev/null; then
      export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$root
      launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    fi
    (cd -- "$root" && cmake --preset "$preset" "${launcher[@]}") >"$log" 2>&1 </dev/null || status=1
  fi
  if ((status == 0)); then
    export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$root
    ninja -C "$folder" -j "$(build_jobs)" "$@" >"$log" 2>&1 </dev/null || status=1
  fi
  kill "$ticker" 2>/dev/null
  wait "$ticker" 2>/dev/null
  [[ -t 2 ]] && printf '\r\033[K' >&2
  ((status == 0)) || fail_build "$log" "$preset"
}

# The compiler's first complaint matters most, and ninja may have stopped long after it.
fail_build() {
  local failed
  failed=$(grep -m 1 -n '^FAILED: ' -- "$1" | cut -d: -f1)
  if [[ -n $failed ]]; then
    say "--- the first failure in $1:"
    tail -n "+$failed" -- "$1" | cut -c 1-400 | grep -v '^[^ ]*/\(c++\|ccache\|g++\|clang++[-0-9]*\) ' | head -n 40 >&2
    say "---"
    die "the build of $2 failed (the whole log: $1)"
  fi
  fail_with_log "$1" "the build of $2 failed"
}
