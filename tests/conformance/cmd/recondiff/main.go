// Command recondiff decodes a stream with dav1d and tells where it first differs
// from a reconstruction (grav1e --recon), in coding order.
//
//	go run ./tests/conformance/cmd/recondiff stream.obu recon.y4m
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/grav1e/grav1e/internal/obu"
	"github.com/grav1e/grav1e/internal/y4m"
	"github.com/grav1e/grav1e/tests/conformance"
)

func main() {
	annexB := flag.Bool("annexb", false, "the stream is length-delimited (Annex B)")
	decoder := flag.String("decoder", "dav1d", "dav1d or aomdec")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: recondiff [flags] STREAM.{obu,ivf} RECON.y4m")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	where, err := diff(flag.Arg(0), flag.Arg(1), *decoder, *annexB)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "recondiff:", err)
		os.Exit(2)
	case where != "":
		fmt.Println(where)
		os.Exit(1)
	}
	fmt.Println("equal")
}

func diff(stream, recon, decoder string, annexB bool) (string, error) {
	data, err := os.ReadFile(stream)
	if err != nil {
		return "", err
	}
	units, err := split(data, annexB)
	if err != nil {
		return "", err
	}
	h, pictures, err := readRecon(recon)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "recondiff")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	plain := filepath.Join(dir, "stream.obu")
	if err := os.WriteFile(plain, unwrapIVF(data), 0o644); err != nil {
		return "", err
	}
	for _, d := range conformance.Decoders {
		if d.Name != decoder {
			continue
		}
		decoded, err := d.Decode(context.Background(), h, plain, annexB)
		if err != nil {
			return "", err
		}
		return conformance.FirstDifference(h, units, decoded, pictures)
	}
	return "", fmt.Errorf("unknown decoder %q", decoder)
}

// unwrapIVF returns the temporal units of an IVF file; other data as it is.
func unwrapIVF(data []byte) []byte {
	if !bytes.HasPrefix(data, []byte("DKIF")) || len(data) < 32 {
		return data
	}
	var out []byte
	for data = data[32:]; len(data) >= 12; {
		n := min(int(binary.LittleEndian.Uint32(data)), len(data)-12)
		out, data = append(out, data[12:12+n]...), data[12+n:]
	}
	return out
}

func split(data []byte, annexB bool) (units []obu.Unit, err error) {
	data = unwrapIVF(data)
	if !annexB {
		return obu.Split(data)
	}
	for len(data) > 0 {
		var more []obu.Unit
		if more, data, err = obu.SplitAnnexB(data); err != nil {
			return nil, err
		}
		units = append(units, more...)
	}
	return units, nil
}

func readRecon(path string) (*y4m.Header, [][]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	r, err := y4m.NewReader(f)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	var pictures [][]byte
	for {
		p, err := r.ReadFrame()
		if err == io.EOF {
			return &r.Header, pictures, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		pictures = append(pictures, bytes.Clone(p))
	}
}
