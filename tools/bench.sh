#!/usr/bin/env bash
# bench.sh [google-benchmark options]: builds with -O2 -DNDEBUG and runs tests/bench. The figures are printed and kept as
# build/release/bench/COMMIT.json, for `compare.py` of Google Benchmark or jq.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/build.sh release ballast_bench
commit=$(git describe --always --dirty 2>/dev/null || echo unversioned)
mkdir -p build/release/bench
build/release/bin/ballast_bench --benchmark_out="build/release/bench/$commit.json" --benchmark_out_format=json "$@"
echo "kept as build/release/bench/$commit.json"
