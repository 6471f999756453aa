package bitstream

// LevelMax is seq_level_idx of the maximum parameters level: no level's limits hold.
const LevelMax = 31

// LevelParams is what decides the level of a stream (annex A).
type LevelParams struct {
	Width, Height   int
	FPSNum, FPSDen  int // frames shown per second; FPSNum 0: no rate to speak of
	Tiles, TileCols int // of the largest frame; 0 counts as 1
	SeqProfile      uint8
	Bitrate         int64 // bits per second; 0: unknown, taken as fitting
	StillPicture    bool  // no rate constraints
}

type level struct {
	idx                          uint8
	maxPicSize                   int64
	maxHSize, maxVSize           int
	maxDisplayRate               int64
	maxDecodeRate, maxHeaderRate int64
	mainKbps, highKbps           int64 // highKbps 0: no high tier
	maxTiles, maxTileCols        int
}

// levels is the table of annex A.3.
var levels = [...]level{
	{0, 147456, 2048, 1152, 4423680, 5529600, 150, 1500, 0, 8, 4},
	{1, 278784, 2816, 1584, 8363520, 10454400, 150, 3000, 0, 8, 4},
	{4, 665856, 4352, 2448, 19975680, 24969600, 150, 6000, 0, 16, 6},
	{5, 1065024, 5504, 3096, 31950720, 39938400, 150, 10000, 0, 16, 6},
	{8, 2359296, 6144, 3456, 70778880, 77856768, 300, 12000, 30000, 32, 8},
	{9, 2359296, 6144, 3456, 141557760, 155713536, 300, 20000, 50000, 32, 8},
	{12, 8912896, 8192, 4352, 267386880, 273715200, 300, 30000, 100000, 64, 8},
	{13, 8912896, 8192, 4352, 534773760, 547430400, 300, 40000, 160000, 64, 8},
	{14, 8912896, 8192, 4352, 1069547520, 1094860800, 300, 60000, 240000, 64, 8},
	{15, 8912896, 8192, 4352, 1069547520, 1176502272, 300, 60000, 240000, 64, 8},
	{16, 35651584, 16384, 8704, 1069547520, 1176502272, 300, 60000, 240000, 128, 16},
	{17, 35651584, 16384, 8704, 2139095040, 2189721600, 300, 100000, 480000, 128, 16},
	{18, 35651584, 16384, 8704, 4278190080, 4379443200, 300, 160000, 800000, 128, 16},
	{19, 35651584, 16384, 8704, 4278190080, 4706009088, 300, 160000, 800000, 128, 16},
}

// LevelFor returns the lowest seq_level_idx, with its seq_tier, whose limits the
// stream keeps, or LevelMax if there is none (also for sides below 16, which no
// level allows). Frames are decoded once each, so that the decode rate is the
// display rate.
func LevelFor(p LevelParams) (seqLevelIdx, seqTier uint8) {
	if p.Width < 16 || p.Height < 16 {
		return LevelMax, 0
	}
	for i := range levels {
		if l := &levels[i]; l.allows(&p) {
			if tier, ok := l.tier(&p); ok {
				return l.idx, tier
			}
		}
	}
	return LevelMax, 0
}

func (l *level) allows(p *LevelParams) bool {
	size := int64(p.Width) * int64(p.Height)
	if size > l.maxPicSize || p.Width > l.maxHSize || p.Height > l.maxVSize ||
		p.Tiles > l.maxTiles || p.TileCols > l.maxTileCols {
		return false
	}
	if p.StillPicture || p.FPSNum <= 0 || p.FPSDen <= 0 {
		return true
	}
	within := func(perFrame, limit int64) bool {
		return float64(perFrame)*float64(p.FPSNum) <= float64(limit)*float64(p.FPSDen)
	}
	return within(size, min(l.maxDisplayRate, l.maxDecodeRate)) && within(1, l.maxHeaderRate) &&
		within(int64(max(p.Tiles, 1)), int64(l.maxTiles)*120)
}

// tier returns the lower tier whose bit rate suffices.
func (l *level) tier(p *LevelParams) (tier uint8, ok bool) {
	// BitrateProfileFactor is 1, 2, 3 for profiles 0, 1, 2.
	kbps := p.Bitrate / 1000 / int64(p.SeqProfile+1)
	switch {
	case p.StillPicture || kbps <= l.mainKbps:
		return 0, true
	case kbps <= l.highKbps:
		return 1, true
	}
	return 0, false
}
