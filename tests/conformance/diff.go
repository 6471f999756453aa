package conformance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/obu"
	"github.com/grav1e/grav1e/internal/y4m"
)

// Difference is where two pictures differ first: in the order blocks are coded,
// superblocks of 64x64 luma samples in raster order, 8x8 blocks inside in Z order.
type Difference struct {
	Plane          int
	Superblock     [2]int // x, y of its top left luma sample
	Block          [2]int // x, y of the top left luma sample of the 8x8 block
	X, Y           int    // first differing sample in that block, in samples of the plane
	A, B           int    // the two values
	Samples        int    // differing samples in the picture
	Box            [4]int // x0, y0, x1, y1 around all of them, in luma samples
	PlanesDiffer   [3]bool
	SuperblocksBad int
}

func (d *Difference) String() string {
	return fmt.Sprintf("plane %d, sample (%d, %d): %d and %d; superblock (%d, %d), 8x8 block (%d, %d); in all %d samples of planes %s, in %d superblocks, inside (%d, %d)..(%d, %d)",
		d.Plane, d.X, d.Y, d.A, d.B, d.Superblock[0], d.Superblock[1], d.Block[0], d.Block[1],
		d.Samples, planesName(d.PlanesDiffer), d.SuperblocksBad, d.Box[0], d.Box[1], d.Box[2], d.Box[3])
}

func planesName(p [3]bool) string {
	var s strings.Builder
	for i, c := range "YUV" {
		if p[i] {
			s.WriteRune(c)
		}
	}
	return s.String()
}

// firstDifference compares two pictures in h's form; nil if they are equal.
func firstDifference(h *y4m.Header, a, b []byte) *Difference {
	const superblock = 64
	var d *Difference
	first := [5]int{} // order of the first difference: superblock row, column, Z, plane, raster position
	bad := map[[2]int]bool{}
	pa, stride := h.Planes(a)
	pb, _ := h.Planes(b)
	size := h.SampleBytes()
	subX, subY := h.Chroma.Subsampling()
	for p := range h.NumPlanes() {
		sx, sy := 0, 0
		if p > 0 {
			sx, sy = subX, subY
		}
		for i := 0; i < len(pa[p]); i += size {
			va, vb := sample(pa[p], i, size), sample(pb[p], i, size)
			if va == vb {
				continue
			}
			x, y := i%stride[p]/size, i/stride[p]
			lx, ly := x<<sx, y<<sy
			if d == nil {
				d = &Difference{Box: [4]int{lx, ly, lx, ly}}
			}
			d.Samples++
			d.PlanesDiffer[p] = true
			d.Box = [4]int{min(d.Box[0], lx), min(d.Box[1], ly), max(d.Box[2], lx), max(d.Box[3], ly)}
			bad[[2]int{lx / superblock, ly / superblock}] = true
			order := [5]int{ly / superblock, lx / superblock, zOrder(lx%superblock/8, ly%superblock/8), p, i}
			if d.Samples == 1 || slices.Compare(order[:], first[:]) < 0 {
				first = order
				d.Plane, d.X, d.Y, d.A, d.B = p, x, y, va, vb
				d.Superblock, d.Block = [2]int{lx &^ 63, ly &^ 63}, [2]int{lx &^ 7, ly &^ 7}
			}
		}
	}
	if d != nil {
		d.SuperblocksBad = len(bad)
	}
	return d
}

func sample(b []byte, i, size int) int {
	if size == 1 {
		return int(b[i])
	}
	return int(b[i]) | int(b[i+1])<<8
}

// zOrder interleaves the bits of x and y, three each.
func zOrder(x, y int) int {
	z := 0
	for i := range 3 {
		z |= (x>>i&1)<<(2*i) | (y>>i&1)<<(2*i+1)
	}
	return z
}

// CodedFrame says where in the stream a shown picture was coded.
type CodedFrame struct {
	Display      int // position in display order
	Coding       int // position in coding order
	TemporalUnit int // temporal unit it was coded in
	Start        obu.FrameStart
}

func (f *CodedFrame) String() string {
	kind := [...]string{"key", "inter", "intra-only", "switch"}[f.Start.FrameType]
	if !f.Start.ShowFrame {
		kind = "hidden " + kind
	}
	return fmt.Sprintf("frame %d in display order, %d in coding order (%s, order hint %d, temporal unit %d, refreshes %08b)",
		f.Display, f.Coding, kind, f.Start.OrderHint, f.TemporalUnit, f.Start.RefreshFrameFlags)
}

// CodingOrder finds for every shown picture where it was coded, sorted by coding order.
// units are the stream's OBUs.
func CodingOrder(units []obu.Unit) ([]CodedFrame, error) {
	var out []CodedFrame
	var slots [8]CodedFrame
	var seq *bitstream.SequenceHeader
	temporal, coded := -1, 0
	for _, u := range units {
		switch u.Type {
		case obu.TemporalDelimiterType:
			temporal++
		case obu.SequenceHeaderType:
			s, err := bitstream.ParseSequenceHeader(u.Data)
			if err != nil {
				return nil, err
			}
			seq = &s
		case obu.FrameType, obu.FrameHeaderType:
			if seq == nil {
				return nil, fmt.Errorf("%w: frame before the sequence header", obu.ErrMalformed)
			}
			start, err := obu.ParseFrameStart(u.Data, seq)
			if err != nil {
				return nil, err
			}
			f := slots[start.FrameToShowMapIdx]
			if !start.ShowExistingFrame {
				f = CodedFrame{Coding: coded, TemporalUnit: temporal, Start: start}
				coded++
				for i := range slots {
					if start.RefreshFrameFlags>>i&1 == 1 {
						slots[i] = f
					}
				}
			}
			if start.ShowFrame {
				f.Display = len(out)
				out = append(out, f)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b CodedFrame) int { return cmp.Compare(a.Coding, b.Coding) })
	return out, nil
}

// FirstDifference compares decoded with reconstructed pictures, both in display order,
// and describes the first that differs in coding order; "" if none does. A frame that
// refers to it is wrong because of it.
func FirstDifference(h *y4m.Header, units []obu.Unit, decoded, recon [][]byte) (string, error) {
	order, err := CodingOrder(units)
	if err != nil {
		return "", err
	}
	differing := 0
	text := ""
	for _, f := range order {
		if f.Display >= len(decoded) || f.Display >= len(recon) {
			continue
		}
		d := firstDifference(h, decoded[f.Display], recon[f.Display])
		if d == nil {
			continue
		}
		if differing++; differing == 1 {
			text = fmt.Sprintf("%v: decoder and reconstruction differ in %v", &f, d)
		}
	}
	if differing > 1 {
		text += fmt.Sprintf("; %d frames differ", differing)
	}
	if len(decoded) != len(recon) {
		text = strings.TrimPrefix(fmt.Sprintf("%s; %d frames decoded, %d reconstructed", text, len(decoded), len(recon)), "; ")
	}
	return text, nil
}
