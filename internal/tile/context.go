package tile

import "github.com/grav1e/grav1e/internal/av1"

// A coefficient context is one byte per 4 samples of a plane's side: the level sum
// (AboveLevelContext or LeftLevelContext, 0..63) and, from dcShift on, the DC
// category (AboveDcContext or LeftDcContext: 0 zero, 1 negative, 2 positive).
// Cells outside of the frame stay 0, so that no reader has to clip (section 8.3.2
// ignores them).
const (
	levelMask = 63
	dcShift   = 6
)

// AboveContext is the coefficient context above (section 5.11.39), per plane one
// byte per 4 samples over the whole frame's width. Tiles use disjoint ranges.
type AboveContext [3][]uint8

// AboveContextSize returns the bytes one plane needs for miCols columns.
func AboveContextSize(miCols int) int { return (miCols + 31) &^ 31 }

// NewAboveContext cuts the context of numPlanes planes from mem, zeroed, which holds
// AboveContextSize bytes per plane.
func NewAboveContext(mem []uint8, miCols, numPlanes int) (a AboveContext) {
	n := AboveContextSize(miCols)
	for p := range numPlanes {
		a[p] = mem[p*n : (p+1)*n : (p+1)*n]
	}
	return a
}

// Clear is clear_above_context for the columns of a tile.
func (a *AboveContext) Clear(t Bounds, subX int) {
	for p := range a {
		if a[p] == nil {
			continue
		}
		s := 0
		if p > 0 {
			s = subX
		}
		clear(a[p][t.MiColStart>>s : t.MiColEnd>>s])
	}
}

// LeftContext is the coefficient context to the left inside a superblock row.
type LeftContext [3][32]uint8

// Clear is clear_left_context.
func (l *LeftContext) Clear() { *l = LeftContext{} }

// SavedContext is the part of the above and left contexts a block touches.
type SavedContext struct {
	above, left [3][32]uint8
}

// contextSpan is the range of context cells of plane that a block covers.
func (s *Syntax) contextSpan(plane, row, col int, size av1.BlockSize) (x4, w4, y4, h4 int) {
	subX, subY := s.sub(plane)
	x4, y4 = col>>subX, (row>>subY)&s.leftMask[plane]
	return x4, (int(av1.Num4x4BlocksWide[size]) + subX) >> subX, y4, (int(av1.Num4x4BlocksHigh[size]) + subY) >> subY
}

// SaveContext copies the coefficient contexts a block of the given place and size touches.
func (s *Syntax) SaveContext(dst *SavedContext, row, col int, size av1.BlockSize) {
	for p := range s.numPlanes {
		x4, w4, y4, h4 := s.contextSpan(p, row, col, size)
		copy(dst.above[p][:w4], s.Above[p][x4:])
		copy(dst.left[p][:h4], s.Left[p][y4:])
	}
}

// RestoreContext undoes what happened since SaveContext with the same place and size.
func (s *Syntax) RestoreContext(src *SavedContext, row, col int, size av1.BlockSize) {
	for p := range s.numPlanes {
		x4, w4, y4, h4 := s.contextSpan(p, row, col, size)
		copy(s.Above[p][x4:], src.above[p][:w4])
		copy(s.Left[p][y4:], src.left[p][:h4])
	}
}

// ResetBlockContext is reset_block_context (section 5.11.5), what a block with Skip does.
func (s *Syntax) ResetBlockContext(b *Block) {
	planes := 1
	if b.HasChroma {
		planes = s.numPlanes
	}
	for p := range planes {
		x4, w4, y4, h4 := s.contextSpan(p, b.Row, b.Col, b.BlockSize)
		clear(s.Above[p][x4 : x4+w4])
		clear(s.Left[p][y4 : y4+h4])
	}
}

// SetCoefContext stores the context byte of a transform block (CoefContext), as Coeffs does:
// inside the frame only.
func (s *Syntax) SetCoefContext(u *TxUnit, v uint8) {
	p := int(u.Plane)
	x4, y4 := int(u.X4), int(u.Y4)
	w4 := min(int(av1.TxWidth[u.Tx])>>2, s.maxX4[p]-x4)
	h4 := min(int(av1.TxHeight[u.Tx])>>2, s.maxY4[p]-y4)
	above := s.Above[p][x4 : x4+w4]
	for i := range above {
		above[i] = v
	}
	y4 &= s.leftMask[p]
	left := s.Left[p][y4 : y4+h4]
	for i := range left {
		left[i] = v
	}
}
