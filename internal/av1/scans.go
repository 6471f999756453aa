package av1

var defaultScans = [TxSizesAll][]uint16{
	Tx4x4: DefaultScan4x4[:], Tx8x8: DefaultScan8x8[:], Tx16x16: DefaultScan16x16[:],
	Tx32x32: DefaultScan32x32[:], Tx64x64: DefaultScan32x32[:],
	Tx4x8: DefaultScan4x8[:], Tx8x4: DefaultScan8x4[:],
	Tx8x16: DefaultScan8x16[:], Tx16x8: DefaultScan16x8[:],
	Tx16x32: DefaultScan16x32[:], Tx32x16: DefaultScan32x16[:],
	Tx32x64: DefaultScan32x32[:], Tx64x32: DefaultScan32x32[:],
	Tx4x16: DefaultScan4x16[:], Tx16x4: DefaultScan16x4[:],
	Tx8x32: DefaultScan8x32[:], Tx32x8: DefaultScan32x8[:],
	Tx16x64: DefaultScan16x32[:], Tx64x16: DefaultScan32x16[:],
}

var mrowScans = [TxSizesAll][]uint16{
	Tx4x4: MrowScan4x4[:], Tx8x8: MrowScan8x8[:], Tx16x16: MrowScan16x16[:],
	Tx4x8: MrowScan4x8[:], Tx8x4: MrowScan8x4[:],
	Tx8x16: MrowScan8x16[:], Tx16x8: MrowScan16x8[:],
	Tx4x16: MrowScan4x16[:], Tx16x4: MrowScan16x4[:],
}

var mcolScans = [TxSizesAll][]uint16{
	Tx4x4: McolScan4x4[:], Tx8x8: McolScan8x8[:], Tx16x16: McolScan16x16[:],
	Tx4x8: McolScan4x8[:], Tx8x4: McolScan8x4[:],
	Tx8x16: McolScan8x16[:], Tx16x8: McolScan16x8[:],
	Tx4x16: McolScan4x16[:], Tx16x4: McolScan16x4[:],
}

var scans = scansByClass()

func scansByClass() (t [TxTypes + 1][TxSizesAll][]uint16) {
	for typ := range t {
		for tx := range t[typ] {
			scan := defaultScans[tx]
			switch {
			case TxClassOf[typ] == TxClassVert && mrowScans[tx] != nil:
				scan = mrowScans[tx]
			case TxClassOf[typ] == TxClassHoriz && mcolScans[tx] != nil:
				scan = mcolScans[tx]
			}
			t[typ][tx] = scan
		}
	}
	return t
}

// GetScan is get_scan (section 5.11.41): the order in which the coefficients of a
// transform are coded. Entry i is the position of coefficient i as row * width +
// column of the transform limited to 32x32 (AdjustedTxSize), whose number of
// samples is the length of the slice. WHT scans like DCTDCT.
func GetScan(tx TxSize, typ TxType) []uint16 { return scans[typ][tx] }
