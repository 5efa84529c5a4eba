#!/usr/bin/env bash
# fuzz.sh [SECONDS]: builds every target of tests/fuzz with clang and the sanitizers and runs each for SECONDS (60) from
# its committed corpus. New inputs stay in build/fuzz/found; a finding is named, kept there, and fails.
set -uo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
jobs=${JOBS:-$(nproc)}
tools/build.sh fuzz fuzz_targets || exit 1
mapfile -t programs < <(find build/fuzz/fuzz -maxdepth 1 -type f -executable | sort)
[ ${#programs[@]} -gt 0 ] || { echo "fuzz: no target" >&2; exit 1; }

fuzz() {  # fuzz PROGRAM SECONDS: 0 when nothing was found
  local name=${1##*/} found
  name=${name%_fuzz}
  found=build/fuzz/found/$name
  mkdir -p "$found"
  local corpus=("$found")
  [ ! -d "tests/fuzz/corpus/$name" ] || corpus+=("tests/fuzz/corpus/$name")
  if "$1" -max_total_time="$2" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$found/finding-" "${corpus[@]}" >"$found.log" 2>&1; then
    printf '  %-20s %12s inputs, nothing found\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log")"
  else
    tail -n 60 "$found.log"
    printf '  %-20s FOUND: see %s.log and %s/finding-*\n' "$name" "$found" "$found"
    return 1
  fi
}
export -f fuzz

printf '%s\n' "${programs[@]}" | xargs -P "$jobs" -I{} bash -c 'fuzz "$1" "$2"' fuzz {} "$seconds"
