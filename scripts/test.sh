#!/bin/sh
# test.sh BUILD: every test. The last lines are go test's own.
set -e
export GRAV1E_PLUGIN_DIR=$(cd "$1" && pwd)
scripts/chromium.sh
test -z "$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
go vet ./...
meson test -C "$1" --suite smoke --print-errorlogs
# The machine's best kernels are tested with everything else.
GRAV1E_CPU=avx2 go test -count=1 ./internal/simd ./internal/transform ./internal/quant ./internal/filter ./internal/predict ./internal/motion
exec go test ./...
