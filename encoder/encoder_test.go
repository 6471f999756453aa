package encoder

import (
	"context"
	"os"
	"testing"
)

func TestFirst(t *testing.T) {
	cfg := DefaultConfig(64, 64)
	cfg.Threads = 1
	cfg.RandomModes = 0
	e, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	f := Frame{Planes: [3][]byte{make([]byte, 64*64), make([]byte, 32*32), make([]byte, 32*32)}, Stride: [3]int{64, 32, 32}}
	for i := range f.Planes[0] {
		f.Planes[0][i] = byte(i * 7 % 251)
	}
	if err := e.SendFrame(context.Background(), &f); err != nil {
		t.Fatal(err)
	}
	e.Flush()
	p, err := e.ReceivePacket(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile("/tmp/first.obu", p.Data, 0o644)
}
