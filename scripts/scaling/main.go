// Scaling prints how the cost of a frame grows with its size, or what a second thread brings, as a
// Markdown table.
//
//	go run ./scripts/scaling -program build/grav1e -clip clip.y4m [-threads] [-preset 8] [-low-latency]
//
// It needs ffmpeg to scale the clip, and for -threads two idle cores.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

var (
	program = flag.String("program", "build/grav1e", "the encoder")
	clip    = flag.String("clip", "", "video file")
	frames  = flag.Int("frames", 33, "frames to encode")
	runs    = flag.Int("runs", 5, "encodings per row; the fastest counts")
	preset  = flag.Int("preset", 8, "speed preset")
	threads = flag.Bool("threads", false, "compare one thread and two")
	low     = flag.Bool("low-latency", false, "no reordering")
	clock   = flag.Float64("clock", 2.6, "clock in GHz")
)

var sizes = [][2]int{{640, 360}, {1280, 720}, {1920, 1080}}

// encoding is what an encoder run took.
type encoding struct {
	wall, cpu time.Duration
	out       []byte
}

func main() {
	log.SetFlags(0)
	flag.Parse()
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "scaling")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, size := range sizes {
		if err := scale(dir, size); err != nil {
			return err
		}
	}
	if *threads {
		return compareThreads(dir)
	}
	return costBySize(dir)
}

func costBySize(dir string) error {
	fmt.Printf("| size | ms per frame | cycles per luma sample |\n|---|---:|---:|\n")
	for _, size := range sizes {
		e, err := fastest(scaled(dir, size), 1, func(e encoding) time.Duration { return e.cpu })
		if err != nil {
			return err
		}
		perFrame := e.cpu.Seconds() / float64(*frames)
		fmt.Printf("| %dx%d | %.1f | %.0f |\n", size[0], size[1], 1e3*perFrame, perFrame**clock*1e9/float64(size[0]*size[1]))
	}
	return nil
}

func compareThreads(dir string) error {
	fmt.Printf("| size | wall time, 1 thread: s | 2 threads: s | ratio | same bytes |\n|---|---:|---:|---:|---|\n")
	for _, size := range sizes {
		var e [2]encoding
		for i := range e {
			var err error
			if e[i], err = fastest(scaled(dir, size), i+1, func(e encoding) time.Duration { return e.wall }); err != nil {
				return err
			}
		}
		same := map[bool]string{true: "yes", false: "**no**"}[bytes.Equal(e[0].out, e[1].out)]
		one, two := e[0].wall.Seconds(), e[1].wall.Seconds()
		fmt.Printf("| %dx%d | %.2f | %.2f | %.2f | %s |\n", size[0], size[1], one, two, one/two, same)
	}
	return nil
}

func scaled(dir string, size [2]int) string {
	return filepath.Join(dir, fmt.Sprintf("%d.y4m", size[1]))
}

func scale(dir string, size [2]int) error {
	cmd := exec.Command("ffmpeg", "-loglevel", "error", "-i", *clip, "-frames:v", strconv.Itoa(*frames),
		"-vf", fmt.Sprintf("scale=%d:%d:flags=lanczos", size[0], size[1]), "-pix_fmt", "yuv420p", scaled(dir, size))
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

// fastest encodes several times and returns the run for which measure is smallest.
func fastest(path string, threads int, measure func(encoding) time.Duration) (best encoding, err error) {
	out := path + ".ivf"
	for i := range *runs {
		args := []string{path, "-o", out, "--quiet", "--tune", "psnr", "--speed", strconv.Itoa(*preset), "--threads", strconv.Itoa(threads)}
		if *low {
			args = append(args, "--low-latency")
		}
		cmd := exec.Command(*program, args...)
		cmd.Stderr = os.Stderr
		start := time.Now()
		if err := cmd.Run(); err != nil {
			return best, err
		}
		e := encoding{wall: time.Since(start), cpu: cmd.ProcessState.UserTime()}
		if e.out, err = os.ReadFile(out); err != nil {
			return best, err
		}
		if i == 0 || measure(e) < measure(best) {
			best = e
		}
	}
	return best, nil
}
