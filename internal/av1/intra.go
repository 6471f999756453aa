package av1

// Constants of intra prediction (sections 7.11.2 and 9.3).

// SmWeightsTx4x4 are the smooth weights along a side of 4 (section 9.3).
var SmWeightsTx4x4 = [4]uint8{255, 149, 85, 64}

// SmWeightsTx8x8 are the smooth weights along a side of 8 (section 9.3).
var SmWeightsTx8x8 = [8]uint8{255, 197, 146, 105, 73, 50, 37, 32}

// SmWeightsTx16x16 are the smooth weights along a side of 16 (section 9.3).
var SmWeightsTx16x16 = [16]uint8{255, 225, 196, 170, 145, 123, 102, 84, 68, 54, 43, 33, 26, 20, 17, 16}

// SmWeightsTx32x32 are the smooth weights along a side of 32 (section 9.3).
var SmWeightsTx32x32 = [32]uint8{
	255, 240, 225, 210, 196, 182, 169, 157, 145, 133, 122, 111, 101, 92, 83, 74,
	66, 59, 52, 45, 39, 34, 29, 25, 21, 17, 14, 12, 10, 9, 8, 8,
}

// SmWeightsTx64x64 are the smooth weights along a side of 64 (section 9.3).
var SmWeightsTx64x64 = [64]uint8{
	255, 248, 240, 233, 225, 218, 210, 203, 196, 189, 182, 176, 169, 163, 156, 150,
	144, 138, 133, 127, 121, 116, 111, 106, 101, 96, 91, 86, 82, 77, 73, 69,
	65, 61, 57, 54, 50, 47, 44, 41, 38, 35, 32, 29, 27, 25, 22, 20,
	18, 16, 15, 13, 12, 10, 9, 8, 7, 6, 6, 5, 5, 4, 4, 4,
}

// ModeToAngle is the nominal angle of a directional mode in degrees (section 9.3).
var ModeToAngle = [IntraModes]uint8{0, 90, 180, 45, 135, 113, 157, 203, 67, 0, 0, 0, 0}

// DrIntraDerivative[angle] is the step of a directional predictor in 1/64 sample (section 9.3); the index is in degrees.
var DrIntraDerivative = [90]int16{
	0, 0, 0, 1023, 0, 0, 547, 0, 0, 372,
	0, 0, 0, 0, 273, 0, 0, 215, 0, 0,
	178, 0, 0, 151, 0, 0, 132, 0, 0, 116,
	0, 0, 102, 0, 0, 0, 90, 0, 0, 80,
	0, 0, 71, 0, 0, 64, 0, 0, 57, 0,
	0, 51, 0, 0, 45, 0, 0, 0, 40, 0,
	0, 35, 0, 0, 31, 0, 0, 27, 0, 0,
	23, 0, 0, 19, 0, 0, 15, 0, 0, 0,
	0, 11, 0, 0, 7, 0, 0, 3, 0, 0,
}

// IntraFilterTaps[mode][position in the 4x2 unit][input] are the recursive filter's taps in 1/16 (section 9.3).
var IntraFilterTaps = [FilterIntraModes][8][7]int8{
	{
		{-6, 10, 0, 0, 0, 12, 0}, {-5, 2, 10, 0, 0, 9, 0}, {-3, 1, 1, 10, 0, 7, 0}, {-3, 1, 1, 2, 10, 5, 0},
		{-4, 6, 0, 0, 0, 2, 12}, {-3, 2, 6, 0, 0, 2, 9}, {-3, 2, 2, 6, 0, 2, 7}, {-3, 1, 2, 2, 6, 3, 5},
	},
	{
		{-10, 16, 0, 0, 0, 10, 0}, {-6, 0, 16, 0, 0, 6, 0}, {-4, 0, 0, 16, 0, 4, 0},
		{-2, 0, 0, 0, 16, 2, 0}, {-10, 16, 0, 0, 0, 0, 10}, {-6, 0, 16, 0, 0, 0, 6},
		{-4, 0, 0, 16, 0, 0, 4}, {-2, 0, 0, 0, 16, 0, 2},
	},
	{
		{-8, 8, 0, 0, 0, 16, 0}, {-8, 0, 8, 0, 0, 16, 0}, {-8, 0, 0, 8, 0, 16, 0}, {-8, 0, 0, 0, 8, 16, 0},
		{-4, 4, 0, 0, 0, 0, 16}, {-4, 0, 4, 0, 0, 0, 16}, {-4, 0, 0, 4, 0, 0, 16}, {-4, 0, 0, 0, 4, 0, 16},
	},
	{
		{-2, 8, 0, 0, 0, 10, 0}, {-1, 3, 8, 0, 0, 6, 0}, {-1, 2, 3, 8, 0, 4, 0}, {0, 1, 2, 3, 8, 2, 0},
		{-1, 4, 0, 0, 0, 3, 10}, {-1, 3, 4, 0, 0, 4, 6}, {-1, 2, 3, 4, 0, 4, 4}, {-1, 2, 2, 3, 4, 3, 3},
	},
	{
		{-12, 14, 0, 0, 0, 14, 0}, {-10, 0, 14, 0, 0, 12, 0}, {-9, 0, 0, 14, 0, 11, 0},
		{-8, 0, 0, 0, 14, 10, 0}, {-10, 12, 0, 0, 0, 0, 14}, {-9, 1, 12, 0, 0, 0, 12},
		{-8, 0, 0, 12, 0, 1, 11}, {-7, 0, 0, 1, 12, 1, 9},
	},
}

// IntraEdgeKernel[strength-1] are the taps of the edge filter in 1/16 (section 7.11.2.12).
var IntraEdgeKernel = [3][5]uint8{{0, 4, 8, 4, 0}, {0, 5, 6, 5, 0}, {2, 4, 4, 4, 2}}

// IntraModeContext maps the mode of a neighbour to the context of intra_frame_y_mode (section 8.3.2).
var IntraModeContext = [IntraModes]uint8{0, 1, 2, 3, 4, 4, 4, 4, 3, 0, 1, 2, 0}

// FilterIntraModeToIntraDir maps filter_intra_mode to the mode that selects the CDF of intra_tx_type (section 8.3.2).
var FilterIntraModeToIntraDir = [FilterIntraModes]PredictionMode{DCPred, VPred, HPred, D157Pred, DCPred}
