// Package encoder is grav1e's AV1 encoder: pure Go and assembly, no cgo.
//
// The life of a session: New validates a Config and maps all memory; SendFrame
// copies a picture in; ReceivePacket hands temporal units out in display order;
// Flush says that no more frames come; Close gives everything back.
package encoder

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Errors that say what to do next; compare with errors.Is.
var (
	ErrNeedMoreData = errors.New("grav1e: send more frames, or Flush, before the next packet") // from ReceivePacket
	ErrEnoughData   = errors.New("grav1e: receive packets before sending more frames")         // from SendFrame
	ErrEndOfStream  = errors.New("grav1e: end of stream")                                      // after Flush: everything was received; or SendFrame after Flush
	ErrClosed       = errors.New("grav1e: encoder is closed")
)

// ConfigError is an invalid Config field: its name, the value and what is allowed.
type ConfigError struct {
	Field   string // Config field name
	Value   string
	Allowed string
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("grav1e: %s = %s, allowed: %s", e.Field, e.Value, e.Allowed)
}

// FrameError is a Frame that does not fit the Config.
type FrameError struct {
	What, Value, Allowed string
}

func (e *FrameError) Error() string {
	return fmt.Sprintf("grav1e: frame %s = %s, allowed: %s", e.What, e.Value, e.Allowed)
}

// MemoryError is a plan that does not fit MaxMemory, or one that the system refuses: its
// mapping, or because it would go beyond the process's limit of address space or the
// memory of its control groups.
type MemoryError struct {
	Needed int64 // bytes
	Limit  int64 // MaxMemory or, with Err, what a limit of the process leaves, in bytes
	Err    error // nil for MaxMemory
}

func (e *MemoryError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("grav1e: %d bytes needed, MaxMemory allows %d", e.Needed, e.Limit)
	}
	return fmt.Sprintf("grav1e: the system refused %d bytes: %v", e.Needed, e.Err)
}

func (e *MemoryError) Unwrap() error { return e.Err }

// InternalError is a panic recovered from a worker: a bug in the encoder. The
// encoder is unusable afterwards; packets already received stay valid.
type InternalError struct {
	Where string
	Panic any
	Stack []byte
}

func (e *InternalError) Error() string {
	return fmt.Sprintf("grav1e: internal error in %s: %v", e.Where, e.Panic)
}

// Frame is one input picture, borrowed during SendFrame only.
//
// Planes are bytes: one byte per sample at BitDepth 8, two (little endian) above.
// SampleShift > 0 says that 16-bit samples are left-aligned and have to be shifted
// right by it (P010: 6). With Interleaved, Planes[1] holds U and V alternating
// (NV12, P010) and Planes[2] is nil. 4:0:0 uses Planes[0] only.
type Frame struct {
	Planes      [3][]byte
	Stride      [3]int // bytes from row to row
	Interleaved bool
	SampleShift uint
	PTS         int64 // caller's time, returned with the packet
	Opaque      any   // caller's value, returned with the packet
	ForceKey    bool  // this frame becomes a key frame
	Metadata    []T35 // ITU-T T.35 payloads that travel with the frame
	Regions     []Region
}

// Region is a rectangle of a frame to be coded finer or coarser than the rest of it. It
// concerns this frame alone. Frames have up to 256 regions, and none in lossless coding.
//
// Quantisers are chosen by superblock, 64x64 samples. An offset up to 0 holds for every
// superblock the region touches, one above 0 for those it covers. Where several
// regions hold, the finest wins: a region with offset 0 keeps others' coarser ones away.
// No superblock goes below Config.MinQuantizer.
type Region struct {
	X, Y, W, H int     // luma samples, inside the picture
	QOffset    float64 // of the quantiser step, in octaves, -4..4: -1 halves it (about 6 dB finer), 1 doubles it. A QP of H.264 or H.265 is 1/6
}

// T35 is one ITU-T T.35 message (section 5.8.2).
type T35 struct {
	CountryCode          byte
	CountryCodeExtension byte // used when CountryCode is 0xFF
	Payload              []byte
}

// Packet is one temporal unit: exactly one shown frame. Data is valid until the
// next call of ReceivePacket or Close.
type Packet struct {
	Data        []byte
	Obus        []int // end offset in Data of every OBU, for obu alignment
	Frames      []int // end offset in Data of every frame, for frame alignment
	FrameIndex  int64 // index of the shown frame in input order
	PTS         int64
	Opaque      any
	KeyFrame    bool          // the temporal unit starts with a sequence header and a shown key frame
	Droppable   bool          // no later frame refers to it
	TemporalID  int           // layer of Config.TemporalLayers, 0 the base; no frame refers to one of a higher layer
	Dropped     bool          // the rate control left the frame out (Config.DropFrames): there is no Data
	QIdx        int           // base_q_idx of the shown frame
	EncodeTime  time.Duration // of the shown frame, on the wall clock
	PSNR        [3]float64    // dB per plane, with Config.MeasurePSNR; MaxPSNR for identical planes
	SpeedPreset int           // of the shown frame
	Recon       *Recon
}

// Recon is what a decoder must output for a packet: planes of 16-bit samples
// whatever the bit depth, valid as long as Packet.Data.
type Recon struct {
	Planes        [3][]uint16
	Stride        [3]int // samples
	Width, Height [3]int
	NumPlanes     int
	BitDepth      int
}

// Stats counts what an Encoder did so far.
type Stats struct {
	FramesIn, FramesOut, KeyFrames int64
	Bytes                          int64
	QIdxSum                        int64         // sum of base_q_idx over shown frames
	MappedBytes                    int64         // memory taken from the system
	EncodeTime                     time.Duration // sum over shown frames
	PSNRSum                        [3]float64    // dB, sum over shown frames, with Config.MeasurePSNR

	Dropped    int64         // frames left out; they count as FramesIn, not as FramesOut
	MeanQIdx   float64       // mean of base_q_idx over shown frames
	Bitrate    int64         // bit/s of the last second's packets
	BufferBits int64         // what is in the buffer of a channel of MaxBitrate (ConstantBitrate: Bitrate); 0 without one
	BufferTime time.Duration // how long the channel takes to send that
}

// Interface is the set of verbs an Encoder has.
type Interface interface {
	// SendFrame copies f in. It returns ErrEnoughData when nothing more fits until
	// packets are received, ErrEndOfStream after Flush.
	SendFrame(ctx context.Context, f *Frame) error
	// ReceivePacket returns the next temporal unit, waiting for workers when one is
	// on its way; ErrNeedMoreData when none is, ErrEndOfStream after the last.
	ReceivePacket(ctx context.Context) (*Packet, error)
	// SetRate changes rates and quantisers from the next frame on whose mini-GOP isn't
	// complete yet.
	SetRate(Rate) error
	// SetSpeed changes the preset from the next frame on whose mini-GOP isn't complete yet.
	SetSpeed(preset int) error
	// PassData returns the statistics of a pass that has come to its end.
	PassData() []byte
	// SetKeyFrameIntervals changes MinKeyFrameInterval and MaxKeyFrameInterval from the
	// next frame sent on.
	SetKeyFrameIntervals(shortest, longest int64) error
	// Flush says no more frames come.
	Flush()
	// Close stops the workers and returns the memory. Safe to call twice.
	Close() error
	// SequenceHeader returns the sequence header OBU, with its header and size.
	SequenceHeader() []byte
	// Latency is how many more frames have to be sent, at most, before the packet of a
	// frame comes out.
	Latency() int
	Stats() Stats
}
