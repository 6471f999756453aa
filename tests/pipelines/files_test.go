package pipelines

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// clip is real footage: 768x576, 10 frames a second.
const clip = "../testdata/street.avi"

// probe asks ffprobe about the video stream of a file, decoding all of it.
func probe(t *testing.T, file string) map[string]any {
	t.Helper()
	out := must(t, "real", "ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_streams", "-of", "json", file)
	var r struct{ Streams []map[string]any }
	if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Streams) != 1 {
		t.Fatalf("ffprobe %s: %v\n%s", file, err, out)
	}
	return r.Streams[0]
}

func expect(t *testing.T, got map[string]any, want map[string]string) {
	t.Helper()
	for k, v := range want {
		if s := fmt.Sprint(got[k]); s != v {
			t.Errorf("%s: %s, want %s", k, s, v)
		}
	}
}

// TestContainers writes real footage into files, reads them with FFmpeg and with
// GStreamer, and finds every frame again.
func TestContainers(t *testing.T) {
	need(t, "ffprobe")
	needElement(t, "avdec_msmpeg4", "matroskamux", "mp4mux")
	const frames = 24
	for _, tc := range []struct{ mux, file string }{
		{"matroskamux", "a.mkv"}, {"webmmux", "a.webm"}, {"mp4mux", "a.mp4"}, {"qtmux", "a.mov"},
		{"isofmp4mux fragment-duration=500000000", "f.mp4"}, {"isomp4mux", "i.mp4"},
	} {
		t.Run(tc.mux, func(t *testing.T) {
			t.Parallel()
			needElement(t, strings.Fields(tc.mux)[0])
			file := filepath.Join(t.TempDir(), tc.file)
			launch(t, "filesrc location=%s ! avidemux ! avdec_msmpeg4 ! videoscale ! video/x-raw,width=192,height=144,pixel-aspect-ratio=1/1 ! "+
				"identity eos-after=%d ! grav1enc speed-preset=10 ! %s ! filesink location=%s", clip, frames+1, tc.mux, file)
			expect(t, probe(t, file), map[string]string{"codec_name": "av1", "width": "192", "height": "144", "nb_read_frames": fmt.Sprint(frames),
				"profile": "Main", "pix_fmt": "yuv420p", "avg_frame_rate": "10/1"})
			out := watch(t, "filesrc location=%s ! decodebin ! fakesink silent=false", file)
			if n := strings.Count(out, "last-message = chain "); n != frames {
				t.Errorf("GStreamer decoded %d frames of %d", n, frames)
			}
		})
	}
}

func TestMkvinfo(t *testing.T) {
	need(t, "mkvinfo")
	file := filepath.Join(t.TempDir(), "a.mkv")
	launch(t, "videotestsrc num-buffers=5 ! video/x-raw,format=I420,width=160,height=90 ! grav1enc speed-preset=10 ! matroskamux ! filesink location=%s", file)
	out := must(t, "real", "mkvinfo", file)
	for _, want := range []string{"V_AV1", "Pixel width: 160", "Pixel height: 90", "Codec's private data: size 4"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// TestHDR finds the colour description and the HDR10 metadata again, in FFmpeg's units.
func TestHDR(t *testing.T) {
	need(t, "ffprobe")
	file := filepath.Join(t.TempDir(), "a.obu")
	launch(t, "videotestsrc num-buffers=3 ! video/x-raw,format=I420_10LE,width=64,height=64,colorimetry=bt2100-pq,chroma-site=cosited,"+
		"content-light-level=(string)1000:400,mastering-display-info=(string)35400:14600:8500:39850:6550:2300:15635:16450:10000000:1 ! "+
		"grav1enc speed-preset=10 ! video/x-av1,alignment=tu ! filesink location=%s", file)
	out := must(t, "real", "ffprobe", "-v", "error", "-show_frames", "-of", "json", file)
	var r struct{ Frames []map[string]any }
	if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Frames) != 3 {
		t.Fatalf("%v\n%s", err, out)
	}
	expect(t, r.Frames[0], map[string]string{"color_range": "tv", "color_space": "bt2020nc", "color_primaries": "bt2020", "color_transfer": "smpte2084",
		"chroma_location": "topleft", "pix_fmt": "yuv420p10le"})
	value := map[string]float64{}
	for _, side := range r.Frames[0]["side_data_list"].([]any) {
		for k, v := range side.(map[string]any) {
			switch v := v.(type) {
			case float64:
				value[k] = v
			case string:
				var a, b float64
				if n, _ := fmt.Sscanf(v, "%f/%f", &a, &b); n == 2 {
					value[k] = a / b
				}
			}
		}
	}
	for k, want := range map[string]float64{"red_x": .708, "red_y": .292, "green_x": .17, "green_y": .797, "blue_x": .131, "blue_y": .046,
		"white_point_x": .3127, "white_point_y": .329, "max_luminance": 1000, "min_luminance": .0001, "max_content": 1000, "max_average": 400} {
		if got := value[k]; got < want-.0002 || got > want+.0002 {
			t.Errorf("%s = %v, want %v", k, got, want)
		}
	}
}

// format describes a raw format for TestFormats.
type format struct {
	name, pixels string // GStreamer's name, FFmpeg's name of what is decoded
	unpack       func(raw []byte, w, h int) []byte
}

// TestFormats encodes every format without loss and compares every byte.
func TestFormats(t *testing.T) {
	need(t, "ffmpeg")
	same := func(raw []byte, w, h int) []byte { return raw }
	for _, f := range []format{
		{"I420", "yuv420p", same}, {"Y42B", "yuv422p", same}, {"Y444", "yuv444p", same}, {"GRAY8", "gray", same},
		{"I420_10LE", "yuv420p10le", same}, {"I422_10LE", "yuv422p10le", same}, {"Y444_10LE", "yuv444p10le", same},
		{"I420_12LE", "yuv420p12le", same}, {"I422_12LE", "yuv422p12le", same}, {"Y444_12LE", "yuv444p12le", same},
		{"NV12", "yuv420p", planar8}, {"P010_10LE", "yuv420p10le", planar10}, {"GRAY10_LE32", "gray10le", gray10},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			const w, h, n = 48, 40, 3
			dir := t.TempDir()
			launch(t, "videotestsrc num-buffers=%d pattern=smpte ! video/x-raw,format=%s,width=%d,height=%d ! tee name=t "+
				"t. ! queue ! filesink location=%s/raw t. ! queue ! grav1enc speed-preset=10 quantizer=0 ! video/x-av1,alignment=tu ! filesink location=%s/a.obu",
				n, f.name, w, h, dir, dir)
			must(t, "real", "ffmpeg", "-v", "error", "-i", dir+"/a.obu", "-f", "rawvideo", "-pix_fmt", f.pixels, dir+"/decoded")
			raw, err := os.ReadFile(dir + "/raw")
			if err != nil {
				t.Fatal(err)
			}
			var want []byte
			for size := len(raw) / n; len(raw) >= size && len(raw) > 0; raw = raw[size:] {
				want = append(want, f.unpack(raw[:size], w, h)...)
			}
			compare(t, dir+"/decoded", want)
		})
	}
}

func compare(t *testing.T, file string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		at := 0
		for at < len(got) && at < len(want) && got[at] == want[at] {
			at++
		}
		t.Errorf("%d bytes decoded, %d bytes encoded, they differ at %d", len(got), len(want), at)
	}
}

// planar8 takes NV12 apart.
func planar8(raw []byte, w, h int) []byte {
	out := append([]byte(nil), raw[:w*h]...)
	for c := range 2 {
		for i := c; i < w*h/2; i += 2 {
			out = append(out, raw[w*h+i])
		}
	}
	return out
}

// planar10 takes P010 apart and moves its samples to the low bits.
func planar10(raw []byte, w, h int) []byte {
	var out []byte
	sample := func(i int) { out = binary.LittleEndian.AppendUint16(out, binary.LittleEndian.Uint16(raw[2*i:])>>6) }
	for i := range w * h {
		sample(i)
	}
	for c := range 2 {
		for i := c; i < w*h/2; i += 2 {
			sample(w*h + i)
		}
	}
	return out
}

// gray10 unpacks GRAY10_LE32: three samples in 32 bits, w a multiple of 3.
func gray10(raw []byte, w, h int) []byte {
	var out []byte
	for i := range w * h {
		word := binary.LittleEndian.Uint32(raw[i/3*4:])
		out = binary.LittleEndian.AppendUint16(out, uint16(word>>(i%3*10)&0x3FF))
	}
	return out
}

// TestStrides encodes odd sizes, whose rows GStreamer pads to four bytes.
func TestStrides(t *testing.T) {
	need(t, "ffmpeg")
	for _, size := range [][2]int{{35, 21}, {1, 1}, {2, 7}, {65, 33}} {
		w, h := size[0], size[1]
		t.Run(fmt.Sprintf("%dx%d", w, h), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			launch(t, "videotestsrc num-buffers=1 pattern=smpte ! video/x-raw,format=I420,width=%d,height=%d ! tee name=t "+
				"t. ! queue ! filesink location=%s/raw t. ! queue ! grav1enc speed-preset=10 quantizer=0 ! filesink location=%s/a.obu", w, h, dir, dir)
			must(t, "real", "ffmpeg", "-v", "error", "-i", dir+"/a.obu", "-f", "rawvideo", "-pix_fmt", "yuv420p", dir+"/decoded")
			raw, err := os.ReadFile(dir + "/raw")
			if err != nil {
				t.Fatal(err)
			}
			var want []byte
			plane := func(w, h, stride int) {
				for y := range h {
					want = append(want, raw[y*stride:][:w]...)
				}
			}
			up := func(v, to int) int { return (v + to - 1) / to * to }
			cw, ch := (w+1)/2, (h+1)/2
			luma, chroma := up(w, 4), up(up(w, 2)/2, 4)
			plane(w, h, luma)
			raw = raw[luma*up(h, 2):]
			plane(cw, ch, chroma)
			raw = raw[chroma*ch:]
			plane(cw, ch, chroma)
			compare(t, dir+"/decoded", want)
		})
	}
}

// TestAlignments decodes what each alignment and stream format wrote.
func TestAlignments(t *testing.T) {
	need(t, "dav1d")
	for _, tc := range []struct{ caps, demuxer string }{
		{"alignment=tu", "section5"}, {"alignment=frame", "section5"}, {"alignment=obu", "section5"}, {"stream-format=annexb", "annexb"},
	} {
		t.Run(tc.caps, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			launch(t, "videotestsrc num-buffers=20 ! video/x-raw,format=I420,width=96,height=64 ! grav1enc speed-preset=10 ! video/x-av1,%s ! filesink location=%s/a.obu", tc.caps, dir)
			must(t, "real", "dav1d", "-q", "--demuxer", tc.demuxer, "-i", dir+"/a.obu", "--muxer", "yuv4mpeg2", "-o", dir+"/a.y4m")
			y4m, err := os.ReadFile(dir + "/a.y4m")
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(y4m, []byte("FRAME\n")); n != 20 {
				t.Errorf("%d frames of 20", n)
			}
		})
	}
}

// TestPayloader streams through RTP, where the payloader is there, without av1parse.
func TestPayloader(t *testing.T) {
	need(t)
	needElement(t, "rtpav1pay", "rtpav1depay")
	for layers := 1; layers <= 3; layers++ {
		out := watch(t, "videotestsrc num-buffers=10 ! video/x-raw,format=I420,width=96,height=64 ! grav1enc low-latency=true temporal-layers=%d ! rtpav1pay ! rtpav1depay ! fakesink silent=false", layers)
		if !strings.Contains(out, "last-message = chain ") {
			t.Errorf("%d layers: %s", layers, out)
		}
	}
}

func TestPythonApplication(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.webm")
	host(t, "real", nil, "application", file)
	need(t, "ffprobe")
	expect(t, probe(t, file), map[string]string{"codec_name": "av1", "width": "160", "nb_read_frames": "30"})
}
