#!/usr/bin/env bash
# Installs the Debian packages of the named groups (default: build demo test) that are missing, as listed in
# tools/packages.txt. Quick and silent when none is. Services that come along (haproxy, prometheus, its
# alertmanager) are not started.
set -euo pipefail
cd "$(dirname "$0")/.."

groups=("$@")
[ $# -gt 0 ] || groups=(build demo test)

wanted=()
while read -r group package; do
  case " ${groups[*]} " in *" $group "*) wanted+=("$package") ;; esac
done < <(sed 's/#.*//' tools/packages.txt)

command -v dpkg-query >/dev/null || {
  echo "setup: this is not Debian; install the equivalents of: ${wanted[*]}" >&2
  exit 1
}
# dpkg-query fails for an unknown package: what it does not list as installed is missing.
installed=" $( (dpkg-query -W -f '${db:Status-Status}:${Package}\n' "${wanted[@]}" 2>/dev/null || true) | sed -n 's/^installed://p' | tr '\n' ' ') "
missing=()
for package in "${wanted[@]}"; do
  case "$installed" in *" $package "*) ;; *) missing+=("$package"); installed+="$package " ;; esac
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  if sudo -n true 2>/dev/null; then as_root=(sudo -n)
  elif [ -t 0 ] && command -v sudo >/dev/null; then as_root=(sudo)
  else
    echo "setup: needs root once; run: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
fi

# A package that brings a service would start it: a policy-rc.d that says no keeps it from that, and is gone afterwards.
# Where there is one already, it is the administrator's and stays.
policy=/usr/sbin/policy-rc.d
guarded=
forget_policy() { [ -z "$guarded" ] || "${as_root[@]}" rm -f "$policy"; }
trap forget_policy EXIT
trap 'exit 130' INT TERM HUP
if [ ! -e "$policy" ]; then
  guarded=yes
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi

apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null; }
install() { apt install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; }

echo "setup: installing ${missing[*]}"
log=$(mktemp)
# Package lists may be absent (a fresh machine) or older than the mirror (a 404): refresh them and try once more.
if ! install && ! { apt update && install; }; then
  tail -n 20 "$log" >&2
  echo "setup: apt-get could not install: ${missing[*]}" >&2
  exit 1
fi
rm -f "$log"

# Neither now nor at the next boot: the tests and the demo start their own, in their own folders.
for service in haproxy prometheus prometheus-alertmanager; do
  case " ${missing[*]} " in
    *" $service "*) "${as_root[@]}" env DPKG_MAINTSCRIPT_PACKAGE="$service" deb-systemd-helper disable "$service.service" >/dev/null 2>&1 || true ;;
  esac
done
