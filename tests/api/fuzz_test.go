package api

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/grav1e/grav1e/encoder"
)

// dice draws values from the fuzzer's bytes.
type dice struct{ data []byte }

func (d *dice) n() uint64 {
	var b [2]byte
	d.data = d.data[copy(b[:], d.data):]
	return uint64(binary.LittleEndian.Uint16(b[:]))
}

// between returns lo..hi mostly, and now and then something wild.
func (d *dice) between(lo, hi int) int {
	v := int(d.n())
	if v%61 == 60 {
		return v - 30000
	}
	return lo + v%(hi-lo+1)
}

func (d *dice) flag() bool { return d.n()%2 == 1 }

// draw makes a Config of small pictures; most are valid, some are not.
func (d *dice) draw() encoder.Config {
	c := encoder.Config{
		Width: d.between(1, 140), Height: d.between(1, 140), BitDepth: []int{8, 10, 12, 8, 9}[d.n()%5], Chroma: encoder.ChromaFormat(d.between(0, 3)),
		FrameRate: encoder.Rational{Num: d.between(0, 120), Den: d.between(0, 3)}, PixelAspect: encoder.Rational{Num: d.between(0, 4), Den: d.between(0, 4)},
		Color:          encoder.ColorDescription{Primaries: uint8(d.n()), Transfer: uint8(d.n()), Matrix: uint8(d.n()), FullRange: d.flag()},
		ChromaPosition: encoder.ChromaPosition(d.between(0, 2)),
		SpeedPreset:    d.between(0, 10), Quantizer: d.between(0, 255), MinQuantizer: d.between(0, 255), Tune: encoder.Tune(d.between(0, 1)),
		LowLatency: d.flag(), Threads: d.between(0, 4), TileCols: 1 << (d.n() % 4), TileRows: 1 << (d.n() % 4), Tiles: d.between(0, 9),
		MinKeyFrameInterval: int64(d.between(0, 5)), MaxKeyFrameInterval: int64(d.between(0, 9)), SwitchFrameInterval: int64(d.between(0, 3)),
		TemporalLayers:  d.between(0, 3),
		LookaheadFrames: d.between(-1, 40), NoSceneDetection: d.flag(), ErrorResilient: d.flag(), StillPicture: d.n()%5 == 0, AnnexB: d.flag(),
		Reconstruct: d.flag(), RandomModes: d.n() % 3,
		MaxMemory: 1 << 28, // a wild size must not take the machine's memory
	}
	if names := encoder.ToolNames(); d.flag() {
		c.ForceTools = names[d.n()%uint64(len(names))]
	}
	return c
}

// FuzzConfig: any configuration is refused with a typed error, or encodes.
func FuzzConfig(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("a configuration drawn from some text that is long enough to reach the last of the fields, or so we hope"))
	f.Add([]byte{63, 0, 47, 0, 1, 0, 2, 0, 30, 0, 1, 0, 0, 0, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, 0, 10, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &dice{data}
		c := d.draw()
		e, err := encoder.New(c)
		if err != nil {
			var ce *encoder.ConfigError
			var me *encoder.MemoryError
			if !errors.As(err, &ce) && !errors.As(err, &me) {
				t.Fatalf("%+v: %v is no typed error", c, err)
			}
			return
		}
		defer e.Close()
		if c.Width*c.Height > 1<<12 {
			return // valid, but too slow for a fuzzer
		}
		const frames = 3
		sent := int64(0)
		for ; sent < frames; sent++ {
			err := e.SendFrame(background, picture(&c, sent))
			if errors.Is(err, encoder.ErrEndOfStream) && c.StillPicture {
				break
			}
			if err != nil {
				t.Fatalf("%+v: frame %d: %v", c, sent, err)
			}
			if d.flag() {
				for {
					if _, err := e.ReceivePacket(background); errors.Is(err, encoder.ErrNeedMoreData) || errors.Is(err, encoder.ErrEndOfStream) {
						break
					} else if err != nil {
						t.Fatalf("%+v: %v", c, err)
					}
				}
			}
		}
		e.Flush()
		for {
			if _, err := e.ReceivePacket(background); errors.Is(err, encoder.ErrEndOfStream) {
				break
			} else if err != nil {
				t.Fatalf("%+v: %v", c, err)
			}
		}
		if s := e.Stats(); s.FramesOut != sent {
			t.Fatalf("%+v: %d packets for %d frames", c, s.FramesOut, sent)
		}
	})
}
