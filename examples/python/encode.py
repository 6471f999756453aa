#!/usr/bin/env python3
"""encode.py IN OUT.mkv: re-encodes a video file as AV1 and tells every second how it goes."""
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402


def main(source, target):
    Gst.init(None)
    pipeline = Gst.parse_launch("filesrc name=in ! decodebin ! videoconvert ! "
                                "grav1enc name=enc speed-preset=8 ! matroskamux ! filesink name=out")
    pipeline.get_by_name("in").set_property("location", source)
    pipeline.get_by_name("out").set_property("location", target)
    encoder = pipeline.get_by_name("enc")
    encoder.set_property("stats-interval", Gst.SECOND)
    pipeline.set_state(Gst.State.PLAYING)
    wanted = Gst.MessageType.EOS | Gst.MessageType.ERROR | Gst.MessageType.ELEMENT
    try:
        while True:
            message = pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, wanted)
            if message.type == Gst.MessageType.EOS:
                return 0
            if message.type == Gst.MessageType.ERROR:
                print(message.parse_error()[0].message, file=sys.stderr)
                return 1
            stats = message.get_structure()
            if stats.get_name() == "grav1enc-stats":
                print(stats.get_value("frames-out"), "frames,", stats.get_value("bytes"), "bytes")
    finally:
        pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
