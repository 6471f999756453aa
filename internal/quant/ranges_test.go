package quant

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/transform"
)

// confineTypes are all transform types a size can be coded with.
func confineTypes(tx av1.TxSize) (types []av1.TxType) {
	for typ := range av1.TxTypes {
		up := av1.TxSizeSqrUp[tx]
		if typ == av1.DCTDCT || up <= av1.Tx16x16 || up == av1.Tx32x32 && typ == av1.IDTX {
			types = append(types, typ)
		}
	}
	return types
}

// TestConfine: whatever the levels are, afterwards the block fits, levels, dequantised coefficients
// and distortion agree, and blocks that did fit are what they were.
func TestConfine(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var s Scratch
	var ts transform.Scratch
	var levelArray, dqArray, coefArray, before [1024]int32
	kept, lowered, emptied := 0, 0, 0
	for tx := range av1.TxSizesAll {
		for _, typ := range confineTypes(tx) {
			for i := range 45 {
				bitDepth := 8 + 2*(i%3)
				q := New(bitDepth, []int{1, 20, 80, 160, 255}[r.IntN(5)])
				n := len(av1.GetScan(tx, typ))
				dq, coefs := dqArray[:n], coefArray[:n]
				scale := 1 << (bitDepth + r.IntN(4))
				few := 1 + r.IntN(3)
				for i := range coefs {
					coefs[i] = 0
					switch {
					case r.IntN(few) > 0:
					case i%2 == 0: // as in the middle between steps, where rounding does most
						coefs[i] = q.AC * int32(1-2*r.IntN(2)) * int32(1+r.IntN(9)) * 5 / 8
					default:
						coefs[i] = int32(r.IntN(2*scale)-scale) * 8
					}
				}
				res := q.Quantize(levelArray[:], dq, coefs, tx, typ, Nearest, &s)
				if res.Eob == 0 {
					continue
				}
				before = levelArray
				fitted := transform.Fits(dq, res.Eob, tx, typ, bitDepth, &ts)
				b := Block{Tx: tx, Type: typ, Levels: levelArray[:], Coefs: coefs, Dq: dq}
				got := q.Confine(&b, res, &s, &ts)
				levels := levelArray[:got.Eob]
				switch {
				case fitted:
					kept++
					if got != res || !slices.Equal(levels, before[:res.Eob]) {
						t.Fatalf("tx %d type %d: changed a block that fits", tx, typ)
					}
				case got.Eob > 0:
					lowered++
					if !transform.Fits(dq, got.Eob, tx, typ, bitDepth, &ts) {
						t.Fatalf("tx %d type %d, %d bit, qidx %d: doesn't fit", tx, typ, bitDepth, q.QIdx)
					}
				default:
					emptied++
				}
				want := make([]int32, n)
				q.Dequantize(want, levels, tx, typ)
				if !slices.Equal(want, dq) {
					t.Fatalf("tx %d type %d: dequantised coefficients don't match the levels", tx, typ)
				}
				if d := distortion(coefs, dq, tx); d != got.Dist || got.Energy != res.Energy {
					t.Fatalf("tx %d type %d: distortion %d, want %d", tx, typ, got.Dist, d)
				}
				if got.Eob > 0 && levels[got.Eob-1] == 0 {
					t.Fatalf("tx %d type %d: the last level is zero", tx, typ)
				}
			}
		}
	}
	t.Logf("%d blocks fit, %d were lowered, %d lost all levels", kept, lowered, emptied)
	if kept < 1000 || lowered < 1000 || emptied > lowered/100 {
		t.Error("not the blocks this test is about")
	}
}
