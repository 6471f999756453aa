package encoder

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// The ring against a plain queue: order, fullness, and that the receiver's packet is
// not written to.
func TestPacketQueue(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, size := range []int{3, 5, 18} {
		q := packetQueue{ring: make([]packetBuffer, size), store: make([]byte, 1000)}
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

// Packets of random sizes keep their data until the receiver is done with them, a store
// that holds the largest never locks, and as long as packets are small it stays so.
func TestPacketStore(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, c := range []struct{ store, largest, most int }{{1000, 1000, 1000}, {1000, 300, 1000}, {1000, 1100, 1000}, {1000, 50, 150}} {
		q := packetQueue{ring: make([]packetBuffer, 4), store: make([]byte, c.store)}
		var ready [][]byte
		used := 0
		for range 3000 {
			if r.IntN(3) > 0 && !q.full() && (c.most == c.store || len(ready) == 0) {
				data := make([]byte, 1+r.IntN(c.largest))
				for i := range data {
					data[i] = byte(r.Uint32())
				}
				if q.fill(data) {
					used = max(used, q.filling().end)
					ready = append(ready, data)
					q.ready++
				} else if len(ready) == 0 && !q.out {
					t.Fatalf("%+v: no room for %d bytes in an empty store", c, len(data))
				}
				continue
			}
			q.release()
			if len(ready) > 0 {
				p := q.take()
				for _, check := range []bool{true, false} {
					if !bytes.Equal(p.Data, ready[0]) {
						t.Fatalf("%+v: data differs, or is overwritten", c)
					}
					if next := []byte{1, 2, 3}; check && !q.full() && q.fill(next) {
						ready = append(ready, next)
						q.ready++
					}
				}
				ready = ready[1:]
			}
		}
		if used > c.most {
			t.Errorf("%+v: %d bytes of the store used", c, used)
		}
	}
}
