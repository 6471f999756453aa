package frame

import (
	"errors"
	"math"
	"syscall"
	"testing"
	"unsafe"
)

// mapped lays memory out twice, as an encoder does, and returns what the second run got.
func mapped(t *testing.T, layout func(*Planner)) *Planner {
	t.Helper()
	var plan Planner
	layout(&plan)
	p, err := plan.Map(Spare{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(p.Unmap(), p.Unmap()); err != nil {
			t.Error(err)
		}
	})
	layout(p)
	if p.Total != plan.Total {
		t.Errorf("%d bytes handed out, %d planned", p.Total, plan.Total)
	}
	return p
}

func TestArena(t *testing.T) {
	var a []uint8
	var b []uint64
	var c []struct{ x, y uint16 }
	var none []int32
	p := mapped(t, func(p *Planner) {
		a = Take[uint8](p, "bytes", 3)
		none = Take[int32](p, "nothing", 0)
		b = Take[uint64](p, "words", 9)
		c = Take[struct{ x, y uint16 }](p, "bytes", 17)
	})
	if len(a) != 3 || len(b) != 9 || len(c) != 17 || len(none) != 0 || cap(a) != 3 {
		t.Fatalf("lengths %d, %d, %d, %d; capacity %d", len(a), len(b), len(c), len(none), cap(a))
	}
	for i, address := range []uintptr{uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0])), uintptr(unsafe.Pointer(&c[0]))} {
		if address%arenaAlign != 0 {
			t.Errorf("slice %d starts at %#x", i, address)
		}
	}
	for i := range a {
		a[i] = 0xFF
	}
	for i, v := range b {
		if v != 0 {
			t.Errorf("word %d is %d", i, v)
		}
	}
	want := []PlanItem{{"bytes", 64 + 128}, {"nothing", 0}, {"words", 128}}
	for i := range want {
		if p.Items[i] != want[i] {
			t.Errorf("item %d: %v, want %v", i, p.Items[i], want[i])
		}
	}
}

func TestMapRefused(t *testing.T) {
	for _, total := range []int64{0, -1, math.MaxInt64, 1 << 55} {
		p := Planner{Total: total}
		if _, err := p.Map(Spare{}); !errors.Is(err, syscall.ENOMEM) {
			t.Errorf("%d bytes: %v, want ENOMEM", total, err)
		}
	}
}

// formats are sizes and samplings of pictures.
func formats() (list []Format) {
	for _, size := range [][2]int{{1, 1}, {7, 9}, {64, 64}, {65, 63}, {200, 121}, {1, 300}} {
		for _, sub := range [][3]int{{1, 1, 3}, {1, 0, 3}, {0, 0, 3}, {1, 1, 1}} {
			list = append(list, Format{Width: size[0], Height: size[1], BitDepth: 10, SubX: sub[0], SubY: sub[1], NumPlanes: sub[2]})
		}
	}
	return list
}

// Blocks that start inside a picture may be written whole in every kind of picture,
// and references have room for motion on all sides.
func TestPictureBorders(t *testing.T) {
	for _, f := range formats() {
		var source, work, reference Picture
		mapped(t, func(p *Planner) {
			source, work, reference = TakeSource(p, "s", &f), TakeWork(p, "w", &f), TakeReference(p, "r", &f)
		})
		for kind, pic := range []*Picture{&source, &work, &reference} {
			if pic.NumPlanes != f.NumPlanes || pic.BitDepth != 10 || pic.SubX != f.SubX || pic.SubY != f.SubY {
				t.Fatalf("%+v: %+v", f, pic)
			}
			for i := range pic.NumPlanes {
				p := &pic.Planes[i]
				subX, subY := f.SubX, f.SubY
				if i == 0 {
					subX, subY = 0, 0
				}
				if p.Width != (f.Width+subX)>>subX || p.Height != (f.Height+subY)>>subY {
					t.Fatalf("%+v: plane %d is %dx%d", f, i, p.Width, p.Height)
				}
				right, bottom := (f.Width+63)&^63>>subX, (f.Height+63)&^63>>subY
				left, top := 0, 0
				if kind == 2 {
					left, top = -Pad>>subX, -Pad>>subY
					right, bottom = p.AllocW-left, p.AllocH-top
				}
				if len(p.Row(left, 0)) < right-left {
					t.Errorf("%+v: kind %d, plane %d: rows of %d samples, %d needed", f, kind, i, len(p.Row(left, 0)), right-left)
				}
				// The corners exist.
				_ = p.At(left, top)[0]
				_ = p.At(right-1, bottom-1)[0]
				if p.AllocW%8 != 0 || p.AllocH%8 != 0 || p.AllocW < p.Width || p.AllocH < p.Height {
					t.Errorf("plane %+v", p)
				}
			}
		}
	}
}

func TestExtend(t *testing.T) {
	for _, f := range formats() {
		for _, take := range []func(*Planner, Purpose, *Format) Picture{TakeSource, TakeReference} {
			var pic Picture
			mapped(t, func(p *Planner) { pic = take(p, "p", &f) })
			for i := range pic.NumPlanes {
				p := &pic.Planes[i]
				value := func(x, y int) uint16 { return uint16(31*x + 17*y + 1) }
				for y := range p.Height {
					row := p.Row(0, y)[:p.Width]
					for x := range row {
						row[x] = value(x, y)
					}
				}
				half := p.Height / 2
				if half > 0 {
					p.Extend(0, half)
				}
				p.Extend(half, p.Height)
				b := &p.Border
				for y := -b.Top; y < p.AllocH+b.Bottom; y++ {
					for x := -b.Left; x < p.AllocW+b.Right; x++ {
						want := value(max(0, min(x, p.Width-1)), max(0, min(y, p.Height-1)))
						if got := p.At(x, y)[0]; got != want {
							t.Fatalf("%+v, plane %d: sample %d,%d is %d, want %d", f, i, x, y, got, want)
						}
					}
				}
			}
		}
	}
}

func TestGridSplat(t *testing.T) {
	var g ModeGrid
	mapped(t, func(p *Planner) { g = TakeGrid(p, "grid", 100, 50) })
	if g.Rows != 14 || g.Cols != 26 || g.Stride != 32 {
		t.Fatalf("grid of %dx%d, stride %d", g.Rows, g.Cols, g.Stride)
	}
	for _, c := range [][4]int{{0, 0, 1, 1}, {2, 4, 8, 4}, {8, 16, 16, 16}, {12, 24, 16, 2}} {
		clear(g.Cells)
		row, col, w4, h4 := c[0], c[1], c[2], c[3]
		g.Splat(row, col, w4, h4, &ModeInfo{Skip: true})
		for y := range len(g.Cells) / g.Stride {
			for x := range g.Stride {
				want := y >= row && y < min(row+h4, g.Rows) && x >= col && x < min(col+w4, g.Cols)
				if got := g.Cells[y*g.Stride+x].Skip; got != want {
					t.Fatalf("%v: cell %d,%d is %v", c, y, x, got)
				}
			}
		}
	}
	g.At(3, 5).RefMvIdx = 7
	if g.Cells[3*g.Stride+5].RefMvIdx != 7 {
		t.Error("At names another cell")
	}
}
