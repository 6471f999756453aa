// Package decide chooses how every block is coded, by rate and distortion, and
// reconstructs it: partition, modes, motion, transforms, levels.
package decide

import "github.com/grav1e/grav1e/internal/motion"

// PartitionSearch says which partitions a node tries.
type PartitionSearch int

const (
	PartitionSquare      PartitionSearch = iota // NONE and SPLIT
	PartitionRectangular                        // and HORZ, VERT
	PartitionAll                                // and HORZ_A .. VERT_4
)

// TxTypeSearch says which transform types a luma transform block tries.
type TxTypeSearch int

const (
	TxTypeDefault TxTypeSearch = iota // DCT, or the type the intra mode suggests
	TxTypeFew                         // and the ADST pairs
	TxTypeEvery                       // the whole set of the block
)

// FilterSearch says which interpolation filters are tried.
type FilterSearch int

const (
	FilterRegular FilterSearch = iota // EIGHTTAP only
	FilterSame                        // all three, both directions alike
	FilterDual                        // all nine pairs
)

// SearchEffort grades the parameter search of an in-loop filter.
type SearchEffort int

const (
	SearchOff     SearchEffort = iota // the filter is not used
	SearchFormula                     // parameters from base_q_idx
	SearchFast                        // few candidates on a part of the picture
	SearchFull
)

// Speed is what a speed preset means to the encoder. No other file knows presets.
type Speed struct {
	MiniGOP             int // frames of a mini-GOP, a power of two
	Partition           PartitionSearch
	LightLayer          int // temporal layer from which on estimates are rougher still, see light.go; needs FastMotion
	PartitionRange      int // split levels tried around the one predicted from motion, in inter frames; -1: all
	PartitionRangeIntra int // the same in intra frames
	PartitionModesIntra int // intra modes this prediction looks at
	PartitionMargin     int // per cent by which the costs predicted for a square and its parts may differ for both to be tried
	MinBlock            int // smallest block side tried
	MaxDepth            int // split levels below the superblock that are tried by rate-distortion
	SplitEarlyOut       int // stop splitting when NONE has no residual and costs less than this share (1/256) per pixel of λ; 0: never

	IntraModes      int // luma modes looked at in key frames: 13 all, 5 DC V H SMOOTH PAETH, …
	IntraModesInter int // luma modes looked at in inter frames
	IntraAngles     int // angle deltas tried on each side around the best directional modes
	IntraGate       int // estimated cost of intra, in per cent of inter's, from which on it is not tried in inter frames; 0: none
	IntraRD         int // intra candidates that reach full rate-distortion
	FilterIntra     bool
	Cfl             bool
	UVModes         int // chroma modes coded to compare; 0: one, chosen by its estimated cost

	LowDelayRefs         int             // reference frames searched without reordering
	RefGate              int             // without reordering: open-loop difference, in per cent of the best reference's, above which a reference is not tried; 0: none
	PastRefs, FutureRefs int             // reference frames searched
	Search               motion.Settings // open-loop search
	Compound             bool
	NearMVs              int  // NEARMV candidates per reference
	InterSATD            int  // with FastMotion: inter candidates that are really predicted
	InterRD              int  // inter candidates that reach full rate-distortion
	SubpelRounds         int  // refinement rounds per precision
	FastMotion           bool // refine on planes interpolated once instead of by real prediction
	EighthPel            bool
	Filters              FilterSearch

	TxDepthIntra, TxDepthInter int
	TxTypes                    TxTypeSearch
	RDOQ                       bool

	Deblock, Cdef, Restoration SearchEffort
}

// neverLight is a layer no frame has.
const neverLight = 9

// LivePresets returns the first and the last of the presets that may take turns in one
// stream with this one: their mini-GOPs and, but for little, their memory are alike.
func LivePresets(preset int) (first, last int) {
	const slowest, fastest = 6, 10
	if preset < slowest {
		return preset, preset
	}
	return slowest, fastest
}

// UsesHalfSamples tells whether vectors are ranked on interpolated planes.
func (s *Speed) UsesHalfSamples() bool { return s.FastMotion }

// SpeedOf returns the settings of preset 0 (slowest) .. 10 (fastest).
func SpeedOf(preset int) Speed {
	p := preset
	const sq, rect, all = PartitionSquare, PartitionRectangular, PartitionAll
	const off, formula, fast, full = SearchOff, SearchFormula, SearchFast, SearchFull
	const none, few, every = TxTypeDefault, TxTypeFew, TxTypeEvery
	const one, same, dual = FilterRegular, FilterSame, FilterDual
	return Speed{
		//                                           0     1     2     3     4     5     6     7     8     9    10
		MiniGOP:             [...]int{16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16}[p],
		Partition:           [...]PartitionSearch{all, all, rect, rect, rect, sq, sq, sq, sq, sq, sq}[p],
		LightLayer:          [...]int{9, 9, 9, 9, 9, 9, 9, 9, 9, 2, 0}[p],
		PartitionRange:      [...]int{-1, 1, -1, 1, 1, -1, 0, 0, 0, 0, 0}[p],
		PartitionRangeIntra: [...]int{-1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0}[p],
		PartitionModesIntra: [...]int{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}[p],
		PartitionMargin:     [...]int{0, 0, 0, 0, 0, 0, 20, 20, 10, 8, 3}[p],
		MinBlock:            [...]int{4, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8}[p],
		MaxDepth:            [...]int{4, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3}[p],
		SplitEarlyOut:       [...]int{16, 32, 32, 64, 64, 64, 128, 128, 128, 128, 128}[p],
		IntraModes:          [...]int{13, 13, 13, 13, 13, 13, 13, 13, 10, 6, 6}[p],
		IntraModesInter:     [...]int{13, 6, 6, 4, 4, 4, 4, 2, 1, 1, 1}[p],
		IntraAngles:         [...]int{3, 2, 2, 1, 1, 1, 0, 0, 0, 0, 0}[p],
		IntraGate:           [...]int{200, 150, 150, 150, 150, 150, 130, 120, 110, 110, 110}[p],
		IntraRD:             [...]int{3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1}[p],
		FilterIntra:         [...]bool{true, true, true, false, false, false, false, false, false, false, false}[p],
		Cfl:                 [...]bool{true, true, true, true, true, true, true, true, true, true, true}[p],
		UVModes:             [...]int{5, 3, 3, 2, 2, 1, 1, 1, 0, 0, 0}[p],
		PastRefs:            [...]int{3, 3, 2, 2, 2, 1, 1, 1, 1, 1, 1}[p],
		FutureRefs:          [...]int{2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1}[p],
		LowDelayRefs:        [...]int{4, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2}[p],
		RefGate:             [...]int{0, 0, 0, 0, 0, 0, 0, 220, 160, 160, 220}[p],
		Compound:            [...]bool{true, true, true, true, true, true, true, true, true, true, true}[p],
		Search:              searchSettings[[...]int{0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2}[p]],
		NearMVs:             [...]int{2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1}[p],
		InterRD:             [...]int{2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1}[p],
		InterSATD:           [...]int{0, 0, 0, 0, 0, 0, 0, 4, 3, 3, 3}[p],
		SubpelRounds:        [...]int{2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1}[p],
		FastMotion:          [...]bool{false, false, false, false, false, false, false, true, true, true, true}[p],
		EighthPel:           [...]bool{true, true, true, true, false, false, false, false, false, false, false}[p],
		Filters:             [...]FilterSearch{same, same, same, same, same, one, one, one, one, one, one}[p],
		TxDepthIntra:        [...]int{1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0}[p],
		TxDepthInter:        [...]int{1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}[p],
		TxTypes:             [...]TxTypeSearch{few, few, few, few, few, none, none, none, none, none, none}[p],
		RDOQ:                [...]bool{true, true, true, true, true, true, true, true, true, true, false}[p],
		Deblock:             [...]SearchEffort{full, full, fast, fast, formula, formula, formula, formula, formula, formula, formula}[p],
		Cdef:                [...]SearchEffort{full, full, full, fast, fast, fast, fast, fast, formula, formula, formula}[p],
		Restoration:         [...]SearchEffort{full, full, fast, fast, fast, off, off, off, off, off, off}[p],
	}
}

// searchSettings are areas of the open-loop motion search, from wide to narrow.
var searchSettings = [...]motion.Settings{
	{Quarter: motion.Window{W: 48, H: 24}, QuarterMax: motion.Window{W: 96, H: 64}, Regions: true, Half: motion.Window{W: 8, H: 7},
		Full: motion.Window{W: 16, H: 15}, FullMax: motion.Window{W: 48, H: 31}, Centres: 3, Blocks8x8: true, RowStep: 1, ZeroExit: 64 * 64 / 2, GoodExit: 64 * 64},
	{Quarter: motion.Window{W: 32, H: 16}, QuarterMax: motion.Window{W: 64, H: 40}, Regions: true, Half: motion.Window{W: 8, H: 5},
		Full: motion.Window{W: 16, H: 9}, FullMax: motion.Window{W: 24, H: 17}, Centres: 2, Blocks8x8: true, RowStep: 1, ZeroExit: 64 * 64, GoodExit: 64 * 64 * 2},
	{Quarter: motion.Window{W: 24, H: 12}, QuarterMax: motion.Window{W: 48, H: 24}, Regions: false, Half: motion.Window{W: 8, H: 3},
		Full: motion.Window{W: 8, H: 5}, FullMax: motion.Window{W: 16, H: 9}, Centres: 1, Blocks8x8: true, RowStep: 2, ZeroExit: 64 * 64 * 2, GoodExit: 64 * 64 * 4},
}
