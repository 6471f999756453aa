package ratectl

// Bucket is a leaky bucket: bits written and not yet sent over a channel of constant
// rate. Frames are added when they are complete, and a frame's time drains.
type Bucket struct {
	Rate     int64 // bit/s
	Num, Den int64 // frame rate
	Size     int64 // bits
	Full     int64 // bits
	rest     int64 // of a bit, in 1/Num
}

// Add puts a frame in.
func (b *Bucket) Add(bits int64) { b.Full += bits }

// Drain lets a frame's time pass.
func (b *Bucket) Drain() {
	b.rest += b.Rate * b.Den
	sent := b.rest / b.Num
	b.rest -= sent * b.Num
	b.Full = max(b.Full-sent, 0)
}

// history is how full a bucket was at the beginnings of recent frames.
type history struct {
	full []int64 // ring
	next int
}

// start makes a history of n frames that were all alike.
func (h *history) start(n int, full int64) {
	h.full = make([]int64, n)
	h.forget(full)
}

// forget makes the past look like the present.
func (h *history) forget(full int64) {
	for i := range h.full {
		h.full[i] = full
	}
}

// pass notes how full the bucket was before a frame.
func (h *history) pass(full int64) {
	h.full[h.next] = full
	h.next = (h.next + 1) % len(h.full)
}

// before is how full the bucket was at the start of the longest stretch of time the
// history covers that ends after the next frame and as many more as ahead says.
func (h *history) before(ahead int) int64 { return h.full[(h.next+1+ahead)%len(h.full)] }

// spread is what key frames took and frames after them pay for, in equal parts.
type spread struct {
	left, part int64 // bits: all, and of a frame
}

// add adds bits that a number of frames pay for.
func (s *spread) add(bits, frames int64) {
	s.left += bits
	s.part = s.left/frames + 1
}

// pass lets a frame pay its part.
func (s *spread) pass() { s.left = max(s.left-s.part, 0) }
