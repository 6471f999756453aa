package encoder

import (
	"math/rand/v2"
	"testing"
)

// The ring against a plain queue: order, fullness, and that the receiver's packet is
// not written to.
func TestPacketQueue(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, size := range []int{3, 5, 18} {
		q := packetQueue{ring: make([]packetBuffer, size)}
		var ready []int64
		var held *Packet
		heldIndex, next := int64(-1), int64(0)
		for range 2000 {
			used := len(ready)
			if held != nil {
				used++
			}
			if got, want := q.full(), used == size; got != want {
				t.Fatalf("full() = %v with %d of %d in use", got, used, size)
			}
			switch {
			case r.IntN(2) == 0 && !q.full():
				p := q.filling()
				if &p.Packet == held {
					t.Fatal("the receiver's packet is filled")
				}
				p.FrameIndex = next
				q.ready++
				ready = append(ready, next)
				next++
			case len(ready) > 0:
				if got, want := q.release(), held != nil; got != want {
					t.Fatalf("release() = %v", got)
				}
				held, heldIndex = q.take(), ready[0]
				ready = ready[1:]
			default:
				q.release()
				held = nil
			}
			if held != nil && held.FrameIndex != heldIndex {
				t.Fatalf("the receiver holds packet %d, want %d", held.FrameIndex, heldIndex)
			}
		}
	}
}
