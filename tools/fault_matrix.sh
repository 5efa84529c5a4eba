#!/usr/bin/env bash
# fault_matrix.sh: plays every kind of fault at every channel in each phase of a life in the simulation, and prints what
# the oracle says of each as a table in Markdown: ok, the invariant that was broken, or - where there is no such fault.
# Fails when one is not ok.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/build.sh dev sim_test
build/bin/sim_test --gtest_filter=FaultMatrix.EveryCellKeepsEveryInvariant | grep -vE '^(\[|Note: |Running )'
