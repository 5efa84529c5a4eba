#!/usr/bin/env bash
# readme_explain.sh COMMAND...: runs a command, usually `build/ballast explain …` on the journal that the demo left, and
# puts it and what it printed into README.md between the markers. What README shows is what the program said.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
output=$("$@")
[ -n "$output" ] || { echo "readme_explain: $*: printed nothing" >&2; exit 1; }
block=$(printf '```\n$ ballast %s\n%s\n```' "${*:2}" "$output")
BLOCK=$block perl -0777 -i -pe '
  s{(<!-- made by tools/readme_explain\.sh -->\n).*?(<!-- end -->)}{$1$ENV{BLOCK}\n$2}s or die "README.md has no markers\n"' README.md
