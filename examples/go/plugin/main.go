// Command plugin re-encodes a video file as AV1: plugin IN OUT.mkv. It uses the
// installed plugin, which brings a Go runtime of its own.
package main

import (
	"github.com/go-gst/go-gst/pkg/gst"
	"github.com/grav1e/grav1e/examples/go/encode"
)

func main() {
	gst.Init()
	encode.Main()
}
