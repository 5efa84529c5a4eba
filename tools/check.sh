#!/usr/bin/env bash
# check.sh [--all] [--record FILE]: every lint, one line each; exits 1 when one of them objects. clang-tidy reads the
# sources that differ from origin/main (or the last commit), with --all every one. --record appends the results.
set -uo pipefail
cd "$(dirname "$0")/.."

all=
record=/dev/null
while [ $# -gt 0 ]; do
  case $1 in
    --all) all=--all; shift ;;
    --record) record=$2; shift 2 ;;
    *) echo "check.sh: $1: unknown" >&2; exit 2 ;;
  esac
done

failed=0
lint() {  # lint NAME COMMAND...
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "  $name: ok"
    echo "passed $name" >>"$record"
  else
    printf '%s\n' "$output" | tail -n 100
    echo "  $name: FAILED"
    echo "failed $name" >>"$record"
    failed=1
  fi
}

for program in tools/lint/*.pl; do
  name=${program##*/}
  lint "${name%.pl}" perl "$program" .
done
lint format tools/lint/format.sh
lint tidy tools/lint/tidy.sh $all
exit "$failed"
