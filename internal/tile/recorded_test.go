package tile

import (
	"compress/gzip"
	"encoding/gob"
	"os"
	"testing"

	"github.com/grav1e/grav1e/internal/bitstream"
)

// recording is a frame as the encoder handed it to the writing pass. testdata/frame.gob.gz
// holds the second inter frame of tests/testdata/street.avi at preset 10, quantiser 60: one
// tile, statistics of real video.
type recording struct {
	Seq         bitstream.SequenceHeader
	Hdr         bitstream.FrameHeader
	Rows, Cols  int // MiRows, MiCols
	CDF         bitstream.CDFContext
	Superblocks []Superblock
	LR          [3]LRPlane
}

// recordedFrame loads a recording and fills the grid as coding its blocks did.
func recordedFrame(t testing.TB, path string) *frameUnderTest {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	if err := gob.NewDecoder(unzip).Decode(&r); err != nil {
		t.Fatal(err)
	}
	grid := newGrid(4*r.Cols, 4*r.Rows)
	f := &frameUnderTest{
		seq: &r.Seq, hdr: &r.Hdr, cdf: r.CDF, sbs: r.Superblocks, lr: r.LR,
		tiles: []Bounds{{MiRowEnd: r.Rows, MiColEnd: r.Cols}},
	}
	f.above = NewAboveContext(make([]uint8, 3*AboveContextSize(grid.Cols)), grid.Cols, r.Seq.NumPlanes())
	f.s.Start(&f.coder, f.seq, f.hdr, grid, f.tiles[0], &f.above)
	_, f.sb4 = f.s.SuperblockSize()
	f.stride = (grid.Cols + f.sb4 - 1) / f.sb4
	for i := range f.sbs {
		for j := range f.sbs[i].Blocks {
			f.s.Commit(&f.sbs[i].Blocks[j])
		}
	}
	return f
}

const recordedPath = "testdata/frame.gob.gz"

// eachBlock calls f for every block of the recording, with its transform blocks and their levels.
func (r *frameUnderTest) eachBlock(f func(sb *Superblock, b *Block, txBlocks []TxBlock)) {
	for i := range r.sbs {
		sb := &r.sbs[i]
		rest := sb.TxBlocks
		for j := range sb.Blocks {
			b := &sb.Blocks[j]
			n := 0
			if !b.Skip {
				n = len(r.s.Layout(nil, b))
			}
			f(sb, b, rest[:n])
			rest = rest[n:]
		}
	}
}

// BenchmarkWriteTile writes the recorded frame; ns/sample is per luma sample.
func BenchmarkWriteTile(b *testing.B) {
	f := recordedFrame(b, recordedPath)
	buf := make([]byte, 4<<20)
	b.ReportAllocs()
	for b.Loop() {
		cdf := f.cdf
		f.coder.StartWriting(buf, &cdf, false)
		f.s.WriteTile(f.sbs, f.stride, &f.lr)
	}
	samples := 16 * f.s.Grid.Rows * f.s.Grid.Cols
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*samples), "ns/sample")
}

// BenchmarkRecordedRates takes the rates of all transform blocks of the recorded frame.
func BenchmarkRecordedRates(b *testing.B) {
	f := recordedFrame(b, recordedPath)
	var tables RateTables
	tables.Build(&f.cdf)
	var units []TxUnit
	var txBlocks []TxBlock
	var levels [][]int32
	var blocks []*Block
	f.eachBlock(func(sb *Superblock, blk *Block, tx []TxBlock) {
		for i, u := range f.s.Layout(nil, blk)[:len(tx)] {
			t := tx[i]
			if u.Plane > 0 {
				t.TxType = f.s.ChromaTxType(blk, &u, tx[u.Luma].codedType())
			}
			blocks, units, txBlocks = append(blocks, blk), append(units, u), append(txBlocks, t)
			levels = append(levels, sb.Coefs[t.Off:][:t.Eob])
		}
	})
	b.ReportAllocs()
	for b.Loop() {
		for i := range units {
			f.s.CoeffRate(&tables, blocks[i], &units[i], txBlocks[i].TxType, levels[i])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(units)), "ns/block")
}

// BenchmarkModeInfo counts what the modes of all blocks of the recorded frame cost.
func BenchmarkModeInfo(b *testing.B) {
	f := recordedFrame(b, recordedPath)
	var blocks []*Block
	f.eachBlock(func(_ *Superblock, blk *Block, _ []TxBlock) { blocks = append(blocks, blk) })
	f.coder.StartCounting(&f.cdf)
	b.ReportAllocs()
	for b.Loop() {
		for _, blk := range blocks {
			f.s.ModeInfo(blk)
			f.s.TxSize(blk)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(blocks)), "ns/block")
}

// BenchmarkLayout lists the transform blocks of all blocks of the recorded frame.
func BenchmarkLayout(b *testing.B) {
	f := recordedFrame(b, recordedPath)
	var blocks []*Block
	f.eachBlock(func(_ *Superblock, blk *Block, _ []TxBlock) { blocks = append(blocks, blk) })
	units := make([]TxUnit, 0, MaxTxUnits)
	for b.Loop() {
		for _, blk := range blocks {
			units = f.s.Layout(units, blk)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(blocks)), "ns/block")
}
