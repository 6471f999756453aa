package encoder

import (
	"slices"
	"strings"

	"github.com/grav1e/grav1e/internal/decide"
)

// tools are the switches of Config.ForceTools.
type tools struct {
	set map[string]bool
}

// toolNames are the switches, and what they mean.
var toolNames = map[string]func(*decide.Speed){
	"no-deblock":           func(s *decide.Speed) { s.Deblock = decide.SearchOff },
	"no-cdef":              func(s *decide.Speed) { s.Cdef = decide.SearchOff },
	"full-cdef":            func(s *decide.Speed) { s.Cdef = decide.SearchFull },
	"no-restoration":       func(s *decide.Speed) { s.Restoration = decide.SearchOff },
	"full-restoration":     func(s *decide.Speed) { s.Restoration = decide.SearchFull },
	"all-partitions":       func(s *decide.Speed) { s.Partition, s.MinBlock = decide.PartitionAll, 4 },
	"square-partitions":    func(s *decide.Speed) { s.Partition = decide.PartitionSquare },
	"no-compound":          func(s *decide.Speed) { s.Compound = false },
	"no-cfl":               func(s *decide.Speed) { s.Cfl = false },
	"filter-intra":         func(s *decide.Speed) { s.FilterIntra = true },
	"every-transform-type": func(s *decide.Speed) { s.TxTypes = decide.TxTypeEvery },
	"deep-transforms":      func(s *decide.Speed) { s.TxDepthIntra, s.TxDepthInter = 2, 2 },
	"no-rdoq":              func(s *decide.Speed) { s.RDOQ = false },
	"dual-filter":          func(s *decide.Speed) { s.Filters = decide.FilterDual },
	"eighth-pel":           func(s *decide.Speed) { s.EighthPel = true },
	"no-temporal-mvs":      nil, // use_ref_frame_mvs = 0
	"no-cdf-update":        nil, // disable_cdf_update = 1
	"no-frame-end-update":  nil, // disable_frame_end_update_cdf = 1
}

// parseTools reads a comma-separated list of switches.
func parseTools(list string) (tools, error) {
	t := tools{set: map[string]bool{}}
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if _, ok := toolNames[name]; !ok {
			return t, invalid("ForceTools", name, strings.Join(ToolNames(), ", "))
		}
		t.set[name] = true
	}
	return t, nil
}

// ToolNames lists the switches Config.ForceTools knows.
func ToolNames() []string {
	names := make([]string, 0, len(toolNames))
	for n := range toolNames {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// apply changes the settings of a preset.
func (t tools) apply(s *decide.Speed) {
	for _, name := range ToolNames() {
		if f := toolNames[name]; f != nil && t.set[name] {
			f(s)
		}
	}
}

// has tells whether a switch is set.
func (t tools) has(name string) bool { return t.set[name] }
