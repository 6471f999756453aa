#!/bin/sh
# go-build.sh GO ROOT MODE PACKAGE OUTPUT: builds a package of the module for meson.
# CC, GOAMD64 and GRAV1E_TAGS come from the environment.
set -e
go=$1 root=$2 mode=$3 package=$4 output=$PWD/$5
# A build without a home directory (a package builder) has no place for Go's cache.
[ -n "$HOME$GOCACHE$XDG_CACHE_HOME" ] || export GOCACHE="$PWD/go-cache"
# The program needs no C, and less memory without.
if [ "$mode" = exe ]; then export CGO_ENABLED=0; else export CGO_ENABLED=1; fi
cd "$root"
"$go" build -trimpath -buildvcs=false -buildmode="$mode" -tags="$GRAV1E_TAGS" -ldflags='-s -w' -o "$output" "$package"
rm -f "${output%.so}.h" # c-shared writes a header nobody includes
