package conformance

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/grav1e/grav1e/encoder"
	"github.com/grav1e/grav1e/internal/obu"
)

// TestTemporalLayers: of L1T2 and L1T3, what is left without the highest layers is a
// stream, and its pictures are the same, across key frames in the middle and scene cuts.
// (Runner.One decodes the whole stream, and what is left of it: see checkLayers.)
func TestTemporalLayers(t *testing.T) {
	needDecoders(t)
	for name, change := range map[string]func(*Case){
		"plain": func(*Case) {},
		"key frames": func(c *Case) {
			c.ForceKeys, c.Config.MinKeyFrameInterval, c.Config.MaxKeyFrameInterval = []int64{5, 6, 15}, 0, 9
		},
		"scene cuts":      func(c *Case) { c.Content, c.Config.MinKeyFrameInterval = "cuts", 0 },
		"error resilient": func(c *Case) { c.Config.ErrorResilient = true },
		"switch frames":   func(c *Case) { c.Config.SwitchFrameInterval = 4 },
		"Annex B":         func(c *Case) { c.Config.AnnexB = true },
		"metadata": func(c *Case) {
			c.Metadata, c.Config.ContentLight = true, &encoder.ContentLight{MaxCLL: 1000, MaxFALL: 400}
		},
		"4:4:4, odd":   func(c *Case) { c.SetChroma(int(encoder.Chroma444)); c.Config.Width, c.Config.Height = 131, 77 },
		"slow":         func(c *Case) { c.Config.SpeedPreset = 2; c.Config.Width, c.Config.Height = 64, 48 },
		"random modes": func(c *Case) { c.Config.RandomModes = 5 },
	} {
		for layers := 2; layers <= 3; layers++ {
			var stream []byte
			for threads := 1; threads <= 3; threads++ {
				c := &Case{Frames: 22, Content: "street", ContentSeed: 11, Config: encoder.DefaultConfig(136, 80)}
				c.Config.SpeedPreset, c.Config.Threads, c.Config.Reconstruct = 9, threads, true
				c.SetTemporalLayers(layers)
				change(c)
				e, err := c.Encode(t.Context())
				if err != nil {
					t.Fatalf("%s, L1T%d, %d threads: %v", name, layers, threads, err)
				}
				if stream == nil {
					stream = e.Stream()
					if err := (&Runner{}).One(t.Context(), c); err != nil {
						t.Errorf("%s, L1T%d: %v", name, layers, err)
					}
				} else if !bytes.Equal(e.Stream(), stream) {
					t.Errorf("%s, L1T%d: %d threads give another stream", name, layers, threads)
				}
			}
		}
	}
}

// TestTemporalLayersByOBU takes single OBUs out, as forwarding units that don't know
// temporal units do, and has the decoders put out all layers: nothing changes.
func TestTemporalLayersByOBU(t *testing.T) {
	needDecoders(t)
	c := &Case{Frames: 17, Content: "zoom", ContentSeed: 4, Config: encoder.DefaultConfig(96, 64), Metadata: true}
	c.Config.SpeedPreset, c.Config.Reconstruct = 10, true
	c.SetTemporalLayers(3)
	e, err := c.Encode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for id := range 3 {
		var left []byte
		var want [][]byte
		for i := range e.Packets {
			units, err := obu.Split(e.Packets[i].Data)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range units {
				if int(u.TemporalID) <= id {
					left = append(append(left, u.Header...), u.Data...)
				}
			}
			if e.Packets[i].TemporalID <= id {
				want = append(want, e.Recon[i])
			}
		}
		stream := filepath.Join(t.TempDir(), "left.obu")
		if err := os.WriteFile(stream, left, 0o644); err != nil {
			t.Fatal(err)
		}
		for i, all := range []string{"--alllayers=1", "--all-layers"} {
			for _, options := range [][]string{nil, {all}} {
				got, err := Decoders[i].Decode(t.Context(), &e.Header, stream, false, options...)
				if err := samePictures(got, want, err); err != nil {
					t.Errorf("%s %v, without OBUs above temporal id %d: %v", Decoders[i].Name, options, id, err)
				}
			}
		}
	}
}

// TestTemporalLayersAtRate: layers stay decodable and keep their pattern when the rate
// control leaves frames out, the rate and the preset change, and key frames are asked for.
func TestTemporalLayersAtRate(t *testing.T) {
	needDecoders(t)
	for layers := 2; layers <= 3; layers++ {
		c := &Case{Frames: 120, Content: "noise", ContentSeed: 2, Config: encoder.DefaultConfig(96, 64)}
		g := &c.Config
		g.SpeedPreset, g.Reconstruct, g.Threads, g.NoSceneDetection = 10, true, 2, true
		g.Bitrate, g.BufferSize, g.DropFrames, g.MaxQuantizer = 400_000, 200, true, 200
		c.SetTemporalLayers(layers)
		e := &Encoding{Header: c.header(), Source: c.pictures()}
		enc, err := encoder.New(*g)
		if err != nil {
			t.Fatal(err)
		}
		defer enc.Close()
		dropped, position := 0, 0
		for n := range int64(c.Frames) {
			switch n {
			case 20:
				err = enc.SetSpeed(6)
			case 50:
				c.ForceKeys = []int64{n}
			case 70:
				r := enc.Rate()
				r.Bitrate = 900_000
				err = enc.SetRate(r)
			case 90:
				err = enc.SetSpeed(9)
			}
			if err != nil {
				t.Fatal(err)
			}
			f := c.frame(&e.Header, e.Source[n], n)
			if err := enc.SendFrame(t.Context(), &f); err != nil {
				t.Fatal(err)
			}
			p, err := enc.ReceivePacket(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if p.Dropped {
				dropped++
				continue
			}
			if p.KeyFrame {
				position = 0
			}
			if want := temporalIDs[layers][position&3]; p.TemporalID != int(want) {
				t.Errorf("L1T%d, frame %d: temporal id %d, want %d", layers, n, p.TemporalID, want)
			}
			position++
			picture, err := e.picture(p.Recon)
			if err != nil {
				t.Fatal(err)
			}
			e.Recon = append(e.Recon, picture)
			e.Packets = append(e.Packets, Packet{Data: bytes.Clone(p.Data), Obus: slices.Clone(p.Obus), TemporalID: p.TemporalID})
		}
		if dropped == 0 || len(e.Packets) < 30 {
			t.Errorf("L1T%d: %d frames left out of %d", layers, dropped, c.Frames)
		}
		dir := t.TempDir()
		err = errors.Join(os.WriteFile(filepath.Join(dir, "stream.obu"), e.Stream(), 0o644), c.checkLayers(t.Context(), e, dir))
		if err != nil {
			t.Errorf("L1T%d, %d frames left out: %v", layers, dropped, err)
		}
	}
}
