// Stageprofile prints where an encoding spends its time, as a Markdown table: it encodes a clip
// with --cpuprofile, several times per preset, and adds up the samples by stage.
//
//	go run ./scripts/stageprofile -program build/grav1e -clip clip.y4m
//
// Cycles are processor seconds times the stated clock, per luma sample of the input.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

var (
	program = flag.String("program", "build/grav1e", "the encoder")
	clip    = flag.String("clip", "", "YUV4MPEG2 file")
	frames  = flag.Int("frames", 33, "frames to encode")
	runs    = flag.Int("runs", 10, "encodings per preset")
	clock   = flag.Float64("clock", 2.6, "clock in GHz")
)

// presets are the ones measured; svt has SVT-AV1's cycles for its preset of the same number.
var presets = [2]string{"6", "10"}

func main() {
	log.SetFlags(0)
	flag.Parse()
	pixels, err := lumaSamples(*clip)
	if err != nil {
		log.Fatal(err)
	}
	var cost [2]map[string]time.Duration
	for i, preset := range presets {
		if cost[i], err = measure(preset); err != nil {
			log.Fatal(err)
		}
	}
	printTable(cost, float64(pixels)*float64(*frames**runs))
}

// lumaSamples reads the size of a frame from the header of a YUV4MPEG2 file.
func lumaSamples(path string) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	line, err := bufio.NewReader(f).ReadString('\n')
	if err != nil {
		return 0, err
	}
	size := 1
	for _, word := range strings.Fields(line)[1:] {
		if word[0] == 'W' || word[0] == 'H' {
			n, err := strconv.Atoi(word[1:])
			if err != nil {
				return 0, err
			}
			size *= n
		}
	}
	return size, nil
}

// measure encodes with a preset and returns the processor time of each stage, all runs together.
func measure(preset string) (map[string]time.Duration, error) {
	dir, err := os.MkdirTemp("", "stageprofile")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	args := []string{"tool", "pprof", "-traces", *program}
	for i := range *runs {
		profile := filepath.Join(dir, strconv.Itoa(i))
		cmd := exec.Command(*program, *clip, "-o", filepath.Join(dir, "out.ivf"), "--quiet", "--tune", "psnr", "--threads", "1",
			"--limit", strconv.Itoa(*frames), "--speed", preset, "--cpuprofile", profile)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return nil, err
		}
		args = append(args, profile)
	}
	cmd := exec.Command("go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	return sumTraces(out)
}

// sumTraces reads what pprof -traces prints: call stacks between dashed lines, the
// innermost function first, behind the time spent there.
func sumTraces(out []byte) (map[string]time.Duration, error) {
	sums := map[string]time.Duration{}
	for trace := range bytes.SplitSeq(out, []byte("-----------+-")) {
		var stack []string
		var spent time.Duration
		for line := range strings.Lines(string(trace)) {
			words := strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), "(inline)"))
			if len(words) == 0 || strings.HasPrefix(words[0], "--") {
				continue
			}
			if d, err := time.ParseDuration(words[0]); err == nil && len(words) == 2 {
				spent, words = d, words[1:]
			}
			stack = append(stack, words[0])
		}
		if spent != 0 {
			sums[stageOf(stack)] += spent
		}
	}
	if len(sums) == 0 {
		return nil, fmt.Errorf("pprof printed no call stacks")
	}
	return sums, nil
}

func printTable(cost [2]map[string]time.Duration, pixels float64) {
	fmt.Printf("| stage | preset %s: %% | cycles | SVT-AV1 M%s | preset %s: %% | cycles | SVT-AV1 M%s |\n", presets[0], presets[0], presets[1], presets[1])
	fmt.Println("|---|---:|---:|---:|---:|---:|---:|")
	var total [2]time.Duration
	for i := range cost {
		for _, d := range cost[i] {
			total[i] += d
		}
	}
	row := func(name string, d [2]time.Duration, svt [2]float64) {
		fmt.Printf("| %s |", name)
		for i := range d {
			theirs := "–"
			if svt[i] != 0 {
				theirs = fmt.Sprintf("%.1f", svt[i])
			}
			fmt.Printf(" %.1f | %.1f | %s |", 100*d[i].Seconds()/total[i].Seconds(), d[i].Seconds()**clock*1e9/pixels, theirs)
		}
		fmt.Println()
	}
	rest := svtTotal
	for _, s := range stages {
		row(s.name, [2]time.Duration{cost[0][s.name], cost[1][s.name]}, s.svt)
		rest[0], rest[1] = rest[0]-s.svt[0], rest[1]-s.svt[1]
	}
	row(other, [2]time.Duration{cost[0][other], cost[1][other]}, rest)
	row("**all**", total, svtTotal)
}
