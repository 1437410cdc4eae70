# shellcheck shell=bash disable=SC2154
# The stages of ./test; $names holds the filters. Each leaves its outcome in $results: JUnit XML of a runner, or NAME.txt with a line
# `passed NAME` or `failed NAME` per check; scripts/sum_results.py adds them up.

title() { say "== $*"; }

# What runs the tests: GCC 12's ThreadSanitizer dies of kernels that randomize more than 28 bits of an address.
launcher=()

# C++ tests and the checks that CTest knows, of one build.
unit_tests() {
  local preset=$1 filter=()
  title "unit tests ($preset)"
  ((${#names[@]})) && filter=(-R "$(IFS='|'; printf '%s' "${names[*]}")")
  "${launcher[@]}" ctest --test-dir "$root/build/$preset" -j "$(nproc)" --output-on-failure --no-tests=ignore --timeout 600 \
    --output-junit "$results/unit-$preset.xml" "${filter[@]}" >"$logs/unit-$preset.log" 2>&1 </dev/null
  # A line per passed test would bury the failures.
  grep -vE '^ *(Start +[0-9]+:|[0-9]+/[0-9]+ Test .* Passed )' "$logs/unit-$preset.log" | grep -v '^$' >&2
  [[ -e $results/unit-$preset.xml ]] || printf 'failed unit-%s\n' "$preset" >"$results/unit-$preset.txt"
}

# What drives the binary, by pytest: the files of tests/ that are named, or all of them.
specification_tests() {
  local preset=$1 expression selection=() files=("$root/tests")
  shift
  title "specifications ($preset)"
  (($#)) && files=("${@/#/$root/tests/}")
  ((${#names[@]})) && expression="${names[*]}" && selection=(-k "${expression// / or }")
  CRM_MERGE_BIN=$root/build/$preset/src/app/crm-merge \
    "${launcher[@]}" /usr/bin/python3 -m pytest "${files[@]}" --rootdir "$root" -q --no-header -n "$(nproc)" -p no:cacheprovider \
    --basetemp "$root/build/pytest-$preset" --junitxml "$results/pytest-$preset.xml" --tb short "${selection[@]}" 2>&1 </dev/null |
    tee "$logs/pytest-$preset.log" | awk -v log_file="$logs/pytest-$preset.log" 'NR <= 400; NR == 401 {print "… (the whole log: " log_file ")"}' >&2
  [[ -e $results/pytest-$preset.xml ]] || printf 'failed pytest-%s\n' "$preset" >"$results/pytest-$preset.txt"
}

# The web page: its units, then the whole road in Chromium against the real binary.
page_tests() {
  local preset=$1 units=() road=()
  title "the web page ($preset)"
  if ((${#names[@]})); then
    [[ " ${names[*]} " == *" page "* ]] || { units=("${names[@]}") && road=(-g "$(IFS='|'; printf '%s' "${names[*]}")"); }
  fi
  (
    cd -- "$root/web" || exit 1
    npx --no-install vitest run --passWithNoTests --reporter default --reporter junit --outputFile.junit "$results/page-units.xml" "${units[@]}"
    CRM_MERGE_BIN=$root/build/$preset/src/app/crm-merge PLAYWRIGHT_JUNIT_OUTPUT_FILE=$results/page-road.xml \
      npx --no-install playwright test --pass-with-no-tests --reporter list,junit "${road[@]}"
  ) >"$logs/page-$preset.log" 2>&1 </dev/null
  grep -E '^ *(✓|✗|×|✘|[0-9]+\)|FAIL|Error)|AssertionError' "$logs/page-$preset.log" | grep -vE '^ *✓' | head -n 60 >&2
  for part in units road; do
    [[ -e $results/page-$part.xml ]] || printf 'failed page-%s\n' "$part" >"$results/page-$part.txt"
  done
}

# The unit tests and what drives the binary without measuring it, once more under a sanitizer, which multiplies time and memory.
sanitizer_tests() {
  local preset=$1
  title "building with sanitizers ($preset)"
  export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
  export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  export TSAN_OPTIONS=suppressions=$root/scripts/tsan.supp:halt_on_error=1
  [[ $preset == tsan ]] && setarch -R true 2>/dev/null && launcher=(setarch -R)
  export CRM_MERGE_CASES=${CRM_MERGE_CASES:-60}
  if (lock_checkout && build "$preset"); then
    unit_tests "$preset"
    if [[ $preset == tsan ]]; then
      specification_tests "$preset" test_specs.py test_metamorphic.py
    else
      specification_tests "$preset" test_specs.py test_errors.py test_properties.py
    fi
  else
    printf 'failed build-%s\n' "$preset" >"$results/build-$preset.txt"
  fi
  launcher=()
  unset ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS
}

# clang-tidy over the sources that differ from origin's main branch (all, if none does), for at most TIDY_SECONDS.
static_analysis() {
  local deadline=$((SECONDS + ${TIDY_SECONDS:-900})) sources
  title "clang-tidy"
  mapfile -t sources < <(changed_sources)
  export root results
  : >"$results/tidy.txt"
  printf '%s\0' "${sources[@]}" |
    DEADLINE=$(($(date +%s) + deadline - SECONDS)) xargs -0 -n 1 -P "$(nproc)" bash "$root/scripts/tidy_file.sh" >&2
  say "clang-tidy looked at $(grep -c . "$results/tidy.txt") of ${#sources[@]} sources"
}

changed_sources() {
  local base changed=
  base=$(git -C "$root" merge-base HEAD origin/main 2>/dev/null || git -C "$root" rev-parse --verify -q HEAD 2>/dev/null)
  if [[ $base ]]; then
    changed=$(git -C "$root" diff --name-only --diff-filter=d "$base" -- 'src/*.cpp'
      git -C "$root" ls-files --others --exclude-standard -- 'src/*.cpp')
  fi
  [[ $changed ]] || changed=$(cd -- "$root" && find src -name '*.cpp')
  sort -u <<<"$changed"
}

# libFuzzer on each target for an equal share of FUZZ_SECONDS (a minute).
fuzzing() {
  local target targets=() name share corpora
  title "fuzzing"
  if ! (lock_checkout && build fuzz); then
    printf 'failed build-fuzz\n' >"$results/fuzz.txt"
    return
  fi
  for target in "$root"/build/fuzz/tests/fuzz/*_fuzz; do
    [[ -x $target ]] && targets+=("$target")
  done
  ((${#targets[@]})) || return
  share=$((${FUZZ_SECONDS:-60} / ${#targets[@]} + 1))
  for target in "${targets[@]}"; do
    name=$(basename -- "$target")
    corpora=("$root/build/fuzz/corpus/$name")
    mkdir -p "${corpora[0]}"
    [[ -d $root/tests/fuzz/seeds/$name ]] && corpora+=("$root/tests/fuzz/seeds/$name")
    if "$target" -max_total_time="$share" -rss_limit_mb=2048 -timeout=10 -max_len=65536 -print_final_stats=1 \
      -artifact_prefix="$root/build/fuzz/$name-" "${corpora[@]}" >"$logs/$name.log" 2>&1 </dev/null; then
      say "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$logs/$name.log") inputs, no fault"
      printf 'passed %s\n' "$name" >>"$results/fuzz.txt"
    else
      tail -n 40 "$logs/$name.log" >&2
      printf 'failed %s\n' "$name" >>"$results/fuzz.txt"
    fi
  done
}

# The .deb installed, and the tarball unpacked, in a Debian that has nothing else. 77: the machine cannot make one, which it has said.
packages_in_a_clean_root() {
  title "packages in an empty Debian"
  "$root/tests/clean_root.sh" "$root/build/test" >"$results/clean-root.txt" </dev/null
  (($? == 77)) && printf 'skipped clean-root\n' >"$results/clean-root.txt"
}
