#!/usr/bin/env bash
# fuzz.sh [SECONDS]: builds every target of tests/fuzz with clang and the sanitizers and runs each for SECONDS (60) from
# its committed corpus. New inputs stay in build/fuzz/found; a finding is named, kept there, and fails. A line a target
# tells how many inputs it ran and how much of the code it is for they reached, by regions of clang's coverage.
set -uo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
jobs=${JOBS:-$(nproc)}
tools/build.sh fuzz fuzz_targets || exit 1
mapfile -t programs < <(find build/fuzz/fuzz -maxdepth 1 -type f -executable | sort)
[ ${#programs[@]} -gt 0 ] || { echo "fuzz: no target" >&2; exit 1; }

own_sources() {  # own_sources NAME: what is behind its own header and those that it includes
  local header base part
  {
    ls formats/"$1".h 2>/dev/null
    sed -n 's/^#include "\(.*\.h\)"$/\1/p' "tests/fuzz/$1_fuzz.cc"
  } | sort -u | while read -r header; do
    base=${header%.h}
    [ -f "$base.cc" ] || echo "$header"
    for part in "$base".cc "$base"_*.cc; do  # x_*.cc is a part of x unless it has a header
      if [ -f "$part" ] && { [ "$part" = "$base.cc" ] || [ ! -f "${part%.cc}.h" ]; }; then echo "$part"; fi
    done
  done
}

coverage() {  # coverage NAME PROGRAM FOUND: `94 % of 210 regions of formats/x.cc`
  local sources
  mapfile -t sources < <(own_sources "$1")
  llvm-profdata-16 merge -o "$3.profdata" "$3.profraw" 2>>"$3.log" &&
    llvm-cov-16 report "$2" -instr-profile="$3.profdata" "${sources[@]}" 2>>"$3.log" |
    awk -v files="${sources[*]}" '$1 == "TOTAL" { printf "%3d %% of %d regions of %s\n", $4, $2, files; found = 1 }
      END { if (!found) print "coverage unknown" }'
}

fuzz() {  # fuzz PROGRAM SECONDS: 0 when nothing was found
  local name=${1##*/} found
  name=${name%_fuzz}
  found=build/fuzz/found/$name
  mkdir -p "$found"
  local corpus=("$found")
  [ ! -d "tests/fuzz/corpus/$name" ] || corpus+=("tests/fuzz/corpus/$name")
  if LLVM_PROFILE_FILE="$found.profraw" "$1" -max_total_time="$2" -max_len=65536 -timeout=10 -rss_limit_mb=2048 \
    -malloc_limit_mb=256 -print_final_stats=1 -artifact_prefix="$found/finding-" "${corpus[@]}" >"$found.log" 2>&1; then
    printf '  %-18s %11s inputs, nothing found; %s\n' "$name" \
      "$(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log")" "$(coverage "$name" "$1" "$found")"
  else
    tail -n 60 "$found.log"
    printf '  %-18s FOUND: see %s.log and %s/finding-*\n' "$name" "$found" "$found"
    return 1
  fi
}
export -f fuzz coverage own_sources

printf '%s\n' "${programs[@]}" | xargs -P "$jobs" -I{} bash -c 'fuzz "$1" "$2"' fuzz {} "$seconds"
