package encoder

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/lookahead"
)

// unitBuilder collects the OBUs of the temporal unit under way (section 7.5).
type unitBuilder struct {
	data   []byte // room for as many frames as a unit has, see unitSize
	obus   []int  // end offsets
	frames []int
	spare  []byte // Annex B form
}

// headerRoom is more than the headers of a frame take.
const headerRoom = 1024

// mark notes the end of an OBU.
func (u *unitBuilder) mark() { u.obus = append(u.obus, len(u.data)) }

// begin writes what a temporal unit starts with, if nothing is there yet.
func (u *unitBuilder) begin() {
	if len(u.data) == 0 {
		u.data = bitstream.AppendTemporalDelimiter(u.data)
		u.mark()
	}
}

// frame appends a coded frame, with sequence header and metadata before a key frame.
func (u *unitBuilder) frame(c *coder, r *reference, st *lookahead.Step) (err error) {
	u.begin()
	e := c.e
	if st.Type == av1.KeyFrame {
		if u.data, err = bitstream.AppendSequenceHeaderOBU(u.data, &e.seq); err != nil {
			return err
		}
		u.mark()
		u.staticMetadata(&e.cfg)
	}
	if st.Shown {
		u.frameMetadata(r)
	}
	if u.data, err = bitstream.AppendFrameOBU(u.data, r.extension, &e.seq, &c.hdr, c.payloads); err != nil {
		return err
	}
	u.mark()
	u.frames = append(u.frames, len(u.data))
	return nil
}

// staticMetadata appends what is said of the whole sequence: its layers, and HDR metadata.
func (u *unitBuilder) staticMetadata(cfg *Config) {
	if cfg.scalable() {
		mode := bitstream.ScalabilityL1T2
		if cfg.TemporalLayers == 3 {
			mode = bitstream.ScalabilityL1T3
		}
		u.data = bitstream.AppendMetadataScalability(u.data, mode)
		u.mark()
	}
	if l := cfg.ContentLight; l != nil {
		u.data = bitstream.AppendMetadataHDRCLL(u.data, l.MaxCLL, l.MaxFALL)
		u.mark()
	}
	if m := cfg.MasteringDisplay; m != nil {
		u.data = bitstream.AppendMetadataHDRMDCV(u.data, &bitstream.MasteringDisplay{
			PrimaryX: m.PrimaryX, PrimaryY: m.PrimaryY, WhitePointX: m.WhitePointX, WhitePointY: m.WhitePointY,
			LuminanceMax: m.LuminanceMax, LuminanceMin: m.LuminanceMin,
		})
		u.mark()
	}
}

// frameMetadata appends the messages that travel with the shown frame r.
func (u *unitBuilder) frameMetadata(r *reference) {
	for i := range r.shown.t35 {
		m := &r.shown.t35[i]
		u.data = bitstream.AppendMetadataT35(u.data, r.extension, m.CountryCode, m.CountryCodeExtension, m.Payload)
		u.mark()
	}
}

// frameHeader appends the header that shows r, coded before.
func (u *unitBuilder) frameHeader(c *coder, r *reference) (err error) {
	u.begin()
	u.frameMetadata(r)
	if u.data, err = bitstream.AppendFrameHeaderOBU(u.data, r.extension, &c.e.seq, &c.hdr); err != nil {
		return err
	}
	u.mark()
	u.frames = append(u.frames, len(u.data))
	return nil
}

// finish hands the temporal unit, which shows r, to the receiver; it waits while
// the receiver has not taken the packets before.
func (u *unitBuilder) finish(c *coder, r *reference, key bool) error {
	e := c.e
	if e.cfg.AnnexB && !r.shown.dropped {
		if err := u.toAnnexB(); err != nil {
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for !e.closed && (e.packets.full() || !e.packets.fill(u.data)) {
		e.changed.Wait()
	}
	if e.closed {
		return ErrClosed
	}
	p := e.packets.filling()
	u.data = u.data[:0]
	p.Packet.Obus, u.obus = u.obus, p.Packet.Obus[:0]
	p.Packet.Frames, u.frames = u.frames, p.Packet.Frames[:0]
	s := &r.shown
	p.FrameIndex, p.PTS, p.Opaque, p.KeyFrame, p.QIdx = s.display, s.pts, s.opaque, key, s.qIdx
	p.EncodeTime, p.PSNR, p.SpeedPreset = s.took, s.psnr, s.preset
	if p.Dropped = s.dropped; p.Dropped {
		p.Data = p.Data[:0]
	}
	p.TemporalID = int(r.extension.TemporalID)
	p.Droppable = len(p.Frames) == 1 && c.hdr.RefreshFrameFlags == 0 && !c.hdr.ShowExistingFrame
	s.opaque = nil
	if p.Packet.Recon = nil; e.cfg.Reconstruct && !s.dropped {
		p.recon.copyFrom(&r.picture)
		p.Packet.Recon = &p.recon
	}
	e.packets.ready++
	e.count(p)
	e.changed.Broadcast()
	return nil
}

// count adds a packet to the statistics; mu is held.
func (e *Encoder) count(p *packetBuffer) {
	s := &e.stats
	s.Bytes += int64(len(p.Data))
	e.recent.add(len(p.Data))
	s.BufferBits = e.coder.rate.Fullness()
	if p.Dropped {
		s.Dropped++
		return
	}
	s.FramesOut++
	s.QIdxSum += int64(p.QIdx)
	s.EncodeTime += p.EncodeTime
	for i, dB := range p.PSNR {
		s.PSNRSum[i] += dB
	}
	if p.KeyFrame {
		s.KeyFrames++
	}
}

// toAnnexB rewrites the unit in the length-delimited format, offsets included.
func (u *unitBuilder) toAnnexB() error {
	out, err := bitstream.AppendAnnexB(u.spare[:0], u.data)
	if err != nil {
		return err
	}
	u.data, u.spare = out, u.data
	u.obus, u.frames = u.obus[:0], u.frames[:0]
	_, at := leb128At(out, 0)
	for at < len(out) {
		var size int
		size, at = leb128At(out, at)
		for end := at + size; at < end; {
			size, at = leb128At(out, at)
			at += size
			u.obus = append(u.obus, at)
		}
		u.frames = append(u.frames, at)
	}
	return nil
}

// leb128At reads the leb128() (section 4.10.5) at an offset, and returns the offset after it.
func leb128At(b []byte, at int) (v, next int) {
	for shift := 0; ; shift += 7 {
		v |= int(b[at]&0x7F) << shift
		at++
		if b[at-1]&0x80 == 0 {
			return v, at
		}
	}
}
