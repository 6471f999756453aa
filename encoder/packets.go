package encoder

// packetQueue is a ring of packet buffers: being filled, ready, or in the hands of
// the receiver. The buffers are kept, so that nothing is allocated in steady state.
type packetQueue struct {
	ring  []packetBuffer
	head  int  // next to be received
	ready int  // complete, not yet received
	out   bool // the one before head is the receiver's
}

// packetBuffer is a packet with the memory behind it.
type packetBuffer struct {
	Packet
	data  []byte
	recon Recon
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

// full tells that no buffer is left to fill.
func (q *packetQueue) full() bool {
	used := q.ready
	if q.out {
		used++
	}
	return used >= len(q.ring)
}

// filling is the buffer a new packet goes into; only while not full.
func (q *packetQueue) filling() *packetBuffer {
	return &q.ring[(q.head+q.ready)%len(q.ring)]
}
