// Ratetable prints how well encoders meet a bit rate, as a Markdown table: the error over
// the run, the worst window of two seconds, PSNR-Y (mean of the frames' dB) and SSIM.
//
//	go run ./scripts/ratetable [-encoders grav1e-vbr,svt-cbr] [-rates 300000,1000000] clip.y4m...
//	go run ./scripts/ratetable -constant clip.y4m...
//
// With -constant it compares variable bit rate with the constant quantiser instead: how
// many bits more it takes for the same PSNR-Y.
//
// Clips are looped to -seconds. Peers are run in a root of their own (-peers; needs to be
// root), all files are kept there. It needs ffmpeg with an AV1 decoder.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

var (
	program  = flag.String("program", "build/grav1e", "the encoder")
	peers    = flag.String("peers", filepath.Join(os.Getenv("HOME"), ".cache/grav1e-peers"), "root the peers are installed in")
	seconds  = flag.Int("seconds", 20, "length clips are looped to")
	rates    = flag.String("rates", "300000,1000000,4000000", "bit/s")
	encoders = flag.String("encoders", "grav1e-vbr,grav1e-2pass,grav1e-cbr,rav1e,svt-vbr,svt-cbr,aom-cbr", "which, in order")
	speed    = flag.Int("speed", 10, "speed preset of grav1e")
	extra    = flag.String("options", "", "further options of grav1e")
	constant = flag.Bool("constant", false, "compare with the constant quantiser")
	threads  = flag.Int("threads", 2, "threads")
)

// work is where files are kept, seen from inside the peers' root.
const work = "/tmp/ratetable"

func main() {
	log.SetFlags(0)
	flag.Parse()
	if err := run(flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(clips []string) error {
	if err := os.MkdirAll(outside(work), 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(outside(work))
	if *constant {
		fmt.Println("| clip | bit/s | PSNR-Y | constant quantiser: bit/s | more bits |\n|---|---:|---:|---:|---:|")
	} else {
		fmt.Println("| clip | bit/s | encoder | rate error | worst 2 s | PSNR-Y | SSIM |\n|---|---:|---|---:|---:|---:|---:|")
	}
	for _, clip := range clips {
		name := strings.TrimSuffix(filepath.Base(clip), filepath.Ext(clip))
		looped := work + "/" + name + ".y4m"
		if err := command("ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", clip, "-t", strconv.Itoa(*seconds), "-f", "yuv4mpegpipe", outside(looped)); err != nil {
			return err
		}
		table := compareEncoders
		if *constant {
			table = compareConstant
		}
		if err := table(name, looped); err != nil {
			return err
		}
		os.Remove(outside(looped))
	}
	return nil
}

func outside(path string) string { return *peers + path }

func command(name string, args ...string) error {
	out, err := exec.Command("nice", append([]string{name}, args...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

func inRoot(args ...string) error { return command("chroot", append([]string{*peers}, args...)...) }

// grav1e encodes with the encoder under test.
func grav1e(clip, out string, options ...string) error {
	args := []string{outside(clip), "-o", outside(out), "--quiet", "--speed", strconv.Itoa(*speed), "--tune", "psnr", "--threads", strconv.Itoa(*threads)}
	args = append(append(args, options...), strings.Fields(*extra)...)
	return command(*program, args...)
}

// encode runs an encoder; rate is in bit/s.
func encode(encoder, clip, out string, rate int64) error {
	bits, kbits, n := strconv.FormatInt(rate, 10), strconv.FormatInt(rate/1000, 10), strconv.Itoa(*threads)
	svt := func(args ...string) error {
		return inRoot(append([]string{"SvtAv1EncApp", "-i", clip, "-b", out, "--progress", "0", "--preset", "10", "--tbr", kbits, "--lp", n, "--keyint", "240", "--tune", "1"}, args...)...)
	}
	switch encoder {
	case "grav1e-vbr":
		return grav1e(clip, out, "--bitrate", bits)
	case "grav1e-cbr":
		return grav1e(clip, out, "--bitrate", bits, "--low-latency")
	case "grav1e-cbr-reordered":
		return grav1e(clip, out, "--bitrate", bits, "--rate-control", "cbr")
	case "grav1e-2pass":
		pass := outside(work + "/pass")
		if err := grav1e(clip, out, "--bitrate", bits, "--pass", "1", "--pass-file", pass); err != nil {
			return err
		}
		return grav1e(clip, out, "--bitrate", bits, "--pass", "2", "--pass-file", pass)
	case "rav1e":
		return inRoot("rav1e", clip, "-o", out, "-y", "--quiet", "--speed", "10", "--bitrate", kbits, "--threads", n, "--tune", "Psnr", "--keyint", "240")
	case "svt-vbr":
		return svt("--rc", "1")
	case "svt-cbr":
		return svt("--rc", "2", "--pred-struct", "1", "--rtc", "1")
	case "aom-cbr":
		return inRoot("aomenc", "--quiet", "--ivf", "-o", out, "--threads="+n, "--rt", "--passes=1", "--lag-in-frames=0", "--cpu-used=8", "--end-usage=cbr",
			"--target-bitrate="+kbits, "--buf-sz=1000", "--buf-initial-sz=500", "--buf-optimal-sz=600", "--kf-max-dist=240", clip)
	}
	return fmt.Errorf("unknown encoder %s", encoder)
}

// result is what a stream is like.
type result struct {
	rate       float64 // bit/s
	worst      float64 // bit/s of the window farthest from the target
	psnr, ssim float64
}

func measure(clip, out string, target float64) (r result, err error) {
	fps, sizes, err := frameSizes(outside(out))
	if err != nil {
		return r, err
	}
	total := 0
	for _, n := range sizes {
		total += n
	}
	r.rate = float64(8*total) * fps / float64(len(sizes))
	window, sum := int(math.Round(2*fps)), 0
	for i, n := range sizes {
		sum += n
		if i >= window {
			sum -= sizes[i-window]
		}
		if rate := float64(8*sum) / 2; i >= window-1 && math.Abs(rate-target) > math.Abs(r.worst-target) || i == window-1 {
			r.worst = rate
		}
	}
	stats := outside(work + "/psnr")
	text, err := exec.Command("nice", "ffmpeg", "-v", "info", "-nostats", "-i", outside(out), "-i", outside(clip), "-lavfi",
		"[0:v]setpts=N,split[a][b];[1:v]setpts=N,split[c][d];[a][c]psnr=stats_file="+stats+",nullsink;[b][d]ssim", "-f", "null", "-").CombinedOutput()
	if err != nil {
		return r, fmt.Errorf("ffmpeg: %w\n%s", err, text)
	}
	m := regexp.MustCompile(`SSIM Y:(\S+)`).FindSubmatch(text)
	if m == nil {
		return r, fmt.Errorf("ffmpeg reports no SSIM:\n%s", text)
	}
	if r.ssim, err = strconv.ParseFloat(string(m[1]), 64); err != nil {
		return r, err
	}
	lines, err := os.ReadFile(stats)
	if err != nil {
		return r, err
	}
	values := regexp.MustCompile(`psnr_y:(\S+)`).FindAllSubmatch(lines, -1)
	for _, v := range values {
		db, _ := strconv.ParseFloat(string(v[1]), 64)
		r.psnr += min(db, 100) / float64(len(values))
	}
	return r, nil
}

// frameSizes reads the frame rate and the sizes of the temporal units of an IVF file.
func frameSizes(path string) (fps float64, sizes []int, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, nil, err
	}
	if len(b) < 32 || string(b[:4]) != "DKIF" {
		return 0, nil, fmt.Errorf("%s is no IVF file", path)
	}
	fps = float64(binary.LittleEndian.Uint32(b[16:])) / float64(binary.LittleEndian.Uint32(b[20:]))
	for b = b[32:]; len(b) >= 12; {
		n := int(binary.LittleEndian.Uint32(b))
		sizes = append(sizes, n)
		b = b[min(12+n, len(b)):]
	}
	return fps, sizes, nil
}

func targets() (list []int64, err error) {
	for s := range strings.SplitSeq(*rates, ",") {
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func compareEncoders(name, clip string) error {
	list, err := targets()
	if err != nil {
		return err
	}
	out := work + "/out.ivf"
	for _, rate := range list {
		for encoder := range strings.SplitSeq(*encoders, ",") {
			if err := encode(encoder, clip, out, rate); err != nil {
				return err
			}
			r, err := measure(clip, out, float64(rate))
			if err != nil {
				return err
			}
			off := func(v float64) float64 { return 100 * (v/float64(rate) - 1) }
			fmt.Printf("| %s | %d | %s | %+.1f %% | %+.1f %% | %.2f | %.4f |\n", name, rate, encoder, off(r.rate), off(r.worst), r.psnr, r.ssim)
		}
	}
	return nil
}

// quantizers are the points of the constant quantiser's curve.
var quantizers = []int{20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 255}

func compareConstant(name, clip string) error {
	list, err := targets()
	if err != nil {
		return err
	}
	out := work + "/out.ivf"
	var curve []result
	for _, q := range quantizers {
		if err := grav1e(clip, out, "--quantizer", strconv.Itoa(q)); err != nil {
			return err
		}
		r, err := measure(clip, out, 0)
		if err != nil {
			return err
		}
		curve = append(curve, r)
	}
	sort.Slice(curve, func(i, j int) bool { return curve[i].psnr < curve[j].psnr })
	for _, rate := range list {
		if err := encode("grav1e-vbr", clip, out, rate); err != nil {
			return err
		}
		r, err := measure(clip, out, float64(rate))
		if err != nil {
			return err
		}
		i := sort.Search(len(curve), func(i int) bool { return curve[i].psnr >= r.psnr })
		if i == 0 || i == len(curve) {
			fmt.Printf("| %s | %.0f | %.2f | beyond its range | |\n", name, r.rate, r.psnr)
			continue
		}
		a, b := curve[i-1], curve[i]
		same := math.Exp(math.Log(a.rate) + (math.Log(b.rate)-math.Log(a.rate))*(r.psnr-a.psnr)/(b.psnr-a.psnr))
		fmt.Printf("| %s | %.0f | %.2f | %.0f | %+.1f %% |\n", name, r.rate, r.psnr, same, 100*(r.rate/same-1))
	}
	return nil
}
