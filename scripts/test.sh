#!/bin/sh
# test.sh BUILD: every test. The last lines are go test's own.
set -e
export GRAV1E_PLUGIN_DIR=$(cd "$1" && pwd)
scripts/chromium.sh
# What needs GStreamer 1.26 is tested in a private Debian 13 where the machine's is older.
# Where that can't be made (77) they are skipped, unless GRAV1E_DEBIAN13 says "required".
pkg-config --atleast-version=1.26 gstreamer-1.0 || scripts/debian13.sh setup || [ "$?$GRAV1E_DEBIAN13" = 77 ]
test -z "$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
go vet ./...
meson test -C "$1" --suite smoke --print-errorlogs
# The machine's best kernels are tested with everything else.
GRAV1E_CPU=avx2 go test -count=1 ./internal/simd ./internal/transform ./internal/quant ./internal/filter ./internal/predict ./internal/motion
# That Debian 13 installs and compiles everything once more, beside the other tests.
exec go test -timeout 30m ./...
