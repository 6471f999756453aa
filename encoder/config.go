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
	RateAuto          RateControl = iota // ConstantQuantizer without Bitrate; with it ConstantBitrate if LowLatency, else VariableBitrate
	ConstantQuantizer                    // Quantizer with offsets per layer; MaxBitrate bounds it
	VariableBitrate                      // Bitrate on average, at a quality as even as can be; MaxBitrate bounds it
	ConstantBitrate                      // Bitrate in every two seconds, for a channel of that rate
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

	SpeedPreset int // 0 (slowest) .. 10 (fastest)

	RateControl         RateControl // what is held constant
	Quantizer           int         // base_q_idx of ConstantQuantizer, 0..255; 0 is lossless. Without effect in the other modes
	MinQuantizer        int         // lower bound of base_q_idx, 0..255; below 1 only ConstantQuantizer goes
	MaxQuantizer        int         // upper bound of base_q_idx where it is chosen for a rate, 1..255; 0: none, and less is coded where 255 takes too much
	Bitrate             int64       // bit/s, up to 2^31-1
	MaxBitrate          int64       // bit/s of a channel whose buffer never overflows; 0: none, and with ConstantBitrate it is Bitrate
	BufferSize          int         // ms of MaxBitrate (ConstantBitrate: Bitrate) that buffer holds, 20..60000; 0: 1000
	ReservoirFrameDelay int         // frames within which VariableBitrate makes up for deviations, 12..131072; 0: four seconds
	MaxIntraBitrate     int         // largest key frame in per cent of a frame's share of Bitrate; 0: what BufferSize and the mode allow
	DropFrames          bool        // leave frames out that would overflow the buffer; needs LowLatency
	RecordPass          bool        // collect statistics for a second pass: Encoder.PassData
	PassData            []byte      // statistics of a first pass over the same frames; VariableBitrate only

	Tune       Tune // decisions for PSNR or for the eye
	LowLatency bool // no reordering and no lookahead: one frame in, one packet out
	Threads    int  // worker count; 0: one per logical CPU
	TileCols   int  // tile columns wanted, a power of two, 0 or 1: one
	TileRows   int  // tile rows wanted, a power of two, 0 or 1: one
	Tiles      int  // tiles wanted in all; overrides TileCols and TileRows when > 0

	MinKeyFrameInterval int64 // frames; scene cuts start key frames no closer than this
	MaxKeyFrameInterval int64 // frames; 0: no limit
	SwitchFrameInterval int64 // frames; 0: none; needs LowLatency
	TemporalLayers      int   // 2 (L1T2) or 3 (L1T3): what remains without the layers above any is a stream; 0 and 1: none; needs LowLatency
	LookaheadFrames     int   // frames analysed ahead (rdo-lookahead-frames); -1: the preset's choice
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

// FastestPreset is the largest SpeedPreset.
const FastestPreset = 10

// DefaultConfig returns the defaults of rav1enc's properties for a w x h 8-bit 4:2:0 picture.
func DefaultConfig(w, h int) Config {
	return Config{
		Width: w, Height: h, BitDepth: 8, FrameRate: Rational{30, 1},
		Color:       ColorDescription{Primaries: 2, Transfer: 2, Matrix: 2},
		SpeedPreset: 6, Quantizer: 100, Tune: TunePsychovisual,
		MinKeyFrameInterval: 12, MaxKeyFrameInterval: 240, TemporalLayers: 1, LookaheadFrames: -1,
	}
}
