package mvpred

import "github.com/grav1e/grav1e/internal/av1"

// listModes is get_mode (section 5.11.30): the mode of each reference list.
var listModes = [av1.NewNewMV + 1][2]av1.PredictionMode{
	av1.NearestMV:        {av1.NearestMV},
	av1.NearMV:           {av1.NearMV},
	av1.GlobalMV:         {av1.GlobalMV},
	av1.NewMV:            {av1.NewMV},
	av1.NearestNearestMV: {av1.NearestMV, av1.NearestMV},
	av1.NearNearMV:       {av1.NearMV, av1.NearMV},
	av1.NearestNewMV:     {av1.NearestMV, av1.NewMV},
	av1.NewNearestMV:     {av1.NewMV, av1.NearestMV},
	av1.NearNewMV:        {av1.NearMV, av1.NewMV},
	av1.NewNearMV:        {av1.NewMV, av1.NearMV},
	av1.GlobalGlobalMV:   {av1.GlobalMV, av1.GlobalMV},
	av1.NewNewMV:         {av1.NewMV, av1.NewMV},
}

// ListMode is get_mode(list): what mode means for one of its references,
// NearestMV, NearMV, GlobalMV or NewMV.
func ListMode(mode av1.PredictionMode, list int) av1.PredictionMode { return listModes[mode][list] }

// HasNearMv is has_nearmv (section 5.11.23).
func HasNearMv(mode av1.PredictionMode) bool {
	return listModes[mode][0] == av1.NearMV || listModes[mode][1] == av1.NearMV
}

// RefMvIdxRange is the range of RefMvIdx a block may signal with drl_mode (section
// 5.11.23); first equals last when nothing is signalled.
func (s *Stack) RefMvIdxRange(mode av1.PredictionMode) (first, last int) {
	switch {
	case mode == av1.NewMV || mode == av1.NewNewMV:
		return 0, min(max(int(s.NumMvFound)-1, 0), 2)
	case HasNearMv(mode):
		return 1, min(max(int(s.NumMvFound)-1, 1), 3)
	}
	return 0, 0
}

// PredMv is the motion vector prediction of assign_mv (section 5.11.26) for both
// lists. Where ListMode is not NewMV it is the block's vector; where it is, the
// vector that the coded difference is added to. [1] is zero for single prediction.
func (s *Stack) PredMv(mode av1.PredictionMode, refMvIdx int) (mv [2]av1.MV) {
	for list, m := range listModes[mode] {
		switch {
		case m == av1.GlobalMV:
			mv[list] = s.GlobalMvs[list]
		case m == av1.NearestMV || m == av1.NewMV && s.NumMvFound <= 1:
			mv[list] = s.Mvs[0][list]
		case m != 0:
			mv[list] = s.Mvs[refMvIdx][list]
		}
	}
	return mv
}

// MaxMv is the largest magnitude of a vector component, in 1/8 samples.
const MaxMv = 1<<14 - 1

// Valid is is_mv_valid (section 6.10.25) for one vector.
func Valid(mv av1.MV) bool {
	return mv.Row >= -MaxMv && mv.Row <= MaxMv && mv.Col >= -MaxMv && mv.Col <= MaxMv
}
