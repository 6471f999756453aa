#!/bin/sh
# debian13.sh setup        makes a private Debian 13 in the user's cache (0.5 GB, later 2)
# debian13.sh run COMMAND  runs COMMAND in there as root: in a copy of the source tree,
#                          with this machine's Go and the modules it has downloaded
#
# It takes root, or sudo without a password. Status 77: these, debootstrap or the network
# are missing, or (run) nobody has set it up. Everything happens in a mount and a process
# namespace of its own: no mount and no process is left, however it ends.
set -e
cd "$(dirname "$0")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/grav1e
root=$cache/debian13
recipe=$(sha256sum <scripts/debian13.sh)

cannot() {
  echo "no private Debian 13: $*" >&2
  exit 77
}

current() {
  [ "$(cat "$root/etc/grav1e-recipe" 2>/dev/null)" = "$recipe" ]
}

# inside FUNCTION ARGUMENT...: calls it as root, in namespaces of their own.
inside() {
  for tool in go unshare setpriv flock; do
    command -v $tool >/dev/null || cannot "there is no $tool"
  done
  as=
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || cannot "it takes root, or sudo without a password"
    as="sudo -n"
  fi
  $as unshare --mount --pid --fork true 2>/dev/null || cannot "this machine allows no namespaces"
  mkdir -p "$cache"
  # The first process of a namespace is deaf to most signals: this one listens for it.
  $as env HOME="$HOME" XDG_CACHE_HOME="$XDG_CACHE_HOME" PATH="$PATH:/usr/sbin:/sbin" http_proxy="$http_proxy" \
    GOROOT="$(go env GOROOT)" GOMODCACHE="$(go env GOMODCACHE)" \
    setpriv --pdeathsig KILL flock --no-fork "$root.lock" \
    unshare --mount --pid --fork --kill-child --mount-proc scripts/debian13.sh inside "$@" &
  trap 'kill -KILL $!' HUP INT TERM
  wait $!
}

# mirror: this machine's own if it is a Debian; else nothing, and debootstrap chooses.
mirror() {
  apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' 'Identifier: Packages' 2>/dev/null |
    sed -n '/^http.* Debian Debian$/{s/ .*//;p;q}'
}

make_root() {
  ! current || exit 0 # another one was faster
  command -v debootstrap >/dev/null || cannot "there is no debootstrap"
  echo "Making a private Debian 13 in $root"
  rm -rf "$root" "$root.new"
  [ "$http_proxy" ] || eval "$(apt-config shell http_proxy Acquire::http::Proxy 2>/dev/null)"
  export http_proxy
  if ! debootstrap --variant=minbase --include=ca-certificates,gcc,iproute2,libc6-dev,make \
    trixie "$root.new" $(mirror) >"$root.log" 2>&1; then
    tail -5 "$root.log" >&2
    ! grep -q -e 'Failed getting release file' -e "Couldn't download" "$root.log" || cannot "packages can't be fetched"
    exit 1
  fi
  rm -f "$root.new"/var/cache/apt/archives/*.deb
  {
    echo 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };'
    apt-config dump 2>/dev/null | grep -E '^Acquire::(Check-Valid-Until|[a-z]+::Proxy) ' || true
  } >"$root.new/etc/apt/apt.conf.d/90grav1e"
  echo force-unsafe-io >"$root.new/etc/dpkg/dpkg.cfg.d/grav1e" # it needn't survive a power cut
  mkdir -p "$root.new/src" "$root.new/usr/local/go" "$root.new/var/cache/modules"
  echo "$recipe" >"$root.new/etc/grav1e-recipe"
  mv "$root.new" "$root"
}

enter() {
  [ ! -e /etc/resolv.conf ] || cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --rbind /sys "$root/sys"
  mount -t tmpfs tmpfs "$root/tmp"
  mount -t tmpfs tmpfs "$root/src"
  mount --bind -o ro "$GOROOT" "$root/usr/local/go"
  mount --bind -o ro "$GOMODCACHE/cache/download" "$root/var/cache/modules"
  tar -c --exclude=./.git --exclude='./build*' --exclude=./out . | tar -x -C "$root/src"
  exec env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    http_proxy="$http_proxy" GOPROXY=file:///var/cache/modules GOSUMDB=off GOTOOLCHAIN=local \
    chroot "$root" sh -c 'cd /src && exec "$@"' sh "$@"
}

command=$1
[ $# = 0 ] || shift
case $command in
setup)
  current || inside make_root
  ;;
run)
  current || cannot "make test sets it up"
  { go mod download && go -C examples/go mod download; } || cannot "Go's modules can't be fetched"
  inside enter "$@"
  ;;
inside)
  "$@"
  ;;
*)
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
