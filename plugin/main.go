// Command plugin is the GStreamer plugin: build it with -buildmode=c-shared into
// libgstgrav1e.so. The tag rav1enc_alias also registers the element as rav1enc.
package main

/*
#cgo pkg-config: gstreamer-1.0
#include <gst/gst.h>
*/
import "C"

import (
	"unsafe"

	"github.com/grav1e/grav1e/element"
)

//export grav1eRegister
func grav1eRegister(plugin *C.GstPlugin) C.gboolean {
	if element.Register(unsafe.Pointer(plugin), aliases...) {
		return 1
	}
	return 0
}

func main() {}
