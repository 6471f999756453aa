package encoder

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/decide"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/tile"
)

// records is the memory of a frame's superblock records, for the most any content and
// quantiser can take: nothing ever outgrows it. What a frame takes in practice is a small
// part of that. So the records of a row of superblocks follow each other without gaps,
// and the pages behind the last one are address space that no one touches.
type records struct {
	partitions []av1.Partition
	blocks     []tile.Block
	txBlocks   []tile.TxBlock
	coefs      []int32
	most       recordSize // of one superblock
}

// recordSize is a number of values of each kind.
type recordSize struct{ partitions, blocks, txBlocks, coefs int }

// mostRecord is the largest record of a superblock. Without random decisions, blocks have
// at least the area of the smallest square the preset tries.
func (e *Encoder) mostRecord(f *frame.Format) (m recordSize) {
	m.partitions, m.blocks, m.txBlocks, m.coefs = tile.SuperblockCaps(false, f.NumPlanes, f.SubX, f.SubY)
	if e.cfg.RandomModes == 0 {
		m.blocks = e.speeds.most(blocks)
	}
	return m
}

// blocks is how many a superblock has at most.
func blocks(s *decide.Speed) int { return 64 * 64 / (s.MinBlock * s.MinBlock) }

// layout takes the memory of n superblocks.
func (r *records) layout(p *frame.Planner, n int, most recordSize) {
	r.most = most
	r.partitions = frame.Take[av1.Partition](p, "block records", n*most.partitions)
	r.blocks = frame.Take[tile.Block](p, "block records", n*most.blocks)
	r.txBlocks = frame.Take[tile.TxBlock](p, "block records", n*most.txBlocks)
	r.coefs = frame.Take[int32](p, "coefficients", n*most.coefs)
}

// start is where the records of a row begin that starts with the first'th superblock:
// all before it have room for the most.
func (r *records) start(first int) recordSize {
	m := &r.most
	return recordSize{first * m.partitions, first * m.blocks, first * m.txBlocks, first * m.coefs}
}

// place empties sb and gives it the memory from at on.
func (r *records) place(sb *tile.Superblock, at *recordSize) {
	m := &r.most
	sb.Partitions = r.partitions[at.partitions : at.partitions : at.partitions+m.partitions]
	sb.Blocks = r.blocks[at.blocks : at.blocks : at.blocks+m.blocks]
	sb.TxBlocks = r.txBlocks[at.txBlocks : at.txBlocks : at.txBlocks+m.txBlocks]
	sb.Coefs = r.coefs[at.coefs : at.coefs : at.coefs+m.coefs]
}

// pass moves at behind the record of sb.
func (at *recordSize) pass(sb *tile.Superblock) {
	at.partitions += len(sb.Partitions)
	at.blocks += len(sb.Blocks)
	at.txBlocks += len(sb.TxBlocks)
	at.coefs += len(sb.Coefs)
}
