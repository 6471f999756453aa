#!/bin/sh
# chromium.sh: gets Debian's Chromium for the playback test, which is skipped where
# that isn't possible (Ubuntu's package is a snap).
command -v chromium >/dev/null && exit 0
[ "$(id -u)" = 0 ] || exit 0
[ -r /etc/os-release ] && . /etc/os-release
[ "$ID" = debian ] || exit 0
echo "Installing: chromium"
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium >/dev/null 2>&1 ||
  echo "chromium could not be installed; its test will be skipped" >&2
