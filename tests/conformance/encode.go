package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/grav1e/grav1e/encoder"
	"github.com/grav1e/grav1e/internal/decide"
	"github.com/grav1e/grav1e/internal/obu"
	"github.com/grav1e/grav1e/internal/y4m"
)

// Encoding is what came out of the encoder.
type Encoding struct {
	Header  y4m.Header
	Source  [][]byte // pictures in Header's form
	Recon   [][]byte
	Packets []Packet
}

// Packet is a copy of an encoder.Packet without its reconstruction.
type Packet struct {
	Data         []byte
	Obus, Frames []int
	FrameIndex   int64
	PTS          int64
	KeyFrame     bool
	Droppable    bool
	TemporalID   int
	QIdx         int
}

// Stream is all packets, one behind the other.
func (e *Encoding) Stream() []byte {
	var out []byte
	for i := range e.Packets {
		out = append(out, e.Packets[i].Data...)
	}
	return out
}

func (c *Case) header() y4m.Header {
	g := &c.Config
	return y4m.Header{Width: g.Width, Height: g.Height, BitDepth: g.BitDepth,
		Chroma:    [...]y4m.Chroma{encoder.Chroma420: y4m.Chroma420, encoder.Chroma422: y4m.Chroma422, encoder.Chroma444: y4m.Chroma444, encoder.Chroma400: y4m.Mono}[g.Chroma],
		FrameRate: y4m.Rational(g.FrameRate)}
}

// pictures renders the frames of the case.
func (c *Case) pictures() [][]byte {
	h := c.header()
	subX, subY := h.Chroma.Subsampling()
	s := newScene(c.Content, c.ContentSeed, h.Width, h.Height)
	top := float64(int(1)<<h.BitDepth - 1)
	out := make([][]byte, c.Frames)
	for f := range out {
		b := make([]byte, 0, h.FrameBytes())
		for p := range h.NumPlanes() {
			w, hh := h.PlaneSize(p)
			sx, sy := 1, 1 // luma samples per sample
			if p > 0 {
				sx, sy = 1<<subX, 1<<subY
			}
			for y := range hh {
				for x := range w {
					v := int(s(point{p, f, float64(x * sx), float64(y * sy)})*top + .5)
					b = append(b, byte(v))
					if h.BitDepth > 8 {
						b = append(b, byte(v>>8))
					}
				}
			}
		}
		out[f] = b
	}
	return out
}

// frame lays a picture out the way the case sends frames.
func (c *Case) frame(h *y4m.Header, picture []byte, n int64) encoder.Frame {
	f := encoder.Frame{PTS: pts(n), Opaque: n, ForceKey: slices.Contains(c.ForceKeys, n), Interleaved: c.Interleaved}
	planes, _ := h.Planes(picture)
	if c.Interleaved && h.BitDepth == 10 {
		f.SampleShift = 6
	}
	size := h.SampleBytes()
	for p := range h.NumPlanes() {
		w, hh := h.PlaneSize(p)
		f.Planes[p], f.Stride[p] = c.pad(planes[p], w*size, hh, size)
	}
	if c.Interleaved {
		u, v := planes[1], planes[2]
		both := make([]byte, 0, 2*len(u))
		for i := 0; i < len(u); i += size {
			both = append(append(both, u[i:i+size]...), v[i:i+size]...)
		}
		w, hh := h.PlaneSize(1)
		f.Planes[1], f.Stride[1] = c.pad(both, 2*w*size, hh, size)
		f.Planes[2], f.Stride[2] = nil, 0
	}
	if f.SampleShift > 0 {
		for p := range 2 {
			shiftLeft(f.Planes[p], f.SampleShift)
		}
	}
	if c.Metadata {
		f.Metadata = []encoder.T35{{CountryCode: 0xB5, Payload: fmt.Appendf(nil, "frame %d", n)}}
	}
	if c.Regions {
		f.Regions = c.regions(n)
	}
	return f
}

// speed draws the preset from frame n on.
func (c *Case) speed(n int64) int {
	r := rand.New(rand.NewPCG(c.Seed, uint64(n/3)))
	first, last := decide.LivePresets(c.Config.SpeedPreset)
	if !c.Speeds || c.Config.StillPicture {
		return c.Config.SpeedPreset
	}
	return first + r.IntN(last-first+1)
}

// regions draws the regions of frame n.
func (c *Case) regions(n int64) []encoder.Region {
	r := rand.New(rand.NewPCG(c.Seed, uint64(n)))
	list := make([]encoder.Region, r.IntN(4))
	for i := range list {
		x, y := r.IntN(c.Config.Width), r.IntN(c.Config.Height)
		list[i] = encoder.Region{X: x, Y: y, W: 1 + r.IntN(c.Config.Width-x), H: 1 + r.IntN(c.Config.Height-y), QOffset: 8*r.Float64() - 4}
	}
	return list
}

// pad copies a plane into rows with something foreign behind them.
func (c *Case) pad(plane []byte, rowBytes, rows, sampleBytes int) (out []byte, stride int) {
	stride = rowBytes + c.RowPadding*sampleBytes
	out = bytes.Repeat([]byte{0xA5}, stride*rows)
	for y := range rows {
		copy(out[y*stride:], plane[y*rowBytes:][:rowBytes])
	}
	return out, stride
}

func shiftLeft(b []byte, n uint) {
	for i := 0; i+1 < len(b); i += 2 {
		v := (uint(b[i]) | uint(b[i+1])<<8) << n
		b[i], b[i+1] = byte(v), byte(v>>8)
	}
}

// pts is the time stamp sent with frame n: not the frame's number, on purpose.
func pts(n int64) int64 { return 1000 + 33*n }

// Encode runs the encoder on the case. Besides the encoder's own errors it returns a
// *ContractError when packets aren't what the API promises.
func (c *Case) Encode(ctx context.Context) (*Encoding, error) {
	e := &Encoding{Header: c.header(), Source: c.pictures()}
	enc, err := encoder.New(c.Config)
	if err != nil {
		return nil, fmt.Errorf("New: %w", err)
	}
	defer enc.Close()
	for n := range int64(c.Frames) {
		if err := enc.SetSpeed(c.speed(n)); err != nil {
			return e, err
		}
		if err := c.send(ctx, enc, e, n); err != nil {
			return e, fmt.Errorf("frame %d: %w", n, err)
		}
	}
	enc.Flush()
	if err := e.receive(ctx, enc, encoder.ErrEndOfStream, -1); err != nil {
		return e, err
	}
	f := encoder.Frame{}
	f.Planes, f.Stride = e.Header.Planes(e.Source[0])
	if err := enc.SendFrame(ctx, &f); !errors.Is(err, encoder.ErrEndOfStream) {
		return e, contract("SendFrame after Flush: %v, want ErrEndOfStream", err)
	}
	if s := enc.Stats(); s.FramesIn != int64(c.Frames) || s.FramesOut != int64(c.Frames) || s.Bytes != int64(len(e.Stream())) {
		return e, contract("Stats %+v for %d frames and %d bytes", s, c.Frames, len(e.Stream()))
	}
	return e, c.checkPackets(e, enc.SequenceHeader())
}

func (c *Case) send(ctx context.Context, enc *encoder.Encoder, e *Encoding, n int64) error {
	f := c.frame(&e.Header, e.Source[n], n)
	err := enc.SendFrame(ctx, &f)
	for ; errors.Is(err, encoder.ErrEnoughData); err = enc.SendFrame(ctx, &f) {
		before := len(e.Packets)
		if err := e.receive(ctx, enc, encoder.ErrNeedMoreData, 1); err != nil {
			return err
		}
		if len(e.Packets) == before {
			return contract("SendFrame wants packets received, ReceivePacket wants frames")
		}
	}
	if err != nil {
		return err
	}
	// What was sent is borrowed during the call only.
	for _, p := range f.Planes {
		clear(p)
	}
	switch {
	case c.Config.LowLatency:
		if err := e.receive(ctx, enc, encoder.ErrNeedMoreData, -1); err != nil {
			return err
		}
		if got := int64(len(e.Packets)); got != n+1 {
			return contract("low latency: %d packets after %d frames", got, n+1)
		}
	case c.Eager > 0 && n%int64(c.Eager) == 0:
		return e.receive(ctx, enc, encoder.ErrNeedMoreData, -1)
	}
	return nil
}

// receive takes packets until ReceivePacket returns last, or most of them if most ≥ 0.
func (e *Encoding) receive(ctx context.Context, enc *encoder.Encoder, last error, most int) error {
	for n := 0; n != most; n++ {
		p, err := enc.ReceivePacket(ctx)
		if errors.Is(err, last) {
			return nil
		}
		if err != nil {
			return err
		}
		if opaque, ok := p.Opaque.(int64); !ok || opaque != p.FrameIndex {
			return contract("packet of frame %d has the Opaque %v", p.FrameIndex, p.Opaque)
		}
		picture, err := e.picture(p.Recon)
		if err != nil {
			return err
		}
		e.Recon = append(e.Recon, picture)
		e.Packets = append(e.Packets, Packet{bytes.Clone(p.Data), slices.Clone(p.Obus), slices.Clone(p.Frames),
			p.FrameIndex, p.PTS, p.KeyFrame, p.Droppable, p.TemporalID, p.QIdx})
	}
	return nil
}

// picture copies a reconstruction into the form of y4m frames.
func (e *Encoding) picture(r *encoder.Recon) ([]byte, error) {
	h := &e.Header
	if r == nil || r.NumPlanes != h.NumPlanes() || r.BitDepth != h.BitDepth {
		return nil, contract("reconstruction %+v", r)
	}
	out := make([]byte, 0, h.FrameBytes())
	for p := range h.NumPlanes() {
		w, hh := h.PlaneSize(p)
		if r.Width[p] != w || r.Height[p] != hh {
			return nil, contract("plane %d of the reconstruction is %dx%d, want %dx%d", p, r.Width[p], r.Height[p], w, hh)
		}
		for y := range hh {
			for _, v := range r.Planes[p][y*r.Stride[p]:][:w] {
				out = append(out, byte(v))
				if h.BitDepth > 8 {
					out = append(out, byte(v>>8))
				}
			}
		}
	}
	return out, nil
}

// units splits a temporal unit.
func (c *Case) units(data []byte) ([]obu.Unit, error) {
	if !c.Config.AnnexB {
		return obu.Split(data)
	}
	units, rest, err := obu.SplitAnnexB(data)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%d bytes behind the temporal unit", len(rest))
	}
	return units, err
}
