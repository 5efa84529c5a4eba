#!/usr/bin/env bash
# worlds.sh [WORLDS [SEEDS]]: plays WORLDS random worlds (100,000) and every named scenario with SEEDS seeds (1,000) in
# the build that ships, optimised and without assertions, in shares over all cores. What breaks an invariant is named
# with its seed; the last line says what was played. The logs of the shares stay in build/release-pure/worlds.
set -uo pipefail
cd "$(dirname "$0")/.."

worlds=${1:-100000}
seeds=${2:-1000}
share=1000
shards=20
logs=build/release-pure/worlds
tools/build.sh release:release-pure -DBALLAST_PURE=ON sim_test || exit 1
rm -rf "$logs"
mkdir -p "$logs"

play() {  # play worlds FIRST COUNT | play scenarios SHARD SHARDS: the output is kept, and shown when it fails
  local log=$logs/$1-$2
  if [ "$1" = worlds ]; then
    local filter=RandomWorlds.KeepEveryInvariant
    export BALLAST_SIM_SEED=$2 BALLAST_SIM_WORLDS=$3
  else
    local filter='*EachScenario.*'
    export GTEST_SHARD_INDEX=$2 GTEST_TOTAL_SHARDS=$3
  fi
  nice build/release-pure/bin/sim_test --gtest_filter="$filter" >"$log" 2>&1 && return
  tail -n 100 "$log"
  return 1
}
export -f play
export logs BALLAST_SCENARIO_SEEDS=$seeds
unset GTEST_OUTPUT GTEST_FILTER BALLAST_WORLDS_DIGEST

# The longest first, so that no core is idle at the end.
{
  for ((shard = 0; shard < shards; ++shard)); do echo "scenarios $shard $shards"; done
  for ((first = 1; first <= worlds; first += share)); do
    echo "worlds $first $((worlds - first + 1 < share ? worlds - first + 1 : share))"
  done
} | xargs -P "${JOBS:-$(nproc)}" -L 1 bash -c 'play "$@"' play
status=$?

played=$(sed -nE 's/^([0-9]+) random worlds clean, .*/\1/p' "$logs"/worlds-* | awk '{sum += $1} END {print sum + 0}')
scenarios=$(cat "$logs"/scenarios-* | grep -c '^\[       OK \]')
echo "$played of $worlds random worlds and $scenarios scenarios with $seeds seeds each are clean"
[ "$status" = 0 ] && [ "$played" = "$worlds" ] && [ "$scenarios" -gt 0 ]
