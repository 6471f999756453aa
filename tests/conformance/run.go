package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/grav1e/grav1e/encoder"
	"github.com/grav1e/grav1e/internal/obu"
	"github.com/grav1e/grav1e/internal/y4m"
)

// CaseTimeout ends a case that hangs.
const CaseTimeout = 3 * time.Minute

// MismatchError is a decoder that disagrees with the reconstruction.
type MismatchError struct{ Decoder, Where string }

func (e *MismatchError) Error() string { return e.Decoder + ": " + e.Where }

// Run encodes the case and compares every decoder's output with the reconstruction.
// The stream and the reconstruction are left in dir.
func (c *Case) Run(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, CaseTimeout)
	defer cancel()
	e, err := c.Encode(ctx)
	if e == nil || len(e.Packets) == 0 {
		return err
	}
	stream := filepath.Join(dir, "stream.obu")
	if err := errors.Join(os.WriteFile(stream, e.Stream(), 0o644), e.writeRecon(filepath.Join(dir, "recon.y4m"))); err != nil {
		return err
	}
	var contractError *ContractError
	if err != nil && !errors.As(err, &contractError) {
		return err
	}
	// A mismatch says more than a broken promise: it comes first.
	for i := range Decoders {
		if err := c.compare(ctx, e, &Decoders[i], stream); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if err := c.checkDroppable(ctx, e, dir); err != nil {
		return err
	}
	return c.checkLayers(ctx, e, dir)
}

func (c *Case) compare(ctx context.Context, e *Encoding, d *Decoder, stream string) error {
	decoded, err := d.Decode(ctx, &e.Header, stream, c.Config.AnnexB)
	if err != nil {
		return &MismatchError{d.Name, err.Error()}
	}
	var units []obu.Unit
	for i := range e.Packets {
		u, err := c.units(e.Packets[i].Data)
		if err != nil {
			return contract("packet %d: %v", i, err)
		}
		units = append(units, u...)
	}
	where, err := FirstDifference(&e.Header, units, decoded, e.Recon)
	if err != nil || where == "" {
		return err
	}
	if d.scalar != nil {
		s := *d
		s.args = d.scalar
		if decoded, err := s.Decode(ctx, &e.Header, stream, c.Config.AnnexB); err == nil && slices.EqualFunc(decoded, e.Recon, bytes.Equal) {
			where += "; its scalar code agrees with the reconstruction, so the stream may leave the range of intermediate values (section 7.13.2)"
		}
	}
	return &MismatchError{d.Name, where}
}

// checkDroppable decodes the stream without its droppable packets: the others must not change.
func (c *Case) checkDroppable(ctx context.Context, e *Encoding, dir string) error {
	var kept []byte
	var want [][]byte
	for i := range e.Packets {
		if p := &e.Packets[i]; !p.Droppable {
			kept = append(kept, p.Data...)
			want = append(want, e.Recon[i])
		}
	}
	if len(want) == len(e.Recon) {
		return nil
	}
	stream := filepath.Join(dir, "kept.obu")
	if err := os.WriteFile(stream, kept, 0o644); err != nil {
		return err
	}
	got, err := Decoders[0].Decode(ctx, &e.Header, stream, c.Config.AnnexB)
	if err := samePictures(got, want, err); err != nil {
		return contract("without droppable packets: %v", err)
	}
	return nil
}

func (e *Encoding) writeRecon(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := y4m.NewWriter(f, e.Header)
	if err != nil {
		return err
	}
	for _, p := range e.Recon {
		if err := w.WriteBytes(p); err != nil {
			return err
		}
	}
	return w.Flush()
}

// Runner runs many cases, two at a time.
type Runner struct {
	Keep   string                               // folder for what failing cases leave: stream, reconstruction, case
	Change func(*Case)                          // changes every case before it runs; may be nil
	Done   func(c *Case, err error) (more bool) // called after every case, one at a time
}

// Seeds runs the n cases from seed on.
func (r *Runner) Seeds(ctx context.Context, seed uint64, n int) {
	var next atomic.Int64
	var mu sync.Mutex
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && !stop.Load() && ctx.Err() == nil; i = next.Add(1) - 1 {
				c := NewCase(seed + uint64(i))
				if r.Change != nil {
					r.Change(c)
				}
				err := r.One(ctx, c)
				mu.Lock()
				if !r.Done(c, err) {
					stop.Store(true)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// One runs a case; when it fails, the error names the folder with what it left.
func (r *Runner) One(ctx context.Context, c *Case) (err error) {
	dir, err := os.MkdirTemp("", "grav1e-conformance")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err = c.Run(ctx, dir); err == nil || r.Keep == "" {
		return err
	}
	kept := filepath.Join(r.Keep, fmt.Sprint(c.Seed))
	for _, name := range []string{"stream.obu", "recon.y4m"} {
		if data, readErr := os.ReadFile(filepath.Join(dir, name)); readErr == nil {
			err = errors.Join(err, os.MkdirAll(kept, 0o755), os.WriteFile(filepath.Join(kept, name), data, 0o644))
		}
	}
	err = errors.Join(err, os.MkdirAll(kept, 0o755), os.WriteFile(filepath.Join(kept, "case.json"), c.JSON(), 0o644))
	return fmt.Errorf("%w\n  kept in %s", err, kept)
}

// kind sorts failures, so that a simpler case is one that fails in the same way.
func kind(err error) string {
	var mismatch *MismatchError
	var broken *ContractError
	var internal *encoder.InternalError
	switch {
	case errors.As(err, &mismatch):
		return mismatch.Decoder
	case errors.As(err, &broken):
		return "contract"
	case errors.As(err, &internal):
		return "internal"
	}
	return "other"
}

// Minimise looks for a simpler case that fails like c does, with err: fewer frames,
// smaller pictures, fewer features. It returns the simplest found.
func Minimise(ctx context.Context, c *Case, err error, report func(*Case, error)) *Case {
	want := kind(err)
	r := Runner{}
	for again := true; again && ctx.Err() == nil; {
		again = false
		for _, simplify := range simplifications {
			candidate := *c
			simplify(&candidate)
			if bytes.Equal(candidate.JSON(), c.JSON()) {
				continue
			}
			if err := r.One(ctx, &candidate); err != nil && kind(err) == want && ctx.Err() == nil {
				report(&candidate, err)
				c, again = &candidate, true
			}
		}
	}
	return c
}

const noFilters = "no-deblock,no-cdef,no-restoration"

// simplifications each do nothing to a case they have been applied to.
var simplifications = []func(*Case){
	func(c *Case) { c.Frames = 1 },
	func(c *Case) { c.Frames = (c.Frames + 1) / 2 },
	func(c *Case) { c.Frames = max(c.Frames-1, 1) },
	func(c *Case) { c.Config.Width = (c.Config.Width + 1) / 2 },
	func(c *Case) { c.Config.Height = (c.Config.Height + 1) / 2 },
	func(c *Case) { c.Config.Width = max(c.Config.Width-8, 1) },
	func(c *Case) { c.Config.Height = max(c.Config.Height-8, 1) },
	func(c *Case) { c.Config.Threads = 1 },
	func(c *Case) { c.Config.Tiles, c.Config.TileCols, c.Config.TileRows = 0, 0, 0 },
	func(c *Case) { c.Config.RandomModes = 0 },
	func(c *Case) {
		if c.Config.ForceTools != noFilters {
			c.Config.ForceTools = ""
		}
	},
	func(c *Case) { c.Config.ForceTools = noFilters },
	func(c *Case) { c.SetChroma(int(encoder.Chroma400)) },
	func(c *Case) { c.Config.BitDepth = 8 },
	func(c *Case) { c.Config.AnnexB, c.Config.ErrorResilient, c.Metadata = false, false, false },
	func(c *Case) { c.Config.SwitchFrameInterval = 0 },
	func(c *Case) { c.Config.TemporalLayers = 0 },
	func(c *Case) { c.Config.LowLatency, c.Config.SwitchFrameInterval = true, 0 },
	func(c *Case) { c.Config.SpeedPreset = 10 },
	func(c *Case) { c.Config.NoSceneDetection, c.ForceKeys = true, nil },
	func(c *Case) { c.Config.MaxKeyFrameInterval, c.Config.MinKeyFrameInterval = 0, 0 },
	func(c *Case) {
		d := encoder.DefaultConfig(1, 1)
		c.Config.Color, c.Config.MasteringDisplay, c.Config.ContentLight, c.Config.ChromaPosition = d.Color, nil, nil, 0
	},
	func(c *Case) { c.Interleaved, c.RowPadding, c.Eager = false, 0, 0 },
	func(c *Case) { c.Content = "flat" },
	func(c *Case) {
		if c.Content != "flat" {
			c.Content = "gradient"
		}
	},
}
