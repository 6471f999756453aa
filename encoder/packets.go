package encoder

import "bytes"

// packetQueue is a ring of packets: being filled, ready, or in the hands of the
// receiver. Their data lies in a store they share: few packets wait when the receiver
// is quick, and only one of many is large.
type packetQueue struct {
	ring  []packetBuffer
	store []byte
	head  int  // next to be received
	ready int  // complete, not yet received
	out   bool // the one before head is the receiver's
}

// packetBuffer is a packet with the memory behind it.
type packetBuffer struct {
	Packet
	start, end int // of its data in the store
	recon      Recon
}

// release takes back the packet the receiver had; it tells whether there was one.
func (q *packetQueue) release() bool {
	was := q.out
	q.out = false
	return was
}

// take hands the oldest ready packet to the receiver.
func (q *packetQueue) take() *Packet {
	p := &q.ring[q.head].Packet
	q.head = (q.head + 1) % len(q.ring)
	q.ready--
	q.out = true
	return p
}

// used is the number of packets that wait or are in the hands of the receiver.
func (q *packetQueue) used() int {
	if q.out {
		return q.ready + 1
	}
	return q.ready
}

// full tells that no buffer is left to fill.
func (q *packetQueue) full() bool { return q.used() >= len(q.ring) }

// filling is the buffer a new packet goes into; only while not full.
func (q *packetQueue) filling() *packetBuffer {
	return &q.ring[(q.head+q.ready)%len(q.ring)]
}

// place finds room in the store for n > 0 bytes of the packet to be filled. Data lies in
// the order of packets, at the beginning again as soon as it fits there, so that little of
// the store is ever touched.
func (q *packetQueue) place(n int) (start int, ok bool) {
	used := q.used()
	if used == 0 {
		return 0, n <= len(q.store)
	}
	at := q.head + q.ready + len(q.ring)
	oldest, newest := &q.ring[(at-used)%len(q.ring)], &q.ring[(at-1)%len(q.ring)]
	end := oldest.start
	if newest.start >= oldest.start {
		if n <= oldest.start {
			return 0, true
		}
		end = len(q.store)
	}
	return newest.end, n <= end-newest.end
}

// fill copies data into the packet to be filled; it tells whether there was room. What is
// larger than the store (through metadata only) waits until it is alone, and gets memory
// of its own.
func (q *packetQueue) fill(data []byte) bool {
	p := q.filling()
	if len(data) > len(q.store) {
		if q.used() > 0 {
			return false
		}
		p.start, p.end, p.Data = 0, 0, bytes.Clone(data)
		return true
	}
	start, ok := q.place(len(data))
	if ok {
		p.start, p.end = start, start+len(data)
		p.Data = append(q.store[start:start:p.end], data...)
	}
	return ok
}
