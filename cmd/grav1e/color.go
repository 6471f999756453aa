package main

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/grav1e/grav1e/encoder"
	"github.com/grav1e/grav1e/internal/container"
)

// Names of CICP values (section 6.4.2).
var (
	primariesNames = map[string]uint8{
		"bt709": 1, "unspecified": 2, "bt470m": 4, "bt470bg": 5, "bt601": 6, "smpte240": 7, "film": 8,
		"bt2020": 9, "xyz": 10, "smpte431": 11, "smpte432": 12, "ebu3213": 22,
	}
	transferNames = map[string]uint8{
		"bt709": 1, "unspecified": 2, "bt470m": 4, "bt470bg": 5, "bt601": 6, "smpte240": 7, "linear": 8, "log100": 9,
		"log100-sqrt10": 10, "iec61966": 11, "bt1361": 12, "srgb": 13, "bt2020-10": 14, "bt2020-12": 15,
		"smpte2084": 16, "pq": 16, "smpte428": 17, "hlg": 18,
	}
	matrixNames = map[string]uint8{
		"identity": 0, "bt709": 1, "unspecified": 2, "fcc": 4, "bt470bg": 5, "bt601": 6, "smpte240": 7, "ycgco": 8,
		"bt2020-ncl": 9, "bt2020-cl": 10, "smpte2085": 11, "chroma-derived-ncl": 12, "chroma-derived-cl": 13, "ictcp": 14,
	}
)

func cicp(option string, names map[string]uint8, s string) (uint8, error) {
	if v, ok := names[strings.ToLower(s)]; ok {
		return v, nil
	}
	if v, err := strconv.ParseUint(s, 10, 8); err == nil {
		return uint8(v), nil
	}
	return 0, &optionError{option, s, "0..255, " + strings.Join(slices.Sorted(maps.Keys(names)), ", ")}
}

// describeColor sets the fields of c that describe colour.
func (o *options) describeColor(c *encoder.Config) (err error) {
	if c.Color.Primaries, err = cicp("--color-primaries", primariesNames, o.ColorPrimaries); err != nil {
		return err
	}
	if c.Color.Transfer, err = cicp("--transfer", transferNames, o.Transfer); err != nil {
		return err
	}
	if c.Color.Matrix, err = cicp("--matrix", matrixNames, o.Matrix); err != nil {
		return err
	}
	if o.MasteringDisplay != "" {
		if c.MasteringDisplay, err = parseMastering(o.MasteringDisplay); err != nil {
			return err
		}
	}
	if o.ContentLight != "" {
		c.ContentLight, err = parseContentLight(o.ContentLight)
	}
	return err
}

// parseMastering reads G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min), the parts in any order.
func parseMastering(s string) (*encoder.MasteringDisplay, error) {
	const form = "G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min) with coordinates of 0..1 and luminances in cd/m²"
	bad := &optionError{"--mastering-display", s, form}
	m := &encoder.MasteringDisplay{}
	seen := 0
	for rest := s; rest != ""; {
		name, tail, ok := strings.Cut(rest, "(")
		pair, tail, ok2 := strings.Cut(tail, ")")
		first, second, ok3 := strings.Cut(pair, ",")
		a, err1 := strconv.ParseFloat(strings.TrimSpace(first), 64)
		b, err2 := strconv.ParseFloat(strings.TrimSpace(second), 64)
		if !ok || !ok2 || !ok3 || err1 != nil || err2 != nil {
			return nil, bad
		}
		rest = tail
		bit := strings.Index("R.G.B.WPL", strings.TrimSpace(name))
		switch name = strings.TrimSpace(name); name {
		case "R", "G", "B":
			m.PrimaryX[bit/2], m.PrimaryY[bit/2] = fixed16(a), fixed16(b)
		case "WP":
			m.WhitePointX, m.WhitePointY = fixed16(a), fixed16(b)
		case "L":
			m.LuminanceMax, m.LuminanceMin = fixed32(a, 8), fixed32(b, 14)
		default:
			return nil, bad
		}
		if inside := a >= 0 && b >= 0 && (name == "L" || a < 1 && b < 1); !inside || seen>>bit&1 == 1 {
			return nil, bad
		}
		seen |= 1 << bit
	}
	if seen != 1|1<<2|1<<4|1<<6|1<<8 {
		return nil, bad
	}
	return m, nil
}

// fixed16 converts to 0.16 fixed point.
func fixed16(v float64) uint16 { return uint16(min(max(math.Round(v*(1<<16)), 0), 1<<16-1)) }

// fixed32 converts to fixed point with that many fractional bits.
func fixed32(v float64, fraction int) uint32 {
	return uint32(min(max(math.Round(v*float64(int(1)<<fraction)), 0), math.MaxUint32))
}

func parseContentLight(s string) (*encoder.ContentLight, error) {
	a, b, ok := strings.Cut(s, ",")
	cll, err1 := strconv.ParseUint(a, 10, 16)
	fall, err2 := strconv.ParseUint(b, 10, 16)
	if !ok || err1 != nil || err2 != nil {
		return nil, &optionError{"--content-light", s, "two numbers of 0..65535, for example 1000,400"}
	}
	return &encoder.ContentLight{MaxCLL: uint16(cll), MaxFALL: uint16(fall)}, nil
}

// containerColor says the same in a container's units.
func containerColor(c *encoder.Config) container.Color {
	out := container.Color{Primaries: int(c.Color.Primaries), Transfer: int(c.Color.Transfer), Matrix: int(c.Color.Matrix), FullRange: c.Color.FullRange}
	if l := c.ContentLight; l != nil {
		out.MaxCLL, out.MaxFALL = int(l.MaxCLL), int(l.MaxFALL)
	}
	if m := c.MasteringDisplay; m != nil {
		d := &container.Mastering{
			WhitePointX: float64(m.WhitePointX) / (1 << 16), WhitePointY: float64(m.WhitePointY) / (1 << 16),
			LuminanceMax: float64(m.LuminanceMax) / (1 << 8), LuminanceMin: float64(m.LuminanceMin) / (1 << 14),
		}
		for i := range 3 {
			d.PrimaryX[i], d.PrimaryY[i] = float64(m.PrimaryX[i])/(1<<16), float64(m.PrimaryY[i])/(1<<16)
		}
		out.Mastering = d
	}
	return out
}
