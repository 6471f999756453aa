package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/grav1e/grav1e/encoder"
	"github.com/grav1e/grav1e/internal/obu"
	"github.com/grav1e/grav1e/internal/y4m"
)

// clip is a y4m stream of moving stripes.
func clip(t *testing.T, h y4m.Header, frames int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := y4m.NewWriter(&out, h)
	if err != nil {
		t.Fatal(err)
	}
	var planes [3][]uint16
	var stride [3]int
	for f := range frames {
		for p := range h.NumPlanes() {
			width, height := h.PlaneSize(p)
			stride[p] = width
			planes[p] = make([]uint16, width*height)
			for i := range planes[p] {
				planes[p][i] = uint16(((i%width)*5+(i/width)*3+f*7+p*40)&255) << (h.BitDepth - 8)
			}
		}
		if err := w.WriteFrame(planes, stride); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var small = y4m.Header{Width: 50, Height: 34, BitDepth: 8, FrameRate: y4m.Rational{Num: 25, Den: 1}}

// grav1e runs the command in a folder that holds in.y4m.
func grav1e(t *testing.T, in []byte, args ...string) (code int, stdout, stderr string, dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "in.y4m"), in, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	var out, errs bytes.Buffer
	code = run(args, bytes.NewReader(in), &out, &errs)
	return code, out.String(), errs.String(), dir
}

func decode(t *testing.T, stream string, annexB bool) []byte {
	t.Helper()
	if _, err := exec.LookPath("aomdec"); err != nil {
		t.Skip("no aomdec")
	}
	args := []string{"--rawvideo", "-o", "-", stream}
	if annexB {
		args = append(args, "--annexb")
	}
	var errs bytes.Buffer
	cmd := exec.Command("aomdec", args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("aomdec %s: %v: %s", stream, err, errs.String())
	}
	return out
}

// frames returns the pictures of a y4m file, one behind the other.
func frames(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := y4m.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for {
		p, err := r.ReadFrame()
		if err != nil {
			return out
		}
		out = append(out, p...)
	}
}

// What is written decodes to what --recon says, whatever the options.
func TestEncode(t *testing.T) {
	with := func(f func(*y4m.Header)) y4m.Header { h := small; f(&h); return h }
	for _, c := range []struct {
		name   string
		header y4m.Header
		args   string
		output string
		frames int
	}{
		{"ivf", small, "in.y4m -o out.ivf", "out.ivf", 7},
		{"obu", small, "in.y4m -o out.obu", "out.obu", 7},
		{"annex b", small, "in.y4m -o out.obu --annexb", "out.obu", 7},
		{"webm", small, "in.y4m -o out.webm", "out.webm", 7},
		{"mkv", small, "in.y4m -o out.mkv --mastering-display G(0.265,0.69)B(0.15,0.06)R(0.68,0.32)WP(0.3127,0.329)L(1000,0.005) --content-light 1000,400 --color-primaries bt2020 --transfer pq --matrix bt2020-ncl", "out.mkv", 7},
		{"format", small, "in.y4m -o out.bin --format obu", "out.bin", 7},
		{"standard input", small, "- -o out.ivf", "out.ivf", 7},
		{"limit and skip", small, "in.y4m -o out.ivf --limit 3 --skip 2", "out.ivf", 3},
		{"limit beyond the end", small, "in.y4m -o out.ivf -l 30", "out.ivf", 7},
		{"low latency", small, "in.y4m -o out.ivf --low-latency --switch-frame-interval 3", "out.ivf", 7},
		{"still picture", small, "in.y4m -o out.obu --still-picture", "out.obu", 1},
		{"tiles", small, "in.y4m -o out.ivf --tiles 4 --threads 2 --error-resilient --no-scene-detection --keyint 4 --min-keyint 1", "out.ivf", 7},
		{"lossless", small, "in.y4m -o out.ivf --quantizer 0 --tune psnr", "out.ivf", 7},
		{"random modes", small, "in.y4m -o out.ivf --random-modes 5 --force-tools no-cdef", "out.ivf", 7},
		{"4:0:0", with(func(h *y4m.Header) { h.Chroma = y4m.Mono }), "in.y4m -o out.ivf", "out.ivf", 7},
		{"4:2:2, 10 bit", with(func(h *y4m.Header) { h.Chroma, h.BitDepth = y4m.Chroma422, 10 }), "in.y4m -o out.ivf", "out.ivf", 7},
		{"4:4:4, 12 bit", with(func(h *y4m.Header) { h.Chroma, h.BitDepth = y4m.Chroma444, 12 }), "in.y4m -o out.ivf --matrix identity", "out.ivf", 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append(strings.Fields(c.args), "--speed", "10", "--recon", "recon.y4m", "--quiet")
			code, stdout, stderr, _ := grav1e(t, clip(t, c.header, 7), args...)
			if code != exitOK || stdout != "" || stderr != "" {
				t.Fatalf("exit code %d, output %q, %q", code, stdout, stderr)
			}
			recon := frames(t, "recon.y4m")
			if want := c.frames * c.header.FrameBytes(); len(recon) != want {
				t.Fatalf("%d bytes of reconstruction, want %d", len(recon), want)
			}
			if got := decode(t, c.output, strings.Contains(c.args, "--annexb")); !bytes.Equal(got, recon) {
				t.Errorf("aomdec and --recon differ (%d and %d bytes)", len(got), len(recon))
			}
			if strings.Contains(c.args, "--quantizer 0") && !bytes.Equal(recon, frames(t, "in.y4m")) {
				t.Error("lossless isn't")
			}
		})
	}
}

func TestErrors(t *testing.T) {
	good := clip(t, small, 2)
	interlaced := bytes.Replace(good, []byte("Ip"), []byte("It"), 1)
	for _, c := range []struct {
		name string
		in   []byte
		args string
		want string // part of the message
	}{
		{"no arguments", good, "", "--help"},
		{"no output", good, "in.y4m", "--output"},
		{"unknown option", good, "in.y4m -o out.ivf --fast", "--fast"},
		{"not a number", good, "in.y4m -o out.ivf --speed fast", "--speed"},
		{"unknown extension", good, "in.y4m -o out.mp4", ".ivf, .obu, .mkv or .webm"},
		{"no input", good, "missing.y4m -o out.ivf", "missing.y4m"},
		{"output folder missing", good, "in.y4m -o no/out.ivf", "no/out.ivf"},
		{"not y4m", []byte("RIFF"), "in.y4m -o out.ivf", "in.y4m: y4m: not a YUV4MPEG2 stream"},
		{"interlaced", interlaced, "in.y4m -o out.ivf", "interlaced"},
		{"truncated", good[:len(good)-3], "in.y4m -o out.ivf", "frame 1"},
		{"speed", good, "in.y4m -o out.ivf --speed 11", "--speed 11: allowed: 0..10"},
		{"quantizer", good, "in.y4m -o out.ivf --quantizer 256", "--quantizer 256"},
		{"tile columns", good, "in.y4m -o out.ivf --tile-cols 3", "--tile-cols 3"},
		{"bit rate", good, "in.y4m -o out.ivf --rate-control cq --bitrate 1000000", "--bitrate 1000000"},
		{"no bit rate", good, "in.y4m -o out.ivf --rate-control vbr", "--bitrate 0"},
		{"rate control", good, "in.y4m -o out.ivf --rate-control abr", "auto"},
		{"pass", good, "in.y4m -o out.ivf --bitrate 100000 --pass 4", "--pass 4"},
		{"no pass file", good, "in.y4m -o out.ivf --bitrate 100000 --pass 2 --pass-file missing", "missing"},
		{"pass file of something else", good, "in.y4m -o out.ivf --bitrate 100000 --pass 2 --pass-file in.y4m", "pass data"},
		{"switch frames", good, "in.y4m -o out.ivf --switch-frame-interval 5", "--switch-frame-interval"},
		{"memory", good, "in.y4m -o out.ivf --max-memory 1k", "MaxMemory"},
		{"unknown tool", good, "in.y4m -o out.ivf --force-tools magic", "--force-tools magic"},
		{"tune", good, "in.y4m -o out.ivf --tune ssim", "psnr, psychovisual"},
		{"identity without 4:4:4", good, "in.y4m -o out.ivf --matrix identity", "--matrix"},
		{"primaries", good, "in.y4m -o out.ivf --color-primaries bt999", "bt2020"},
		{"mastering display", good, "in.y4m -o out.ivf --mastering-display G(1,2)", "G(x,y)B(x,y)"},
		{"content light", good, "in.y4m -o out.ivf --content-light 1000", "1000,400"},
		{"frame rate", good, "in.y4m -o out.ivf --frame-rate 25/0", "30000/1001"},
		{"annex b in ivf", good, "in.y4m -o out.ivf --annexb", "obu output only"},
		{"standard output twice", good, "in.y4m -o - --json", "standard output"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, _, stderr, _ := grav1e(t, c.in, append(strings.Fields(c.args), "--quiet")...)
			if code != exitError || !strings.Contains(stderr, c.want) {
				t.Errorf("exit code %d, message %q; want 1 and %q", code, stderr, c.want)
			}
			if strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "grav1e: ") {
				t.Errorf("not one line: %q", stderr)
			}
		})
	}
}

// A refused configuration doesn't overwrite a file.
func TestRefusedKeepsFile(t *testing.T) {
	in := clip(t, small, 1)
	_, _, _, dir := grav1e(t, in, "in.y4m", "-o", "in.y4m", "--format", "ivf", "--speed", "11")
	if got, _ := os.ReadFile(filepath.Join(dir, "in.y4m")); !bytes.Equal(got, in) {
		t.Error("the output file was touched")
	}
}

// A broken input leaves a complete file with what came before.
func TestTruncatedInput(t *testing.T) {
	in := clip(t, small, 5)
	code, _, _, _ := grav1e(t, in[:len(in)-1], "in.y4m", "-o", "out.obu", "--quiet", "--speed", "10")
	if code != exitError {
		t.Errorf("exit code %d", code)
	}
	if got, want := len(decode(t, "out.obu", false)), 4*small.FrameBytes(); got != want {
		t.Errorf("%d bytes decoded, want %d", got, want)
	}
}

func TestStatistics(t *testing.T) {
	code, stdout, stderr, _ := grav1e(t, clip(t, small, 6), "in.y4m", "-o", "out.obu", "--json", "--frame-stats", "--psnr", "--speed", "10", "--key-frames", "2,4")
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var s statistics
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatalf("%v in %s", err, stdout)
	}
	size, err := os.Stat("out.obu")
	if err != nil {
		t.Fatal(err)
	}
	if s.Frames != 6 || s.KeyFrames != 3 || s.Bytes != size.Size() || s.Seconds <= 0 || s.FramesPerSec <= 0 || s.Mapped <= 0 {
		t.Errorf("%+v", s)
	}
	if want := float64(size.Size()) * 8 / 1000 * 25 / 6; s.KbitPerSec != want {
		t.Errorf("%v kbit/s, want %v", s.KbitPerSec, want)
	}
	if len(s.PSNR) != 3 || s.PSNR[0] < 20 || s.PSNR[0] > encoder.MaxPSNR {
		t.Errorf("PSNR %v", s.PSNR)
	}
	if len(s.PerFrame) != 6 || s.PerFrame[4].Frame != 4 || !s.PerFrame[4].Key || s.PerFrame[3].Key || len(s.PerFrame[0].PSNR) != 3 {
		t.Errorf("frames: %+v", s.PerFrame)
	}
	for _, want := range []string{"6 frames, 3 key", "kbit/s", "PSNR Y"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("summary %q doesn't say %q", stderr, want)
		}
	}
}

func TestProgress(t *testing.T) {
	_, _, stderr, _ := grav1e(t, clip(t, small, 3), "in.y4m", "-o", "out.ivf", "--progress", "--speed", "10")
	if !strings.Contains(stderr, "kbit/s") || !strings.Contains(stderr, "3 frames") {
		t.Errorf("no progress in %q", stderr)
	}
}

func TestHelp(t *testing.T) {
	for _, c := range []struct{ flag, want string }{{"--help", "--switch-frame-interval"}, {"--help", "no-cdef"}, {"--version", "go1."}} {
		code, stdout, stderr, _ := grav1e(t, nil, c.flag)
		if code != exitOK || !strings.Contains(stdout, c.want) || stderr != "" {
			t.Errorf("%s: exit code %d, %q, %q", c.flag, code, stdout, stderr)
		}
	}
}

// parse reads a command line into a configuration for a small clip.
func parse(t *testing.T, args ...string) (encoder.Config, error) {
	t.Helper()
	var o options
	p, err := kong.New(&o, kong.Vars{"version": "", "tools": ""})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Parse(append([]string{"in.y4m", "-o", "out.ivf"}, args...)); err != nil {
		return encoder.Config{}, err
	}
	return o.config(&small)
}

// Without options the configuration is the encoder's default.
func TestDefaults(t *testing.T) {
	want := encoder.DefaultConfig(small.Width, small.Height)
	want.FrameRate = encoder.Rational{Num: 25, Den: 1}
	if got, err := parse(t); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

// Every field of encoder.Config has an option, or comes with the input.
func TestEveryFieldReachable(t *testing.T) {
	base, _ := parse(t)
	pass := filepath.Join(t.TempDir(), "pass")
	if err := os.WriteFile(pass, []byte("statistics"), 0o666); err != nil {
		t.Fatal(err)
	}
	all, err := parse(t, strings.Fields("--frame-rate 30000/1001 --pixel-aspect 4:3 --color-primaries 9 --transfer PQ --matrix bt2020-ncl --range full "+
		"--chroma-position colocated --mastering-display WP(0.3127,0.329)L(1000,0.005)G(0.265,0.69)B(0.15,0.06)R(0.68,0.32) --content-light 1000,400 "+
		"--speed 3 --quantizer 7 --min-quantizer 5 --max-quantizer 200 --rate-control vbr --bitrate 5 --max-bitrate 6 "+
		"--buffer-size 500 --max-intra-bitrate 300 --drop-frames --pass 3 --pass-file "+pass+" --tune psnr --low-latency --threads 3 --tile-cols 2 --tile-rows 4 --tiles 8 "+
		"--min-keyint 3 --keyint 99 --switch-frame-interval 9 --temporal-layers 3 --lookahead 11 --reservoir-frame-delay 14 --no-scene-detection --error-resilient "+
		"--still-picture --annexb --max-memory 3M --recon r.y4m --psnr --force-tools no-cdef --random-modes 8")...)
	if err != nil {
		t.Fatal(err)
	}
	b, a := reflect.ValueOf(base), reflect.ValueOf(all)
	fromInput := map[string]bool{"Width": true, "Height": true, "BitDepth": true, "Chroma": true}
	for i := range a.NumField() {
		name := a.Type().Field(i).Name
		if flagOf[name] == "" {
			t.Errorf("%s has no option", name)
		}
		if same := reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()); same != fromInput[name] {
			t.Errorf("%s: %v and %v", name, b.Field(i), a.Field(i))
		}
	}
	if all.MaxMemory != 3<<20 || all.ChromaPosition != encoder.ChromaColocated || all.Color != (encoder.ColorDescription{Primaries: 9, Transfer: 16, Matrix: 9, FullRange: true}) {
		t.Errorf("%+v", all)
	}
	want := encoder.MasteringDisplay{PrimaryX: [3]uint16{44564, 17367, 9830}, PrimaryY: [3]uint16{20972, 45220, 3932}, WhitePointX: 20493, WhitePointY: 21561, LuminanceMax: 256000, LuminanceMin: 82}
	if *all.MasteringDisplay != want {
		t.Errorf("mastering display %+v, want %+v", *all.MasteringDisplay, want)
	}
}

// An interrupt completes the file. The program runs as a child of the test.
func TestInterrupt(t *testing.T) {
	if os.Getenv("GRAV1E_TEST_CHILD") != "" {
		os.Exit(run(strings.Fields(os.Getenv("GRAV1E_TEST_CHILD")), os.Stdin, os.Stdout, os.Stderr))
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out.obu")
	cmd := exec.Command(exe, "-test.run=^TestInterrupt$")
	cmd.Env = append(os.Environ(), "GRAV1E_TEST_CHILD=- -o "+out+" --low-latency --speed 10")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stdin.Write(clip(t, small, 4)); err != nil { // and no end of file
		t.Fatal(err)
	}
	waitForFrames(t, out, 4)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Skip(err)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Errorf("%v, want exit code %d", err, exitInterrupted)
	}
	if !strings.Contains(errs.String(), "interrupted, 4 frames kept") {
		t.Errorf("message %q", errs.String())
	}
	if got, want := len(decode(t, out, false)), 4*small.FrameBytes(); got != want {
		t.Errorf("%d bytes decoded, want %d", got, want)
	}
}

// waitForFrames returns once a stream holds n temporal units.
func waitForFrames(t *testing.T, path string, n int) {
	t.Helper()
	for range 1000 {
		data, _ := os.ReadFile(path)
		units, _ := obu.Split(data)
		have := 0
		for _, u := range units {
			if u.Type == obu.TemporalDelimiterType {
				have++
			}
		}
		if have == n {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no %d frames in %s", n, path)
}
