// Command gohost is a Go application around GStreamer: gohost plugin|static.
package main

/*
#cgo pkg-config: gstreamer-1.0
#include <stdlib.h>
#include <gst/gst.h>
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"time"
	"unsafe"

	"github.com/grav1e/grav1e/element"
)

func main() {
	C.gst_init(nil, nil)
	if os.Args[1] == "static" && !element.Register(nil) {
		fatal("element.Register failed")
	}
	text := C.CString("videotestsrc num-buffers=300 ! video/x-raw,format=I420,width=64,height=64 ! grav1enc speed-preset=10 ! fakesink sync=false")
	defer C.free(unsafe.Pointer(text))
	var failure *C.GError
	pipeline := C.gst_parse_launch(text, &failure)
	if failure != nil {
		fatal(C.GoString(failure.message))
	}
	C.gst_element_set_state(pipeline, C.GST_STATE_PLAYING)
	done := make(chan bool)
	go func() { done <- waitForEOS(pipeline) }()

	// Collecting needs every goroutine stopped, also this one that never yields.
	go func() {
		for i := 0; ; i++ {
			spin += i
		}
	}()
	worst := time.Duration(0)
	for running := true; running; {
		start := time.Now()
		runtime.GC()
		worst = max(worst, time.Since(start))
		select {
		case ok := <-done:
			if !ok {
				fatal("no EOS")
			}
			running = false
		case <-time.After(20 * time.Millisecond):
		}
	}
	C.gst_element_set_state(pipeline, C.GST_STATE_NULL)
	C.gst_object_unref(C.gpointer(unsafe.Pointer(pipeline)))
	fmt.Println("longest collection:", worst)
	if worst > 5*time.Second {
		fatal("the host's garbage collector is blocked")
	}
	fmt.Println("ok")
}

var spin int

func waitForEOS(pipeline *C.GstElement) bool {
	bus := C.gst_element_get_bus(pipeline)
	defer C.gst_object_unref(C.gpointer(unsafe.Pointer(bus)))
	m := C.gst_bus_timed_pop_filtered(bus, 100*C.GST_SECOND, C.GST_MESSAGE_EOS|C.GST_MESSAGE_ERROR)
	if m == nil {
		return false
	}
	defer C.gst_mini_object_unref(&m.mini_object)
	return m._type == C.GST_MESSAGE_EOS
}

func fatal(text string) {
	fmt.Println(text)
	os.Exit(1)
}
