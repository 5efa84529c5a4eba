#!/usr/bin/env bash
# try_readme.sh [test]: does what README says under "Try it" on a clean Debian 12, made with debootstrap in a temporary
# folder, with the tracked files of this tree; prints the minutes of each command. `make test` is left out unless `test`
# is given. Needs root. Everything is mounted in a namespace of its own, so that nothing of it outlives this program.
# BALLAST_MIRROR names the Debian mirror; otherwise it is the one that this machine's apt uses.
set -euo pipefail
cd "$(dirname "$0")/.."

with_test=${1:-}
if [ "$(id -u)" != 0 ]; then exec sudo BALLAST_MIRROR="${BALLAST_MIRROR:-}" "$0" "$@"; fi
if [ -z "${BALLAST_IN_NAMESPACE:-}" ]; then
  root=$(mktemp -d "${TMPDIR:-/tmp}/ballast-readme-XXXXXX")
  # The mounts are gone with the namespace before this runs; should one not be, nothing of it is touched.
  trap 'rm -rf --one-file-system "$root" "$root.log"' EXIT
  chmod 755 "$root"  # apt downloads as a user of its own
  trap 'exit 130' INT TERM HUP
  BALLAST_IN_NAMESPACE=$root unshare --mount --pid --fork --kill-child "$0" "$@"
  exit
fi
root=$BALLAST_IN_NAMESPACE

mirror_of_apt() {  # the first mirror of Debian itself in this machine's sources, in either of apt's two forms
  local found
  found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null \
    | sed -nE 's/^(URIs:|deb( +\[[^]]*\])?) +([^ ]+\/debian)\/?( .*)?$/\3/p' | head -n 1 || true)
  echo "${found:-http://deb.debian.org/debian}"
}
mirror=${BALLAST_MIRROR:-$(mirror_of_apt)}
proxy=$(apt-config shell proxy Acquire::http::Proxy 2>/dev/null | sed -nE "s/^proxy='(.*)'$/\1/p")
[ -z "$proxy" ] || export http_proxy=$proxy

timed() {  # timed WHAT COMMAND...: runs it, then a line with its minutes
  local what=$1 from=$EPOCHREALTIME status=0
  shift
  "$@" || status=$?
  awk -v what="$what" -v from="$from" -v to="$EPOCHREALTIME" -v status="$status" \
    'BEGIN {printf "try-readme: %-44s %5.1f min%s\n", what, (to - from) / 60, status ? "  FAILED: exit status " status : ""}'
  return "$status"
}

make_root() {
  debootstrap --variant=minbase --include=ca-certificates,git bookworm "$root" "$mirror" >"$root.log" 2>&1 || {
    tail -n 20 "$root.log" >&2
    return 1
  }
  echo "deb $mirror bookworm-updates main" >>"$root/etc/apt/sources.list"
  [ -z "$proxy" ] || echo "Acquire::http::Proxy \"$proxy\";" >"$root/etc/apt/apt.conf.d/90proxy"
  cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
  mount --rbind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mkdir "$root/root/ballast"
  git -c safe.directory='*' ls-files -z | tar --null --files-from=- --create | tar --extract --directory "$root/root/ballast"
}

# The shell blocks under "Try it", without `sudo`, which a clean machine's root neither has nor needs.
commands() {
  awk '/^## /{in_it = $0 == "## Try it"} /^```/{block = in_it && $0 == "```sh"; next} block && NF' README.md | sed 's/^sudo //'
}

in_root() {
  chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    TERM=dumb ${http_proxy:+http_proxy="$http_proxy"} bash -c "cd /root/ballast && $1" </dev/null
}

timed "a clean Debian 12" make_root
mapfile -t lines < <(commands)
[ ${#lines[@]} -gt 0 ] || { echo "try-readme: README.md has no commands under \"Try it\"" >&2; exit 1; }
failed=0
for line in "${lines[@]}"; do
  case $line in
    'make test'*) [ -n "$with_test" ] || { echo "try-readme: not run: $line (ARGS=test runs it)"; continue; } ;;
    'make demo') line='make demo ARGS=--headless' ;;  # no screen here
  esac
  timed "$line" in_root "$line" || failed=1
done
exit "$failed"
