#!/usr/bin/env bash
# tidy.sh [--all]: clang-tidy with the list in .clang-tidy over the sources that differ from origin/main, or from the last
# commit where there is no such branch; --all: over every source. Needs build/compile_commands.json.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -f build/compile_commands.json ] || tools/build.sh dev
# The flags are g++'s; clang's Asio wants to be told that it may use coroutines.
tidy=(clang-tidy-16 --quiet -p build --extra-arg=-DBOOST_ASIO_HAS_CO_AWAIT=1 --extra-arg=-DBOOST_ASIO_HAS_STD_COROUTINE=1
  --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-unused-command-line-argument)

sources() { sed -nE 's/^ *"file": "(.*)",?$/\1/p' build/compile_commands.json | sed "s#^$PWD/##" | grep -v '^build/' | sort -u; }

changed() {
  git rev-parse --git-dir >/dev/null 2>&1 || return 0
  local base
  base=$(git merge-base HEAD origin/main 2>/dev/null || true)
  # On main itself, where nothing differs: what the last commit brought.
  if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then base=$(git rev-parse -q --verify HEAD~1 || git rev-parse HEAD); fi
  { git diff --name-only --diff-filter=d "$base"; git ls-files --others --exclude-standard; } | grep '\.cc$' | sort -u || true
}

if [ "${1:-}" = --all ]; then files=$(sources); else files=$(comm -12 <(sources) <(changed)); fi
[ -n "$files" ] || exit 0
printf '%s\n' "$files" | xargs -P "${JOBS:-2}" -n 1 "${tidy[@]}" 2> >(grep -vE 'warnings? generated|^Suppressed|Use -header-filter' >&2)
