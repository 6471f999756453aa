//go:build cgo

// Command encode re-encodes a video file as AV1: encode IN OUT.mkv. It carries the
// element itself, so there is one Go runtime and no plugin to install; with -plugin it
// uses the installed one.
package main

/*
#cgo pkg-config: gstreamer-1.0
#include <stdlib.h>
#include <gst/gst.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"github.com/grav1e/grav1e/element"
)

func main() {
	args, plugin := os.Args[1:], false
	if len(args) > 0 && args[0] == "-plugin" {
		args, plugin = args[1:], true
	}
	if len(args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: encode [-plugin] IN OUT.mkv")
		os.Exit(2)
	}
	if err := encode(args[0], args[1], plugin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func encode(in, out string, plugin bool) error {
	C.gst_init(nil, nil)
	if !plugin && !element.Register(nil) {
		return errors.New("the element can't be registered")
	}
	text := C.CString(fmt.Sprintf("filesrc location=%q ! decodebin ! videoconvert ! grav1enc speed-preset=8 ! matroskamux ! filesink location=%q", in, out))
	defer C.free(unsafe.Pointer(text))
	var failure *C.GError
	pipeline := C.gst_parse_launch(text, &failure)
	if failure != nil {
		return takeError(failure)
	}
	defer C.gst_object_unref(C.gpointer(unsafe.Pointer(pipeline)))
	defer C.gst_element_set_state(pipeline, C.GST_STATE_NULL)
	C.gst_element_set_state(pipeline, C.GST_STATE_PLAYING)

	bus := C.gst_element_get_bus(pipeline)
	defer C.gst_object_unref(C.gpointer(unsafe.Pointer(bus)))
	message := C.gst_bus_timed_pop_filtered(bus, C.GST_CLOCK_TIME_NONE, C.GST_MESSAGE_EOS|C.GST_MESSAGE_ERROR)
	defer C.gst_mini_object_unref(&message.mini_object)
	if message._type == C.GST_MESSAGE_ERROR {
		C.gst_message_parse_error(message, &failure, nil)
		return takeError(failure)
	}
	return nil
}

func takeError(e *C.GError) error {
	defer C.g_error_free(e)
	return errors.New(C.GoString(e.message))
}
