#!/usr/bin/env bash
# Installs the Debian packages of the given groups (tools/packages.txt) that are missing. Quick when none is.
# It says what it installs and how far it is. No service of a package is started. Without root it installs nothing:
# it prints the command that an administrator runs.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=$(for group in "$@"; do awk -v group="$group" '$1 == group { print $2 }' tools/packages.txt; done | sort -u)
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null | sed -n 's/ installed$//p' | sort -u || true)
missing=$(comm -23 <(echo "$wanted") <(echo "$installed") | tr '\n' ' ')
# A Node.js from elsewhere serves as well as Debian's, whose npm is a package of its own.
case " $missing" in
  *' nodejs '*)
    if command -v node >/dev/null && command -v npm >/dev/null; then missing=${missing/nodejs /}; else missing+=npm; fi ;;
esac
[ -n "${missing// /}" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "make: Debian packages are missing, and installing them needs root. Run this, then make again:" >&2
  echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing" >&2
  exit 1
fi

# Debian starts a service as soon as its package is installed, unless this file forbids it. A file that is there already
# is the administrator's and stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
fi

# What apt-get reports on its status descriptor, as one line that is written over on a terminal, and as a line for each
# quarter elsewhere.
show_progress() {
  local kind percent what quarter last=-1
  while IFS=: read -r kind _ percent what; do
    case "$kind" in dlstatus) kind=Downloading ;; pmstatus) kind=Installing ;; *) continue ;; esac
    quarter=$kind$((${percent%.*} / 25))
    if [ -t 2 ]; then
      printf '\r\033[K  %s: %d %%' "$kind" "${percent%.*}" >&2
    elif [ "$quarter" != "$last" ]; then
      printf '  %s: %d %%\n' "$kind" "${percent%.*}" >&2
      last=$quarter
    fi
  done
  [ ! -t 2 ] || printf '\r\033[K' >&2
}

echo "Installing Debian packages: $missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || { echo "make: apt-get update failed: is the package mirror reachable?" >&2; exit 1; }
log=$(mktemp)
apt-get install -y -qq --no-install-recommends -o APT::Status-Fd=3 $missing 3> >(show_progress) >"$log" 2>&1 || {
  tail -20 "$log" >&2
  echo "make: apt-get could not install the packages; its last lines are above" >&2
  rm -f "$log"
  exit 1
}
rm -f "$log"
