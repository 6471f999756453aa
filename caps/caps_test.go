package caps

import (
	"bytes"
	"strings"
	"testing"

	"github.com/grav1e/grav1e/encoder"
)

func TestFormats(t *testing.T) {
	for _, f := range Formats {
		raw := Raw{Format: f.Name, Width: 17, Height: 33, FrameRate: encoder.Rational{Num: 30000, Den: 1001}}
		var cfg encoder.Config
		got, err := raw.Apply(&cfg)
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if got != f || cfg.BitDepth != f.BitDepth || cfg.Chroma != f.Chroma || cfg.Width != 17 || cfg.Height != 33 || cfg.FrameRate.Num != 30000 {
			t.Errorf("%s: layout %+v, config %+v", f.Name, got, cfg)
		}
		if !strings.Contains(SinkTemplate(), f.Name) {
			t.Errorf("%s is not in the template", f.Name)
		}
	}
}

func TestRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		raw  Raw
		says string
	}{
		"format":      {Raw{Format: "RGB"}, `format "RGB" is not one of I420`},
		"interlaced":  {Raw{Format: "I420", Interlaced: true}, "deinterlace"},
		"colorimetry": {Raw{Format: "I420", Colorimetry: "1:2:3"}, "4 numbers expected, 3 found"},
		"mastering":   {Raw{Format: "I420", MasteringDisplay: "a:b"}, "mastering-display-info"},
		"light":       {Raw{Format: "I420", ContentLight: "1000:-4"}, `"-4" is not a number`},
	} {
		_, err := tc.raw.Apply(new(encoder.Config))
		if err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v does not say %q", name, err, tc.says)
		}
	}
}

func TestColorimetryRoundTrip(t *testing.T) {
	for s, want := range map[string]encoder.ColorDescription{
		"bt601":      {Primaries: 6, Transfer: 6, Matrix: 6},
		"bt709":      {Primaries: 1, Transfer: 1, Matrix: 1},
		"smpte240m":  {Primaries: 7, Transfer: 7, Matrix: 7},
		"sRGB":       {Primaries: 1, Transfer: 13, Matrix: 0, FullRange: true},
		"bt2020":     {Primaries: 9, Transfer: 15, Matrix: 9},
		"bt2020-10":  {Primaries: 9, Transfer: 14, Matrix: 9},
		"bt2100-pq":  {Primaries: 9, Transfer: 16, Matrix: 9},
		"bt2100-hlg": {Primaries: 9, Transfer: 18, Matrix: 9},
		"1:4:16:3":   {Primaries: 5, Transfer: 6, Matrix: 6, FullRange: true},
		"2:0:0:0":    {Primaries: 2, Transfer: 2, Matrix: 2},
		"2:2:8:2":    {Primaries: 4, Transfer: 5, Matrix: 4},
		"2:3:9:12":   {Primaries: 22, Transfer: 9, Matrix: 1},
	} {
		got, err := ParseColorimetry(s)
		if err != nil || got != want {
			t.Errorf("ParseColorimetry(%q) = %+v, %v, want %+v", s, got, err, want)
		}
		if back := FormatColorimetry(got); back != s {
			t.Errorf("FormatColorimetry(%+v) = %q, want %q", got, back, s)
		}
	}
	// What a newer GStreamer may add is unspecified, not an error.
	if got, err := ParseColorimetry("2:99:99:99"); err != nil || got.Matrix != 2 || got.Transfer != 2 || got.Primaries != 2 {
		t.Errorf("unknown values: %+v, %v", got, err)
	}
}

func TestIdentityMatrix(t *testing.T) {
	for format, want := range map[string]uint8{"Y444": 0, "I420": 2, "GRAY8": 2} {
		var cfg encoder.Config
		raw := Raw{Format: format, Colorimetry: "sRGB"}
		if _, err := raw.Apply(&cfg); err != nil || cfg.Color.Matrix != want {
			t.Errorf("%s: matrix %d, %v, want %d", format, cfg.Color.Matrix, err, want)
		}
	}
}

func TestChromaSite(t *testing.T) {
	for _, tc := range []struct {
		format, site string
		want         encoder.ChromaPosition
	}{
		{"I420", "mpeg2", encoder.ChromaVertical}, {"I420", "cosited", encoder.ChromaColocated}, {"NV12", "jpeg", encoder.ChromaUnknown},
		{"I420", "dv", encoder.ChromaUnknown}, {"I420", "", encoder.ChromaUnknown}, {"Y444", "cosited", encoder.ChromaUnknown},
	} {
		var cfg encoder.Config
		raw := Raw{Format: tc.format, ChromaSite: tc.site}
		if _, err := raw.Apply(&cfg); err != nil || cfg.ChromaPosition != tc.want {
			t.Errorf("%s %s: %d, %v, want %d", tc.format, tc.site, cfg.ChromaPosition, err, tc.want)
		}
	}
}

// A BT.2020 display of 1000 cd/m², as the stream has to carry it.
func TestMasteringDisplayUnits(t *testing.T) {
	const s = "35400:14600:8500:39850:6550:2300:15635:16450:10000000:1"
	m, err := ParseMasteringDisplay(s)
	if err != nil {
		t.Fatal(err)
	}
	want := encoder.MasteringDisplay{
		PrimaryX: [3]uint16{46399, 11141, 8585}, PrimaryY: [3]uint16{19137, 52232, 3015}, // .708, .170, .131; .292, .797, .046
		WhitePointX: 20493, WhitePointY: 21561, // .3127, .3290
		LuminanceMax: 1000 << 8, LuminanceMin: 2, // 1.6384/16384 cd/m²
	}
	if *m != want {
		t.Errorf("got %+v, want %+v", *m, want)
	}
	if back := FormatMasteringDisplay(m); back != s {
		t.Errorf("back: %s", back)
	}
}

func TestContentLight(t *testing.T) {
	for s, want := range map[string]encoder.ContentLight{"1000:400": {MaxCLL: 1000, MaxFALL: 400}, "0:0": {}, "70000:1": {MaxCLL: 65535, MaxFALL: 1}} {
		if got, err := ParseContentLight(s); err != nil || *got != want {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	if got, err := ParseContentLight(""); got != nil || err != nil {
		t.Errorf("absent: %v, %v", got, err)
	}
}

func TestUnpackRow(t *testing.T) {
	src := []byte{0xFF, 0x03, 0x00, 0x00, 0x01, 0x08, 0x30, 0x00} // 1023, 0, 0; 1, 2, 3
	dst := make([]byte, 10)
	UnpackRow(dst, src, 5)
	if want := []byte{0xFF, 3, 0, 0, 0, 0, 1, 0, 2, 0}; !bytes.Equal(dst, want) {
		t.Errorf("%v, want %v", dst, want)
	}
}

// sequenceBits builds a sequence header OBU with reduced_still_picture_header.
func sequenceBits(profile, level, depth int, mono bool, subX, subY int) []byte {
	var bits []byte
	put := func(v, n int) {
		for i := n - 1; i >= 0; i-- {
			bits = append(bits, byte(v>>i&1))
		}
	}
	flag := func(b bool) {
		if b {
			put(1, 1)
		} else {
			put(0, 1)
		}
	}
	put(profile, 3)
	put(3, 2) // still_picture, reduced_still_picture_header
	put(level, 5)
	put(8, 4)
	put(8, 4)
	put(319, 9)
	put(239, 9)
	put(0, 6)
	flag(depth > 8)
	if profile == 2 && depth > 8 {
		flag(depth == 12)
	}
	if profile != 1 {
		flag(mono)
	}
	put(0, 1) // color_description_present_flag
	put(1, 1) // color_range
	if !mono {
		if profile == 2 && depth == 12 {
			put(subX, 1)
			if subX == 1 {
				put(subY, 1)
			}
		}
		if subX == 1 && subY == 1 {
			put(2, 2) // chroma_sample_position
		}
		put(0, 1)
	}
	put(0, 1) // film_grain_params_present
	put(1, 1) // trailing bit
	for len(bits)%8 != 0 {
		bits = append(bits, 0)
	}
	obu := []byte{0x0A, byte(len(bits) / 8)}
	for i := 0; i < len(bits); i += 8 {
		b := byte(0)
		for _, bit := range bits[i : i+8] {
			b = b<<1 | bit
		}
		obu = append(obu, b)
	}
	return obu
}

func TestSequenceHeaderToCaps(t *testing.T) {
	for _, tc := range []struct {
		profile, level, depth int
		mono                  bool
		subX, subY            int
		codecData             string
		fields                string
	}{
		{0, 0, 8, false, 1, 1, "81000e00", `profile=(string)"main", level=(string)"2.0", tier=(string)"main", chroma-format=(string)"4:2:0", bit-depth-luma=(uint)8, bit-depth-chroma=(uint)8`},
		{0, 9, 10, false, 1, 1, "81094e00", `profile=(string)"main", level=(string)"4.1", tier=(string)"main", chroma-format=(string)"4:2:0", bit-depth-luma=(uint)10, bit-depth-chroma=(uint)10`},
		{0, 4, 8, true, 1, 1, "81041c00", `profile=(string)"main", level=(string)"3.0", tier=(string)"main", chroma-format=(string)"4:0:0", bit-depth-luma=(uint)8, bit-depth-chroma=(uint)8`},
		{1, 31, 8, false, 0, 0, "813f0000", `profile=(string)"high", tier=(string)"main", chroma-format=(string)"4:4:4", bit-depth-luma=(uint)8, bit-depth-chroma=(uint)8`},
		{2, 23, 10, false, 1, 0, "81574800", `profile=(string)"professional", level=(string)"7.3", tier=(string)"main", chroma-format=(string)"4:2:2", bit-depth-luma=(uint)10, bit-depth-chroma=(uint)10`},
		{2, 8, 12, false, 1, 1, "81486e00", `profile=(string)"professional", level=(string)"4.0", tier=(string)"main", chroma-format=(string)"4:2:0", bit-depth-luma=(uint)12, bit-depth-chroma=(uint)12`},
	} {
		s, err := ParseSequenceHeader(sequenceBits(tc.profile, tc.level, tc.depth, tc.mono, tc.subX, tc.subY))
		if err != nil {
			t.Errorf("%+v: %v", tc, err)
			continue
		}
		want := "video/x-av1, parsed=(boolean)true, stream-format=(string)obu-stream, alignment=(string)tu, " + tc.fields +
			`, colorimetry=(string)"bt709", codec_data=(buffer)` + tc.codecData
		if got := s.Caps("obu-stream", "tu", &Raw{Colorimetry: "bt709"}); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if !s.Color.FullRange {
			t.Errorf("%+v: color_range lost", tc)
		}
	}
}

func TestBadSequenceHeader(t *testing.T) {
	good := sequenceBits(0, 0, 8, false, 1, 1)
	for n := range len(good) {
		if _, err := ParseSequenceHeader(good[:n]); err == nil {
			t.Errorf("%d of %d bytes were accepted", n, len(good))
		}
	}
}

// FuzzRaw feeds the strings that come from outside; what is accepted must survive
// being spelled and read again.
func FuzzRaw(f *testing.F) {
	f.Add("bt709", "35400:14600:8500:39850:6550:2300:15635:16450:10000000:1", "1000:400", []byte{0x0A, 1, 0})
	f.Add("1:4:16:3", "0:0:0:0:0:0:0:0:0:0", "0:0", sequenceBits(0, 0, 8, false, 1, 1))
	f.Fuzz(func(t *testing.T, colorimetry, mastering, light string, seq []byte) {
		if c, err := ParseColorimetry(colorimetry); err == nil {
			if again, err := ParseColorimetry(FormatColorimetry(c)); err != nil || again != c {
				t.Errorf("%q: %+v became %+v, %v", colorimetry, c, again, err)
			}
		}
		if m, err := ParseMasteringDisplay(mastering); err == nil && m != nil {
			if again, err := ParseMasteringDisplay(FormatMasteringDisplay(m)); err != nil || again.PrimaryX != m.PrimaryX {
				t.Errorf("%q: %+v became %+v, %v", mastering, m, again, err)
			}
		}
		ParseContentLight(light)
		if s, err := ParseSequenceHeader(seq); err == nil {
			s.Caps("obu-stream", "tu", &Raw{Colorimetry: colorimetry})
		}
	})
}
