package conformance

import (
	"bytes"
	"fmt"

	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/obu"
)

// ContractError is a packet, or a call, that breaks a promise of the API.
type ContractError struct{ What string }

func (e *ContractError) Error() string { return "contract: " + e.What }

func contract(format string, args ...any) error {
	return &ContractError{fmt.Sprintf(format, args...)}
}

// checkPackets verifies what can be seen without a decoder.
func (c *Case) checkPackets(e *Encoding, seqOBU []byte) error {
	if len(e.Packets) != c.Frames {
		return contract("%d packets for %d frames", len(e.Packets), c.Frames)
	}
	u, rest, err := obu.Next(seqOBU)
	if err != nil || len(rest) > 0 || u.Type != obu.SequenceHeaderType || !u.HasSize {
		return contract("SequenceHeader() = %x (%v)", seqOBU, err)
	}
	seq, err := bitstream.ParseSequenceHeader(u.Data)
	if err != nil {
		return contract("SequenceHeader(): %v", err)
	}
	if err := c.checkSequence(&seq); err != nil {
		return err
	}
	t := tracker{c: c, seq: &seq, seqPayload: u.Data}
	for i := range e.Packets {
		if err := t.packet(&e.Packets[i], int64(i)); err != nil {
			return contract("packet %d: %v", i, err)
		}
	}
	if n := c.Config.SwitchFrameInterval; n > 0 && n < int64(c.Frames) && n < t.longestRun && t.switchFrames == 0 {
		return contract("no switch frame in %d frames with an interval of %d", c.Frames, n)
	}
	if c.Config.Quantizer == 0 && c.Config.RandomModes == 0 && c.Config.MinQuantizer == 0 {
		for i := range e.Source {
			if !bytes.Equal(e.Source[i], e.Recon[i]) {
				return contract("frame %d: lossless, but the reconstruction isn't the source: %v", i, firstDifference(&e.Header, e.Source[i], e.Recon[i]))
			}
		}
	}
	return nil
}

func (c *Case) checkSequence(s *bitstream.SequenceHeader) error {
	g, h := &c.Config, c.header()
	subX, subY := h.Chroma.Subsampling()
	mono := h.NumPlanes() == 1
	if mono {
		subX, subY = 1, 1
	}
	if s.MaxFrameWidth != g.Width || s.MaxFrameHeight != g.Height || s.BitDepth != g.BitDepth || s.MonoChrome != mono ||
		int(s.SubsamplingX) != subX || int(s.SubsamplingY) != subY || s.StillPicture != g.StillPicture ||
		s.ColorPrimaries != g.Color.Primaries || s.TransferCharacteristics != g.Color.Transfer || s.MatrixCoefficients != g.Color.Matrix ||
		s.ColorRange != g.Color.FullRange {
		return contract("sequence header %+v for %s", *s, c)
	}
	if h.Chroma == 0 && s.ChromaSamplePosition != uint8(g.ChromaPosition) {
		return contract("chroma_sample_position %d, want %d", s.ChromaSamplePosition, g.ChromaPosition)
	}
	return c.checkOperatingPoints(s)
}

// tracker goes through packets in order.
type tracker struct {
	c            *Case
	seq          *bitstream.SequenceHeader
	seqPayload   []byte
	lastKey      int64
	longestRun   int64 // most frames from one key frame to the next
	switchFrames int
}

func (t *tracker) packet(p *Packet, index int64) error {
	if p.FrameIndex != index || p.PTS != pts(index) {
		return fmt.Errorf("frame %d, PTS %d; want %d, %d", p.FrameIndex, p.PTS, index, pts(index))
	}
	units, err := t.c.units(p.Data)
	if err != nil {
		return err
	}
	if units[0].Type != obu.TemporalDelimiterType {
		return fmt.Errorf("starts with OBU type %d", units[0].Type)
	}
	if err := checkOffsets(p, len(units), t.c.Config.AnnexB); err != nil {
		return err
	}
	shown, key, sequence := 0, false, false
	for i, u := range units {
		switch u.Type {
		case obu.TemporalDelimiterType:
			if i > 0 {
				return fmt.Errorf("second temporal delimiter")
			}
		case obu.SequenceHeaderType:
			if sequence = true; !bytes.Equal(u.Data, t.seqPayload) {
				return fmt.Errorf("sequence header differs from SequenceHeader()")
			}
		case obu.FrameType, obu.FrameHeaderType:
			f, err := obu.ParseFrameStart(u.Data, t.seq)
			if err != nil {
				return err
			}
			if f.ShowFrame {
				shown++
				key = !f.ShowExistingFrame && f.FrameType == obu.KeyFrame
			}
			if f.FrameType == obu.SwitchFrame && !f.ShowExistingFrame {
				t.switchFrames++
			}
			if t.c.Config.ErrorResilient && !f.ShowExistingFrame && !f.ErrorResilient {
				return fmt.Errorf("a frame isn't error resilient")
			}
		}
	}
	if shown != 1 {
		return fmt.Errorf("%d shown frames", shown)
	}
	if key != p.KeyFrame || sequence != key {
		return fmt.Errorf("KeyFrame %v, key frame shown %v, sequence header %v", p.KeyFrame, key, sequence)
	}
	if err := t.keys(p, index); err != nil {
		return err
	}
	return t.layers(p, units)
}

// checkOffsets verifies Packet.Obus and Packet.Frames; in Annex B there is only one of each.
func checkOffsets(p *Packet, units int, annexB bool) error {
	for name, ends := range map[string][]int{"Obus": p.Obus, "Frames": p.Frames} {
		last := 0
		for _, end := range ends {
			if end <= last {
				return fmt.Errorf("%s %v don't rise", name, ends)
			}
			last = end
		}
		if last != len(p.Data) {
			return fmt.Errorf("%s %v don't end at %d", name, ends, len(p.Data))
		}
	}
	if len(p.Obus) != units && !annexB {
		return fmt.Errorf("%d offsets for %d OBUs", len(p.Obus), units)
	}
	return nil
}

// keys verifies where key frames are.
func (t *tracker) keys(p *Packet, index int64) error {
	g := &t.c.Config
	forced := index == 0
	for _, k := range t.c.ForceKeys {
		forced = forced || k == index
	}
	since := index - t.lastKey
	due := g.MaxKeyFrameInterval > 0 && since >= g.MaxKeyFrameInterval
	switch {
	case (forced || due) && !p.KeyFrame:
		return fmt.Errorf("frame %d should be a key frame", index)
	case p.KeyFrame && !forced && !due && (g.NoSceneDetection || since < g.MinKeyFrameInterval):
		return fmt.Errorf("frame %d should not be a key frame", index)
	}
	if p.KeyFrame {
		t.lastKey = index
	}
	t.longestRun = max(t.longestRun, index-t.lastKey+1)
	return nil
}
