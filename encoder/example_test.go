package encoder_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/grav1e/grav1e/encoder"
)

// grey returns a uniform 8-bit 4:2:0 picture.
func grey(c *encoder.Config, luma byte) *encoder.Frame {
	chroma := bytes.Repeat([]byte{128}, (c.Width/2)*(c.Height/2))
	return &encoder.Frame{
		Planes: [3][]byte{bytes.Repeat([]byte{luma}, c.Width*c.Height), chroma, chroma},
		Stride: [3]int{c.Width, c.Width / 2, c.Width / 2},
	}
}

// A session sends frames until the encoder has enough, and receives packets until it
// wants more. Packets come out in display order, one per frame.
func Example() {
	cfg := encoder.DefaultConfig(64, 64)
	cfg.SpeedPreset = 10
	enc, err := encoder.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer enc.Close()

	ctx := context.Background()
	receive := func(until error) {
		for {
			p, err := enc.ReceivePacket(ctx)
			if errors.Is(err, until) {
				return
			}
			if err != nil {
				log.Fatal(err)
			}
			fmt.Printf("frame %d: key frame %v, some bytes %v\n", p.FrameIndex, p.KeyFrame, len(p.Data) > 0)
		}
	}
	for i := range 4 {
		if err := enc.SendFrame(ctx, grey(&cfg, byte(60+10*i))); err != nil {
			log.Fatal(err)
		}
		receive(encoder.ErrNeedMoreData)
	}
	enc.Flush()
	receive(encoder.ErrEndOfStream)
	// Output:
	// frame 0: key frame true, some bytes true
	// frame 1: key frame false, some bytes true
	// frame 2: key frame false, some bytes true
	// frame 3: key frame false, some bytes true
}

// In low-latency mode every frame comes out before the next one goes in.
func Example_lowLatency() {
	cfg := encoder.DefaultConfig(64, 64)
	cfg.SpeedPreset, cfg.LowLatency = 10, true
	enc, err := encoder.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer enc.Close()

	ctx := context.Background()
	for i := range 3 {
		frame := grey(&cfg, 100)
		frame.PTS = int64(40 * i)
		frame.ForceKey = i == 2
		if err := enc.SendFrame(ctx, frame); err != nil {
			log.Fatal(err)
		}
		p, err := enc.ReceivePacket(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("PTS", p.PTS, "key frame", p.KeyFrame)
	}
	// Output:
	// PTS 0 key frame true
	// PTS 40 key frame false
	// PTS 80 key frame true
}

// Invalid configurations are refused with an error that names the field.
func ExampleConfigError() {
	cfg := encoder.DefaultConfig(640, 480)
	cfg.SpeedPreset = 12
	_, err := encoder.New(cfg)
	var invalid *encoder.ConfigError
	if errors.As(err, &invalid) {
		fmt.Println(invalid.Field)
	}
	fmt.Println(err)
	// Output:
	// SpeedPreset
	// grav1e: SpeedPreset = 12, allowed: 0..10
}

// A plan that doesn't fit MaxMemory says how much it needs.
func ExampleMemoryError() {
	cfg := encoder.DefaultConfig(640, 480)
	cfg.MaxMemory = 1 << 20
	_, err := encoder.New(cfg)
	var memory *encoder.MemoryError
	fmt.Println(errors.As(err, &memory) && memory.Needed > memory.Limit)
	// Output: true
}

// With Reconstruct, packets carry what a decoder will output. At quantiser 0 the
// stream is lossless, so that is the source.
func Example_reconstruct() {
	cfg := encoder.DefaultConfig(64, 64)
	cfg.SpeedPreset, cfg.Quantizer, cfg.Reconstruct, cfg.LowLatency = 10, 0, true, true
	enc, err := encoder.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer enc.Close()

	ctx := context.Background()
	if err := enc.SendFrame(ctx, grey(&cfg, 77)); err != nil {
		log.Fatal(err)
	}
	p, err := enc.ReceivePacket(ctx)
	if err != nil {
		log.Fatal(err)
	}
	r := p.Recon
	fmt.Println(r.Width, r.Height, r.Planes[0][10*r.Stride[0]+20], r.Planes[1][0])
	// Output: [64 32 32] [64 32 32] 77 128
}

// A face at half the quantiser step, the rest of the frame a little coarser. Whoever has
// rectangles from elsewhere, such as GStreamer's GstVideoRegionOfInterestMeta, cuts them to
// the picture and divides a difference of QP by 6.
func ExampleRegion() {
	cfg := encoder.DefaultConfig(640, 480)
	cfg.SpeedPreset, cfg.LowLatency = 10, true
	enc, err := encoder.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer enc.Close()

	f := grey(&cfg, 77)
	f.Regions = []encoder.Region{
		{X: 250, Y: 90, W: 120, H: 160, QOffset: -1},
		{W: cfg.Width, H: cfg.Height, QOffset: 0.25},
	}
	fmt.Println(enc.SendFrame(context.Background(), f))

	f.Regions[0].W = 800
	fmt.Println(enc.SendFrame(context.Background(), f))
	// Output:
	// <nil>
	// grav1e: frame Regions[0] = 800x160 at 250,90, allowed: a rectangle inside the 640x480 picture
}
