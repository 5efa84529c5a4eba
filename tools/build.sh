#!/usr/bin/env bash
# build.sh PRESET[:FOLDER] [TARGET | -DNAME=VALUE]...: configures the build folder of a preset and builds the targets
# (none: configures only) with JOBS jobs. A FOLDER keeps two forms of one preset apart: asan:asan-pure.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${1%%:*}
folder=build/${1##*:}
[ "$folder" != build/dev ] || folder=build
shift
definitions=()
targets=()
for argument in "$@"; do
  case $argument in -D*) definitions+=("$argument") ;; *) targets+=("$argument") ;; esac
done

quiet=--quiet
[ ! -t 1 ] || quiet=
log=$folder/configure.log
mkdir -p "$folder"
if ! cmake --preset "$preset" -B "$folder" "${definitions[@]}" >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
[ ${#targets[@]} -gt 0 ] || exit 0
exec nice ninja -C "$folder" $quiet -j "${JOBS:-$(nproc)}" "${targets[@]}"
