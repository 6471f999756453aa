#!/bin/sh
# configure.sh BUILD: runs meson setup once, with MESON_ARGS.
set -e
[ -f "$1/build.ninja" ] || meson setup "$1" $MESON_ARGS
