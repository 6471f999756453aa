package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"time"

	"github.com/grav1e/grav1e/encoder"
	"github.com/grav1e/grav1e/internal/container"
	"github.com/grav1e/grav1e/internal/y4m"
)

// session is one run of the command.
type session struct {
	o              *options
	stdin          io.Reader
	stdout, stderr io.Writer

	in       *y4m.Reader
	cfg      encoder.Config
	enc      *encoder.Encoder
	mux      container.Writer
	recon    *y4m.Writer
	progress *progress
	stats    statistics
	closers  []func() error // run in reverse order
}

// run does everything; the output is completed even when it fails halfway.
func (s *session) run(ctx context.Context) (err error) {
	defer func() {
		for _, c := range slices.Backward(s.closers) {
			err = firstError(err, c())
		}
	}()
	if err := s.startProfiles(); err != nil {
		return err
	}
	if err := s.openInput(); err != nil {
		return err
	}
	if s.cfg, err = s.o.config(&s.in.Header); err != nil {
		return err
	}
	format, err := s.o.format()
	if err != nil {
		return err
	}
	if s.enc, err = encoder.New(s.cfg); err != nil {
		return err
	}
	s.closers = append(s.closers, s.enc.Close)
	if err := s.openOutputs(format); err != nil {
		return err
	}
	start := time.Now()
	err = firstError(s.encode(ctx), s.keepPass())
	err = firstError(err, s.mux.Close())
	if s.recon != nil {
		err = firstError(err, s.recon.Flush())
	}
	s.progress.close()
	s.stats.finish(time.Since(start), &s.cfg, s.enc.Stats())
	return firstError(err, s.report())
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (s *session) startProfiles() error {
	if s.o.CPUProfile != "" {
		f, err := os.Create(s.o.CPUProfile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		s.closers = append(s.closers, func() error { pprof.StopCPUProfile(); return f.Close() })
	}
	if s.o.MemProfile != "" {
		f, err := os.Create(s.o.MemProfile)
		if err != nil {
			return err
		}
		s.closers = append(s.closers, func() error {
			runtime.GC()
			return firstError(pprof.WriteHeapProfile(f), f.Close())
		})
	}
	return nil
}

func (s *session) openInput() error {
	r := s.stdin
	if s.o.Input != "-" {
		f, err := os.Open(s.o.Input)
		if err != nil {
			return err
		}
		s.closers = append(s.closers, f.Close)
		r = f
	}
	var err error
	if s.in, err = y4m.NewReader(r); err != nil {
		return fmt.Errorf("%s: %w", s.o.Input, err)
	}
	if err := s.in.Skip(s.o.Skip); err != nil && err != io.EOF {
		return fmt.Errorf("%s: %w", s.o.Input, err)
	}
	s.progress = s.newProgress(r)
	return nil
}

// create opens a file for writing, or takes standard output for "-".
func (s *session) create(name string) (io.Writer, error) {
	if name == "-" {
		return s.stdout, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, f.Close)
	return f, nil
}

func (s *session) openOutputs(format container.Format) error {
	w, err := s.create(s.o.Output)
	if err != nil {
		return err
	}
	s.mux, err = container.New(format, w, container.Stream{
		Width: s.cfg.Width, Height: s.cfg.Height, FrameRate: container.Rational(s.cfg.FrameRate), PixelAspect: container.Rational(s.cfg.PixelAspect),
		SequenceHeader: s.enc.SequenceHeader(), BitDepth: s.cfg.BitDepth, Color: containerColor(&s.cfg),
	})
	if err != nil || s.o.Recon == "" {
		return err
	}
	if w, err = s.create(s.o.Recon); err != nil {
		return err
	}
	h := s.in.Header
	h.FrameRate, h.FullRange = y4m.Rational(s.cfg.FrameRate), s.cfg.Color.FullRange
	s.recon, err = y4m.NewWriter(w, h)
	return err
}

// keepPass writes the statistics of a first pass that came to its end.
func (s *session) keepPass() error {
	data := s.enc.PassData()
	if data == nil {
		return nil
	}
	return os.WriteFile(s.o.PassFile, data, 0o666)
}

// encode sends pictures from a goroutine of its own and writes packets as they come.
// What was read before the input broke is encoded all the same.
func (s *session) encode(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	sent, taken := make(chan struct{}, 1), make(chan struct{}, 1) // something changed since the last look
	broken := make(chan error, 1)
	go func() {
		err := s.sendAll(ctx, sent, taken)
		var bad *inputError
		if err != nil && !errors.As(err, &bad) {
			cancel(err)
		}
		s.enc.Flush()
		broken <- err
		notify(sent)
	}()
	for {
		p, err := s.enc.ReceivePacket(ctx)
		switch {
		case err == nil:
			if err := s.write(p); err != nil {
				return err
			}
			notify(taken)
		case errors.Is(err, encoder.ErrNeedMoreData):
			if err := wait(ctx, sent); err != nil {
				return err
			}
		case errors.Is(err, encoder.ErrEndOfStream):
			return <-broken
		case ctx.Err() != nil:
			return context.Cause(ctx)
		default:
			return err
		}
	}
}

func notify(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func wait(ctx context.Context, c <-chan struct{}) error {
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// inputError is an input that ends in a way it shouldn't.
type inputError struct {
	name  string
	frame int64
	err   error
}

func (e *inputError) Error() string { return fmt.Sprintf("%s, frame %d: %v", e.name, e.frame, e.err) }
func (e *inputError) Unwrap() error { return e.err }

// sendAll reads pictures and gives them to the encoder. Reading may block for ever
// on a pipe; nobody waits for this goroutine then.
func (s *session) sendAll(ctx context.Context, sent chan<- struct{}, taken <-chan struct{}) error {
	limit := s.o.Limit
	if s.cfg.StillPicture {
		limit = 1
	}
	for n := int64(0); limit == 0 || n < limit; n++ {
		picture, err := s.in.ReadFrame()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return &inputError{s.o.Input, n, err}
		}
		f := encoder.Frame{PTS: n, ForceKey: slices.Contains(s.o.KeyFrames, n)}
		f.Planes, f.Stride = s.in.Header.Planes(picture)
		for err = s.enc.SendFrame(ctx, &f); errors.Is(err, encoder.ErrEnoughData); err = s.enc.SendFrame(ctx, &f) {
			if err := wait(ctx, taken); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		notify(sent)
	}
	return nil
}

func (s *session) write(p *encoder.Packet) error {
	if p.Dropped {
		s.stats.Dropped++
		return nil
	}
	if err := s.mux.WritePacket(container.Packet{Data: p.Data, PTS: p.PTS, Key: p.KeyFrame}); err != nil {
		return err
	}
	if s.recon != nil {
		if err := s.recon.WriteFrame(p.Recon.Planes, p.Recon.Stride); err != nil {
			return err
		}
	}
	f := frameStatistics{Frame: p.FrameIndex, Bytes: len(p.Data), Key: p.KeyFrame, QIdx: p.QIdx, Droppable: p.Droppable}
	if s.o.PSNR {
		f.PSNR = slices.Clone(p.PSNR[:s.in.Header.NumPlanes()])
	}
	s.stats.add(f, s.o.FrameStats)
	s.progress.update(&s.stats, &s.cfg)
	return nil
}
