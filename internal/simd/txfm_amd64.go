package simd

func init() {
	if CPU >= AVX2 {
		Txfm = avx2Txfm()
	}
	if CPU >= AVX512 {
		Txfm = avx512Txfm(Txfm)
	}
}

func avx2Txfm() TxfmTable {
	t := scalarTxfm()
	t.InverseDCT = [5][4]Transform1D{
		{inverseDCT4of4AVX2, inverseDCT4of4AVX2, inverseDCT4of4AVX2, inverseDCT4of4AVX2},
		{inverseDCT8of4AVX2, inverseDCT8of8AVX2, inverseDCT8of8AVX2, inverseDCT8of8AVX2},
		{inverseDCT16of4AVX2, inverseDCT16of8AVX2, inverseDCT16of16AVX2, inverseDCT16of16AVX2},
		{inverseDCT32of4AVX2, inverseDCT32of8AVX2, inverseDCT32of16AVX2, inverseDCT32of32AVX2},
		{inverseDCT64of4AVX2, inverseDCT64of8AVX2, inverseDCT64of16AVX2, inverseDCT64of32AVX2},
	}
	t.InverseADST = [3][3]Transform1D{
		{inverseADST4AVX2, inverseADST4AVX2, inverseADST4AVX2},
		{inverseADST8of4AVX2, inverseADST8of8AVX2, inverseADST8of8AVX2},
		{inverseADST16of4AVX2, inverseADST16of8AVX2, inverseADST16of16AVX2},
	}
	t.ForwardDCT = [5]Transform1D{forwardDCT4AVX2, forwardDCT8AVX2, forwardDCT16AVX2, forwardDCT32AVX2, forwardDCT64AVX2}
	t.ForwardADST = [3]Transform1D{forwardADST4AVX2, forwardADST8AVX2, forwardADST16AVX2}
	t.Identity = identities(scaleRowsAVX2)
	t.Turn = func(dst []int32, dstOff, dstStride, dstStep int, src []int32, srcOff, srcStride, srcStep, tiles int, p *TurnParams) {
		turnAVX2(&dst[dstOff], dstStride*4, dstStep*4, &src[srcOff], srcStride*4, srcStep*4, tiles, p)
	}
	t.Add = func(dst []uint16, stride int, t []int32, off, step, pitch, w, h int, maxV int32) {
		_ = dst[(h-1)*stride+w-1]
		addResidualAVX2(&dst[0], stride*2, &t[off], step*4, pitch*4, w, h, uint16(maxV))
	}
	t.AddDC = func(dst []uint16, stride, w, h int, v, maxV int32) {
		_ = dst[(h-1)*stride+w-1]
		addDCAVX2(&dst[0], stride*2, w, h, int16(v), uint16(maxV))
	}
	t.Widen = func(t []int32, pitch int, src []int16, off, stride, w, h int, shift uint32) {
		_ = src[max(off, off+(h-1)*stride)+w-1]
		widenAVX2(&t[0], pitch*4, &src[off], stride*2, w, h, shift)
	}
	return t
}

// avx512Txfm takes networks for two panels at once where there are two; t has those for one.
func avx512Txfm(t TxfmTable) TxfmTable {
	for n, wide := range [][4]Transform1D{
		{inverseDCT8of4AVX512, inverseDCT8of8AVX512, inverseDCT8of8AVX512, inverseDCT8of8AVX512},
		{inverseDCT16of4AVX512, inverseDCT16of8AVX512, inverseDCT16of16AVX512, inverseDCT16of16AVX512},
		{inverseDCT32of4AVX512, inverseDCT32of8AVX512, inverseDCT32of16AVX512, inverseDCT32of32AVX512},
		{inverseDCT64of4AVX512, inverseDCT64of8AVX512, inverseDCT64of16AVX512, inverseDCT64of32AVX512},
	} {
		for k, f := range wide {
			t.InverseDCT[1+n][k] = panelPairs(f, t.InverseDCT[1+n][k])
		}
	}
	for n, wide := range [][3]Transform1D{
		{inverseADST8of4AVX512, inverseADST8of8AVX512, inverseADST8of8AVX512},
		{inverseADST16of4AVX512, inverseADST16of8AVX512, inverseADST16of16AVX512},
	} {
		for k, f := range wide {
			t.InverseADST[1+n][k] = panelPairs(f, t.InverseADST[1+n][k])
		}
	}
	for n, f := range []Transform1D{forwardDCT8AVX512, forwardDCT16AVX512, forwardDCT32AVX512, forwardDCT64AVX512} {
		t.ForwardDCT[1+n] = panelPairs(f, t.ForwardDCT[1+n])
	}
	for n, f := range []Transform1D{forwardADST8AVX512, forwardADST16AVX512} {
		t.ForwardADST[1+n] = panelPairs(f, t.ForwardADST[1+n])
	}
	t.Turn = func(dst []int32, dstOff, dstStride, dstStep int, src []int32, srcOff, srcStride, srcStep, tiles int, p *TurnParams) {
		if tiles == 1 {
			turnAVX2(&dst[dstOff], dstStride*4, dstStep*4, &src[srcOff], srcStride*4, srcStep*4, tiles, p)
			return
		}
		turnAVX512(&dst[dstOff], dstStride*4, dstStep*4, &src[srcOff], srcStride*4, srcStep*4, tiles, p)
	}
	t.Add = func(dst []uint16, stride int, t []int32, off, step, pitch, w, h int, maxV int32) {
		_ = dst[(h-1)*stride+w-1]
		if w < 2*panelCols {
			addResidualAVX2(&dst[0], stride*2, &t[off], step*4, pitch*4, w, h, uint16(maxV))
			return
		}
		addResidualAVX512(&dst[0], stride*2, &t[off], step*4, pitch*4, w, h, uint16(maxV))
	}
	t.AddDC = func(dst []uint16, stride, w, h int, v, maxV int32) {
		_ = dst[(h-1)*stride+w-1]
		if w < 32 {
			addDCAVX2(&dst[0], stride*2, w, h, int16(v), uint16(maxV))
			return
		}
		addDCAVX512(&dst[0], stride*2, w, h, int16(v), uint16(maxV))
	}
	t.Widen = func(t []int32, pitch int, src []int16, off, stride, w, h int, shift uint32) {
		_ = src[max(off, off+(h-1)*stride)+w-1]
		if w < 2*panelCols {
			widenAVX2(&t[0], pitch*4, &src[off], stride*2, w, h, shift)
			return
		}
		widenAVX512(&t[0], pitch*4, &src[off], stride*2, w, h, shift)
	}
	t.Identity = identities(scaleRowsAVX512)
	return t
}

// panelPairs takes pairs for an even number of panels, else single.
func panelPairs(pairs, single Transform1D) Transform1D {
	return func(t []int32, cols int, limit int32) {
		if cols%(2*panelCols) == 0 {
			pairs(t, cols, limit)
		} else {
			single(t, cols, limit)
		}
	}
}

// identities makes the identity transforms from a kernel for the first rows of a panel, a multiple of 4.
func identities(scale func(t *int32, rows int, whole, frac int32)) (f [4]func(t []int32, k, cols int)) {
	for n, factor := range [4]struct{ whole, frac int32 }{{1, 5793 - 4096}, {2, 0}, {2, 11586 - 8192}, {4, 0}} {
		f[n] = func(t []int32, k, cols int) {
			for c := 0; c < cols; c += panelCols {
				scale(&t[c*4<<n], k, factor.whole, factor.frac)
			}
		}
	}
	return f
}

// Strides, steps and pitches of the assembly are in bytes.

//go:noescape
func turnAVX2(dst *int32, dstStride, dstStep int, src *int32, srcStride, srcStep, tiles int, p *TurnParams)

//go:noescape
func turnAVX512(dst *int32, dstStride, dstStep int, src *int32, srcStride, srcStep, tiles int, p *TurnParams)

//go:noescape
func addResidualAVX2(dst *uint16, stride int, t *int32, step, pitch, w, h int, maxV uint16)

//go:noescape
func addResidualAVX512(dst *uint16, stride int, t *int32, step, pitch, w, h int, maxV uint16)

//go:noescape
func addDCAVX2(dst *uint16, stride, w, h int, v int16, maxV uint16)

//go:noescape
func addDCAVX512(dst *uint16, stride, w, h int, v int16, maxV uint16)

//go:noescape
func widenAVX2(t *int32, pitch int, src *int16, stride, w, h int, shift uint32)

//go:noescape
func widenAVX512(t *int32, pitch int, src *int16, stride, w, h int, shift uint32)

//go:noescape
func scaleRowsAVX2(t *int32, rows int, whole, frac int32)

//go:noescape
func scaleRowsAVX512(t *int32, rows int, whole, frac int32)

//go:noescape
func inverseADST4AVX2(t []int32, cols int, limit int32)

//go:noescape
func forwardADST4AVX2(t []int32, cols int, limit int32)
