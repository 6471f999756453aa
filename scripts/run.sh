#!/bin/sh
# run.sh BUILD INPUT: encodes INPUT with gst-launch-1.0 and grav1enc into
# out/demo.mkv and out/demo.mp4, decodes with dav1d, compares with the source.
# ENCODER_ARGS, for example "speed-preset=8 quantizer=80", goes to the element.
set -e
build=$(cd "$1" && pwd)
input=$2
[ -f "$input" ] || { echo "make run: there is no file $input" >&2; exit 1; }

export GST_PLUGIN_PATH="$build" GST_REGISTRY="$build/registry.bin"
mkdir -p out
work=$(mktemp -d)
decoder=
source=
cleanup() {
  for pid in $decoder $source; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

formats='video/x-raw,format={I420,I420_10LE,Y42B,I422_10LE,Y444,Y444_10LE,GRAY8}'

echo "Encoding $input with grav1enc $ENCODER_ARGS"
start=$(date +%s.%N)
gst-launch-1.0 -q -e filesrc location="$input" ! decodebin ! deinterlace ! videoconvert ! "$formats" \
  ! progressreport update-freq=1 ! grav1enc $ENCODER_ARGS ! tee name=t \
  t. ! queue ! matroskamux ! filesink location=out/demo.mkv \
  t. ! queue ! mp4mux ! filesink location=out/demo.mp4
end=$(date +%s.%N)

# Frames as the decoder sees them, beside the frames the encoder was given.
echo "Decoding with dav1d and comparing"
ffmpeg -v error -y -i out/demo.mkv -c copy "$work/demo.ivf"
mkfifo "$work/decoded.y4m" "$work/source.mkv"
dav1d -q -i "$work/demo.ivf" --muxer yuv4mpeg2 -o - >"$work/decoded.y4m" &
decoder=$!
gst-launch-1.0 -q filesrc location="$input" ! decodebin ! deinterlace ! videoconvert ! "$formats" \
  ! avenc_ffv1 ! matroskamux streamable=true ! fdsink fd=3 3>"$work/source.mkv" >&2 &
source=$!

frames=$(ffprobe -v error -count_packets -select_streams v -show_entries stream=nb_read_packets -of csv=p=0 out/demo.mkv | head -1)
mp4_frames=$(ffprobe -v error -count_packets -select_streams v -show_entries stream=nb_read_packets -of csv=p=0 out/demo.mp4 | head -1)
seconds=$(ffprobe -v error -show_entries format=duration -of csv=p=0 out/demo.mkv)
ffmpeg -hide_banner -nostats -y -i "$work/source.mkv" -i "$work/decoded.y4m" -filter_complex "
  [0:v]settb=1/25,setpts=N,split=3[s1][s2][s3]; [1:v]settb=1/25,setpts=N,split=3[d1][d2][d3];
  [d1][s1]psnr[p]; [d2][s2]ssim[q]; [s3][d3]hstack,select=eq(n\,$((frames / 2)))[png]" \
  -map '[p]' -f null - -map '[q]' -f null - -map '[png]' -frames:v 1 -update 1 out/demo.png >"$work/compare" 2>&1 ||
  { cat "$work/compare" >&2; exit 1; }
wait "$decoder" "$source"
decoder= source=

size=$(wc -c <out/demo.mkv)
echo
echo "frames   $frames ($mp4_frames in demo.mp4)"
echo "size     $size bytes"
awk -v bytes="$size" -v s="$seconds" 'BEGIN { if (s > 0) printf "bitrate  %.1f kbit/s\n", bytes * 8 / s / 1000 }'
awk -v n="$frames" -v a="$start" -v b="$end" 'BEGIN { printf "speed    %.2f frames/s (%.1f s)\n", n / (b - a), b - a }'
sed -n 's/.*PSNR \(y:.*average:[^ ]*\).*/PSNR     \1/p; s/.*SSIM \(Y:.*All:[^ ]*\).*/SSIM     \1/p' "$work/compare"
echo "files    out/demo.mkv out/demo.mp4 out/demo.png (source left, decoded right)"
[ "$frames" = "$mp4_frames" ] || { echo "the two files hold different numbers of frames" >&2; exit 1; }
