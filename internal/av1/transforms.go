package av1

// Geometry and types of transforms (sections 5.11.37, 5.11.40, 5.11.47, 5.11.48, 9.3).

// TxWidth is a transform's width in samples (section 9.3).
var TxWidth = [TxSizesAll]uint8{4, 8, 16, 32, 64, 4, 8, 8, 16, 16, 32, 32, 64, 4, 16, 8, 32, 16, 64}

// TxHeight is a transform's height in samples (section 9.3).
var TxHeight = [TxSizesAll]uint8{4, 8, 16, 32, 64, 8, 4, 16, 8, 32, 16, 64, 32, 16, 4, 32, 8, 64, 16}

// TxWidthLog2 is the base 2 logarithm of TxWidth (section 9.3).
var TxWidthLog2 = [TxSizesAll]uint8{2, 3, 4, 5, 6, 2, 3, 3, 4, 4, 5, 5, 6, 2, 4, 3, 5, 4, 6}

// TxHeightLog2 is the base 2 logarithm of TxHeight (section 9.3).
var TxHeightLog2 = [TxSizesAll]uint8{2, 3, 4, 5, 6, 3, 2, 4, 3, 5, 4, 6, 5, 4, 2, 5, 3, 6, 4}

// TxSizeSqr is the square transform with the shorter side (section 9.3).
var TxSizeSqr = [TxSizesAll]TxSize{
	Tx4x4, Tx8x8, Tx16x16, Tx32x32, Tx64x64, Tx4x4,
	Tx4x4, Tx8x8, Tx8x8, Tx16x16, Tx16x16, Tx32x32,
	Tx32x32, Tx4x4, Tx4x4, Tx8x8, Tx8x8, Tx16x16,
	Tx16x16,
}

// TxSizeSqrUp is the square transform with the longer side (section 9.3).
var TxSizeSqrUp = [TxSizesAll]TxSize{
	Tx4x4, Tx8x8, Tx16x16, Tx32x32, Tx64x64, Tx8x8,
	Tx8x8, Tx16x16, Tx16x16, Tx32x32, Tx32x32, Tx64x64,
	Tx64x64, Tx16x16, Tx16x16, Tx32x32, Tx32x32, Tx64x64,
	Tx64x64,
}

// SplitTxSize is what a transform splits into (section 9.3).
var SplitTxSize = [TxSizesAll]TxSize{
	Tx4x4, Tx4x4, Tx8x8, Tx16x16, Tx32x32, Tx4x4,
	Tx4x4, Tx8x8, Tx8x8, Tx16x16, Tx16x16, Tx32x32,
	Tx32x32, Tx4x8, Tx8x4, Tx8x16, Tx16x8, Tx16x32,
	Tx32x16,
}

// AdjustedTxSize limits both sides to 32, the part that has coefficients (section 9.3).
var AdjustedTxSize = [TxSizesAll]TxSize{
	Tx4x4, Tx8x8, Tx16x16, Tx32x32, Tx32x32, Tx4x8,
	Tx8x4, Tx8x16, Tx16x8, Tx16x32, Tx32x16, Tx32x32,
	Tx32x32, Tx4x16, Tx16x4, Tx8x32, Tx32x8, Tx16x32,
	Tx32x16,
}

// TransformRowShift is the rounding shift between the row and the column transforms (section 7.13.3).
var TransformRowShift = [TxSizesAll]uint8{0, 1, 2, 2, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2}

// Cos128Lookup[i] is 4096 * cos(i * pi / 128) (section 7.13.2.1).
var Cos128Lookup = [65]int32{
	4096, 4095, 4091, 4085, 4076, 4065, 4052, 4036, 4017, 3996,
	3973, 3948, 3920, 3889, 3857, 3822, 3784, 3745, 3703, 3659,
	3612, 3564, 3513, 3461, 3406, 3349, 3290, 3229, 3166, 3102,
	3035, 2967, 2896, 2824, 2751, 2675, 2598, 2520, 2440, 2359,
	2276, 2191, 2106, 2019, 1931, 1842, 1751, 1660, 1567, 1474,
	1380, 1285, 1189, 1092, 995, 897, 799, 700, 601, 501,
	401, 301, 201, 101, 0,
}

// ModeToTxfm is the transform type an intra mode implies (section 9.3).
var ModeToTxfm = [14]TxType{
	DCTDCT, ADSTDCT, DCTADST, DCTDCT, ADSTADST, ADSTDCT,
	DCTADST, DCTADST, ADSTDCT, ADSTADST, ADSTDCT, DCTADST,
	ADSTADST, DCTDCT,
}

// TxTypeInSetIntra[set][type] is 1 if an intra block may use the type (section 5.11.40).
var TxTypeInSetIntra = [3][TxTypes]uint8{
	{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0},
	{1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0},
}

// TxTypeInSetInter[set][type] is 1 if an inter block may use the type (section 5.11.40).
var TxTypeInSetInter = [4][TxTypes]uint8{
	{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
	{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0},
}

// TxTypeIntraInvSet1 maps intra_tx_type to the type in TxSetIntra1 (section 5.11.47).
var TxTypeIntraInvSet1 = [7]TxType{IDTX, DCTDCT, VDCT, HDCT, ADSTADST, ADSTDCT, DCTADST}

// TxTypeIntraInvSet2 maps intra_tx_type to the type in TxSetIntra2 (section 5.11.47).
var TxTypeIntraInvSet2 = [5]TxType{IDTX, DCTDCT, ADSTADST, ADSTDCT, DCTADST}

// TxTypeInterInvSet1 maps inter_tx_type to the type in TxSetInter1 (section 5.11.47).
var TxTypeInterInvSet1 = [16]TxType{
	IDTX, VDCT, HDCT, VADST, HADST, VFlipADST,
	HFlipADST, DCTDCT, ADSTDCT, DCTADST, FlipADSTDCT, DCTFlipADST,
	ADSTADST, FlipADSTFlipADST, ADSTFlipADST, FlipADSTADST,
}

// TxTypeInterInvSet2 maps inter_tx_type to the type in TxSetInter2 (section 5.11.47).
var TxTypeInterInvSet2 = [12]TxType{
	IDTX, VDCT, HDCT, DCTDCT, ADSTDCT, DCTADST,
	FlipADSTDCT, DCTFlipADST, ADSTADST, FlipADSTFlipADST, ADSTFlipADST, FlipADSTADST,
}

// TxTypeInterInvSet3 maps inter_tx_type to the type in TxSetInter3 (section 5.11.47).
var TxTypeInterInvSet3 = [2]TxType{IDTX, DCTDCT}

// TxClass is the class of a transform type for coefficient contexts (section 8.3.2, get_tx_class).
type TxClass uint8

// Transform classes.
const (
	TxClass2D TxClass = iota
	TxClassHoriz
	TxClassVert
)

// TxClassOf maps a transform type, WHT included, to its class.
var TxClassOf = [TxTypes + 1]TxClass{
	VDCT: TxClassVert, VADST: TxClassVert, VFlipADST: TxClassVert,
	HDCT: TxClassHoriz, HADST: TxClassHoriz, HFlipADST: TxClassHoriz,
}

// GetTxSizeUV is get_tx_size for chroma (section 5.11.37): the transform of the
// chroma planes of block b. Lossless blocks use 4x4 whatever this returns.
func GetTxSizeUV(b BlockSize, subX, subY int) TxSize {
	tx := MaxTxSizeRect[SubsampledSize[b][subX][subY]]
	switch tx {
	case Tx16x64:
		return Tx16x32
	case Tx64x16:
		return Tx32x16
	case Tx64x64, Tx32x64, Tx64x32:
		return Tx32x32
	}
	return tx
}

// GetTxSet is get_tx_set (section 5.11.48).
func GetTxSet(tx TxSize, isInter, reducedTxSet bool) TxSet {
	sqr, up := TxSizeSqr[tx], TxSizeSqrUp[tx]
	switch {
	case up > Tx32x32:
		return TxSetDCTOnly
	case isInter && (reducedTxSet || up == Tx32x32):
		return TxSetInter3
	case isInter && sqr == Tx16x16:
		return TxSetInter2
	case isInter:
		return TxSetInter1
	case up == Tx32x32:
		return TxSetDCTOnly
	case reducedTxSet || sqr == Tx16x16:
		return TxSetIntra2
	}
	return TxSetIntra1
}

// TxTypesOfSet returns the types of a set in the order of the coded symbol
// (section 5.11.47): element i is what intra_tx_type or inter_tx_type = i means.
func TxTypesOfSet(set TxSet, isInter bool) []TxType {
	switch {
	case set == TxSetDCTOnly:
		return dctOnly[:]
	case isInter && set == TxSetInter1:
		return TxTypeInterInvSet1[:]
	case isInter && set == TxSetInter2:
		return TxTypeInterInvSet2[:]
	case isInter:
		return TxTypeInterInvSet3[:]
	case set == TxSetIntra1:
		return TxTypeIntraInvSet1[:]
	}
	return TxTypeIntraInvSet2[:]
}

var dctOnly = [1]TxType{DCTDCT}

// TxTypeSymbol[inter][set][type] is the value of inter_tx_type or intra_tx_type
// that codes the type: the inverse of TxTypesOfSet.
var TxTypeSymbol = invertTxSets()

func invertTxSets() (t [2][4][TxTypes]uint8) {
	for inter := range t {
		for set := range t[inter] {
			for i, typ := range TxTypesOfSet(TxSet(set), inter == 1) {
				t[inter][set][typ] = uint8(i)
			}
		}
	}
	return t
}

// IsTxTypeInSet is is_tx_type_in_set (section 5.11.40).
func IsTxTypeInSet(set TxSet, isInter bool, typ TxType) bool {
	if isInter {
		return TxTypeInSetInter[set][typ] != 0
	}
	return TxTypeInSetIntra[set][typ] != 0
}
