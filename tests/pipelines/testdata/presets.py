"""presets.py: loads every preset of the element and encodes with it. GST_PRESET_PATH is where the file is."""
from host import Gst, Harness, at30, check

NAMES = ["archive", "live-srt", "live-webrtc", "screen", "vod-balanced", "vod-best"]

check(sorted(Gst.ElementFactory.make("grav1enc").get_preset_names()), NAMES)
settings = set()
for name in NAMES:
    h = Harness()
    assert h.enc.load_preset(name), name
    assert h.enc.get_meta(name, "comment")[1], name
    text = [f"{p} {h.enc.get_property(p)}" for p in ("speed-preset", "low-latency", "quantizer", "max-key-frame-interval", "tune")]
    settings.add(tuple(text))
    live = name.startswith("live")
    check((h.enc.get_property("low-latency"), h.enc.get_property("realtime"), h.enc.get_property("bitrate") > 0), (live, live, live), name)
    check(h.enc.get_property("rate-control").value_nick, "cbr" if live else "cq", name)
    assert h.start(64, 64)
    h.push_many(8)
    assert len(h.times()) > 0 or not live
    h.eos()
    check(h.times(), at30(8), name)
    assert h.error() is None
    h.stop()
check(len(settings), len(NAMES), "different presets")
assert not Gst.ElementFactory.make("grav1enc").load_preset("vod")
print("ok")
