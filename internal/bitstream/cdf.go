package bitstream

import "github.com/grav1e/grav1e/internal/av1"

// CDFContext holds every cumulative distribution a tile adapts (sections 8.2.2 and
// 8.3.1), without those of tools that are never switched on. A CDF of N symbols is
// N+1 values: rising to 32768 at index N-1, then the number of symbols coded (at
// most 32). Field Foo is the specification's FooCdf; the copy in use by a tile is
// TileFooCdf. Motion vectors have one context only (MvCtx 0).
//
// # What a frame does with its CDFs
//
// Start of a frame (section 5.9.2):
//   - primary_ref_frame is none: SetDefaults, then LoadCoefDefaults(base_q_idx).
//   - otherwise: a copy of the context saved with slot ref_frame_idx[primary_ref_frame]
//     (load_cdfs), with the counters cleared. LoadCoefDefaults is not called.
//
// Each tile starts from a copy of the frame's context and adapts it unless
// disable_cdf_update is 1.
//
// End of a frame (sections 7.7, 7.20, 8.2.4): with disable_frame_end_update_cdf 0 the
// frame's context becomes what tile context_update_tile_id ended with; otherwise it
// stays what the frame started with. It is stored in every slot of
// refresh_frame_flags. The counters have to be zero when the context is loaded
// again, so clearing them when it is stored is the same thing.
//
// A shown key frame brought up by show_existing_frame reloads its saved context and
// stores it in all slots.
//
// IntraFrameYMode is set to its defaults at the start of every tile by section
// 8.2.2. Frames that use it are intra frames, which have no primary reference and
// so start from SetDefaults anyway: it needs no special treatment.
//
// setup_past_independence and load_previous (section 6.8.2) concern
// loop_filter_ref_deltas and loop_filter_mode_deltas only; see FrameHeader.
type CDFContext struct {
	IntraFrameYMode     [5][5][14]uint16 // [above ctx][left ctx]
	YMode               [4][14]uint16    // [SizeGroup]
	UVModeCflNotAllowed [13][14]uint16   // [YMode]
	UVModeCflAllowed    [13][15]uint16   // [YMode]
	AngleDelta          [8][8]uint16     // [mode - VPred]
	FilterIntra         [22][3]uint16    // [MiSize]
	FilterIntraMode     [6]uint16
	CflSign             [9]uint16
	CflAlpha            [6][17]uint16

	PartitionW8   [4][5]uint16
	PartitionW16  [4][11]uint16
	PartitionW32  [4][11]uint16
	PartitionW64  [4][11]uint16
	PartitionW128 [4][9]uint16

	Tx8x8           [3][3]uint16
	Tx16x16         [3][4]uint16
	Tx32x32         [3][4]uint16
	Tx64x64         [3][4]uint16
	TxfmSplit       [21][3]uint16
	IntraTxTypeSet1 [2][13][8]uint16 // [TxSizeSqr][intraDir]
	IntraTxTypeSet2 [3][13][6]uint16 // [TxSizeSqr][intraDir]
	InterTxTypeSet1 [2][17]uint16    // [TxSizeSqr]
	InterTxTypeSet2 [13]uint16
	InterTxTypeSet3 [4][3]uint16 // [TxSizeSqr]

	DeltaQ       [5]uint16
	Skip         [3][3]uint16
	SkipMode     [3][3]uint16
	IsInter      [4][3]uint16
	CompMode     [5][3]uint16
	CompRefType  [5][3]uint16
	SingleRef    [3][6][3]uint16 // [ctx][n-1] for single_ref_p<n>
	CompRef      [3][3][3]uint16 // [ctx][n] for comp_ref, comp_ref_p1, comp_ref_p2
	CompBwdRef   [3][2][3]uint16 // [ctx][n] for comp_bwdref, comp_bwdref_p1
	UniCompRef   [3][3][3]uint16 // [ctx][n] for uni_comp_ref, uni_comp_ref_p1, uni_comp_ref_p2
	NewMv        [6][3]uint16
	ZeroMv       [2][3]uint16
	RefMv        [6][3]uint16
	DrlMode      [3][3]uint16
	CompoundMode [8][9]uint16
	InterpFilter [16][4]uint16

	MvJoint     [5]uint16
	MvClass     [2][12]uint16 // [comp], here and below
	MvClass0Bit [2][3]uint16
	MvClass0Fr  [2][2][5]uint16 // [comp][mv_class0_bit]
	MvClass0Hp  [2][3]uint16
	MvSign      [2][3]uint16
	MvBit       [2][10][3]uint16 // [comp][bit]
	MvFr        [2][5]uint16
	MvHp        [2][3]uint16

	UseWiener       [3]uint16
	UseSgrproj      [3]uint16
	RestorationType [4]uint16

	// Coefficients; [txSzCtx][ptype]... (section 8.3.2)
	TxbSkip      [5][13][3]uint16 // [txSzCtx][ctx]
	EobPt16      [2][2][6]uint16  // [ptype][ctx]
	EobPt32      [2][2][7]uint16
	EobPt64      [2][2][8]uint16
	EobPt128     [2][2][9]uint16
	EobPt256     [2][2][10]uint16
	EobPt512     [2][11]uint16 // [ptype]
	EobPt1024    [2][12]uint16
	EobExtra     [5][2][9][3]uint16 // [txSzCtx][ptype][eobPt-3]
	DcSign       [2][3][3]uint16    // [ptype][ctx]
	CoeffBaseEob [5][2][4][4]uint16
	CoeffBase    [5][2][42][5]uint16
	CoeffBr      [5][2][21][5]uint16 // [min(txSzCtx, 3)]
}

// SetDefaults is init_non_coeff_cdfs (section 6.8.2): everything but coefficients
// gets its default. Follow it with LoadCoefDefaults.
func (c *CDFContext) SetDefaults() {
	c.IntraFrameYMode = av1.DefaultIntraFrameYModeCdf
	c.YMode = av1.DefaultYModeCdf
	c.UVModeCflNotAllowed = av1.DefaultUvModeCflNotAllowedCdf
	c.UVModeCflAllowed = av1.DefaultUvModeCflAllowedCdf
	c.AngleDelta = av1.DefaultAngleDeltaCdf
	c.FilterIntra = av1.DefaultFilterIntraCdf
	c.FilterIntraMode = av1.DefaultFilterIntraModeCdf
	c.CflSign = av1.DefaultCflSignCdf
	c.CflAlpha = av1.DefaultCflAlphaCdf

	c.PartitionW8 = av1.DefaultPartitionW8Cdf
	c.PartitionW16 = av1.DefaultPartitionW16Cdf
	c.PartitionW32 = av1.DefaultPartitionW32Cdf
	c.PartitionW64 = av1.DefaultPartitionW64Cdf
	c.PartitionW128 = av1.DefaultPartitionW128Cdf

	c.Tx8x8 = av1.DefaultTx8x8Cdf
	c.Tx16x16 = av1.DefaultTx16x16Cdf
	c.Tx32x32 = av1.DefaultTx32x32Cdf
	c.Tx64x64 = av1.DefaultTx64x64Cdf
	c.TxfmSplit = av1.DefaultTxfmSplitCdf
	c.IntraTxTypeSet1 = av1.DefaultIntraTxTypeSet1Cdf
	c.IntraTxTypeSet2 = av1.DefaultIntraTxTypeSet2Cdf
	c.InterTxTypeSet1 = av1.DefaultInterTxTypeSet1Cdf
	c.InterTxTypeSet2 = av1.DefaultInterTxTypeSet2Cdf
	c.InterTxTypeSet3 = av1.DefaultInterTxTypeSet3Cdf

	c.DeltaQ = av1.DefaultDeltaQCdf
	c.Skip = av1.DefaultSkipCdf
	c.SkipMode = av1.DefaultSkipModeCdf
	c.IsInter = av1.DefaultIsInterCdf
	c.CompMode = av1.DefaultCompModeCdf
	c.CompRefType = av1.DefaultCompRefTypeCdf
	c.SingleRef = av1.DefaultSingleRefCdf
	c.CompRef = av1.DefaultCompRefCdf
	c.CompBwdRef = av1.DefaultCompBwdRefCdf
	c.UniCompRef = av1.DefaultUniCompRefCdf
	c.NewMv = av1.DefaultNewMvCdf
	c.ZeroMv = av1.DefaultZeroMvCdf
	c.RefMv = av1.DefaultRefMvCdf
	c.DrlMode = av1.DefaultDrlModeCdf
	c.CompoundMode = av1.DefaultCompoundModeCdf
	c.InterpFilter = av1.DefaultInterpFilterCdf

	c.MvJoint = av1.DefaultMvJointCdf
	c.MvClass = av1.DefaultMvClassCdf
	c.MvClass0Fr = av1.DefaultMvClass0FrCdf
	c.MvFr = av1.DefaultMvFrCdf
	for comp := range 2 {
		c.MvClass0Bit[comp] = av1.DefaultMvClass0BitCdf
		c.MvClass0Hp[comp] = av1.DefaultMvClass0HpCdf
		c.MvSign[comp] = av1.DefaultMvSignCdf
		c.MvBit[comp] = av1.DefaultMvBitCdf
		c.MvHp[comp] = av1.DefaultMvHpCdf
	}

	c.UseWiener = av1.DefaultUseWienerCdf
	c.UseSgrproj = av1.DefaultUseSgrprojCdf
	c.RestorationType = av1.DefaultRestorationTypeCdf
}

// LoadCoefDefaults is init_coeff_cdfs (section 6.8.2): the coefficients' defaults for base_q_idx.
func (c *CDFContext) LoadCoefDefaults(baseQIdx int) {
	i := av1.CoefCdfIndex(baseQIdx)
	c.TxbSkip = av1.DefaultTxbSkipCdf[i]
	c.EobPt16 = av1.DefaultEobPt16Cdf[i]
	c.EobPt32 = av1.DefaultEobPt32Cdf[i]
	c.EobPt64 = av1.DefaultEobPt64Cdf[i]
	c.EobPt128 = av1.DefaultEobPt128Cdf[i]
	c.EobPt256 = av1.DefaultEobPt256Cdf[i]
	c.EobPt512 = av1.DefaultEobPt512Cdf[i]
	c.EobPt1024 = av1.DefaultEobPt1024Cdf[i]
	c.EobExtra = av1.DefaultEobExtraCdf[i]
	c.DcSign = av1.DefaultDcSignCdf[i]
	c.CoeffBaseEob = av1.DefaultCoeffBaseEobCdf[i]
	c.CoeffBase = av1.DefaultCoeffBaseCdf[i]
	c.CoeffBr = av1.DefaultCoeffBrCdf[i]
}

// ClearCounters sets the counter of every CDF to zero, as load_cdfs does (section 6.8.2).
func (c *CDFContext) ClearCounters() {
	for i := range c.IntraFrameYMode {
		clearCounters(c.IntraFrameYMode[i][:])
	}
	clearCounters(c.YMode[:])
	clearCounters(c.UVModeCflNotAllowed[:])
	clearCounters(c.UVModeCflAllowed[:])
	clearCounters(c.AngleDelta[:])
	clearCounters(c.FilterIntra[:])
	clearCounter(c.FilterIntraMode[:])
	clearCounter(c.CflSign[:])
	clearCounters(c.CflAlpha[:])

	clearCounters(c.PartitionW8[:])
	clearCounters(c.PartitionW16[:])
	clearCounters(c.PartitionW32[:])
	clearCounters(c.PartitionW64[:])
	clearCounters(c.PartitionW128[:])

	clearCounters(c.Tx8x8[:])
	clearCounters(c.Tx16x16[:])
	clearCounters(c.Tx32x32[:])
	clearCounters(c.Tx64x64[:])
	clearCounters(c.TxfmSplit[:])
	for i := range c.IntraTxTypeSet1 {
		clearCounters(c.IntraTxTypeSet1[i][:])
	}
	for i := range c.IntraTxTypeSet2 {
		clearCounters(c.IntraTxTypeSet2[i][:])
	}
	clearCounters(c.InterTxTypeSet1[:])
	clearCounter(c.InterTxTypeSet2[:])
	clearCounters(c.InterTxTypeSet3[:])

	clearCounter(c.DeltaQ[:])
	clearCounters(c.Skip[:])
	clearCounters(c.SkipMode[:])
	clearCounters(c.IsInter[:])
	clearCounters(c.CompMode[:])
	clearCounters(c.CompRefType[:])
	for i := range c.SingleRef {
		clearCounters(c.SingleRef[i][:])
		clearCounters(c.CompRef[i][:])
		clearCounters(c.CompBwdRef[i][:])
		clearCounters(c.UniCompRef[i][:])
	}
	clearCounters(c.NewMv[:])
	clearCounters(c.ZeroMv[:])
	clearCounters(c.RefMv[:])
	clearCounters(c.DrlMode[:])
	clearCounters(c.CompoundMode[:])
	clearCounters(c.InterpFilter[:])

	clearCounter(c.MvJoint[:])
	clearCounters(c.MvClass[:])
	clearCounters(c.MvClass0Bit[:])
	clearCounters(c.MvClass0Hp[:])
	clearCounters(c.MvSign[:])
	clearCounters(c.MvFr[:])
	clearCounters(c.MvHp[:])
	for comp := range 2 {
		clearCounters(c.MvClass0Fr[comp][:])
		clearCounters(c.MvBit[comp][:])
	}

	clearCounter(c.UseWiener[:])
	clearCounter(c.UseSgrproj[:])
	clearCounter(c.RestorationType[:])
	c.clearCoefCounters()
}

func (c *CDFContext) clearCoefCounters() {
	for ptype := range 2 {
		clearCounters(c.EobPt16[ptype][:])
		clearCounters(c.EobPt32[ptype][:])
		clearCounters(c.EobPt64[ptype][:])
		clearCounters(c.EobPt128[ptype][:])
		clearCounters(c.EobPt256[ptype][:])
		clearCounters(c.DcSign[ptype][:])
	}
	clearCounters(c.EobPt512[:])
	clearCounters(c.EobPt1024[:])
	for tx := range c.TxbSkip {
		clearCounters(c.TxbSkip[tx][:])
		for ptype := range 2 {
			clearCounters(c.EobExtra[tx][ptype][:])
			clearCounters(c.CoeffBaseEob[tx][ptype][:])
			clearCounters(c.CoeffBase[tx][ptype][:])
			clearCounters(c.CoeffBr[tx][ptype][:])
		}
	}
}

// cdfArray is any array that holds one CDF.
type cdfArray interface {
	[3]uint16 | [4]uint16 | [5]uint16 | [6]uint16 | [7]uint16 | [8]uint16 | [9]uint16 | [10]uint16 |
		[11]uint16 | [12]uint16 | [13]uint16 | [14]uint16 | [15]uint16 | [17]uint16
}

func clearCounters[T cdfArray](cdfs []T) {
	for i := range cdfs {
		cdfs[i][len(cdfs[i])-1] = 0
	}
}

func clearCounter(cdf []uint16) { cdf[len(cdf)-1] = 0 }
