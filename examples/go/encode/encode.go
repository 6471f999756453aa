// Package encode re-encodes a video file as AV1 with go-gst.
package encode

import (
	"fmt"
	"os"
	"os/signal"

	"github.com/go-gst/go-gst/pkg/gst"
)

// Main is the program "encode IN OUT.mkv" once the element is there. It tells every
// second how it goes; an interrupt ends the file where it is.
func Main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: encode IN OUT.mkv")
		os.Exit(2)
	}
	if err := file(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func file(in, out string) error {
	launched, err := gst.ParseLaunch("filesrc name=in ! decodebin ! videoconvert ! " +
		"grav1enc speed-preset=8 stats-interval=1000000000 ! matroskamux ! filesink name=out")
	if err != nil {
		return err
	}
	pipeline := launched.(gst.Pipeline)
	// What no Go variable refers to any more, go-gst gives back at the next collection:
	// the deferred call keeps the pipeline from that until it has stopped.
	defer pipeline.SetState(gst.StateNull)
	pipeline.GetByName("in").SetObjectProperty("location", in)
	pipeline.GetByName("out").SetObjectProperty("location", out)
	pipeline.SetState(gst.StatePlaying) // what goes wrong comes as a message

	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, os.Interrupt)
	go func() {
		<-interrupt
		signal.Stop(interrupt) // the next one is Go's again, and ends the program
		pipeline.SendEvent(gst.NewEventEOS())
	}()

	bus := pipeline.GetBus()
	for {
		message := bus.TimedPopFiltered(gst.ClockTimeNone, gst.MessageEOS|gst.MessageError|gst.MessageElement)
		switch {
		case message.Type() == gst.MessageEOS:
			return nil
		case message.Type() == gst.MessageError:
			_, err := message.ParseError()
			return err
		case message.HasName("grav1enc-stats"):
			stats := message.GetStructure()
			frames, _ := stats.GetUint64("frames-out")
			bytes, _ := stats.GetUint64("bytes")
			fmt.Println(frames, "frames,", bytes, "bytes")
		}
	}
}
