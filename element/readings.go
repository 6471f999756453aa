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

// reading is a property that can only be read: a structure made when it is asked for.
type reading struct {
	name, nick, blurb string
	of                func(*element) *C.GstStructure // owned by the caller; nil: nothing to tell
}

// readings follow properties in the numbering of the class.
var readings = []reading{
	{"memory-plan", "Memory plan", "What the encoder maps for the caps in force, in bytes: total, reserve (of it, for other speed presets), threads, lookahead (frames), items", (*element).memoryPlan},
	{"stats", "Statistics", "Since the element left READY: frames-in, frames-out, dropped, key-frames, bytes, average-quantizer, encode-time (ns per frame), " +
		"bitrate and fps of the last second, speed-preset, load (time to code frames over the time they last), buffer-fullness (bits) and buffer-time (ns) with a rate control, psnr-y, -u, -v (dB, with psnr)", (*element).statistics},
}

// spec makes the GParamSpec. Its strings are static, the class keeps it for ever.
func (r *reading) spec() *C.GParamSpec {
	const flags = C.G_PARAM_READABLE | C.G_PARAM_STATIC_STRINGS
	return C.g_param_spec_boxed(C.CString(r.name), C.CString(r.nick), C.CString(r.blurb), C.gst_structure_get_type(), flags)
}

// memoryPlan is the plan of the configuration in force, or of the last one.
func (e *element) memoryPlan() *C.GstStructure {
	e.mu.Lock()
	cfg := e.planned
	e.mu.Unlock()
	plan, err := encoder.PlanMemory(cfg)
	if err != nil { // before the first caps
		return nil
	}
	items := newStructure("items")
	for _, it := range plan.Items {
		items.set(strings.ReplaceAll(it.Purpose, " ", "-"), uint64(it.Bytes))
	}
	s := newStructure("memory-plan")
	s.set("total", uint64(plan.Total))
	s.set("reserve", uint64(plan.Reserve))
	s.set("threads", uint32(plan.Threads))
	s.set("lookahead", uint32(plan.Lookahead))
	s.set("items", items)
	return s.c
}

// structure is a GstStructure being filled, owned.
type structure struct{ c *C.GstStructure }

func newStructure(name string) structure {
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	return structure{C.gst_structure_new_empty(n)}
}

// set adds a field: a guint64, guint, gdouble or, taking it, a structure.
func (s structure) set(name string, value any) {
	var v C.GValue
	switch value := value.(type) {
	case uint64:
		C.g_value_set_uint64(C.g_value_init(&v, C.G_TYPE_UINT64), C.guint64(value))
	case uint32:
		C.g_value_set_uint(C.g_value_init(&v, C.G_TYPE_UINT), C.guint(value))
	case float64:
		C.g_value_set_double(C.g_value_init(&v, C.G_TYPE_DOUBLE), C.gdouble(value))
	case structure:
		C.g_value_take_boxed(C.g_value_init(&v, C.gst_structure_get_type()), C.gconstpointer(unsafe.Pointer(value.c)))
	}
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	C.gst_structure_take_value(s.c, n, &v)
}
