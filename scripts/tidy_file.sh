#!/usr/bin/env bash
# clang-tidy on one source, if there is time left until DEADLINE (seconds since 1970); called by scripts/stages.sh.
left=$((DEADLINE - $(date +%s)))
((left > 0)) || exit 0
# Options of GCC's that clang does not know are no finding.
output=$(cd -- "${root:?}" && timeout "$left" clang-tidy-14 -p build/test --quiet --extra-arg=-Wno-unknown-warning-option "$1" 2>&1)
status=$?
((status == 124)) && exit 0
if ((status == 0)); then
  printf 'passed %s\n' "$1" >>"${results:?}/tidy.txt"
else
  printf '%s\n' "$output" | grep -v ' warnings generated\.$' >&2
  printf 'failed %s\n' "$1" >>"${results:?}/tidy.txt"
fi
exit 0
