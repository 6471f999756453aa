package pipelines

import (
	"bytes"
	"math"
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

// TestRegionsOfInterest: GstVideoRegionOfInterestMeta makes its part of the picture finer,
// by what its parameters say or by default-roi-delta-qp, or coarser.
func TestRegionsOfInterest(t *testing.T) {
	need(t, "dav1d")
	measure := func(metas ...string) (left, right float64) {
		path := filepath.Join(t.TempDir(), "a")
		script(t, "real", "metadata.py", nil, append([]string{"regions", path}, metas...)...)
		must(t, "real", "dav1d", "--demuxer", "section5", "-i", path+".obu", "--muxer", "yuv", "-o", path+".yuv")
		return lumaPSNR(t, path, 0, 128), lumaPSNR(t, path, 128, 256)
	}
	left, right := measure()
	for _, tc := range []struct {
		metas                 []string
		leastLeft, mostLeft   float64 // dB more than without metas
		leastRight, mostRight float64
	}{
		{[]string{"0,0,128,128"}, 3, 8, -.5, .5},
		{[]string{"0,0,128,128,-12"}, 8, 14, -.5, .5},
		{[]string{"0,0,128,128,12"}, -14, -3, -.5, .5},
		{[]string{"128,0,4000,4000,-6", "300,0,5,5", "0,500,10,10", "0,0,0,0"}, -.5, .5, 3, 8},
	} {
		l, r := measure(tc.metas...)
		if l -= left; l < tc.leastLeft || l > tc.mostLeft {
			t.Errorf("%v: the left half is %+.2f dB", tc.metas, l)
		}
		if r -= right; r < tc.leastRight || r > tc.mostRight {
			t.Errorf("%v: the right half is %+.2f dB", tc.metas, r)
		}
	}
}

// lumaPSNR compares columns of 256x128 pictures in path.i420 and path.yuv.
func lumaPSNR(t *testing.T, path string, first, end int) float64 {
	source, err := os.ReadFile(path + ".i420")
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := os.ReadFile(path + ".yuv")
	if err != nil || len(decoded) != len(source) {
		t.Fatalf("%d bytes decoded of %d (%v)", len(decoded), len(source), err)
	}
	sum, n := 0, 0
	for i := range source {
		if at := i % (256 * 192); at < 256*128 && at%256 >= first && at%256 < end {
			d := int(source[i]) - int(decoded[i])
			sum, n = sum+d*d, n+1
		}
	}
	return 10 * math.Log10(255*255*float64(n)/float64(sum))
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

// TestT35: messages in the custom meta itu-t-t35 become metadata OBUs as they are, and the
// HDR10+ ones of GstVideoHDRMeta with what stands before them.
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
		if n%5 == 1 {
			want = append(want, []byte{0xB5, 0, 0x3C, 0, 1, 4, 1, 0x40, 0x20})
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
