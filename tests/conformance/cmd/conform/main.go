// Command conform encodes random cases and compares two decoders with the
// encoder's reconstruction, for as many seeds as wanted.
//
//	go run ./tests/conformance/cmd/conform -seed 1 -n 1000
//	go run ./tests/conformance/cmd/conform -seed 123 -n 1 -frames 1 -tools no-cdef
//	go run ./tests/conformance/cmd/conform -case kept/123/case.json -minimise
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/grav1e/grav1e/tests/conformance"
)

// Flags that change every case; unset ones leave it as drawn.
var (
	seed     = flag.Uint64("seed", 1, "first `seed`")
	n        = flag.Int("n", 100, "`number` of cases, one seed after the other")
	failures = flag.Int("failures", 10, "stop after this `number` of failures; 0: never")
	keep     = flag.String("keep", "conformance-failures", "`folder` for what failing cases leave")
	caseFile = flag.String("case", "", "run the case in this `file` instead of seeds")
	minimise = flag.Bool("minimise", false, "look for the simplest case that still fails")
	verbose  = flag.Bool("v", false, "list passing cases too")

	width, height = flag.Int("width", 0, "picture width"), flag.Int("height", 0, "picture height")
	frames        = flag.Int("frames", 0, "number of frames, at most")
	content       = flag.String("content", "", "kind of pictures")
	speed         = flag.Int("speed", -1, "speed preset")
	quantizer     = flag.Int("quantizer", -1, "quantiser index")
	threads       = flag.Int("threads", 0, "worker threads")
	bitDepth      = flag.Int("bitdepth", 0, "bits per sample")
	chroma        = flag.Int("chroma", -1, "0: 4:2:0, 1: 4:2:2, 2: 4:4:4, 3: 4:0:0")
	tools         = flag.String("tools", "", "tool switches, instead of the drawn ones; - for none")
	random        = flag.Bool("random-modes", false, "decide at random always")
	noRandom      = flag.Bool("no-random-modes", false, "decide by rate-distortion always")
	lowLatency    = flag.Bool("low-latency", false, "low latency always")
	layers        = flag.Int("temporal-layers", 0, "temporal layers, 1..3, with low latency")
)

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if missing := conformance.Missing(); len(missing) > 0 {
		fmt.Fprintln(os.Stderr, "conform: not installed:", missing)
		os.Exit(2)
	}
	start, ran, failed := time.Now(), 0, 0
	r := conformance.Runner{Keep: *keep, Change: change}
	r.Done = func(c *conformance.Case, err error) bool {
		ran++
		if err == nil {
			if *verbose {
				fmt.Println("ok  ", c)
			}
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		failed++
		fmt.Printf("FAIL %v\n  %v\n", c, err)
		if *minimise {
			m := conformance.Minimise(ctx, c, err, func(c *conformance.Case, err error) { fmt.Printf("  simpler: %v\n    %v\n", c, err) })
			fmt.Printf("  simplest: %v\n%s", m, m.JSON())
		}
		return *failures == 0 || failed < *failures
	}
	if *caseFile != "" {
		runFile(ctx, &r)
	} else {
		r.Seeds(ctx, *seed, *n)
	}
	fmt.Printf("%d cases, %d failed, %.0f s\n", ran, failed, time.Since(start).Seconds())
	if failed > 0 {
		os.Exit(1)
	}
}

func runFile(ctx context.Context, r *conformance.Runner) {
	data, err := os.ReadFile(*caseFile)
	if err != nil {
		fmt.Fprintln(os.Stderr, "conform:", err)
		os.Exit(2)
	}
	c, err := conformance.ParseCase(data)
	if err != nil {
		fmt.Fprintf(os.Stderr, "conform: %s: %v\n", *caseFile, err)
		os.Exit(2)
	}
	change(c)
	r.Done(c, r.One(ctx, c))
}

// change applies the flags.
func change(c *conformance.Case) {
	set := func(field *int, v, unset int) {
		if v != unset {
			*field = v
		}
	}
	g := &c.Config
	set(&g.Width, *width, 0)
	set(&g.Height, *height, 0)
	set(&g.SpeedPreset, *speed, -1)
	set(&g.Quantizer, *quantizer, -1)
	set(&g.Threads, *threads, 0)
	set(&g.BitDepth, *bitDepth, 0)
	if *frames > 0 {
		c.Frames = min(c.Frames, *frames)
	}
	if *chroma >= 0 {
		c.SetChroma(*chroma)
	}
	if *content != "" {
		c.Content = *content
	}
	switch *tools {
	case "":
	case "-":
		g.ForceTools = ""
	default:
		g.ForceTools = *tools
	}
	if *random {
		g.RandomModes = c.Seed + 1
	}
	if *noRandom {
		g.RandomModes = 0
	}
	g.LowLatency = g.LowLatency || *lowLatency
	if *layers > 0 {
		c.SetTemporalLayers(*layers)
	}
}
