package caps

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/grav1e/grav1e/encoder"
)

// Raw is what the caps of the input say. Strings are as caps spell them; empty means absent.
type Raw struct {
	Format           string
	Width, Height    int
	FrameRate        encoder.Rational // 0/1: variable
	PixelAspect      encoder.Rational
	Interlaced       bool
	Colorimetry      string // "bt709" or "range:matrix:transfer:primaries"
	ChromaSite       string // "mpeg2", "cosited", …
	MasteringDisplay string // mastering-display-info
	ContentLight     string // content-light-level
}

// Apply fills the picture and colour fields of cfg from r, and returns the
// format's layout. Fields the caps don't carry are set to their unspecified value.
func (r *Raw) Apply(cfg *encoder.Config) (Format, error) {
	f, err := FormatByName(r.Format)
	if err != nil {
		return f, err
	}
	if r.Interlaced {
		return f, fmt.Errorf("interlaced video can not be encoded as AV1: put deinterlace before the encoder")
	}
	cfg.Width, cfg.Height = r.Width, r.Height
	cfg.Chroma, cfg.BitDepth = f.Chroma, f.BitDepth
	cfg.FrameRate, cfg.PixelAspect = r.FrameRate, r.PixelAspect
	if cfg.Color, err = ParseColorimetry(r.Colorimetry); err != nil {
		return f, err
	}
	if cfg.Color.Matrix == matrixIdentity && f.Chroma != encoder.Chroma444 {
		cfg.Color.Matrix = unspecified // identity is for 4:4:4 only (section 6.4.2)
	}
	cfg.ChromaPosition = encoder.ChromaUnknown
	if f.Chroma == encoder.Chroma420 {
		cfg.ChromaPosition = chromaSites[r.ChromaSite]
	}
	if cfg.MasteringDisplay, err = ParseMasteringDisplay(r.MasteringDisplay); err != nil {
		return f, err
	}
	cfg.ContentLight, err = ParseContentLight(r.ContentLight)
	return f, err
}

// chromaSites maps chroma-site to chroma_sample_position (section 6.4.2). AV1
// knows two positions: left of the luma pair ("vertical": centred vertically) and
// on the top left luma sample. Everything else is unknown.
var chromaSites = map[string]encoder.ChromaPosition{
	"mpeg2":   encoder.ChromaVertical,
	"cosited": encoder.ChromaColocated,
}

const (
	unspecified    = 2 // CICP: unspecified, for primaries, transfer and matrix
	matrixIdentity = 0 // CICP: MatrixCoefficients RGB
	rangeFull      = 1 // GST_VIDEO_COLOR_RANGE_0_255
)

// CICP code points (ISO/IEC 23091-4) by GStreamer's enumeration values.
var (
	matrixCICP = []uint8{ // GstVideoColorMatrix
		unspecified, matrixIdentity, 4 /* fcc */, 1 /* bt709 */, 6 /* bt601 */, 7 /* smpte240m */, 9, /* bt2020 */
	}
	transferCICP = []uint8{ // GstVideoTransferFunction
		unspecified, 8 /* gamma10 */, unspecified /* gamma18 */, unspecified /* gamma20 */, 4 /* gamma22 */, 1, /* bt709 */
		7 /* smpte240m */, 13 /* srgb */, 5 /* gamma28 */, 9 /* log100 */, 10 /* log316 */, 15 /* bt2020-12 */, unspecified, /* adobergb */
		14 /* bt2020-10 */, 16 /* smpte2084 */, 18 /* arib-std-b67 */, 6, /* bt601 */
	}
	primariesCICP = []uint8{ // GstVideoColorPrimaries
		unspecified, 1 /* bt709 */, 4 /* bt470m */, 5 /* bt470bg */, 6 /* smpte170m */, 7 /* smpte240m */, 8 /* film */, 9, /* bt2020 */
		unspecified /* adobergb */, 10 /* smptest428 */, 11 /* smpterp431 */, 12 /* smpteeg432 */, 22, /* ebu3213 */
	}
)

// namedColorimetry are the short names of GstVideoColorimetry.
var namedColorimetry = map[string]string{
	"bt601": "2:4:16:4", "bt709": "2:3:5:1", "smpte240m": "2:5:6:5", "sRGB": "1:1:7:1",
	"bt2020": "2:6:11:7", "bt2020-10": "2:6:13:7", "bt2100-pq": "2:6:14:7", "bt2100-hlg": "2:6:15:7",
}

// ParseColorimetry reads a colorimetry field: a name, or four numbers
// "range:matrix:transfer:primaries" of GStreamer's enumerations.
func ParseColorimetry(s string) (encoder.ColorDescription, error) {
	c := encoder.ColorDescription{Primaries: unspecified, Transfer: unspecified, Matrix: unspecified}
	if s == "" {
		return c, nil
	}
	numbers := s
	if named, ok := namedColorimetry[s]; ok {
		numbers = named
	}
	v, err := parseNumbers(numbers, 4)
	if err != nil {
		return c, fmt.Errorf("colorimetry %q: %w", s, err)
	}
	c.FullRange = v[0] == rangeFull
	c.Matrix = lookup(matrixCICP, v[1])
	c.Transfer = lookup(transferCICP, v[2])
	c.Primaries = lookup(primariesCICP, v[3])
	return c, nil
}

func lookup(table []uint8, i uint32) uint8 {
	if i < uint32(len(table)) {
		return table[i]
	}
	return unspecified // a newer GStreamer's value
}

// FormatColorimetry is the inverse of ParseColorimetry; names are preferred.
// What CICP can't tell apart becomes the first value that maps to it.
func FormatColorimetry(c encoder.ColorDescription) string {
	r := 2
	if c.FullRange {
		r = rangeFull
	}
	s := fmt.Sprintf("%d:%d:%d:%d", r, index(matrixCICP, c.Matrix), index(transferCICP, c.Transfer), index(primariesCICP, c.Primaries))
	for name, numbers := range namedColorimetry {
		if numbers == s {
			return name
		}
	}
	return s
}

func index(table []uint8, v uint8) int {
	for i, t := range table {
		if t == v {
			return i
		}
	}
	return 0
}

// Fixed-point units: caps carry chromaticities in 1/50000 and luminances in
// 1/10000 cd/m²; the stream carries 0.16, 24.8 and 18.14 fixed point (section 6.7.4).
const (
	chromaticityUnit = 50000
	luminanceUnit    = 10000
)

// ParseMasteringDisplay reads mastering-display-info: "Rx:Ry:Gx:Gy:Bx:By:Wx:Wy:max:min"
// in the units of SMPTE ST 2086. An empty string gives nil.
func ParseMasteringDisplay(s string) (*encoder.MasteringDisplay, error) {
	if s == "" {
		return nil, nil
	}
	v, err := parseNumbers(s, 10)
	if err != nil {
		return nil, fmt.Errorf("mastering-display-info %q: %w", s, err)
	}
	m := &encoder.MasteringDisplay{
		WhitePointX: chromaticity(v[6]), WhitePointY: chromaticity(v[7]),
		LuminanceMax: luminance(v[8], 8), LuminanceMin: luminance(v[9], 14),
	}
	for i := range 3 {
		m.PrimaryX[i], m.PrimaryY[i] = chromaticity(v[2*i]), chromaticity(v[2*i+1])
	}
	return m, nil
}

func chromaticity(v uint32) uint16 {
	return uint16(min((uint64(v)<<16+chromaticityUnit/2)/chromaticityUnit, 0xFFFF))
}

func luminance(v uint32, fraction uint) uint32 {
	return uint32(min((uint64(v)<<fraction+luminanceUnit/2)/luminanceUnit, 0xFFFFFFFF))
}

// FormatMasteringDisplay is the inverse of ParseMasteringDisplay.
func FormatMasteringDisplay(m *encoder.MasteringDisplay) string {
	c := func(v uint16) uint64 { return (uint64(v)*chromaticityUnit + 1<<15) >> 16 }
	l := func(v uint32, fraction uint) uint64 {
		return (uint64(v)*luminanceUnit + 1<<(fraction-1)) >> fraction
	}
	var b strings.Builder
	for i := range 3 {
		fmt.Fprintf(&b, "%d:%d:", c(m.PrimaryX[i]), c(m.PrimaryY[i]))
	}
	fmt.Fprintf(&b, "%d:%d:%d:%d", c(m.WhitePointX), c(m.WhitePointY), l(m.LuminanceMax, 8), l(m.LuminanceMin, 14))
	return b.String()
}

// ParseContentLight reads content-light-level: "MaxCLL:MaxFALL" in cd/m². An
// empty string gives nil.
func ParseContentLight(s string) (*encoder.ContentLight, error) {
	if s == "" {
		return nil, nil
	}
	v, err := parseNumbers(s, 2)
	if err != nil {
		return nil, fmt.Errorf("content-light-level %q: %w", s, err)
	}
	return &encoder.ContentLight{MaxCLL: uint16(min(v[0], 0xFFFF)), MaxFALL: uint16(min(v[1], 0xFFFF))}, nil
}

// parseNumbers splits s into exactly n colon-separated unsigned numbers.
func parseNumbers(s string, n int) ([]uint32, error) {
	parts := strings.Split(s, ":")
	if len(parts) != n {
		return nil, fmt.Errorf("%d numbers expected, %d found", n, len(parts))
	}
	v := make([]uint32, n)
	for i, p := range parts {
		u, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%q is not a number", p)
		}
		v[i] = uint32(u)
	}
	return v, nil
}
