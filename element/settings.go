package element

/*
#include <stdlib.h>
#include "grav1enc.h"
*/
import "C"

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/grav1e/grav1e/encoder"
)

// values are the properties, in the types GObject gives them.
type values struct {
	speedPreset         uint32
	lowLatency          bool
	minKeyFrameInterval uint64
	maxKeyFrameInterval uint64
	switchFrameInterval uint64
	temporalLayers      uint32
	bitrate             int32
	quantizer           uint32
	minQuantizer        uint32
	tileCols            uint32
	tileRows            uint32
	tiles               uint32
	rdoLookaheadFrames  int32
	tune                uint32
	reservoirFrameDelay int32
	errorResilient      bool
	threads             uint32
	maxMemory           uint64
	psnr                bool
	statsInterval       uint64 // ns
	keyframeAfterStall  uint64 // ns
	realtime            bool
	defaultROIDeltaQP   int32
	rateControl         uint32
	maxBitrate          int32
	maxQuantizer        uint32
	bufferSize          uint32 // ms
	maxIntraBitrate     uint32 // per cent
	dropFrames          bool
	multipassMode       uint32
	multipassCacheFile  string
}

// Values of multipass-mode.
const (
	firstPass = 1
	lastPass  = 2
)

// settings are the values and the lock that guards them.
type settings struct {
	mu sync.Mutex
	values
	changed bool // since the session's encoder was told
}

// unset is reservoir-frame-delay's "not given".
const unset = math.MinInt32

const defaultQuantizer = 100

// property describes one property: names and defaults are rav1enc's.
type property struct {
	name, nick, blurb string
	field             string            // encoder.Config's name for it; "": the element's own
	of                func(*values) any // pointer to the value; its type is the property's
	min, max, def     uint64            // as the type's bit pattern; max is ignored for booleans and the enumeration
	enum              bool              // *uint32 that is an enumeration, see grav1enc.c
}

var properties = []property{
	{"speed-preset", "Speed preset", "Speed preset (10 fastest, 0 slowest)", "SpeedPreset",
		func(v *values) any { return &v.speedPreset }, 0, 10, 6, false},
	{"low-latency", "Low latency", "No reordering and no lookahead: every frame comes out before the next goes in", "LowLatency",
		func(v *values) any { return &v.lowLatency }, 0, 1, 0, false},
	{"min-key-frame-interval", "Minimum key frame interval", "Scene cuts start key frames no closer than this many frames", "MinKeyFrameInterval",
		func(v *values) any { return &v.minKeyFrameInterval }, 0, math.MaxUint64, 12, false},
	{"max-key-frame-interval", "Maximum key frame interval", "Largest distance between key frames, in frames (0 = no limit)", "MaxKeyFrameInterval",
		func(v *values) any { return &v.maxKeyFrameInterval }, 0, math.MaxUint64, 240, false},
	{"switch-frame-interval", "Switch frame interval", "Distance between switch frames, in frames (0 = none); needs low-latency", "SwitchFrameInterval",
		func(v *values) any { return &v.switchFrameInterval }, 0, math.MaxUint64, 0, false},
	{"temporal-layers", "Temporal layers", "Number of temporal layers (2 = L1T2, 3 = L1T3); buffers above the base layer are droppable; 2 and 3 need low-latency", "TemporalLayers",
		func(v *values) any { return &v.temporalLayers }, 1, 3, 1, false},
	{"rate-control", "Rate control", "What is held constant", "RateControl",
		func(v *values) any { return &v.rateControl }, 0, 3, 0, true},
	{"bitrate", "Bitrate", "Bitrate in bits per second (0 = constant quantizer)", "Bitrate",
		func(v *values) any { return &v.bitrate }, 0, math.MaxInt32, 0, false},
	{"max-bitrate", "Maximum bitrate", "Bits per second of a channel whose buffer never overflows (0 = none; with cbr it is bitrate)", "MaxBitrate",
		func(v *values) any { return &v.maxBitrate }, 0, math.MaxInt32, 0, false},
	{"buffer-size", "Buffer size", "Milliseconds of max-bitrate (cbr: bitrate) which that buffer holds, 20 to 60000 (0 = 1000)", "BufferSize",
		func(v *values) any { return &v.bufferSize }, 0, math.MaxInt32, 0, false},
	{"max-intra-bitrate", "Maximum intra bitrate", "Largest key frame in per cent of a frame's share of bitrate (0 = what buffer-size allows)", "MaxIntraBitrate",
		func(v *values) any { return &v.maxIntraBitrate }, 0, math.MaxInt32, 0, false},
	{"drop-frames", "Drop frames", "Leave frames out that would overflow the buffer; needs low-latency", "DropFrames",
		func(v *values) any { return &v.dropFrames }, 0, 1, 0, false},
	{"multipass-mode", "Multipass mode", "Which pass over the same frames this is", "RecordPass",
		func(v *values) any { return &v.multipassMode }, 0, 2, 0, true},
	{"multipass-cache-file", "Multipass cache file", "File for the statistics of the first pass; after changes of caps .1, .2 … is appended", "PassData",
		func(v *values) any { return &v.multipassCacheFile }, 0, 0, 0, false},
	{"quantizer", "Quantizer", "Base quantizer of the constant quantizer mode (0 = lossless, 255 = coarsest); with a bitrate, if it isn't the default, the largest that may be chosen", "Quantizer",
		func(v *values) any { return &v.quantizer }, 0, math.MaxUint32, defaultQuantizer, false},
	{"min-quantizer", "Minimum quantizer", "Smallest base quantizer that may be chosen for a frame", "MinQuantizer",
		func(v *values) any { return &v.minQuantizer }, 0, 255, 0, false},
	{"max-quantizer", "Maximum quantizer", "Largest base quantizer that may be chosen for a bitrate (0 = quantizer if that isn't the default, else none)", "MaxQuantizer",
		func(v *values) any { return &v.maxQuantizer }, 0, 255, 0, false},
	{"tile-cols", "Tile columns", "Number of tile columns, a power of two (0 = one)", "TileCols",
		func(v *values) any { return &v.tileCols }, 0, math.MaxUint32, 0, false},
	{"tile-rows", "Tile rows", "Number of tile rows, a power of two (0 = one)", "TileRows",
		func(v *values) any { return &v.tileRows }, 0, math.MaxUint32, 0, false},
	{"tiles", "Tiles", "Number of tiles; overrides tile-cols and tile-rows (0 = use those)", "Tiles",
		func(v *values) any { return &v.tiles }, 0, math.MaxUint32, 0, false},
	{"rdo-lookahead-frames", "Lookahead", "Number of frames analysed ahead (-1 = the speed preset's choice)", "LookaheadFrames",
		func(v *values) any { return &v.rdoLookaheadFrames }, minusOne, math.MaxInt32, minusOne, false},
	{"tune", "Tune", "What decisions optimise for", "Tune",
		func(v *values) any { return &v.tune }, 0, 1, 1, true},
	{"reservoir-frame-delay", "Reservoir frame delay", "Frames over which the rate control averages, 12 to 131072 (the minimum = unset); needs bitrate", "ReservoirFrameDelay",
		func(v *values) any { return &v.reservoirFrameDelay }, minInt32, math.MaxInt32, minInt32, false},
	{"error-resilient", "Error resilient", "Frames do not depend on the entropy state of other frames", "ErrorResilient",
		func(v *values) any { return &v.errorResilient }, 0, 1, 0, false},
	{"threads", "Threads", "Number of encoding threads (0 = one per logical processor)", "Threads",
		func(v *values) any { return &v.threads }, 0, math.MaxUint32, 0, false},
	{"max-memory", "Maximum memory", "Bytes the encoder may map; lookahead, frames in flight and threads shrink to fit (0 = no limit)", "MaxMemory",
		func(v *values) any { return &v.maxMemory }, 0, math.MaxUint64, 0, false},
	{"psnr", "PSNR", "Measure the PSNR of every frame and tell it in stats", "MeasurePSNR",
		func(v *values) any { return &v.psnr }, 0, 1, 0, false},
	{"stats-interval", "Statistics interval", "Time between element messages with the statistics, in ns (0 = none)", "",
		func(v *values) any { return &v.statsInterval }, 0, math.MaxUint64, 0, false},
	{"keyframe-after-stall", "Key frame after stall", "After downstream blocked for longer than this (ns, and than two frames last) the next frame is a key frame (0 = off)", "",
		func(v *values) any { return &v.keyframeAfterStall }, 0, math.MaxUint64, uint64(500 * time.Millisecond), false},
	{"realtime", "Realtime", "When coding can't keep up with the frame rate, use faster speed presets, and leave out late frames when there is none", "",
		func(v *values) any { return &v.realtime }, 0, 1, 0, false},
	{"default-roi-delta-qp", "Default delta QP of regions", "For regions of interest that name none: a step of the quantizer in H.264's units, of which 6 halve or double it", "",
		func(v *values) any { return &v.defaultROIDeltaQP }, minusMaxDeltaQP, maxDeltaQP, minusSix, false},
}

// mutable are the properties that take effect while the element is PLAYING, with the
// next frame that goes in.
var mutable = []string{"speed-preset", "bitrate", "max-bitrate", "quantizer", "min-quantizer", "max-quantizer", "min-key-frame-interval", "max-key-frame-interval", "keyframe-after-stall", "stats-interval",
	"default-roi-delta-qp"}

// Bit patterns of negative bounds.
const (
	minusOne        = math.MaxUint64
	minInt32        = 1<<64 - 1<<31
	minusSix        = 1<<64 - 6
	minusMaxDeltaQP = 1<<64 - maxDeltaQP
)

func defaults() (values values) {
	values.multipassCacheFile = "multipass.cache"
	for i := range properties {
		p := &properties[i]
		switch v := p.of(&values).(type) {
		case *bool:
			*v = p.def != 0
		case *uint32:
			*v = uint32(p.def)
		case *int32:
			*v = int32(p.def)
		case *uint64:
			*v = p.def
		}
	}
	return values
}

// apply writes the values into cfg.
func (v *values) apply(cfg *encoder.Config) error {
	cfg.LowLatency = v.lowLatency
	v.applyMutable(cfg)
	cfg.SwitchFrameInterval = clamp(v.switchFrameInterval)
	cfg.TemporalLayers = int(v.temporalLayers)
	cfg.RateControl = encoder.RateControl(v.rateControl)
	cfg.BufferSize, cfg.MaxIntraBitrate = int(v.bufferSize), int(v.maxIntraBitrate)
	cfg.DropFrames = v.dropFrames
	cfg.RecordPass = v.multipassMode == firstPass
	cfg.TileCols, cfg.TileRows, cfg.Tiles = int(v.tileCols), int(v.tileRows), int(v.tiles)
	cfg.LookaheadFrames = int(v.rdoLookaheadFrames)
	cfg.Tune = encoder.Tune(v.tune)
	cfg.ErrorResilient = v.errorResilient
	cfg.Threads = int(v.threads)
	cfg.MaxMemory = clamp(v.maxMemory)
	cfg.MeasurePSNR = v.psnr
	if v.reservoirFrameDelay == unset {
		cfg.ReservoirFrameDelay = 0
		return nil
	}
	cfg.ReservoirFrameDelay = int(v.reservoirFrameDelay)
	if cfg.ReservoirFrameDelay < 12 || cfg.ReservoirFrameDelay > 131072 {
		return &encoder.ConfigError{Field: "ReservoirFrameDelay", Value: fmt.Sprint(v.reservoirFrameDelay), Allowed: "12..131072, or unset"}
	}
	return nil
}

// applyMutable writes those values into cfg that an encoder takes while it runs.
func (v *values) applyMutable(cfg *encoder.Config) {
	cfg.SpeedPreset = int(v.speedPreset)
	cfg.Bitrate, cfg.MaxBitrate = int64(v.bitrate), int64(v.maxBitrate)
	cfg.Quantizer, cfg.MinQuantizer, cfg.MaxQuantizer = int(v.quantizer), int(v.minQuantizer), v.quantizerBound()
	cfg.MaxKeyFrameInterval = clamp(v.maxKeyFrameInterval)
	cfg.MinKeyFrameInterval = clamp(v.minKeyFrameInterval)
	if cfg.MaxKeyFrameInterval > 0 { // the maximum wins: it makes a key frame wherever it ends
		cfg.MinKeyFrameInterval = min(cfg.MinKeyFrameInterval, cfg.MaxKeyFrameInterval)
	}
}

// quantizerBound is the largest quantiser that may be chosen for a bitrate; 0: 255. As in
// rav1enc it is quantizer, but not the default one, with which low bitrates could not be met.
func (v *values) quantizerBound() int {
	if v.bitrate == 0 || v.maxQuantizer != 0 || v.quantizer == defaultQuantizer || v.quantizer > 255 {
		return int(v.maxQuantizer)
	}
	return int(max(v.quantizer, v.minQuantizer))
}

// rateOf is what an encoder is told of cfg while it runs.
func rateOf(cfg *encoder.Config) encoder.Rate {
	return encoder.Rate{Bitrate: cfg.Bitrate, MaxBitrate: cfg.MaxBitrate,
		Quantizer: cfg.Quantizer, MinQuantizer: cfg.MinQuantizer, MaxQuantizer: cfg.MaxQuantizer}
}

// update tells codec, and the format for encoders to come, what was set since the last
// frame. What codec refuses is a warning, and stays as it was.
func (e *element) update(codec encoder.Interface) {
	f, cfg := &e.format.config, e.format.config
	e.settings.mu.Lock()
	changed := e.settings.changed
	e.settings.changed = false
	e.settings.applyMutable(&cfg)
	e.settings.mu.Unlock()
	if !changed {
		return
	}
	if err := codec.SetSpeed(cfg.SpeedPreset); err != nil {
		e.warn(err)
	} else {
		f.SpeedPreset = cfg.SpeedPreset
		e.pace.allow(cfg.SpeedPreset)
		e.preset = cfg.SpeedPreset
	}
	rate := rateOf(&cfg)
	if err := codec.SetRate(rate); err != nil {
		e.warn(err)
	} else {
		f.Bitrate, f.MaxBitrate = rate.Bitrate, rate.MaxBitrate
		f.Quantizer, f.MinQuantizer, f.MaxQuantizer = rate.Quantizer, rate.MinQuantizer, rate.MaxQuantizer
	}
	if err := codec.SetKeyFrameIntervals(cfg.MinKeyFrameInterval, cfg.MaxKeyFrameInterval); err != nil {
		e.warn(err)
	} else {
		f.MinKeyFrameInterval, f.MaxKeyFrameInterval = cfg.MinKeyFrameInterval, cfg.MaxKeyFrameInterval
	}
	e.logf(C.GST_LEVEL_INFO, "from now on speed preset %d, %+v, key frames %d to %d frames apart", f.SpeedPreset, rateOf(f), f.MinKeyFrameInterval, f.MaxKeyFrameInterval)
}

// stallLimit is how long a push of frame may last before it is a stall; 0: for ever. A
// sink in step with the clock blocks for the time of a frame.
func (e *element) stallLimit(frame *C.GstVideoCodecFrame) time.Duration {
	e.settings.mu.Lock()
	limit := e.settings.keyframeAfterStall
	e.settings.mu.Unlock()
	if limit > 0 && frame.duration != noTime {
		limit = max(limit, 2*uint64(frame.duration))
	}
	return time.Duration(min(limit, math.MaxInt64))
}

func clamp(v uint64) int64 { return int64(min(v, math.MaxInt64)) }

// fieldNames replaces the names of Config's fields and modes by those of the properties, longest first.
var fieldNames = func() *strings.Replacer {
	list := append([]property(nil), properties...)
	sort.Slice(list, func(i, j int) bool { return len(list[i].field) > len(list[j].field) })
	pairs := []string{"ConstantQuantizer", "rate-control=cq", "VariableBitrate", "rate-control=vbr", "ConstantBitrate", "rate-control=cbr"}
	for _, p := range list {
		if p.field == "" {
			continue
		}
		pairs = append(pairs, p.field, p.name)
	}
	return strings.NewReplacer(pairs...)
}()

// explain says which property, or which field of the caps, can't be honoured.
func explain(err *encoder.ConfigError) string {
	for _, p := range properties {
		if p.field == err.Field {
			return fmt.Sprintf("property %s = %s can not be honoured, allowed: %s", p.name, err.Value, fieldNames.Replace(err.Allowed))
		}
	}
	return fmt.Sprintf("input with %s = %s can not be encoded, allowed: %s", err.Field, err.Value, err.Allowed)
}

// explainMemory says what to change when memory is short.
func explainMemory(err *encoder.MemoryError) string {
	if err.Err == nil {
		return fmt.Sprintf("property max-memory = %d can not be honoured: %d bytes needed, with one thread and no lookahead", err.Limit, err.Needed)
	}
	const remedy = "low-latency, fewer threads or max-memory need less"
	if err.Limit > 0 {
		return fmt.Sprintf("the system refused the %d bytes needed, %d are left; %s", err.Needed, err.Limit, remedy)
	}
	return fmt.Sprintf("the system refused the %d bytes needed; %s", err.Needed, remedy)
}

//export grav1encClassInit
func grav1encClassInit(class *C.GObjectClass) {
	for i := range properties {
		C.g_object_class_install_property(class, C.guint(i+1), properties[i].spec())
	}
	for i := range readings {
		C.g_object_class_install_property(class, C.guint(len(properties)+i+1), readings[i].spec())
	}
	registerMetas()
	elementClass := (*C.GstElementClass)(unsafe.Pointer(class))
	addPads(elementClass)
	text := func(s string) *C.gchar { return C.CString(s) } // static: the class lives as long as the process
	C.gst_element_class_set_static_metadata(elementClass, text("grav1e AV1 encoder"), text("Codec/Encoder/Video"),
		text("Encodes raw video as AV1"), text("The grav1e authors"))
}

// spec makes the GParamSpec. Its strings are static, the class keeps it for ever.
func (p *property) spec() *C.GParamSpec {
	var flags C.GParamFlags = C.G_PARAM_READWRITE | C.G_PARAM_STATIC_STRINGS | C.GST_PARAM_MUTABLE_READY
	if slices.Contains(mutable, p.name) {
		flags = C.G_PARAM_READWRITE | C.G_PARAM_STATIC_STRINGS | C.GST_PARAM_MUTABLE_PLAYING
	}
	name, nick, blurb := C.CString(p.name), C.CString(p.nick), C.CString(p.blurb)
	switch p.of(new(values)).(type) {
	case *bool:
		return C.g_param_spec_boolean(name, nick, blurb, C.gboolean(p.def), flags)
	case *int32:
		return C.g_param_spec_int(name, nick, blurb, C.gint(int32(p.min)), C.gint(int32(p.max)), C.gint(int32(p.def)), flags)
	case *string:
		def := defaults()
		return C.g_param_spec_string(name, nick, blurb, C.CString(*p.of(&def).(*string)), flags)
	case *uint64:
		return C.g_param_spec_uint64(name, nick, blurb, C.guint64(p.min), C.guint64(p.max), C.guint64(p.def), flags)
	}
	if p.enum {
		return C.g_param_spec_enum(name, nick, blurb, C.grav1enc_enum_type(name), C.gint(p.def), flags)
	}
	return C.g_param_spec_uint(name, nick, blurb, C.guint(p.min), C.guint(p.max), C.guint(p.def), flags)
}

//export grav1encSetProperty
func grav1encSetProperty(object *C.GObject, id C.guint, value *C.GValue, spec *C.GParamSpec) {
	e := from((*C.GstVideoEncoder)(unsafe.Pointer(object)))
	defer e.guard("set_property", func() {})
	defer e.reports.settingsChanged()
	e.settings.mu.Lock()
	defer e.settings.mu.Unlock()
	e.settings.changed = true
	p := &properties[id-1]
	switch v := p.of(&e.settings.values).(type) {
	case *bool:
		*v = C.g_value_get_boolean(value) != 0
	case *int32:
		*v = int32(C.g_value_get_int(value))
	case *uint64:
		*v = uint64(C.g_value_get_uint64(value))
	case *string:
		*v = C.GoString(C.g_value_get_string(value))
	case *uint32:
		if p.enum {
			*v = uint32(C.g_value_get_enum(value))
		} else {
			*v = uint32(C.g_value_get_uint(value))
		}
	}
}

//export grav1encGetProperty
func grav1encGetProperty(object *C.GObject, id C.guint, value *C.GValue, spec *C.GParamSpec) {
	e := from((*C.GstVideoEncoder)(unsafe.Pointer(object)))
	defer e.guard("get_property", func() {})
	if i := int(id) - 1 - len(properties); i >= 0 {
		C.g_value_take_boxed(value, C.gconstpointer(unsafe.Pointer(readings[i].of(e))))
		return
	}
	e.settings.mu.Lock()
	defer e.settings.mu.Unlock()
	p := &properties[id-1]
	switch v := p.of(&e.settings.values).(type) {
	case *bool:
		C.g_value_set_boolean(value, gboolean(*v))
	case *int32:
		C.g_value_set_int(value, C.gint(*v))
	case *uint64:
		C.g_value_set_uint64(value, C.guint64(*v))
	case *string:
		C.g_value_take_string(value, gstrdup(*v))
	case *uint32:
		if p.enum {
			C.g_value_set_enum(value, C.gint(*v))
		} else {
			C.g_value_set_uint(value, C.guint(*v))
		}
	}
}
