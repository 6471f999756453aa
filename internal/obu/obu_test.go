package obu

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/grav1e/grav1e/internal/bitstream"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Sequence headers of 50x34 streams written by aomenc.
func TestConfigRecord(t *testing.T) {
	for _, c := range []struct {
		name, obu, record string
		profile           uint8
		want              bitstream.ColorConfig
	}{
		{"4:2:0 8 bit", "0a0a00000002ae309b5f2008", "81000c00", 0, bitstream.ColorConfig{BitDepth: 8, SubsamplingX: 1, SubsamplingY: 1}},
		{"4:2:0 10 bit", "0a0a00000002ae309b5f2808", "81004c00", 0, bitstream.ColorConfig{BitDepth: 10, SubsamplingX: 1, SubsamplingY: 1}},
		{"4:4:4 8 bit", "0a0a20000002ae309b5f2040", "81200000", 1, bitstream.ColorConfig{BitDepth: 8}},
		{"4:2:2 10 bit", "0a0a40000002ae309b5f2810", "81404800", 2, bitstream.ColorConfig{BitDepth: 10, SubsamplingX: 1}},
		{"4:4:4 12 bit", "0a0a40000002ae309b5f2c08", "81406000", 2, bitstream.ColorConfig{BitDepth: 12}},
		{"4:2:0 12 bit", "0a0a40000002ae309b5f2c61", "81406c00", 2, bitstream.ColorConfig{BitDepth: 12, SubsamplingX: 1, SubsamplingY: 1}},
		{"4:0:0 8 bit", "0a0a00000002ae309b5f2540", "81001c00", 0, bitstream.ColorConfig{BitDepth: 8, MonoChrome: true, ColorRange: true, SubsamplingX: 1, SubsamplingY: 1}},
	} {
		seq := unhex(t, c.obu)
		s, err := bitstream.ParseSequenceHeader(seq[2:])
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		c.want.ColorPrimaries, c.want.TransferCharacteristics, c.want.MatrixCoefficients = 2, 2, 2
		if s.ColorConfig != c.want || s.SeqProfile != c.profile || s.MaxFrameWidth != 50 || s.MaxFrameHeight != 34 || s.OrderHintBits != 7 {
			t.Errorf("%s: got %+v, want %+v", c.name, s, c.want)
		}
		rec, err := ConfigRecord(seq)
		if err != nil || !bytes.Equal(rec, append(unhex(t, c.record), seq...)) {
			t.Errorf("%s: record %x, %v; want %s and the OBU", c.name, rec, err, c.record)
		}
		for n := range seq {
			if _, err := ConfigRecord(seq[:n]); err == nil {
				t.Errorf("%s: accepted %d bytes of %d", c.name, n, len(seq))
			}
		}
	}
	if _, err := ConfigRecord([]byte{0x12, 0}); !errors.Is(err, ErrMalformed) {
		t.Errorf("temporal delimiter: %v, want ErrMalformed", err)
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name, data string
		types      []Type
		err        error
	}{
		{"nothing", "", nil, nil},
		{"delimiter, padding", "1200" + "7a03010280", []Type{TemporalDelimiterType, PaddingType}, nil},
		{"extension", "1608000a0100", []Type{TemporalDelimiterType, SequenceHeaderType}, nil},
		{"last without size", "12003080", []Type{TemporalDelimiterType, FrameType}, nil},
		{"long size field", "12808000", []Type{TemporalDelimiterType}, nil},
		{"forbidden bit", "9200", nil, ErrMalformed},
		{"reserved bit", "1300", nil, ErrMalformed},
		{"too short", "0a0500", nil, ErrTruncated},
		{"no size", "0a", nil, ErrTruncated},
		{"no extension", "16", nil, ErrTruncated},
		{"size above 32 bits", "0affffffffff01", nil, ErrMalformed},
		{"endless size", "0affffffffffffffffff", nil, ErrMalformed},
	} {
		units, err := Split(unhex(t, c.data))
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		}
		checkTypes(t, c.name, units, c.types)
	}
}

func checkTypes(t *testing.T, name string, units []Unit, want []Type) {
	t.Helper()
	ok := len(units) == len(want)
	for i := 0; ok && i < len(want); i++ {
		ok = units[i].Type == want[i]
	}
	if !ok {
		t.Errorf("%s: got %+v, want types %v", name, units, want)
	}
}

func TestSplitAnnexB(t *testing.T) {
	for _, c := range []struct {
		name, data string
		types      []Type
		rest       int
		err        error
	}{
		{"one frame unit", "06" + "05" + "0110" + "023080", []Type{TemporalDelimiterType, FrameType}, 0, nil},
		{"with size fields, and a rest", "07" + "06" + "021200" + "023200" + "9999", []Type{TemporalDelimiterType, FrameType}, 2, nil},
		{"two frame units", "06" + "020110" + "020130", []Type{TemporalDelimiterType, FrameType}, 0, nil},
		{"unit ends early", "05" + "04" + "0110" + "0230", []Type{TemporalDelimiterType}, 0, ErrTruncated},
		{"too short", "0605", nil, 0, ErrTruncated},
		{"sizes disagree", "05" + "04" + "03120030", []Type{}, 0, ErrMalformed},
	} {
		units, rest, err := SplitAnnexB(unhex(t, c.data))
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		}
		if err == nil && len(rest) != c.rest {
			t.Errorf("%s: %d bytes left, want %d", c.name, len(rest), c.rest)
		}
		checkTypes(t, c.name, units, c.types)
	}
}

func TestFrameStart(t *testing.T) {
	seq := &bitstream.SequenceHeader{OrderHintBits: 7, SeqForceIntegerMv: 2}
	still := &bitstream.SequenceHeader{StillPicture: true, ReducedStillPictureHeader: true, SeqForceScreenContentTools: 2, SeqForceIntegerMv: 2}
	for _, c := range []struct {
		name string
		seq  *bitstream.SequenceHeader
		data string // bits
		want FrameStart
	}{
		{"key", seq, "0 00 1 0 0 0000000", FrameStart{FrameType: KeyFrame, ShowFrame: true, ErrorResilient: true, PrimaryRefFrame: 7, RefreshFrameFlags: 255}},
		{"hidden inter", seq, "0 01 0 1 0 0 0 0001000 010 00000100",
			FrameStart{FrameType: InterFrame, ShowableFrame: true, OrderHint: 8, PrimaryRefFrame: 2, RefreshFrameFlags: 4}},
		{"error resilient", seq, "0 01 1 1 1 0 0000011 00000000",
			FrameStart{FrameType: InterFrame, ShowFrame: true, ShowableFrame: true, ErrorResilient: true, DisableCDFUpdate: true, OrderHint: 3, PrimaryRefFrame: 7}},
		{"switch", seq, "0 11 1 0 0000101", FrameStart{FrameType: SwitchFrame, ShowFrame: true, ShowableFrame: true, ErrorResilient: true, OrderHint: 5, PrimaryRefFrame: 7, RefreshFrameFlags: 255}},
		{"intra only", seq, "0 10 1 0 0 0 0000001 10000001",
			FrameStart{FrameType: IntraOnlyFrame, ShowFrame: true, ShowableFrame: true, OrderHint: 1, PrimaryRefFrame: 7, RefreshFrameFlags: 0x81}},
		{"show existing", seq, "1 101", FrameStart{ShowExistingFrame: true, FrameToShowMapIdx: 5, ShowFrame: true}},
		{"still", still, "0 0", FrameStart{FrameType: KeyFrame, ShowFrame: true, ErrorResilient: true, PrimaryRefFrame: 7, RefreshFrameFlags: 255}},
	} {
		if f, err := ParseFrameStart(bitString(c.data), c.seq); err != nil || f != c.want {
			t.Errorf("%s: got %+v, %v; want %+v", c.name, f, err, c.want)
		}
	}
	if _, err := ParseFrameStart(nil, seq); !errors.Is(err, ErrTruncated) {
		t.Errorf("empty: %v, want ErrTruncated", err)
	}
	if _, err := ParseFrameStart([]byte{0}, &bitstream.SequenceHeader{DecoderModelInfoPresent: true}); err == nil {
		t.Error("decoder model: no error")
	}
}

// bitString packs a string of 0 and 1 into bytes.
func bitString(s string) []byte {
	var out []byte
	n := 0
	for _, c := range s {
		if c == ' ' {
			continue
		}
		if n%8 == 0 {
			out = append(out, 0)
		}
		out[n/8] |= byte(c-'0') << (7 - n%8)
		n++
	}
	return out
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte("\x12\x00\x0a\x0a\x00\x00\x00\x02\xae\x30\x9b\x5f\x20\x08"))
	f.Add([]byte("\x06\x05\x01\x10\x02\x30\x80"))
	f.Fuzz(func(t *testing.T, data []byte) {
		units, err := Split(data)
		n := 0
		for _, u := range units {
			n += u.Bytes()
			if s, err := bitstream.ParseSequenceHeader(u.Data); err == nil {
				ParseFrameStart(u.Data, &s)
			}
		}
		if err == nil && n != len(data) {
			t.Fatalf("units of %d bytes in %d", n, len(data))
		}
		SplitAnnexB(data)
	})
}
