//go:build cgo

package element

import (
	"bytes"
	"testing"
)

// TestTriplets: what every type of caption gives as cc_data triplets.
func TestTriplets(t *testing.T) {
	cdp := []byte{0x96, 0x69, 19, 0x4F, 0x43, 0, 1, 0x72, 0xE2, 0xFC, 1, 2, 0xFE, 3, 4, 0x74, 0, 1, 0}
	timed := append(append(bytes.Clone(cdp[:7]), 0x71, 0xC0, 0x80, 0x80, 0x80), cdp[7:]...)
	for name, c := range map[string]struct{ got, want []byte }{
		"608 pairs":      {ccFrom608([]byte{1, 2, 3, 4, 5}), []byte{0xFC, 1, 2, 0xFC, 3, 4}},
		"S334-1":         {ccFromS334([]byte{0x8A, 1, 2, 0x0A, 3, 4, 9}), []byte{0xFC, 1, 2, 0xFD, 3, 4}},
		"CDP":            {ccFromCDP(cdp), []byte{0xFC, 1, 2, 0xFE, 3, 4}},
		"CDP with time":  {ccFromCDP(timed), []byte{0xFC, 1, 2, 0xFE, 3, 4}},
		"CDP cut":        {ccFromCDP(cdp[:12]), nil},
		"CDP of another": {ccFromCDP(cdp[1:]), nil},
		"nothing":        {ccFromCDP(nil), nil},
	} {
		if !bytes.Equal(c.got, c.want) {
			t.Errorf("%s: %x, want %x", name, c.got, c.want)
		}
	}
	want := []byte("\x00\x31GA94\x03\x42\xFF\xFC\x01\x02\xFC\x03\x04\xFF")
	if got := wrapCaptions([]byte{0xFC, 1, 2, 0xFC, 3, 4}); !bytes.Equal(got, want) {
		t.Errorf("wrapped %x, want %x", got, want)
	}
}
