// Kerneltable prints how long the kernels take at every level of instruction set, as the
// Markdown page docs/kernels.md:
//
//	go run ./scripts/kerneltable > docs/kernels.md
//
// It runs the benchmarks of the packages below in turns, one process per level and run, and
// takes the shortest time of each.
package main

import (
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	runs      = flag.Int("runs", 9, "runs per level")
	benchtime = flag.String("benchtime", "5ms", "time per benchmark and run")
	gccDir    = flag.String("gcc", "", "directory of a C program (kernels.c, bench.c) to compare with")
)

// levels are the values of GRAV1E_CPU, the slowest first.
var levels = []string{"scalar", "avx2", "avx512"}

var packages = []struct{ dir, bench, title string }{
	{"internal/simd", "^BenchmarkKernels$", "Kernels"},
	{"internal/transform", ".", "Transforms of blocks"},
	{"internal/quant", ".", "Quantisation of blocks"},
	{"internal/predict", ".", "Prediction of blocks"},
}

// results has the shortest time of each benchmark and level, and the benchmarks in order.
type results struct {
	names []string
	ns    map[string][]float64
}

const intro = `# Kernels

Nanoseconds per call, 8 bit, one thread. The numbers are of one machine; what matters is
the ratios. ` + "`go run ./scripts/kerneltable > docs/kernels.md`" + ` writes this page: the shortest of %d runs at each
level of instruction set (` + "`GRAV1E_CPU`" + `); -gcc adds a comparison with C. A kernel's scalar form is its definition; where a ratio is near 1, that
form is used at all levels or the time is the call's.
`

func main() {
	log.SetFlags(0)
	flag.Parse()
	fmt.Printf(intro, *runs)
	all := map[string][]float64{}
	for _, p := range packages {
		r, err := measure(p.dir, p.bench)
		if err != nil {
			log.Fatalf("%s: %v", p.dir, err)
		}
		fmt.Printf("\n## %s: %s\n", p.title, p.dir)
		r.print()
		maps.Copy(all, r.ns)
	}
	if *gccDir == "" {
		return
	}
	gcc, err := measureGCC(*gccDir)
	if err != nil {
		log.Fatal(err)
	}
	printGCC(gcc, all)
}

func measure(dir, bench string) (*results, error) {
	tmp, err := os.MkdirTemp("", "kerneltable")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	binary := filepath.Join(tmp, "test")
	if out, err := exec.Command("go", "test", "-c", "-o", binary, "./"+dir).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	r := &results{ns: map[string][]float64{}}
	for range *runs {
		for level, name := range levels {
			cmd := exec.Command(binary, "-test.run=^$", "-test.bench="+bench, "-test.count=1", "-test.cpu=1", "-test.benchtime="+*benchtime)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "GRAV1E_CPU="+name)
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				return nil, err
			}
			r.add(string(out), level)
		}
	}
	return r, nil
}

var benchLine = regexp.MustCompile(`^Benchmark(?:Kernels/)?(\S+)\s+\d+\s+([\d.]+) ns/op`)

func (r *results) add(out string, level int) {
	for line := range strings.Lines(out) {
		m := benchLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		ns, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			continue
		}
		if r.ns[m[1]] == nil {
			r.names = append(r.names, m[1])
			r.ns[m[1]] = make([]float64, len(levels))
		}
		if best := &r.ns[m[1]][level]; *best == 0 || ns < *best {
			*best = ns
		}
	}
}

// print writes a table for each family, the first part of a benchmark's name; kernels, the
// second part, stay together.
func (r *results) print() {
	r.group(1)
	r.group(2)
	last := ""
	for _, name := range r.names {
		family, kernel, _ := strings.Cut(name, "/")
		if family != last {
			fmt.Printf("\n### %s\n\n| call | %s | ratio |\n|---|%s---:|\n", family, strings.Join(levels, " | "), strings.Repeat("---:|", len(levels)))
			last = family
		}
		fmt.Printf("| %s |", strings.ReplaceAll(kernel, "_", " "))
		ns := r.ns[name]
		for _, v := range ns {
			fmt.Printf(" %s |", nanoseconds(v))
		}
		fmt.Printf(" %.1f |\n", ns[0]/ns[len(ns)-1])
	}
}

// group brings names together that share their part at depth, in order of first appearance.
// Those before have to be together already.
func (r *results) group(depth int) {
	place := map[string]int{}
	key := func(name string) string {
		parts := strings.Split(name, "/")
		return strings.Join(parts[:min(depth, len(parts))], "/")
	}
	for i, name := range r.names {
		if _, ok := place[key(name)]; !ok {
			place[key(name)] = i
		}
	}
	slices.SortStableFunc(r.names, func(a, b string) int { return place[key(a)] - place[key(b)] })
}

func nanoseconds(v float64) string {
	if v < 100 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}
