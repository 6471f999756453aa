package main

import "regexp"

// stage is one row of the table. Samples whose stack has a function that matches within belong to
// it. The decisions' rows divide what is under the decision stage: there the innermost function
// that matches the inner pattern of any row counts.
type stage struct {
	name          string
	within, inner *regexp.Regexp
	svt           [2]float64 // cycles per luma sample of SVT-AV1 4.2, presets 6 and 10
}

func pattern(s string) *regexp.Regexp { return regexp.MustCompile(s) }

const (
	control = "decisions: control, contexts, copies"
	other   = "other"
)

// svtTotal is all of SVT-AV1; what its stages leave of it is "other".
var svtTotal = [2]float64{107, 27.7}

var stages = []stage{
	{name: "input, downscaling, scene cuts", within: pattern(`encoder\.(ingest|\(\*keyDecision\)|\(\*coder\)\.unpackRow|\(\*openLoop\)\.downscaleRow)|motion\.\(\*Pyramid\)|Encoder\)\.SendFrame`), svt: [2]float64{2.2, 0.9}},
	{name: "motion search on source pictures", within: pattern(`\(\*openLoop\)\.searchRow`), svt: [2]float64{8.9, 3.4}},
	{name: "temporal filter, propagation of quality", svt: [2]float64{16.7, 1.5}},
	{name: "half-sample planes", within: pattern(`\(\*coder\)\.halfRow`)},
	{name: "partition prediction", inner: pattern(`\.(predictNode|predictPartition|leastSAD|setDepth)$`), svt: [2]float64{3, 1.3}},
	{name: "decisions: vector lists, candidates", inner: pattern(`internal/mvpred\.|\.(addInter|searchReference|searchPair|interSATD|newMvIdx|setInter|listInter|nextStack|searchFilter)$`)},
	{name: "decisions: motion refinement", inner: pattern(`internal/motion\.|\.(searchMotion|searchLight|lightSAD|tryVector)$`), svt: [2]float64{7.8, 1.9}},
	{name: "decisions: inter prediction", inner: pattern(`predict\.\(\*Scratch\)\.(PredictInter|PredictCompound|PrepareCompound|FinishCompound|PredictBlock|predictPart|predictChroma)|\.(predictInter|skipCost)$`), svt: [2]float64{6.3, 1.9}},
	{name: "decisions: intra", inner: pattern(`internal/predict\.|\.(rankIntra|estimateIntra|estimateAngles|intraBlock|cflAlphas|cflSlope|prepareCfl|intraLooksBetter)$`), svt: [2]float64{3.6, 0.5}},
	{name: "decisions: transform, quantisation", inner: pattern(`transform\.Forward|\(\*Quantizer\)\.Quantize|\.(takeResidual|transformAndQuantise|quantiseLight)$`), svt: [2]float64{8.4, 1.5}},
	{name: "decisions: coefficient optimisation", inner: pattern(`internal/quant\.`), svt: [2]float64{10.7, 2.9}},
	{name: "decisions: inverse transform, reconstruction", inner: pattern(`transform\.Inverse|\.(reconstruct|reconstructLight)$`), svt: [2]float64{1.8, 0.6}},
	{name: "decisions: rates, syntax counting", inner: pattern(`internal/(tile|bitstream)\.`), svt: [2]float64{3.9, 0.6}},
	{name: control, inner: pattern(`internal/decide\.`), svt: [2]float64{16, 3.4}},
	{name: "deblocking", within: pattern(`\)\.(deblockRow|chooseDeblock)`), svt: [2]float64{2.8, 0.4}},
	{name: "CDEF", within: pattern(`\)\.(searchCdefRow|chooseCdef|cdefRow)`), svt: [2]float64{1.9, 0.9}},
	{name: "loop restoration", within: pattern(`\)\.(searchUnit|chooseRestoration|restoreStripe)`), svt: [2]float64{1.5, 0}},
	{name: "entropy coding", within: pattern(`\(\*tileWriter\)|\)\.finishTiles|\(\*unitBuilder\)`), svt: [2]float64{2.8, 2.7}},
}

var decisions = pattern(`\)\.(decideRow|fieldRow)|\(\*RateTables\)\.Build|\(\*MvCosts\)\.Build`)

// stageOf names the stage of a call stack, innermost function first.
func stageOf(stack []string) string {
	inDecisions := false
	for _, f := range stack {
		for _, s := range stages {
			if s.within != nil && s.within.MatchString(f) {
				return s.name
			}
		}
		inDecisions = inDecisions || decisions.MatchString(f)
	}
	if !inDecisions {
		return other
	}
	for _, f := range stack {
		for _, s := range stages {
			if s.inner != nil && s.inner.MatchString(f) {
				return s.name
			}
		}
	}
	return control
}
