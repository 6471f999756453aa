// Package av1 holds what the AV1 specification fixes: enumerations, block and
// transform geometry, default CDFs, scans, quantiser and filter tables. Names
// follow the specification (symbols of section 3, tables of section 9) in Go's
// spelling: BLOCK_8X8 is Block8x8, V_PRED is VPred, TX_64X64 is Tx64x64.
package av1

// Sizes and limits (section 3).
const (
	RefsPerFrame        = 7
	TotalRefsPerFrame   = 8
	NumRefFrames        = 8
	PrimaryRefNone      = 7
	MaxSegments         = 8
	MaxTileCols         = 64
	MaxTileRows         = 64
	MaxTileWidth        = 4096
	MaxTileArea         = 4096 * 2304
	MiSize              = 4
	MiSizeLog2          = 2
	MaxRefMVStackSize   = 8
	MfmvStackSize       = 3
	MaxFrameDistance    = 31
	MvBorder            = 128
	RestorationTileMax  = 256
	MaxLoopFilter       = 63
	InterpFilterBits    = 7
	MaxPlanes           = 3
	SuperresNum         = 8
	SelectScreenContent = 2
	SelectIntegerMV     = 2
)

// OBUType is obu_type (section 6.2.2).
type OBUType uint8

const (
	OBUSequenceHeader       OBUType = 1
	OBUTemporalDelimiter    OBUType = 2
	OBUFrameHeader          OBUType = 3
	OBUTileGroup            OBUType = 4
	OBUMetadata             OBUType = 5
	OBUFrame                OBUType = 6
	OBURedundantFrameHeader OBUType = 7
	OBUTileList             OBUType = 8
	OBUPadding              OBUType = 15
)

// FrameType is frame_type (section 6.8.2).
type FrameType uint8

const (
	KeyFrame FrameType = iota
	InterFrame
	IntraOnlyFrame
	SwitchFrame
)

// Reference frames (section 6.10.24). RefFrame fields are int8; NoneFrame marks
// the absent second reference.
const (
	NoneFrame    int8 = -1
	IntraFrame   int8 = 0
	LastFrame    int8 = 1
	Last2Frame   int8 = 2
	Last3Frame   int8 = 3
	GoldenFrame  int8 = 4
	BwdrefFrame  int8 = 5
	Altref2Frame int8 = 6
	AltrefFrame  int8 = 7
)

// BlockSize is MiSize (section 6.10.4), in the specification's order.
type BlockSize uint8

const (
	Block4x4 BlockSize = iota
	Block4x8
	Block8x4
	Block8x8
	Block8x16
	Block16x8
	Block16x16
	Block16x32
	Block32x16
	Block32x32
	Block32x64
	Block64x32
	Block64x64
	Block64x128
	Block128x64
	Block128x128
	Block4x16
	Block16x4
	Block8x32
	Block32x8
	Block16x64
	Block64x16
	BlockSizes                  // number of block sizes, 22
	BlockInvalid BlockSize = 22 // no such block
)

// Partition is the value of the partition symbol (section 6.10.4).
type Partition uint8

const (
	PartitionNone Partition = iota
	PartitionHorz
	PartitionVert
	PartitionSplit
	PartitionHorzA
	PartitionHorzB
	PartitionVertA
	PartitionVertB
	PartitionHorz4
	PartitionVert4
	PartitionTypes
)

// PredictionMode is YMode / UVMode (sections 6.10.16, 6.10.22): intra modes 0..12,
// UVCflPred 13 for chroma only, then the inter modes, which start at 13 as well.
type PredictionMode uint8

const (
	DCPred PredictionMode = iota
	VPred
	HPred
	D45Pred
	D135Pred
	D113Pred
	D157Pred
	D203Pred
	D67Pred
	SmoothPred
	SmoothVPred
	SmoothHPred
	PaethPred
	IntraModes // 13

	UVCflPred PredictionMode = 13

	NearestMV        PredictionMode = 13
	NearMV           PredictionMode = 14
	GlobalMV         PredictionMode = 15
	NewMV            PredictionMode = 16
	NearestNearestMV PredictionMode = 17
	NearNearMV       PredictionMode = 18
	NearestNewMV     PredictionMode = 19
	NewNearestMV     PredictionMode = 20
	NearNewMV        PredictionMode = 21
	NewNearMV        PredictionMode = 22
	GlobalGlobalMV   PredictionMode = 23
	NewNewMV         PredictionMode = 24
)

// Filter-intra modes (section 6.10.23).
const (
	FilterDCPred uint8 = iota
	FilterVPred
	FilterHPred
	FilterD157Pred
	FilterPaethPred
	FilterIntraModes
)

// TxSize is a transform size (section 6.10.19), in the specification's order.
type TxSize uint8

const (
	Tx4x4 TxSize = iota
	Tx8x8
	Tx16x16
	Tx32x32
	Tx64x64
	Tx4x8
	Tx8x4
	Tx8x16
	Tx16x8
	Tx16x32
	Tx32x16
	Tx32x64
	Tx64x32
	Tx4x16
	Tx16x4
	Tx8x32
	Tx32x8
	Tx16x64
	Tx64x16
	TxSizesAll // 19
)

// TxMode is the frame's transform mode (section 6.8.21).
type TxMode uint8

const (
	Only4x4 TxMode = iota
	TxModeLargest
	TxModeSelect
)

// TxType is a transform type (section 6.10.19): column (vertical) kernel first.
// WHT is used by lossless blocks only and is never coded.
type TxType uint8

const (
	DCTDCT TxType = iota
	ADSTDCT
	DCTADST
	ADSTADST
	FlipADSTDCT
	DCTFlipADST
	FlipADSTFlipADST
	ADSTFlipADST
	FlipADSTADST
	IDTX
	VDCT
	HDCT
	VADST
	HADST
	VFlipADST
	HFlipADST
	TxTypes        // 16
	WHT     TxType = 16
)

// TxSet is the set of transform types a block may choose from (get_tx_set, section 5.11.48).
type TxSet uint8

const (
	TxSetDCTOnly TxSet = 0
	TxSetIntra1  TxSet = 1
	TxSetIntra2  TxSet = 2
	TxSetInter1  TxSet = 1
	TxSetInter2  TxSet = 2
	TxSetInter3  TxSet = 3
)

// InterpFilter is interpolation_filter (section 6.8.9).
type InterpFilter uint8

const (
	EightTap InterpFilter = iota
	EightTapSmooth
	EightTapSharp
	Bilinear
	Switchable
)

// RestorationType is FrameRestorationType after Remap_Lr_Type (section 6.10.15).
type RestorationType uint8

const (
	RestoreNone RestorationType = iota
	RestoreWiener
	RestoreSgrproj
	RestoreSwitchable
)

// CFL signs (section 6.10.36).
const (
	CflSignZero uint8 = iota
	CflSignNeg
	CflSignPos
)

// MV joint types (section 6.10.32).
const (
	MVJointZero uint8 = iota
	MVJointHnzvz
	MVJointHzvnz
	MVJointHnzvnz
)

// MV is a motion vector in units of 1/8 luma sample (section 6.10.32): Row is Mv[0], Col is Mv[1].
type MV struct{ Row, Col int16 }

// Matrix coefficients, colour primaries and transfer values the syntax itself tests (section 6.4.2).
const (
	CPBT709       = 1
	CPUnspecified = 2
	TCUnspecified = 2
	TCSRGB        = 13
	MCIdentity    = 0
	MCUnspecified = 2
)

// Chroma sample positions (section 6.4.2).
const (
	CSPUnknown   = 0
	CSPVertical  = 1
	CSPColocated = 2
)
