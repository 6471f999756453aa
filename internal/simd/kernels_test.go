package simd

import (
	"fmt"
	"math/rand"
	randv2 "math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// kernelBench is one call of a kernel. Its name is family/kernel/size; the family is a table of
// this package and the kernel starts with the name of one of the table's fields.
type kernelBench struct {
	name string
	run  func()
}

// BenchmarkKernels calls every kernel at the level in use, which GRAV1E_CPU chooses.
func BenchmarkKernels(b *testing.B) {
	for _, k := range kernelBenches() {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				k.run()
			}
		})
	}
}

// TestKernelBenches checks that no kernel of a table is missing.
func TestKernelBenches(t *testing.T) {
	benches := kernelBenches()
	for family, table := range map[string]any{
		"MC": MC, "Dist": Dist, "ME": ME, "Subpel": Subpel, "IPred": IPred, "Txfm": Txfm,
		"Quant": Quant, "Deblock": Deblock, "Cdef": Cdef, "LoopRestoration": LoopRestoration, "Ingest": Ingest, "HalfSample": HalfSample,
	} {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(table)) {
			found := false
			for _, k := range benches {
				parts := strings.SplitN(k.name, "/", 3)
				found = found || parts[0] == family && strings.TrimRight(parts[1], "0123456789") == strings.TrimRight(field.Name, "0123456789")
			}
			if !found {
				t.Errorf("no benchmark of %s.%s", family, field.Name)
			}
		}
	}
}

func kernelBenches() (list []kernelBench) {
	list = append(list, ingestBenches()...)
	list = append(list, halfSampleBenches()...)
	list = append(list, mcBenches()...)
	list = append(list, distBenches()...)
	list = append(list, motionBenches()...)
	list = append(list, ipredBenches()...)
	list = append(list, txfmBenches()...)
	list = append(list, quantBenches()...)
	list = append(list, deblockBenches()...)
	list = append(list, cdefBenches()...)
	return append(list, restorationBenches()...)
}

func square(n int) string { return fmt.Sprintf("%dx%d", n, n) }

func mcBenches() (list []kernelBench) {
	src := mcSource(randv2.New(randv2.NewPCG(23, 24)), 256, 160, 0, 8)
	tmp, dst := new([MCTmpLen]int16), make([]uint16, 128*128)
	prep := [2][]int16{make([]int16, 128*128), make([]int16, 128*128)}
	six, eight := mcTaps[1], mcTaps[3]
	for _, n := range []int{8, 16, 64} {
		for _, taps := range []struct {
			name   string
			fx, fy *[8]int16
		}{{"copy", nil, nil}, {"h6", six, nil}, {"v6", nil, six}, {"hv6", six, six}, {"hv8", eight, eight}} {
			list = append(list,
				kernelBench{fmt.Sprintf("MC/Put8Tap/%s/%s", square(n), taps.name), func() {
					MC.Put8Tap(dst, 128, src, 256, n, n, taps.fx, taps.fy, 8, tmp)
				}},
				kernelBench{fmt.Sprintf("MC/Prep8Tap/%s/%s", square(n), taps.name), func() {
					MC.Prep8Tap(prep[0], src, 256, n, n, taps.fx, taps.fy, 8, tmp)
				}})
		}
		list = append(list, kernelBench{"MC/Avg/" + square(n), func() { MC.Avg(dst, 128, prep[0], prep[1], n, n, 8) }})
	}
	return list
}

func distBenches() (list []kernelBench) {
	r := randv2.New(randv2.NewPCG(1, 1))
	p, q := distPlane[uint16](r, 128*128, 8, 0), distPlane[uint16](r, 128*128, 8, 0)
	d := make([]int16, 128*128)
	for _, n := range []int{8, 16, 64} {
		for _, k := range []kernelBench{
			{"Residual", func() { Dist.Residual(d, n, p, 128, q, 128, n, n) }},
			{"SAD", func() { Dist.SAD(p, 128, q, 128, n, n) }},
			{"SSE", func() { Dist.SSE(p, 128, q, 128, n, n) }},
			{"SATD", func() { Dist.SATD(p, 128, q, 128, n, n) }},
			{"Moments", func() { Dist.Moments(p, 128, n, n) }},
		} {
			list = append(list, kernelBench{fmt.Sprintf("Dist/%s/%s", k.name, square(n)), k.run})
		}
	}
	return list
}

// motionBenches are those of the tables ME and Subpel.
func motionBenches() (list []kernelBench) {
	r := randv2.New(randv2.NewPCG(3, 4))
	wide, wide2 := distPlane[uint16](r, 128*128, 8, 0), distPlane[uint16](r, 128*128, 8, 0)
	src, best := distPlane[uint8](r, 64*64, 8, 0), new(GridBest)
	var ref [4][]uint8
	for i := range ref {
		ref[i] = distPlane[uint8](r, 128*128, 8, 0)
	}
	row := make([]uint8, 1280)
	list = []kernelBench{
		{"ME/Narrow/1280", func() { ME.Narrow(row, wide, 0) }},
		{"ME/Halve/640", func() { ME.Halve(row, ref[0], ref[1], 640) }},
		{"ME/Grid/64x64, 1 position", func() { ME.Grid(best, src, 64, ref[0], 128, 1, 1, 1, GridBlocks, 0) }},
		{"ME/Grid/64x64, 8 positions", func() { ME.Grid(best, src, 64, ref[0], 128, 1, 8, 1, GridBlocks, 0) }},
		{"ME/Grid/64x64, 40 positions, every other row", func() { ME.Grid(best, src, 64, ref[0], 128, 2, 8, 5, GridBlocks, 0) }},
	}
	for _, n := range []int{16, 32} {
		list = append(list, kernelBench{fmt.Sprintf("ME/Window/%s, 64 positions", square(n)), func() { ME.Window(src, 64, ref[0], 128, n, n, 1, 8, 8) }})
	}
	var pairs, singles [8][2]*uint8
	for i := range pairs {
		pairs[i] = [2]*uint8{&ref[i&3][i], &ref[(i+1)&3][i]}
		singles[i] = [2]*uint8{&ref[i&3][i], &ref[i&3][i]}
	}
	sads := new([8]uint32)
	for _, n := range []int{8, 16, 32, 64} {
		list = append(list,
			kernelBench{"Subpel/SAD2/" + square(n), func() { Subpel.SAD2(src, 64, ref[0][1:], ref[1][2:], 128, n, n) }},
			kernelBench{"Subpel/SAD4/" + square(n), func() { Subpel.SAD4(src, 64, ref[0][1:], ref[1][2:], ref[2][3:], ref[3][4:], 128, n, n) }},
			kernelBench{"Subpel/SAD2x8/" + square(n) + ", pairs", func() { Subpel.SAD2x8(sads, src, 64, &pairs, 128, n, n) }},
			kernelBench{"Subpel/SAD2x8/" + square(n) + ", singles", func() { Subpel.SAD2x8(sads, src, 64, &singles, 128, n, n) }})
	}
	for _, n := range []int{8, 16, 64} {
		list = append(list,
			kernelBench{"ME/Variance/" + square(n), func() { ME.Variance(wide, 128, wide2, 128, n, n) }})
	}
	return list
}

func ipredBenches() (list []kernelBench) {
	dst := make([]uint16, 64*64)
	for _, n := range []int{4, 8, 16, 32} {
		in := randomIPred(randv2.New(randv2.NewPCG(33, 34)), n, n, 0, 8)
		in.dx, in.dy, in.up = 64, 64, 0
		for _, call := range ipredCalls {
			list = append(list, kernelBench{fmt.Sprintf("IPred/%s/%s", call.name, square(n)), func() { call.run(&IPred, dst, 64, n, n, in) }})
		}
		luma, ac := mcSource(randv2.New(randv2.NewPCG(37, 38)), 72, 64, 0, 8), make([]int16, n*n+16)
		list = append(list,
			kernelBench{"IPred/CflAC/" + square(n), func() { IPred.CflAC(ac, luma, 72, n, n, n, n, 1, 1) }},
			kernelBench{"IPred/CflPred/" + square(n), func() { IPred.CflPred(dst, 64, in.ac, n, n, 128, 5, 8) }})
	}
	return list
}

// txfmBenches transform as many columns as rows. The coefficients come from the same place each
// time; what the transform before left there doesn't matter.
func txfmBenches() (list []kernelBench) {
	r := randv2.New(randv2.NewPCG(5, 6))
	t, turned, src, dst := make([]int32, 64*64), make([]int32, 64*64), make([]int16, 64*64), make([]uint16, 64*64)
	for i := range src {
		src[i] = int16(r.IntN(511) - 255)
	}
	coefs := []int32{100, -50, 30, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	limit, params := int32(1<<15-1), &TurnParams{Right: 1, Limit: 1<<15 - 1}
	add := func(name string, run func()) { list = append(list, kernelBench{"Txfm/" + name, run}) }
	for n := range 5 {
		length := 4 << n
		for k := range min(n, 3) + 1 {
			add(fmt.Sprintf("InverseDCT/%d, %d non-zero", length, 4<<k), func() { Txfm.InverseDCT[n][k](t, length, limit) })
		}
		add(fmt.Sprintf("ForwardDCT/%d", length), func() { Txfm.ForwardDCT[n](t, length, limit) })
	}
	for n := range 3 {
		length := 4 << n
		for k := range n + 1 {
			add(fmt.Sprintf("InverseADST/%d, %d non-zero", length, 4<<k), func() { Txfm.InverseADST[n][k](t, length, limit) })
		}
		add(fmt.Sprintf("ForwardADST/%d", length), func() { Txfm.ForwardADST[n](t, length, limit) })
	}
	for n := range 4 {
		length := 4 << n
		add(fmt.Sprintf("Identity/%d", length), func() { Txfm.Identity[n](t, length, length) })
	}
	add("InverseWHT/4x4", func() { Txfm.InverseWHT(dst, 64, coefs, 255) })
	add("ForwardWHT/4x4", func() { Txfm.ForwardWHT(turned, src, 64) })
	for _, n := range []int{8, 16, 32} {
		add("Turn/"+square(n), func() {
			for q := 0; q < n; q += panelCols {
				Txfm.Turn(turned, q*n, panelCols, panelCols*panelCols, t, q*panelCols, panelCols, n*panelCols, n/panelCols, params)
			}
		})
		add("Add/"+square(n), func() { Txfm.Add(dst, 64, turned, 0, panelCols, n*panelCols, n, n, 255) })
		add("AddDC/"+square(n), func() { Txfm.AddDC(dst, 64, n, n, 3, 255) })
		add("Widen/"+square(n), func() { Txfm.Widen(t, n*panelCols, src, 0, 64, n, n, 2) })
	}
	return list
}

func quantBenches() (list []kernelBench) {
	r := randv2.New(randv2.NewPCG(7, 8))
	p := &QuantParams{Step: [2]int32{80, 100}, Recip: [2]uint32{1<<32/80 + 1, 1<<32/100 + 1}, Round: [2]int32{30, 40}, CoefMax: 1<<15 - 1, DqMax: 1<<15 - 1}
	coefs, levels, dq, order := make([]int32, 1024), make([]int32, 1024), make([]int32, 1024), make([]uint16, 1024)
	for i := range coefs {
		coefs[i] = (r.Int32N(2000) - 1000) / int32(1+i/8)
		order[i] = uint16(i + 1)
	}
	for _, n := range []int{4, 8, 16, 32} {
		list = append(list, kernelBench{"Quant/Quantise/" + square(n), func() { Quant.Quantise(levels, dq, coefs, order, n*n, p) }})
	}
	return list
}

func deblockBenches() (list []kernelBench) {
	pix := make([]uint16, 128*128)
	for i := range pix {
		pix[i] = 100
	}
	s := NewDeblockSharpness(0, 8)
	for kind, lengths := range deblockLengths {
		for _, length := range lengths {
			e := uint8(length<<6 | 20)
			edges := []uint8{e, e, e, e}
			size := fmt.Sprintf("16 samples, %s, %d taps", [2]string{"luma", "chroma"}[kind], [4]int{4, 6, 8, 14}[length])
			list = append(list,
				kernelBench{"Deblock/Vert/" + size, func() { Deblock.Vert[kind](pix, 32*128+32, 128, edges, &s) }},
				kernelBench{"Deblock/Horz/" + size, func() { Deblock.Horz[kind](pix, 32*128+32, 128, edges, &s) }})
		}
	}
	return list
}

func cdefBenches() (list []kernelBench) {
	src := filterNoise(rand.New(rand.NewSource(1)), 24*16, 8)
	dst, sums := make([]uint16, 64), make([]uint64, 6)
	sizes := [CdefSizes][2]int{Cdef8x8: {8, 8}, Cdef4x8: {4, 8}, Cdef4x4: {4, 4}}
	for k, size := range sizes {
		name := fmt.Sprintf("%dx%d", size[0], size[1])
		for _, s := range []struct {
			name     string
			pri, sec int
		}{{"both", 4, 2}, {"primary", 4, 0}, {"secondary", 0, 2}} {
			list = append(list, kernelBench{fmt.Sprintf("Cdef/Filter/%s, %s", name, s.name), func() {
				Cdef.Filter[k](dst, 8, src, 2*24+4, 24, s.pri, s.sec, 3, 5, 0)
			}})
		}
		trial := &CdefTrial{NPri: 3, NSec: 2, Dir: 3, Damping: 5, W: size[0], H: size[1]}
		for i, pri := range []int{2, 5, 10} {
			trial.Pri[i] = NewCdefStrength(pri, 5, 0)
		}
		trial.Sec[0], trial.Sec[1] = NewCdefStrength(0, 5, 0), NewCdefStrength(2, 5, 0)
		list = append(list, kernelBench{fmt.Sprintf("Cdef/Try/%s, 6 pairs", name), func() { Cdef.Try[k](sums, src, 2*24+4, 24, src, 24, trial) }})
	}
	return append(list,
		kernelBench{"Cdef/Direction/8x8", func() { Cdef.Direction(src, 24, 0) }},
		kernelBench{"Cdef/SSE/8x8", func() { Cdef.SSE(src, 24, dst, 8, 8, 8) }})
}

func restorationBenches() (list []kernelBench) {
	tile := newLRTile(rand.New(rand.NewSource(1)), 64, 64, 8)
	inside, out, k := tile.src[3*lrStride+3:], make([]uint16, 64*64), &LoopRestoration
	mid, sums, sums5 := make([]int16, lrStride*lrRows), new([9]int64), new([5]int64)
	for _, bench := range []kernelBench{
		{"WienerH/64x70", func() { k.WienerH(tile.mid, 64, tile.src, lrStride, 64, 70, &tile.filter, 8) }},
		{"WienerV/64x64", func() { k.WienerV(out, 64, tile.mid, 64, 64, 64, &tile.filter, 8) }},
		{"WienerMidV/64x64", func() { k.WienerMidV(mid, 72, tile.src, lrStride, 64, 64, &tile.filter, 8) }},
		{"WienerStats/64x64", func() { k.WienerStats(sums, tile.mid, 64, 64, tile.want, lrStride, 64, 64, 4) }},
		{"SgrCoef/64x64, radius 2", func() { k.SgrCoef(tile.a, tile.b, tile.src, lrStride, 64, 64, 2, 2, 140, 8) }},
		{"SgrCoef/64x64, radius 1", func() { k.SgrCoef(tile.a, tile.b, tile.src, lrStride, 64, 64, 1, 1, 3236, 8) }},
		{"SgrFilter5/64x64", func() { k.SgrFilter5(tile.flt0, tile.a, tile.b, inside, lrStride, 64, 64) }},
		{"SgrFilter3/64x64", func() { k.SgrFilter3(tile.flt1, tile.a, tile.b, inside, lrStride, 64, 64) }},
		{"SgrBlend/64x64", func() { k.SgrBlend(out, 64, inside, lrStride, tile.flt0, tile.flt1, 20, 40, 64, 64, 8) }},
		{"SgrStats/64x64", func() { k.SgrStats(sums5, tile.flt0, tile.flt1, inside, lrStride, tile.want, lrStride, 64, 64) }},
	} {
		list = append(list, kernelBench{"LoopRestoration/" + bench.name, bench.run})
	}
	return list
}
