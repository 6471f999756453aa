// Package caps translates between GStreamer's caps fields and the encoder's
// terms: raw-video caps to encoder.Config, a sequence header to the fields of
// video/x-av1. It is pure Go: strings and numbers in, strings and numbers out.
package caps

import (
	"fmt"
	"strings"

	"github.com/grav1e/grav1e/encoder"
)

// Format says how a raw format of GStreamer maps onto encoder.Config and encoder.Frame.
type Format struct {
	Name        string // GstVideoFormat's name
	Chroma      encoder.ChromaFormat
	BitDepth    int
	Interleaved bool // U and V alternate in plane 1
	Shift       uint // samples are left-aligned by this many bits
	Packed      bool // three 10-bit samples in each 32-bit word
}

// Formats lists every accepted raw format, best first.
var Formats = []Format{
	{Name: "I420", Chroma: encoder.Chroma420, BitDepth: 8},
	{Name: "NV12", Chroma: encoder.Chroma420, BitDepth: 8, Interleaved: true},
	{Name: "Y42B", Chroma: encoder.Chroma422, BitDepth: 8},
	{Name: "Y444", Chroma: encoder.Chroma444, BitDepth: 8},
	{Name: "GRAY8", Chroma: encoder.Chroma400, BitDepth: 8},
	{Name: "I420_10LE", Chroma: encoder.Chroma420, BitDepth: 10},
	{Name: "P010_10LE", Chroma: encoder.Chroma420, BitDepth: 10, Interleaved: true, Shift: 6},
	{Name: "I422_10LE", Chroma: encoder.Chroma422, BitDepth: 10},
	{Name: "Y444_10LE", Chroma: encoder.Chroma444, BitDepth: 10},
	{Name: "GRAY10_LE32", Chroma: encoder.Chroma400, BitDepth: 10, Packed: true},
	{Name: "I420_12LE", Chroma: encoder.Chroma420, BitDepth: 12},
	{Name: "I422_12LE", Chroma: encoder.Chroma422, BitDepth: 12},
	{Name: "Y444_12LE", Chroma: encoder.Chroma444, BitDepth: 12},
}

// FormatByName finds a format by its GStreamer name.
func FormatByName(name string) (Format, error) {
	for _, f := range Formats {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, fmt.Errorf("format %q is not one of %s", name, formatNames(", "))
}

func formatNames(sep string) string {
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = f.Name
	}
	return strings.Join(names, sep)
}

// MaxDimension is the largest width and height AV1 can express (section 5.5.1).
const MaxDimension = 65536

// SinkTemplate is the caps string of the sink pad.
func SinkTemplate() string {
	return fmt.Sprintf("video/x-raw, format=(string){ %s }, width=(int)[ 1, %d ], height=(int)[ 1, %d ], framerate=(fraction)[ 0/1, max ]",
		formatNames(", "), MaxDimension, MaxDimension)
}

// SrcTemplate is the caps string of the source pad.
func SrcTemplate() string {
	size := fmt.Sprintf("parsed=(boolean)true, width=(int)[ 1, %d ], height=(int)[ 1, %d ], framerate=(fraction)[ 0/1, max ]", MaxDimension, MaxDimension)
	return "video/x-av1, stream-format=(string)obu-stream, alignment=(string){ tu, frame, obu }, " + size +
		"; video/x-av1, stream-format=(string)annexb, alignment=(string)tu, " + size
}

// UnpackRow unpacks a row of 10-bit samples, three in each little-endian 32-bit
// word from bit 0 up (GRAY10_LE32), into two little-endian bytes per sample.
// dst holds 2*n bytes, src 4 bytes for every three samples begun.
func UnpackRow(dst, src []byte, n int) {
	for x := range n {
		word := src[x/3*4:]
		bits := uint32(word[0]) | uint32(word[1])<<8 | uint32(word[2])<<16 | uint32(word[3])<<24
		v := bits >> (x % 3 * 10) & 0x3FF
		dst[2*x], dst[2*x+1] = byte(v), byte(v>>8)
	}
}
