package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// counterparts are the benchmarks that do the same as functions of the C program -gcc names.
var counterparts = []struct{ c, ours, note string }{
	{"satd16x16hbd", "Dist/SATD/16x16", ""},
	{"put8tap16x16hbd", "MC/Put8Tap/16x16/hv8", ""},
	{"idct16x16add", "Inverse/16x16/DCT/eob256", "gcc: 16-bit coefficients, 8-bit samples"},
	{"fdct8x8", "Forward/8x8/DCT/eob64", ""},
	{"quant16x16", "Quant/Quantise/16x16", "gcc: 16-bit factors, no distortions"},
	{"cdefdir", "Cdef/Direction/8x8", "gcc: 8-bit samples"},
}

// gccLevels are the C compiler's flags for the levels; -DSFX names the functions' suffix.
var gccLevels = map[string][]string{
	"avx2":   {"-mavx2"},
	"avx512": {"-march=x86-64-v4", "-mavx512vnni", "-mavx512vbmi"},
}

const gccIntro = `
## Beside gcc

The same work written with intrinsics in C (gcc -O3); only for orientation where the note says what it leaves out.

| kernel | %s | ratio | note |
|---|%s---:|---|
`

var gccLine = regexp.MustCompile(`^(\w+)_(avx2|avx512)\s+([\d.]+) ns`)

// measureGCC builds the C program of kernels.c and bench.c in dir, runs it *runs times and
// returns the shortest time by function and level.
func measureGCC(dir string) (map[[2]string]float64, error) {
	tmp, err := os.MkdirTemp("", "kerneltable")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	program := filepath.Join(tmp, "bench")
	link := []string{"-O3", "-o", program, filepath.Join(dir, "bench.c")}
	for level, flags := range gccLevels {
		object := filepath.Join(tmp, level+".o")
		args := append([]string{"-O3", "-DSFX=" + level, "-c", "-o", object, filepath.Join(dir, "kernels.c")}, flags...)
		if out, err := exec.Command("gcc", args...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("gcc: %w\n%s", err, out)
		}
		link = append(link, object)
	}
	if out, err := exec.Command("gcc", link...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("gcc: %w\n%s", err, out)
	}
	best := map[[2]string]float64{}
	for range *runs {
		out, err := exec.Command(program).Output()
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(out)) {
			m := gccLine.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			ns, err := strconv.ParseFloat(m[3], 64)
			if err != nil {
				return nil, err
			}
			key := [2]string{m[1], m[2]}
			if v, ok := best[key]; !ok || ns < v {
				best[key] = ns
			}
		}
	}
	return best, nil
}

// printGCC writes the table of counterparts; ours has the times of all benchmarks by level. The
// ratio is between the last levels.
func printGCC(gcc map[[2]string]float64, ours map[string][]float64) {
	var heads []string
	for _, level := range levels[1:] {
		heads = append(heads, "gcc "+level, "ours "+level)
	}
	fmt.Printf(gccIntro, strings.Join(heads, " | "), strings.Repeat("---:|", len(heads)))
	for _, k := range counterparts {
		ns := ours[k.ours]
		if ns == nil {
			continue
		}
		fmt.Printf("| %s |", k.ours)
		ratio := 0.0
		for i, level := range levels[1:] {
			v := gcc[[2]string{k.c, level}]
			fmt.Printf(" %s | %s |", nanoseconds(v), nanoseconds(ns[1+i]))
			ratio = ns[1+i] / v
		}
		fmt.Printf(" %.2f | %s |\n", ratio, k.note)
	}
}
