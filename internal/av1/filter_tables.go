package av1

// Constants of the in-loop filters (sections 7.15 and 7.17) and of their syntax (section 5.11.58).

// CdefUvDir[subX][subY][dir] is the chroma direction for luma direction dir (section 7.15.1).
var CdefUvDir = [2][2][8]uint8{
	{{0, 1, 2, 3, 4, 5, 6, 7}, {1, 2, 2, 2, 3, 4, 6, 0}},
	{{7, 0, 2, 4, 5, 6, 6, 6}, {0, 1, 2, 3, 4, 5, 6, 7}},
}

// CdefDirections[dir][tap] is the offset {row, column} of a tap (section 7.15.3).
var CdefDirections = [8][2][2]int8{
	{{-1, 1}, {-2, 2}},
	{{0, 1}, {-1, 2}},
	{{0, 1}, {0, 2}},
	{{0, 1}, {1, 2}},
	{{1, 1}, {2, 2}},
	{{1, 0}, {2, 1}},
	{{1, 0}, {2, 0}},
	{{1, 0}, {2, -1}},
}

// CdefPriTaps[(strength>>coeffShift)&1] are the primary taps (section 7.15.3).
var CdefPriTaps = [2][2]uint8{{4, 2}, {3, 3}}

// CdefSecTaps[(strength>>coeffShift)&1] are the secondary taps (section 7.15.3).
var CdefSecTaps = [2][2]uint8{{2, 1}, {2, 1}}

// DivTable[n] is 840 / n (section 7.15.2).
var DivTable = [9]int32{0, 840, 420, 280, 210, 168, 140, 120, 105}

// SgrParams[set] is {r0, e0, r1, e1}: radius and noise parameter of both passes (section 7.17.3).
var SgrParams = [16][4]uint8{
	{2, 12, 1, 4}, {2, 15, 1, 6}, {2, 18, 1, 8}, {2, 21, 1, 9}, {2, 24, 1, 10}, {2, 29, 1, 11},
	{2, 36, 1, 12}, {2, 45, 1, 13}, {2, 56, 1, 14}, {2, 68, 1, 15}, {0, 0, 1, 5}, {0, 0, 1, 8},
	{0, 0, 1, 11}, {0, 0, 1, 14}, {2, 30, 0, 0}, {2, 75, 0, 0},
}

// RemapLrType maps lr_type to FrameRestorationType (section 5.9.20).
var RemapLrType = [4]RestorationType{RestoreNone, RestoreSwitchable, RestoreWiener, RestoreSgrproj}

// WienerTapsMin is the least value of each Wiener coefficient (section 5.11.58).
var WienerTapsMin = [3]int8{-5, -23, -17}

// WienerTapsMax is the greatest value of each Wiener coefficient (section 5.11.58).
var WienerTapsMax = [3]int8{10, 8, 46}

// WienerTapsMid is the reference value at the start of a tile (section 5.11.2).
var WienerTapsMid = [3]int8{3, -7, 15}

// WienerTapsK is the subexponential parameter of each Wiener coefficient (section 5.11.58).
var WienerTapsK = [3]uint8{1, 2, 3}

// SgrprojXqdMin is the least value of each self-guided weight (section 5.11.58).
var SgrprojXqdMin = [2]int8{-96, -32}

// SgrprojXqdMax is the greatest value of each self-guided weight (section 5.11.58).
var SgrprojXqdMax = [2]int8{31, 95}

// SgrprojXqdMid is the reference value at the start of a tile (section 5.11.2).
var SgrprojXqdMid = [2]int8{-32, 31}
