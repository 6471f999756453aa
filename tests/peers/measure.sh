#!/bin/sh
# measure.sh [PRESET…]: encode the clips of a peers script with grav1e, in default and
# low-latency mode, and print the comparison with the other encoders.
#
#   PEERS=path/to/peers.py tests/peers/measure.sh 6 8 10
#   PEERS=path/to/peers.py MODES=ll CLIPS=selfie_640x360_30 tests/peers/measure.sh 10
#
# The script's own `setup` has to have run once; runs beside each other would spoil each
# other's files. Its RESULTS keeps points already
# measured: remove grav1e's lines, or name another file, after a change of the encoder.
set -e
: "${PEERS:?the path of the peers script}"
PEERS=$(readlink -f "$PEERS")
cd "$(dirname "$0")/../.."
program=$(mktemp)
trap 'rm -f "$program"' EXIT
go build -o "$program" ./cmd/grav1e

for preset in "${@:-10}"; do
  for mode in ${MODES:-default ll}; do
    flags=
    [ "$mode" = default ] || flags=--low-latency
    # shellcheck disable=SC2086
    /usr/bin/python3 "$PEERS" run --enc grav1e --preset "$preset" --mode "$mode" --q "${Q:-60,100,140,180}" ${CLIPS:+--clip $CLIPS} \
      --cmd "$program {in} -o {out} --quiet --tune psnr --speed {preset} --quantizer {q} --threads 1 --keyint 240 $flags"
  done
done
/usr/bin/python3 "$PEERS" report
