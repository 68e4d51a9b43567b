#!/usr/bin/env bash
# Proves the README's two commands on a machine that has nothing: makes a Debian 12 root that holds only what
# `debootstrap --variant=minbase` installs, ca-certificates, git and make; clones the current commit into it; runs
# `make run ARGS=--once` and `make test` there.
#
#   tools/fresh_machine.sh              both commands
#   tools/fresh_machine.sh COMMAND…     another command in the clone, such as: bash
#
# It needs root and debootstrap, and 12 GB under $TMPDIR (default /var/tmp). From this machine come the package
# sources of Debian 12, the proxy settings of apt, the resolver, the certificates and the settings of npm, because
# without them a machine behind a proxy installs nothing; and the compiler's cache, so that a second run is quick.
# KEEP=1 leaves the root where it is.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { echo "fresh machine: $*"; }

# The blocks (deb822) and lines of this machine's apt that name Debian 12 itself, and nothing from elsewhere: another
# vendor's Node.js would hide what Debian's own cannot do.
debian_sources() {
  local file
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -e "$file" ] || continue
    awk -v RS= '/(^|\n)Suites:[^\n]*[ \t]bookworm([ \t\n-]|$)/ { print $0 "\n" }' "$file"
  done >"$1/debian.sources"
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    grep -E '^deb (\[[^]]*\] )?[^ ]+ bookworm' >"$1/debian.list" || true
}

# The mirror that debootstrap takes: the first that serves "bookworm".
mirror() {
  { sed -n 's/^URIs:[ \t]*\([^ ]*\).*/\1/p' "$1/debian.sources"
    sed -E 's/^deb (\[[^]]*\] )?([^ ]+) .*/\2/' "$1/debian.list"; } | grep -v security | head -1
}

make_root() {
  local root=$1 sources
  sources=$(mktemp -d)
  debian_sources "$sources"
  local from
  from=$(mirror "$sources")
  [ -n "$from" ] || { say "no package source of Debian 12 in /etc/apt" >&2; exit 1; }
  say "making a Debian 12 root in $root"
  debootstrap --variant=minbase --include=ca-certificates,git,make bookworm "$root" "$from" >"$root.log" 2>&1 ||
    { tail -20 "$root.log" >&2; say "debootstrap failed; its last lines are above" >&2; exit 1; }
  rm -f "$root.log" "$root"/etc/apt/sources.list
  cp "$sources"/debian.* "$root/etc/apt/sources.list.d/"
  rm -rf "$sources"
}

carry_settings() {
  local root=$1 file
  apt-config dump | grep -E '^Acquire::(http|https|Proxy|Retries)' >"$root/etc/apt/apt.conf.d/80host" || true
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  cp -L /etc/hosts "$root/etc/hosts"
  if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
    cp -L /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
    chroot "$root" update-ca-certificates >/dev/null 2>&1
  fi
  for file in "${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}" /etc/npmrc; do
    [ ! -f "$file" ] || grep -v '^nodedir' "$file" >>"$root/root/.npmrc" || true
  done
}

# The part of `in_root` that runs in its own namespaces: ROOT CACHE NAME=VALUE… -- COMMAND…
inside=$(cat <<'INSIDE'
set -euo pipefail
root=$1 cache=$2
shift 2
mount --make-rprivate /
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"; ln -s fd/1 "$root/dev/stdout"; ln -s fd/2 "$root/dev/stderr"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
if [ -n "$cache" ]; then
  mkdir -p "$root/root/.cache/ccache"
  mount --bind "$cache" "$root/root/.cache/ccache"
fi
exec chroot "$root" env -i HOME=/root USER=root TERM="${TERM:-dumb}" LANG=C.UTF-8 \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  CCACHE_DIR=/root/.cache/ccache CCACHE_BASEDIR=/root/bellwether CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=20G \
  bash -c 'cd /root/bellwether
    while [ "$1" != -- ]; do export "$1"; shift; done
    shift
    exec "$@"' inside "$@"
INSIDE
)

# Runs "$@" in the root's clone, with no variable of this shell but the proxies'. Its mounts and processes are its own
# and end with it. There is no /sys, as in many containers.
in_root() {
  local root=$1 cache="" variables=() name
  shift
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [ -z "${!name-}" ] || variables+=("$name=${!name}")
  done
  if command -v ccache >/dev/null; then
    cache=$(ccache --get-config cache_dir)
    mkdir -p "$cache"
  fi
  unshare --mount --pid --ipc --uts --fork --kill-child bash -c "$inside" inside "$root" "$cache" \
    "${variables[@]}" NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt -- "$@"
}

# Ends with 77, as tests that are skipped do, where a root cannot be made.
require() {
  local why=$1
  shift
  "$@" >/dev/null 2>&1 || { say "not possible here: $why" >&2; exit 77; }
}

main() {
  require "it needs root" test "$(id -u)" -eq 0
  require "the package debootstrap is not installed" command -v debootstrap
  require "namespaces are not allowed" unshare --mount --pid --ipc --uts --fork true
  root=$(mktemp -d "${TMPDIR:-/var/tmp}/fresh-machine.XXXXXX")
  chmod 755 "$root"  # apt downloads as a user of its own
  [ -n "${KEEP-}" ] || trap 'rm -rf --one-file-system "$root"' EXIT
  make_root "$root"
  carry_settings "$root"
  git clone --quiet --no-hardlinks . "$root/root/bellwether"
  say "$(git log -1 --format='%h %s') is in the root, with $(du -sm --one-file-system "$root" | cut -f1) MB in all"
  if [ $# -gt 0 ]; then
    in_root "$root" "$@"
    return
  fi
  local started=$SECONDS
  in_root "$root" make run ARGS=--once
  say "make run passed after $((SECONDS - started)) s"
  started=$SECONDS
  in_root "$root" make test
  say "make test passed after $((SECONDS - started)) s; $(du -sm --one-file-system "$root" | cut -f1) MB in all"
}

main "$@"
