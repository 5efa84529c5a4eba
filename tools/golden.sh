#!/usr/bin/env bash
# golden.sh DIR: compares Ballast with the golden vectors in DIR (GROUP.jsonl or GROUP.jsonl.gz; absolute, or relative to
# where make was called). The last line counts them per group; fails when one is different or there is none.
set -euo pipefail
folder=$(realpath -m -- "${1:?golden.sh DIR: a folder with golden vectors}")
cd "$(dirname "$0")/.."
tools/build.sh dev golden
exec build/bin/golden "$folder"
