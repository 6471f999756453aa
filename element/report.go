package element

/*
#include <stdlib.h>
#include "grav1enc.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime/debug"
	"unsafe"

	"github.com/grav1e/grav1e/encoder"
)

// problem is a kind of element error.
type problem int

const (
	encodeFailed problem = iota // the encoder or our own code failed
	badSettings                 // a property can't be honoured
	streamFormat                // the input can't be encoded
	streamFailed                // downstream refused data
	noMemory
	noFile // statistics can't be read or written
)

func (p problem) code() (C.GQuark, C.gint) {
	switch p {
	case badSettings:
		return C.gst_library_error_quark(), C.GST_LIBRARY_ERROR_SETTINGS
	case streamFormat:
		return C.gst_stream_error_quark(), C.GST_STREAM_ERROR_FORMAT
	case streamFailed:
		return C.gst_stream_error_quark(), C.GST_STREAM_ERROR_FAILED
	case noFile:
		return C.gst_resource_error_quark(), C.GST_RESOURCE_ERROR_FAILED
	case noMemory:
		return C.gst_resource_error_quark(), C.GST_RESOURCE_ERROR_NO_SPACE_LEFT
	}
	return C.gst_library_error_quark(), C.GST_LIBRARY_ERROR_ENCODE
}

// post puts an element error on the bus and returns the flow that goes with it.
func (e *element) post(p problem, text, detail string) C.GstFlowReturn {
	e.message(C.GST_MESSAGE_ERROR, p, text, detail)
	return C.GST_FLOW_ERROR
}

func (e *element) message(kind C.GstMessageType, p problem, text, detail string) {
	domain, code := p.code()
	here := C.CString("grav1enc")
	defer C.free(unsafe.Pointer(here))
	C.gst_element_message_full((*C.GstElement)(unsafe.Pointer(e.self)), kind, domain, code,
		gstrdup(text), gstrdup(detail), here, here, 0)
}

// warn says that a change while playing can't be honoured; the old value stays in force.
func (e *element) warn(err error) {
	text := err.Error()
	var config *encoder.ConfigError
	if errors.As(err, &config) {
		text = explain(config)
	}
	e.message(C.GST_MESSAGE_WARNING, badSettings, text, "while playing: the value before stays in force")
}

// postError translates an error of the encoder.
func (e *element) postError(err error) C.GstFlowReturn {
	var (
		config   *encoder.ConfigError
		memory   *encoder.MemoryError
		frame    *encoder.FrameError
		internal *encoder.InternalError
		pass     *encoder.PassError
	)
	switch {
	case errors.As(err, &config):
		return e.post(badSettings, explain(config), err.Error())
	case errors.As(err, &memory):
		return e.post(noMemory, explainMemory(memory), err.Error())
	case errors.As(err, &frame):
		return e.post(streamFormat, err.Error(), "")
	case errors.As(err, &pass):
		return e.post(badSettings, "property multipass-cache-file: "+err.Error(), "")
	case errors.As(err, &internal):
		return e.post(encodeFailed, err.Error(), string(internal.Stack))
	}
	return e.post(encodeFailed, err.Error(), "")
}

// guard turns a panic into an element error with the stack in its debug text.
// Use: defer e.guard("where", func() { result = … }).
func (e *element) guard(where string, failed func()) {
	if r := recover(); r != nil {
		e.post(encodeFailed, fmt.Sprintf("internal error in %s: %v", where, r), string(debug.Stack()))
		failed()
	}
}

// logf writes to the debug category grav1enc.
func (e *element) logf(level C.GstDebugLevel, format string, args ...any) {
	if C.grav1enc_logs(level) == 0 {
		return
	}
	s := C.CString(fmt.Sprintf(format, args...))
	C.grav1enc_log(e.self, level, s)
	C.free(unsafe.Pointer(s))
}

// gstrdup copies s into memory that GLib frees; an empty string is NULL.
func gstrdup(s string) *C.gchar {
	if s == "" {
		return nil
	}
	c := C.CString(s)
	defer C.free(unsafe.Pointer(c))
	return C.g_strdup(c)
}

func flowName(f C.GstFlowReturn) string { return C.GoString(C.gst_flow_get_name(f)) }
