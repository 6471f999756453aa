package element

/*
#include <stdlib.h>
#include "grav1enc.h"
*/
import "C"

import (
	"unsafe"

	"github.com/grav1e/grav1e/caps"
	"github.com/grav1e/grav1e/encoder"
)

func addPads(class *C.GstElementClass) {
	add := func(name string, direction C.GstPadDirection, template string) {
		n, c := C.CString(name), capsFrom(template)
		C.gst_element_class_add_pad_template(class, C.gst_pad_template_new(n, direction, C.GST_PAD_ALWAYS, c))
		C.gst_caps_unref(c)
		C.free(unsafe.Pointer(n))
	}
	add("sink", C.GST_PAD_SINK, caps.SinkTemplate())
	add("src", C.GST_PAD_SRC, caps.SrcTemplate())
}

func capsFrom(s string) *C.GstCaps {
	c := C.CString(s)
	defer C.free(unsafe.Pointer(c))
	return C.gst_caps_from_string(c)
}

// field returns a string field of caps' first structure, or "".
func field(c *C.GstCaps, name string) string {
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	return C.GoString(C.gst_structure_get_string(C.gst_caps_get_structure(c, 0), n))
}

//export grav1encSetFormat
func grav1encSetFormat(enc *C.GstVideoEncoder, state *C.GstVideoCodecState) (ok C.gboolean) {
	e := from(enc)
	defer e.guard("set_format", func() { ok = 0 })
	return gboolean(e.setFormat(state, state.caps))
}

// setFormat delivers what the old format has left and begins a session with the
// new one. If the new one is refused the old one stays in force.
func (e *element) setFormat(state *C.GstVideoCodecState, in *C.GstCaps) bool {
	e.drain()
	f := format{input: state, caps: in, raw: rawCaps(&state.info, in), config: encoder.DefaultConfig(0, 0)}
	var err error
	if f.layout, err = f.raw.Apply(&f.config); err != nil {
		e.post(streamFormat, err.Error(), "")
		return false
	}
	e.settings.mu.Lock()
	err = e.settings.apply(&f.config)
	e.settings.changed = false
	e.settings.mu.Unlock()
	if err != nil {
		e.postError(err)
		return false
	}
	if !e.multipass(&f) || !e.setRealtime(&f) {
		return false
	}
	f.stream, f.align = e.wanted()
	f.config.AnnexB = f.stream == "annexb"
	codec, err := newEncoder(f.config)
	if err != nil {
		e.postError(err)
		return false
	}
	e.adopt(f)
	e.begin(codec)
	if !e.announce(codec) {
		e.flow = C.GST_FLOW_NOT_NEGOTIATED
		return false
	}
	return true
}

// adopt puts a format in force; it takes references of its own.
func (e *element) adopt(f format) {
	C.gst_video_codec_state_ref(f.input)
	C.gst_caps_ref(f.caps)
	e.format.release()
	e.format = f
	e.mu.Lock()
	e.planned = f.config
	e.mu.Unlock()
	e.unpacked = nil
	if f.layout.Packed {
		e.unpacked = make([]byte, 2*f.config.Width*f.config.Height)
	}
}

// rawCaps reads what describes the pictures. info fills in what caps leave out.
func rawCaps(info *C.GstVideoInfo, c *C.GstCaps) caps.Raw {
	return caps.Raw{
		Format: C.GoString(info.finfo.name),
		Width:  int(info.width), Height: int(info.height),
		FrameRate:        encoder.Rational{Num: int(info.fps_n), Den: int(info.fps_d)},
		PixelAspect:      encoder.Rational{Num: int(info.par_n), Den: int(info.par_d)},
		Interlaced:       info.interlace_mode != C.GST_VIDEO_INTERLACE_MODE_PROGRESSIVE,
		Colorimetry:      takeString(C.gst_video_colorimetry_to_string(&info.colorimetry)),
		ChromaSite:       takeString(C.gst_video_chroma_site_to_string(info.chroma_site)),
		MasteringDisplay: field(c, "mastering-display-info"),
		ContentLight:     field(c, "content-light-level"),
	}
}

// takeString copies a string of GLib's and frees it.
func takeString(s *C.gchar) string {
	defer C.g_free(C.gpointer(unsafe.Pointer(s)))
	return C.GoString(s)
}

// wanted asks downstream for the stream format and the alignment.
func (e *element) wanted() (streamFormat, align string) {
	allowed := C.gst_pad_get_allowed_caps(e.base().srcpad)
	if allowed == nil {
		return "obu-stream", "tu"
	}
	defer C.gst_caps_unref(allowed)
	if C.gst_caps_is_empty(allowed) != 0 {
		return "obu-stream", "tu"
	}
	first := C.gst_caps_copy_nth(allowed, 0)
	defer C.gst_caps_unref(first)
	structure := C.gst_caps_get_structure(first, 0)
	fixate := func(name, preferred string) {
		n, p := C.CString(name), C.CString(preferred)
		C.gst_structure_fixate_field_string(structure, n, p)
		C.free(unsafe.Pointer(n))
		C.free(unsafe.Pointer(p))
	}
	fixate("stream-format", "obu-stream")
	fixate("alignment", "tu")
	return field(first, "stream-format"), field(first, "alignment")
}

// announce sets the output caps and the latency.
func (e *element) announce(codec encoder.Interface) bool {
	f := &e.format
	stream, err := caps.ParseSequenceHeader(codec.SequenceHeader())
	if err != nil {
		e.post(encodeFailed, err.Error(), "")
		return false
	}
	out := capsFrom(stream.Caps(f.stream, f.align, &f.raw))
	// The input isn't named as the reference, because its HDR fields may be outdated:
	// ours are in the caps. Everything else is taken over here.
	state := C.gst_video_encoder_set_output_state(e.base(), out, nil)
	if state == nil {
		return false
	}
	encoded := state.info.finfo
	state.info = f.input.info
	state.info.finfo = encoded
	C.gst_video_codec_state_unref(state)
	e.logf(C.GST_LEVEL_INFO, "%s %dx%d to %s %s, latency %d frames", f.raw.Format, f.raw.Width, f.raw.Height, f.stream, f.align, codec.Latency())
	e.reportLatency(codec.Latency())
	return C.gst_video_encoder_negotiate(e.base()) != 0
}

// updateHDR applies caps that differ from those in force in nothing but mastering
// display or content light: the base class ignores such a change. It returns
// false when the new caps are refused.
func (e *element) updateHDR(event *C.GstEvent) bool {
	e.lock()
	defer e.unlock()
	var in *C.GstCaps
	C.gst_event_parse_caps(event, &in)
	var info C.GstVideoInfo
	f := &e.format
	if f.input == nil || C.gst_video_info_from_caps(&info, in) == 0 || C.gst_video_info_is_equal(&info, &f.input.info) == 0 ||
		field(in, "mastering-display-info") == field(f.caps, "mastering-display-info") &&
			field(in, "content-light-level") == field(f.caps, "content-light-level") {
		return true
	}
	return e.setFormat(f.input, in)
}

// mapFrame points e.frame at the samples of frame's input buffer.
func (e *element) mapFrame(frame *C.GstVideoCodecFrame) bool {
	v := &e.self.mapped
	if C.gst_video_frame_map(v, &e.format.input.info, frame.input_buffer, C.GST_MAP_READ) == 0 {
		return false
	}
	layout := &e.format.layout
	e.readMetas(frame.input_buffer)
	e.frame = encoder.Frame{Interleaved: layout.Interleaved, SampleShift: layout.Shift, Metadata: e.messages, Regions: e.regions}
	for i := range int(v.info.finfo.n_planes) {
		stride := int(v.info.stride[i])
		rows, bytes := e.planeSize(i)
		if stride < bytes {
			C.gst_video_frame_unmap(v)
			return false
		}
		e.frame.Planes[i] = unsafe.Slice((*byte)(v.data[i]), stride*(rows-1)+bytes)
		e.frame.Stride[i] = stride
	}
	if layout.Packed {
		e.unpack()
	}
	return true
}

func (e *element) unmapFrame() {
	C.gst_video_frame_unmap(&e.self.mapped)
	e.frame = encoder.Frame{}
}

// planeSize returns the rows of plane i and the bytes used in each.
func (e *element) planeSize(i int) (rows, bytes int) {
	cfg, layout := &e.format.config, &e.format.layout
	w, h := cfg.Width, cfg.Height
	if i > 0 && layout.Chroma != encoder.Chroma444 {
		w = (w + 1) / 2
	}
	if i > 0 && layout.Chroma == encoder.Chroma420 {
		h = (h + 1) / 2
	}
	if i > 0 && layout.Interleaved {
		w *= 2
	}
	switch {
	case layout.Packed:
		return h, (w + 2) / 3 * 4
	case cfg.BitDepth > 8:
		return h, 2 * w
	}
	return h, w
}

// unpack turns the packed plane 0 of e.frame into two bytes per sample.
func (e *element) unpack() {
	w, h := e.format.config.Width, e.format.config.Height
	for y := range h {
		caps.UnpackRow(e.unpacked[2*w*y:2*w*(y+1)], e.frame.Planes[0][y*e.frame.Stride[0]:], w)
	}
	e.frame.Planes[0], e.frame.Stride[0] = e.unpacked, 2*w
}

// grav1encProposeAllocation offers a pool. Input is copied when it arrives, so one
// buffer is ours and one can be filled meanwhile; strides may be anything.
//
//export grav1encProposeAllocation
func grav1encProposeAllocation(enc *C.GstVideoEncoder, query *C.GstQuery) (ok C.gboolean) {
	e := from(enc)
	defer e.guard("propose_allocation", func() { ok = 0 })
	var c *C.GstCaps
	var need C.gboolean
	C.gst_query_parse_allocation(query, &c, &need)
	var info C.GstVideoInfo
	if c == nil || C.gst_video_info_from_caps(&info, c) == 0 {
		return 0
	}
	const held = 2
	pool := C.gst_video_buffer_pool_new()
	defer C.gst_object_unref(C.gpointer(unsafe.Pointer(pool)))
	config := C.gst_buffer_pool_get_config(pool)
	C.gst_buffer_pool_config_set_params(config, c, C.guint(info.size), held, 0)
	if C.gst_buffer_pool_set_config(pool, config) == 0 {
		return 0
	}
	C.gst_query_add_allocation_pool(query, pool, C.guint(info.size), held, 0)
	C.gst_query_add_allocation_meta(query, C.gst_video_meta_api_get_type(), nil)
	return 1
}
