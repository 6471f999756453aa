package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/grav1e/grav1e/internal/y4m"
)

// Decoder is a program that decodes a stream into pictures.
type Decoder struct {
	Name string
	// args returns the arguments to decode a stream into out.
	args func(stream, out string, annexB bool) []string
	// scalar is args without the processor's special instructions, nil if there is no telling it so.
	scalar func(stream, out string, annexB bool) []string
	// read takes the pictures out of the output file; h is what they should look like.
	read func(h *y4m.Header, out []byte) ([][]byte, error)
}

// Decoders are those every stream has to please.
var Decoders = []Decoder{
	{Name: "dav1d", args: dav1dArgs, read: readY4M,
		scalar: func(stream, out string, annexB bool) []string {
			return append(dav1dArgs(stream, out, annexB), "--cpumask", "0")
		}},
	{Name: "aomdec", args: aomdecArgs, read: readRaw},
}

func dav1dArgs(stream, out string, annexB bool) []string {
	demuxer := "section5"
	if annexB {
		demuxer = "annexb"
	}
	return []string{"--quiet", "--threads", "1", "--demuxer", demuxer, "--muxer", "yuv4mpeg2", "-i", stream, "-o", out}
}

// aomdecArgs asks for planes without headers: of 4:0:0 only luma, above 8 bit in two bytes.
func aomdecArgs(stream, out string, annexB bool) []string {
	a := []string{"--rawvideo", "--threads=1", "-o", out}
	if annexB {
		a = append(a, "--annexb")
	}
	return append(a, stream)
}

// Missing names the decoders that aren't installed.
func Missing() (names []string) {
	for _, d := range Decoders {
		if _, err := exec.LookPath(d.Name); err != nil {
			names = append(names, d.Name)
		}
	}
	return names
}

// Decode runs the decoder, with further options, on a stream in a file and returns the pictures.
func (d *Decoder) Decode(ctx context.Context, h *y4m.Header, stream string, annexB bool, options ...string) ([][]byte, error) {
	out := filepath.Join(filepath.Dir(stream), d.Name+".out")
	cmd := exec.CommandContext(ctx, d.Name, append(d.args(stream, out, annexB), options...)...)
	text, err := cmd.CombinedOutput()
	if err == nil && len(bytes.TrimSpace(text)) > 0 {
		err = errors.New("complained")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", d.Name, err, strings.TrimSpace(string(text)))
	}
	data, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	pictures, err := d.read(h, data)
	if err != nil {
		return pictures, fmt.Errorf("%s: %w", d.Name, err)
	}
	return pictures, os.Remove(out)
}

// readY4M reads a y4m file and verifies that its header says what h does.
func readY4M(h *y4m.Header, out []byte) ([][]byte, error) {
	r, err := y4m.NewReader(bytes.NewReader(out))
	if err != nil {
		return nil, err
	}
	if g := r.Header; g.Width != h.Width || g.Height != h.Height || g.Chroma != h.Chroma || g.BitDepth != h.BitDepth {
		return nil, fmt.Errorf("decoded as %+v, want %+v", g, *h)
	}
	var pictures [][]byte
	for {
		f, err := r.ReadFrame()
		if err == io.EOF {
			return pictures, nil
		}
		if err != nil {
			return pictures, err
		}
		pictures = append(pictures, bytes.Clone(f))
	}
}

// readRaw cuts planes without headers into pictures.
func readRaw(h *y4m.Header, out []byte) ([][]byte, error) {
	n := h.FrameBytes()
	if len(out)%n != 0 {
		return nil, fmt.Errorf("%d bytes of output, pictures have %d", len(out), n)
	}
	var pictures [][]byte
	for ; len(out) > 0; out = out[n:] {
		pictures = append(pictures, out[:n:n])
	}
	return pictures, nil
}
