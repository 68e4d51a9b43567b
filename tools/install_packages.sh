#!/usr/bin/env bash
# Installs the Debian packages of the given groups (tools/packages.txt) that are missing. Quick when none is.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=$(for group in "$@"; do awk -v group="$group" '$1 == group { print $2 }' tools/packages.txt; done | sort -u)
missing=$(for package in $wanted; do
  # A Node.js from elsewhere serves as well as Debian's.
  [ "$package" = nodejs ] && command -v node >/dev/null && command -v npm >/dev/null && continue
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
done)
[ -n "$missing" ] || exit 0
case "$missing" in *nodejs*) missing="$missing npm" ;; esac

echo "Installing Debian packages:" $missing
as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "make: these packages are missing and need root: install them, or sudo" >&2; exit 1; }
  as_root=sudo
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq || { echo "make: apt-get update failed: is the package mirror reachable?" >&2; exit 1; }
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
  { echo "make: cannot install:" $missing >&2; exit 1; }
