#!/usr/bin/env bash
# test.sh quick|test|full: builds and runs a tier. One line per suite, the minutes of each phase, and as the last line
# `N passed, N failed, N skipped`. A skip that tests/skips.txt does not name is a failure. Results stay in build/results.
set -uo pipefail
cd "$(dirname "$0")/.."

tier=${1:?quick, test or full}
results=build/results/$tier
rm -rf "$results"
mkdir -p "$results"
export BALLAST_SIM_WORLDS=${BALLAST_SIM_WORLDS:-$(case $tier in quick) echo 100 ;; *) echo 1000 ;; esac)}
export BALLAST_SCENARIO_SEEDS=${BALLAST_SCENARIO_SEEDS:-20}
# Nights of alerts, each of 2,000 transitions and 40 kills.
export BALLAST_ALERT_NIGHTS=${BALLAST_ALERT_NIGHTS:-$(case $tier in full) echo 50 ;; *) echo 10 ;; esac)}

minutes=()
phase() {  # phase NAME COMMAND...: runs it, keeps its time; a command that fails does not stop the others
  local name=$1 from=$EPOCHREALTIME
  shift
  printf '== %s\n' "$name"
  "$@"
  local status=$?
  # In full, a long wait, each phase also tells when it ends.
  minutes+=("$(awk -v name="$name" -v from="$from" -v to="$EPOCHREALTIME" 'BEGIN {printf "%-34s %5.1f min", name, (to - from) / 60}')")
  [ "$tier" != full ] || printf '   %s\n' "${minutes[-1]}"
  return "$status"
}

check() {  # check NAME COMMAND...: something that passes or fails as a whole; its output is shown when it fails
  local name=$1 log=$results/$1.log
  shift
  if "$@" >"$log" 2>&1; then
    echo "passed $name" >>"$results/checks"
  else
    echo "failed $name" >>"$results/checks"
    tail -n 200 "$log"
    return 1
  fi
}

same_lines() {  # same_lines FILE OTHER: there are lines in OTHER, and each is in FILE
  [ -s "$2" ] && ! grep -vxFf "$1" "$2"
}

suites_of() { ctest --test-dir "$1" -N 2>/dev/null | sed -nE 's/^ *Test +#[0-9]+: (.*)$/\1/p' | grep -E "${2:-.}"; }

run_suites() {  # run_suites PHASE FOLDER [REGEX]
  local out=$PWD/$results/$1
  mkdir -p "$out"
  suites_of "$2" "${3:-.}" >"$out/suites"
  BALLAST_WORLDS_DIGEST=$out/worlds.digest GTEST_OUTPUT="xml:$out/" \
    ctest --test-dir "$2" -j "${JOBS:-2}" --no-tests=error --output-on-failure \
    --output-junit "$out/ctest.junit" ${3:+-R "$3"} >"$out/log" 2>&1 || cat "$out/log"
  perl tools/results.pl suites "$1" "$out"
}

build_and_run() {  # build_and_run PHASE PRESET[:FOLDER] REGEX [-DNAME=VALUE]...: only the suites that REGEX names
  local name=$1 preset=$2 regex=$3 folder=build/${2##*:}
  [ "$folder" != build/dev ] || folder=build
  shift 3
  check "$name-configure" tools/build.sh "$preset" "$@" || return
  mapfile -t targets < <(suites_of "$folder" "$regex" | sed 's/$/_test/')
  [ "$regex" != . ] || targets=(all)
  phase "$name: build" check "$name-build" tools/build.sh "$preset" "$@" "${targets[@]}"
  phase "$name: run" run_suites "$name" "$folder" "$regex"
}

pure='^(core|formats|policies|golden|sim)$'
threads='^(io|journal)$'
# The builds with sanitizers are clang's: another compiler sees everything too and plays the same worlds, fewer, since they
# are many times slower. Not at all under them: how fast a page is written, and PlantedBugs, which judges the simulation.
slow='MetricsPage.WritesAHundredThousandSeriesInUnderASecond:PlantedBugs.*'
all_threads='^(adapters|controller|demo|e2e|io|journal|probes|server)$'  # what has one thread has no race
case $tier in
  quick)
    build_and_run dev dev "$pure" ;;
  test)
    phase lints tools/check.sh --record "$results/checks"
    build_and_run dev dev .
    phase headers check headers tools/build.sh dev all_verify_interface_header_sets
    BALLAST_SIM_WORLDS=100 BALLAST_SCENARIO_SEEDS=1 GTEST_FILTER="-$slow:Crash*:FaultMatrix.*:Plays.*:SurgeScenarios.*" \
      build_and_run asan asan:asan-pure . -DBALLAST_PURE=ON
    check same-worlds same_lines "$results/dev/worlds.digest" "$results/asan/worlds.digest"  # replicas, reasons, times
    GTEST_FILTER='-Crash.*' build_and_run tsan tsan "$threads" ;;
  full)
    phase "lints, clang-tidy on all" tools/check.sh --all --record "$results/checks"
    build_and_run dev dev .
    phase headers check headers tools/build.sh dev all_verify_interface_header_sets
    phase worlds check worlds tools/worlds.sh 100000 1000
    tail -n 1 "$results/worlds.log"
    export BALLAST_SIM_WORLDS=100 BALLAST_SCENARIO_SEEDS=2 BALLAST_ALERT_NIGHTS=5  # ten times as long each as without sanitizers
    GTEST_FILTER="-$slow" build_and_run asan asan .
    check same-worlds same_lines "$results/dev/worlds.digest" "$results/asan/worlds.digest"  # replicas, reasons, times
    GTEST_FILTER="-$slow:Crash.*" build_and_run tsan tsan "$all_threads"
    phase fuzz check fuzz tools/fuzz.sh 60 ;;
  *) echo "test.sh: $tier: not a tier; quick, test or full" >&2; exit 2 ;;
esac

printf '\n'
printf '%s\n' "${minutes[@]}"
exec perl tools/results.pl total "$results" tests/skips.txt
