// Command static re-encodes a video file as AV1: static IN OUT.mkv. It carries the
// element itself, so there is one Go runtime and no plugin to install.
package main

import (
	"log"

	"github.com/go-gst/go-gst/pkg/gst"
	"github.com/grav1e/grav1e/element"
	"github.com/grav1e/grav1e/examples/go/encode"
)

func main() {
	gst.Init()
	if !element.Register(nil) {
		log.Fatal("the element can't be registered")
	}
	encode.Main()
}
