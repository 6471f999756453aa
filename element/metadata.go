package element

/*
#include <stdlib.h>
#include "grav1enc.h"
*/
import "C"

import (
	"unsafe"

	"github.com/grav1e/grav1e/encoder"
)

// t35Meta is the name of the custom meta whose field "data", a GstBuffer, holds an
// ITU-T T.35 message from its country code on. GStreamer has no meta of its own for these,
// and for HDR10+ only from 1.30 on.
const t35Meta = "itu-t-t35"

// registerMetas makes the custom meta known to applications.
func registerMetas() {
	name := C.CString(t35Meta) // static, as the registry keeps it
	if C.gst_meta_get_info(name) == nil {
		C.grav1enc_register_meta(name)
	}
}

// Constants of the ATSC A/53 wrapping of captions: ITU-T T.35 country and provider,
// user_identifier and user_data_type_code; and HDR10+'s provider.
const (
	countryUSA   = 0xB5
	samsung      = "\x00\x3C"
	captionStart = "\x00\x31GA94\x03"
)

// Kinds of a cc_data triplet (CEA-708, section 4.4): five marker bits, cc_valid, cc_type.
const (
	field1 = 0xFC
	field2 = 0xFD
)

// readMetas collects what travels with a frame: captions, HDR10+, messages in metas
// named t35Meta, and regions of interest.
func (e *element) readMetas(buffer *C.GstBuffer) {
	e.messages, e.regions = e.messages[:0], e.regions[:0]
	var state C.gpointer
	for meta := C.gst_buffer_iterate_meta(buffer, &state); meta != nil; meta = C.gst_buffer_iterate_meta(buffer, &state) {
		switch {
		case meta.info.api == C.gst_video_caption_meta_api_get_type():
			caption := (*C.GstVideoCaptionMeta)(unsafe.Pointer(meta))
			if caption.size > 0 {
				e.addCaptions(caption.caption_type, unsafe.Slice((*byte)(caption.data), int(caption.size)))
			}
		case meta.info.api == C.gst_video_region_of_interest_meta_api_get_type():
			e.addRegion((*C.GstVideoRegionOfInterestMeta)(unsafe.Pointer(meta)))
		case C.grav1enc_is_t35(meta) != 0:
			e.addMessage(meta)
		default:
			e.addHDR10Plus(meta)
		}
	}
}

// addMessage takes the message of a custom meta.
func (e *element) addMessage(meta *C.GstMeta) {
	buffer := C.grav1enc_t35_data(meta)
	if buffer == nil {
		e.logf(C.GST_LEVEL_WARNING, "the meta %s has no field data that is a buffer", t35Meta)
		return
	}
	var info C.GstMapInfo
	if C.gst_buffer_map(buffer, &info, C.GST_MAP_READ) == 0 {
		return
	}
	defer C.gst_buffer_unmap(buffer, &info)
	data := append([]byte(nil), unsafe.Slice((*byte)(info.data), int(info.size))...)
	switch {
	case len(data) >= 3 && data[0] == 0xFF:
		e.messages = append(e.messages, encoder.T35{CountryCode: data[0], CountryCodeExtension: data[1], Payload: data[2:]})
	case len(data) >= 2 && data[0] != 0xFF:
		e.messages = append(e.messages, encoder.T35{CountryCode: data[0], Payload: data[1:]})
	default:
		e.logf(C.GST_LEVEL_WARNING, "a message of %d bytes in the meta %s is too short", len(data), t35Meta)
	}
}

// addHDR10Plus takes the message of a GstVideoHDRMeta, which begins behind the provider.
func (e *element) addHDR10Plus(meta *C.GstMeta) {
	var size C.gsize
	if data := C.grav1enc_hdr10plus(meta, &size); data != nil {
		payload := append([]byte(samsung), unsafe.Slice((*byte)(data), int(size))...)
		e.messages = append(e.messages, encoder.T35{CountryCode: countryUSA, Payload: payload})
	}
}

// addCaptions wraps captions of any type as ATSC A/53 does, at most 31 triplets in a message.
func (e *element) addCaptions(kind C.GstVideoCaptionType, data []byte) {
	var triplets []byte
	switch kind {
	case C.GST_VIDEO_CAPTION_TYPE_CEA608_RAW:
		triplets = ccFrom608(data)
	case C.GST_VIDEO_CAPTION_TYPE_CEA608_S334_1A:
		triplets = ccFromS334(data)
	case C.GST_VIDEO_CAPTION_TYPE_CEA708_RAW:
		triplets = data
	case C.GST_VIDEO_CAPTION_TYPE_CEA708_CDP:
		triplets = ccFromCDP(data)
	}
	triplets = triplets[:len(triplets)/3*3]
	if len(triplets) == 0 {
		e.logf(C.GST_LEVEL_WARNING, "captions of type %d in %d bytes are not understood", int(kind), len(data))
	}
	const most = 31 * 3
	for len(triplets) > 0 {
		part := triplets[:min(len(triplets), most)]
		triplets = triplets[len(part):]
		e.messages = append(e.messages, encoder.T35{CountryCode: countryUSA, Payload: wrapCaptions(part)})
	}
}

// wrapCaptions returns the payload of a T.35 message with cc_data() (A/53 part 4,
// section 6.2.3.1): process_cc_data_flag and cc_count, em_data, the triplets, marker_bits.
func wrapCaptions(triplets []byte) []byte {
	out := append([]byte(captionStart), 0x40|byte(len(triplets)/3), 0xFF)
	return append(append(out, triplets...), 0xFF)
}

// ccFrom608 makes triplets of byte pairs, which are of the first field.
func ccFrom608(data []byte) (out []byte) {
	for i := 0; i+1 < len(data); i += 2 {
		out = append(out, field1, data[i], data[i+1])
	}
	return out
}

// ccFromS334 makes triplets of those of SMPTE S334-1 annex A: bit 7 of the first byte
// is set in the first field.
func ccFromS334(data []byte) (out []byte) {
	for i := 0; i+2 < len(data); i += 3 {
		kind := byte(field2)
		if data[i]&0x80 != 0 {
			kind = field1
		}
		out = append(out, kind, data[i+1], data[i+2])
	}
	return out
}

// ccFromCDP returns the triplets of a caption distribution packet (SMPTE S334-2), nil
// if it has none or is damaged.
func ccFromCDP(data []byte) []byte {
	const identifier0, identifier1, header = 0x96, 0x69, 7
	const timeCode, timeCodeSize, ccData = 0x71, 5, 0x72
	if len(data) < header || data[0] != identifier0 || data[1] != identifier1 {
		return nil
	}
	rest := data[header:]
	if len(rest) >= timeCodeSize && rest[0] == timeCode {
		rest = rest[timeCodeSize:]
	}
	if len(rest) < 2 || rest[0] != ccData {
		return nil
	}
	n := 3 * int(rest[1]&0x1F)
	if rest = rest[2:]; len(rest) < n {
		return nil
	}
	return rest[:n]
}
