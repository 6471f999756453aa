package api

import (
	"bytes"
	"testing"

	"github.com/grav1e/grav1e/encoder"
	"github.com/grav1e/grav1e/internal/obu"
)

// metadata returns the payloads of a temporal unit's metadata OBUs by metadata_type.
func metadata(t *testing.T, data []byte) map[byte][]byte {
	t.Helper()
	units, err := obu.Split(data)
	if err != nil {
		t.Fatal(err)
	}
	found := map[byte][]byte{}
	for _, u := range units {
		if u.Type == obu.MetadataType {
			found[u.Data[0]] = u.Data[1:]
		}
	}
	return found
}

// Metadata types (section 6.7.1).
const (
	contentLightType = 1
	masteringType    = 2
	t35Type          = 4
)

// Light metadata travels with every key frame.
func TestLightMetadata(t *testing.T) {
	c := config(lowLatency, func(c *encoder.Config) {
		c.MaxKeyFrameInterval, c.MinKeyFrameInterval = 3, 1
		c.ContentLight = &encoder.ContentLight{MaxCLL: 1000, MaxFALL: 400}
		c.MasteringDisplay = &encoder.MasteringDisplay{PrimaryX: [3]uint16{1, 2, 3}, PrimaryY: [3]uint16{4, 5, 6},
			WhitePointX: 7, WhitePointY: 8, LuminanceMax: 0x01020304, LuminanceMin: 0x05060708}
	})
	for i, packet := range encode(t, c, 5) {
		m := metadata(t, packet)
		if key := i%3 == 0; !key {
			if len(m) > 0 {
				t.Errorf("frame %d: metadata %v without a key frame", i, m)
			}
			continue
		}
		if want := []byte{0x03, 0xe8, 0x01, 0x90}; !bytes.HasPrefix(m[contentLightType], want) {
			t.Errorf("frame %d: content light %x, want %x", i, m[contentLightType], want)
		}
		want := []byte{0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6, 0, 7, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8}
		if !bytes.HasPrefix(m[masteringType], want) {
			t.Errorf("frame %d: mastering display %x, want %x", i, m[masteringType], want)
		}
	}
}

// ITU-T T.35 messages come out with the frame they were sent with, reordered or not.
func TestT35(t *testing.T) {
	for _, c := range []encoder.Config{config(), config(lowLatency)} {
		e := open(t, c)
		var packets [][]byte
		for n := range int64(20) {
			f := picture(&c, n)
			if n%3 == 1 {
				f.Metadata = []encoder.T35{{CountryCode: 0xB5, Payload: []byte{0, 0x3C, byte(n)}}}
			}
			if n%3 == 2 {
				f.Metadata = []encoder.T35{{CountryCode: 0xFF, CountryCodeExtension: 9, Payload: []byte{byte(n)}}}
			}
			if err := e.SendFrame(background, f); err != nil {
				t.Fatal(err)
			}
			packets = append(packets, drain(t, e, encoder.ErrNeedMoreData)...)
		}
		e.Flush()
		packets = append(packets, drain(t, e, encoder.ErrEndOfStream)...)
		for i, packet := range packets {
			n := byte(i)
			got := metadata(t, packet)[t35Type]
			want := [][]byte{nil, {0xB5, 0, 0x3C, n}, {0xFF, 9, n}}[n%3]
			if !bytes.HasPrefix(got, want) || want == nil && got != nil {
				t.Errorf("low latency %v, frame %d: T.35 %x, want %x", c.LowLatency, n, got, want)
			}
		}
	}
}
