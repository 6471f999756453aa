#!/bin/sh
# configure.sh BUILD: runs meson setup once.
set -e
[ -f "$1/build.ninja" ] || meson setup "$1"
