package encoder

// ChromaFormat is the chroma sampling of the input and of the stream.
type ChromaFormat uint8

// Chroma formats (section 6.4.2: mono_chrome, subsampling_x, subsampling_y).
const (
	Chroma420 ChromaFormat = iota
	Chroma422
	Chroma444
	Chroma400
)

// RateControl selects how the quantiser is chosen.
type RateControl uint8

// Rate control modes.
const (
	ConstantQuantizer RateControl = iota // Quantizer with offsets per layer
)

// Tune is what decisions optimise for.
type Tune uint8

// Tune values, as rav1e names them.
const (
	TunePSNR Tune = iota
	TunePsychovisual
)

// Rational is a fraction. A frame rate of 0/1 means variable.
type Rational struct{ Num, Den int }

// ColorDescription holds CICP values (ISO/IEC 23091-4, section 6.4.2); 2 is unspecified.
type ColorDescription struct {
	Primaries, Transfer, Matrix uint8
	FullRange                   bool
}

// ChromaPosition is chroma_sample_position (section 6.4.2).
type ChromaPosition uint8

// Chroma sample positions.
const (
	ChromaUnknown ChromaPosition = iota
	ChromaVertical
	ChromaColocated
)

// MasteringDisplay is SMPTE ST 2086 metadata in the units of the AV1 stream
// (section 6.7.4): primaries (R, G, B) and white point as 0.16 fixed point,
// luminance maximum as 24.8 and minimum as 18.14 fixed point, cd/m².
type MasteringDisplay struct {
	PrimaryX, PrimaryY         [3]uint16
	WhitePointX, WhitePointY   uint16
	LuminanceMax, LuminanceMin uint32
}

// ContentLight is CTA-861.3 metadata, cd/m² (section 6.7.3).
type ContentLight struct{ MaxCLL, MaxFALL uint16 }

// Config is everything an Encoder needs to know; it is validated as a whole by New.
// The zero value of a field means its documented default. Width, Height and
// BitDepth have no default. Start from DefaultConfig.
type Config struct {
	Width, Height int          // luma samples, 1..65536
	BitDepth      int          // 8, 10 or 12
	Chroma        ChromaFormat // sampling
	FrameRate     Rational     // frames per second; Num 0: unknown or variable
	PixelAspect   Rational     // sample aspect ratio; 0/0: square. Kept for containers, AV1 carries render size only

	Color            ColorDescription
	ChromaPosition   ChromaPosition
	MasteringDisplay *MasteringDisplay
	ContentLight     *ContentLight

	SpeedPreset  int   // 0 (slowest) .. 10 (fastest)
	Quantizer    int   // base_q_idx of the constant-quantiser mode, 0..255; 0 is lossless
	MinQuantizer int   // lower bound of base_q_idx, 0..255
	Bitrate      int64 // bit/s; 0 selects ConstantQuantizer, anything else is refused for now
	Tune         Tune  // decisions for PSNR or for the eye
	LowLatency   bool  // no reordering and no lookahead: one frame in, one packet out
	Threads      int   // worker count; 0: one per logical CPU
	TileCols     int   // tile columns wanted, a power of two, 0 or 1: one
	TileRows     int   // tile rows wanted, a power of two, 0 or 1: one
	Tiles        int   // tiles wanted in all; overrides TileCols and TileRows when > 0

	MinKeyFrameInterval int64 // frames; scene cuts start key frames no closer than this
	MaxKeyFrameInterval int64 // frames; 0: no limit
	SwitchFrameInterval int64 // frames; 0: none; needs LowLatency
	LookaheadFrames     int   // frames analysed ahead (rdo-lookahead-frames); -1: the preset's choice
	ReservoirFrameDelay int   // frames of the rate-control reservoir; 0: unset. Needs Bitrate > 0
	NoSceneDetection    bool  // key frames only at MaxKeyFrameInterval or on request
	ErrorResilient      bool  // error_resilient_mode on every frame
	StillPicture        bool  // one picture, reduced_still_picture_header
	AnnexB              bool  // length-delimited temporal units (Annex B) instead of the low-overhead format
	MaxMemory           int64 // bytes New may map; 0: no limit
	Reconstruct         bool  // ReceivePacket also returns the reconstruction of shown frames
	MeasurePSNR         bool  // packets tell how far the decoded frame is from the input; costs a picture of memory

	// Test and debugging aids, effective in every build.
	ForceTools  string // comma-separated tool switches, for example "no-cdef,force-filter-intra"; see tools.go
	RandomModes uint64 // non-zero: legal decisions drawn from this seed instead of by rate-distortion
}

// DefaultConfig returns the defaults of rav1enc's properties for a w x h 8-bit 4:2:0 picture.
func DefaultConfig(w, h int) Config {
	return Config{
		Width: w, Height: h, BitDepth: 8, FrameRate: Rational{30, 1},
		Color:       ColorDescription{Primaries: 2, Transfer: 2, Matrix: 2},
		SpeedPreset: 6, Quantizer: 100, Tune: TunePsychovisual,
		MinKeyFrameInterval: 12, MaxKeyFrameInterval: 240, LookaheadFrames: -1,
	}
}
