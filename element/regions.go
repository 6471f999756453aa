package element

/*
#include <stdlib.h>
#include "grav1enc.h"
*/
import "C"

import (
	"strings"
	"unsafe"

	"github.com/grav1e/grav1e/encoder"
)

// QP steps that double the quantiser step, and the most that a region may ask for.
const (
	octave     = 6
	maxDeltaQP = octave * encoder.MaxOctaves
)

// addRegion makes the region of a GstVideoRegionOfInterestMeta one of the frame: the part
// of it inside the picture. Its parameters may hold, as those of VA encoders do, a
// structure roi/… with the field delta-qp, an int.
func (e *element) addRegion(meta *C.GstVideoRegionOfInterestMeta) {
	cfg := &e.format.config
	x, y, w, h := int(meta.x), int(meta.y), int(meta.w), int(meta.h)
	w, h = min(w, cfg.Width-x), min(h, cfg.Height-y)
	if w < 1 || h < 1 || len(e.regions) == encoder.MaxRegions || lossless(cfg) {
		e.logf(C.GST_LEVEL_DEBUG, "a region of interest, %dx%d at %d,%d, has no effect", int(meta.w), int(meta.h), x, y)
		return
	}
	qp := min(max(e.deltaQP(meta), -maxDeltaQP), maxDeltaQP)
	e.regions = append(e.regions, encoder.Region{X: x, Y: y, W: w, H: h, QOffset: float64(qp) / octave})
}

// deltaQP is what meta asks for.
func (e *element) deltaQP(meta *C.GstVideoRegionOfInterestMeta) int {
	name := C.CString("delta-qp")
	defer C.free(unsafe.Pointer(name))
	for l := meta.params; l != nil; l = l.next {
		s := (*C.GstStructure)(unsafe.Pointer(l.data))
		var qp C.gint
		if strings.HasPrefix(C.GoString(C.gst_structure_get_name(s)), "roi/") && C.gst_structure_get_int(s, name, &qp) != 0 {
			return int(qp)
		}
	}
	e.settings.mu.Lock()
	defer e.settings.mu.Unlock()
	return int(e.settings.defaultROIDeltaQP)
}

// lossless tells that there is no quantiser to change.
func lossless(cfg *encoder.Config) bool {
	return cfg.Bitrate == 0 && cfg.Quantizer == 0 && cfg.MinQuantizer == 0
}
