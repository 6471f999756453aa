package conformance

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/obu"
)

// temporalIDs are those of L1T1, L1T2 and L1T3 by position after a key frame (section 6.7.6).
var temporalIDs = [...][4]uint8{{}, {}, {0, 1, 0, 1}, {0, 2, 1, 2}}

// checkOperatingPoints: there is one for every number of layers, all of them first, and
// none takes a higher level than one with more layers.
func (c *Case) checkOperatingPoints(s *bitstream.SequenceHeader) error {
	n := max(c.Config.TemporalLayers, 1)
	want := [...][]uint16{1: {0}, 2: {0x103, 0x101}, 3: {0x107, 0x103, 0x101}}[n]
	if s.OperatingPointsCnt != n {
		return contract("%d operating points, want %d", s.OperatingPointsCnt, n)
	}
	for i, op := range s.OperatingPoints[:n] {
		if op.IDC != want[i] || i > 0 && op.SeqLevelIdx > s.OperatingPoints[i-1].SeqLevelIdx {
			return contract("operating points %+v, want %#x", s.OperatingPoints[:n], want)
		}
	}
	return nil
}

// layers verifies a packet's temporal id, in Packet and in its OBUs (sections 6.2.2 and
// 6.7.1: what belongs to no layer has no extension), and what is said of it.
func (t *tracker) layers(p *Packet, units []obu.Unit) error {
	n := t.c.Config.TemporalLayers
	want := temporalIDs[n][(p.FrameIndex-t.lastKey)&3]
	if p.TemporalID != int(want) {
		return fmt.Errorf("temporal id %d, want %d", p.TemporalID, want)
	}
	if n > 1 && p.Droppable != (p.TemporalID == n-1) {
		return fmt.Errorf("temporal id %d, Droppable %v", p.TemporalID, p.Droppable)
	}
	scalability := 0
	for _, u := range units {
		ext := bitstream.Extension{Present: n > 1, TemporalID: want}
		switch u.Type {
		case obu.TemporalDelimiterType, obu.SequenceHeaderType:
			ext = bitstream.Extension{}
		case obu.MetadataType:
			const scalabilityType, t35 = 3, 4
			if u.Data[0] != t35 {
				ext = bitstream.Extension{}
			}
			if u.Data[0] == scalabilityType {
				scalability++
				if mode := int(u.Data[1]); mode != n-2 {
					return fmt.Errorf("scalability_mode_idc %d", mode)
				}
			}
		}
		if u.Extension != ext {
			return fmt.Errorf("OBU of type %d with extension %+v, want %+v", u.Type, u.Extension, ext)
		}
	}
	if announced := scalability == 1; announced != (n > 1 && p.KeyFrame) || scalability > 1 {
		return fmt.Errorf("%d scalability OBUs", scalability)
	}
	return nil
}

// checkLayers decodes what is left without the frames above each temporal id, once taken
// out of the stream and once by the decoders' choice of an operating point: the pictures
// left must not change.
func (c *Case) checkLayers(ctx context.Context, e *Encoding, dir string) error {
	whole := filepath.Join(dir, "stream.obu")
	for id := range c.Config.TemporalLayers - 1 {
		kept, want, err := c.upTo(e, id)
		if err != nil {
			return err
		}
		stream := filepath.Join(dir, fmt.Sprintf("upto%d.obu", id))
		if err := os.WriteFile(stream, kept, 0o644); err != nil {
			return err
		}
		point := fmt.Sprintf("--oppoint=%d", c.Config.TemporalLayers-1-id)
		for i := range Decoders {
			d := &Decoders[i]
			got, err := d.Decode(ctx, &e.Header, stream, c.Config.AnnexB)
			if err := samePictures(got, want, err); err != nil {
				return contract("%s, without what is above temporal id %d: %v", d.Name, id, err)
			}
			got, err = d.Decode(ctx, &e.Header, whole, c.Config.AnnexB, point)
			if err := samePictures(got, want, err); err != nil {
				return contract("%s %s: %v", d.Name, point, err)
			}
		}
	}
	return nil
}

// upTo is the stream without temporal units above a temporal id, which OBU extensions
// tell, and the pictures that are left.
func (c *Case) upTo(e *Encoding, id int) (stream []byte, pictures [][]byte, err error) {
	for i := range e.Packets {
		units, err := c.units(e.Packets[i].Data)
		if err != nil {
			return nil, nil, err
		}
		if last := units[len(units)-1]; int(last.TemporalID) <= id {
			stream = append(stream, e.Packets[i].Data...)
			pictures = append(pictures, e.Recon[i])
		}
	}
	return stream, pictures, nil
}

// samePictures compares what a decoder returned, err included, with what it should have.
func samePictures(got, want [][]byte, err error) error {
	if err != nil || len(got) != len(want) {
		return fmt.Errorf("%d pictures, want %d (%v)", len(got), len(want), err)
	}
	for i := range got {
		if !bytes.Equal(got[i], want[i]) {
			return fmt.Errorf("picture %d of %d differs", i, len(got))
		}
	}
	return nil
}
