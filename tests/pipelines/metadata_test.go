package pipelines

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grav1e/grav1e/internal/obu"
)

// TestMetadata: captions on input buffers become metadata OBUs.
func TestMetadata(t *testing.T) {
	for _, test := range []string{"captions true", "captions false"} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			script(t, "real", "metadata.py", nil, strings.Fields(test)...)
		})
	}
}

// TestCaptionsInFile: FFmpeg's decoder finds the captions in what cccombiner made of two streams.
func TestCaptionsInFile(t *testing.T) {
	need(t, "ffprobe")
	needElement(t, "cccombiner", "matroskamux")
	file := filepath.Join(t.TempDir(), "a.mkv")
	script(t, "real", "metadata.py", nil, "cccombiner", file)
	out := must(t, "real", "ffprobe", "-v", "error", "-show_frames", file)
	const captions = "side_data_type=ATSC A53 Part 4 Closed Captions"
	if n := strings.Count(out, captions); n != 20 {
		t.Errorf("%d of 20 frames have captions\n%s", n, out)
	}
}

// TestT35: messages in the custom meta itu-t-t35 become metadata OBUs as they are.
func TestT35(t *testing.T) {
	need(t)
	file := filepath.Join(t.TempDir(), "a.obu")
	must(t, "real", compileC(t, "t35.c"), file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	units, err := obu.Split(data)
	if err != nil {
		t.Fatal(err)
	}
	const metadataT35, trailing = 4, 0x80
	var got, want [][]byte
	for _, u := range units {
		if u.Type == obu.MetadataType && u.Data[0] == metadataT35 {
			got = append(got, bytes.TrimSuffix(u.Data[1:], []byte{trailing}))
		}
	}
	for n := range byte(20) {
		want = append(want, []byte{0xB5, 0, 0x3C, 0, 1, 4, 1, n})
		if n%3 == 1 {
			want = append(want, []byte{0xFF, 7, 1, 2})
		}
	}
	if !slices.EqualFunc(got, want, bytes.Equal) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}

// TestParsedHDR: av1parse, where it is new enough to read metadata OBUs, finds the units of the caps again.
func TestParsedHDR(t *testing.T) {
	need(t)
	needElement(t, "av1parse")
	file := filepath.Join(t.TempDir(), "a.obu")
	const mastering, light = "35400:14600:8500:39850:6550:2300:15635:16450:10000000:1", "1000:400"
	launch(t, "videotestsrc num-buffers=3 ! video/x-raw,format=I420_10LE,width=64,height=64,colorimetry=bt2100-pq,"+
		"content-light-level=(string)%s,mastering-display-info=(string)%s ! grav1enc speed-preset=10 ! video/x-av1,alignment=tu ! filesink location=%s", light, mastering, file)
	out := watch(t, "filesrc location=%s ! video/x-av1,stream-format=obu-stream,alignment=tu ! av1parse ! fakesink", file)
	if !strings.Contains(out, "colorimetry=(string)bt2100-pq") {
		t.Errorf("no colorimetry in\n%s", out)
	}
	if !strings.Contains(out, "content-light-level=") {
		t.Skip("this av1parse does not read HDR metadata")
	}
	for _, want := range []string{mastering, light} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
