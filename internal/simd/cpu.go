package simd

import (
	"os"

	"github.com/klauspost/cpuid/v2"
)

// Level is a set of instructions kernels may use; a higher one includes the lower ones.
type Level uint8

const (
	Scalar Level = iota
	AVX2         // x86-64-v3: AVX2, BMI2
	AVX512       // x86-64-v4, VNNI and VBMI: Ice Lake, Zen 4 and newer
)

// CPU is the level the kernel tables are filled for: the best the machine has, or less if the
// environment variable GRAV1E_CPU says so (scalar, avx2, avx512).
// It is set before the init functions that fill the tables run.
var CPU = detect(os.Getenv("GRAV1E_CPU"))

func detect(limit string) Level {
	switch {
	case limit == "scalar" || !cpuid.CPU.Supports(cpuid.AVX2, cpuid.BMI2):
		return Scalar
	case limit == "avx2" || !cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512CD, cpuid.AVX512DQ, cpuid.AVX512VL, cpuid.AVX512VNNI, cpuid.AVX512VBMI):
		return AVX2
	}
	return AVX512
}
