#!/bin/sh
# install-deps.sh GROUP...: makes sure the groups' Debian packages are there (build,
# run, test). Installs what is missing with apt-get, as root or through sudo; where
# that is impossible it prints the line that would do it and fails.
set -e
cd "$(dirname "$0")/.."

for tool in go gcc; do
  command -v $tool >/dev/null || { echo "grav1e needs $tool on the PATH" >&2; exit 1; }
done

packages=
for group in "$@"; do
  packages="$packages $(sed -n "s/^$group: *//p" scripts/packages.txt)"
done

command -v dpkg-query >/dev/null || exit 0 # not Debian: the tools report themselves what they miss
missing=
for p in $packages; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
  as=
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
  as=sudo
else
  echo "Packages are missing, and they can't be installed from here. Run:" >&2
  echo "  sudo apt-get update && sudo $install" >&2
  exit 1
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$as apt-get -qq update || echo "apt-get update failed; trying with the lists that are there" >&2
if ! $as env DEBIAN_FRONTEND=noninteractive $install >/tmp/grav1e-apt.$$ 2>&1; then
  tail -20 /tmp/grav1e-apt.$$ >&2
  rm -f /tmp/grav1e-apt.$$
  echo "Run this line, then make again:" >&2
  echo "  sudo apt-get update && sudo $install" >&2
  exit 1
fi
rm -f /tmp/grav1e-apt.$$
