"""A GStreamer application around grav1enc: host.py TEST [ARGUMENTS]. Exits with 0
and prints "ok", or dies of a failed assertion."""
import os
import random
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import GLib, Gst, GstVideo  # noqa: E402

Gst.init(None)
FAST = "GRAV1E_TEST_FAST" in os.environ  # the encoder is the real one
WIDTH, HEIGHT = (64, 64) if FAST else (320, 240)
SECOND = Gst.SECOND
NONE = Gst.CLOCK_TIME_NONE
FLOW = {f.value_nick: f for f in (Gst.FlowReturn.OK, Gst.FlowReturn.EOS, Gst.FlowReturn.FLUSHING,
                                  Gst.FlowReturn.NOT_LINKED, Gst.FlowReturn.NOT_NEGOTIATED, Gst.FlowReturn.ERROR)}


class Harness:
    """The element between two pads of ours."""

    def __init__(self, sink_caps=None, **properties):
        self.enc = Gst.ElementFactory.make("grav1enc", None)
        assert self.enc, "grav1enc is not there"
        if FAST:
            self.enc.set_property("speed-preset", 10)
        for k, v in properties.items():
            self.enc.set_property(k.replace("_", "-"), v)
        self.bus = Gst.Bus()
        self.enc.set_bus(self.bus)
        self.lock = threading.Lock()
        self.out = []        # ("buffer", pts, dts, key, size, flags, duration, buffer) and ("event", name, …), in order
        self.answer = lambda n: Gst.FlowReturn.OK
        self.buffers = 0
        self.src = Gst.Pad.new("src", Gst.PadDirection.SRC)
        self.sink = Gst.Pad.new_from_template(
            Gst.PadTemplate.new("sink", Gst.PadDirection.SINK, Gst.PadPresence.ALWAYS, Gst.Caps.from_string(sink_caps or "ANY")), "sink")
        self.sink.set_chain_function_full(self.chain)
        self.sink.set_event_function_full(self.event)
        assert self.src.link(self.enc.get_static_pad("sink")) == Gst.PadLinkReturn.OK
        assert self.enc.get_static_pad("src").link(self.sink) == Gst.PadLinkReturn.OK
        self.sink.set_active(True)
        assert self.enc.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE
        self.src.set_active(True)
        assert self.src.push_event(Gst.Event.new_stream_start("test"))

    def chain(self, pad, parent, buf):
        with self.lock:
            n = self.buffers
            self.buffers += 1
        flow = self.answer(n)
        if flow == Gst.FlowReturn.OK:
            with self.lock:
                self.out.append(("buffer", buf.pts, buf.dts, not buf.has_flags(Gst.BufferFlags.DELTA_UNIT), buf.get_size(),
                                 buf.get_flags(), buf.duration, buf))
        return flow

    def event(self, pad, parent, event):
        with self.lock:
            if GstVideo.video_event_is_force_key_unit(event):
                ok, ts, stream, running, headers, count = GstVideo.video_event_parse_downstream_force_key_unit(event)
                assert ok
                self.out.append(("key-unit", running, headers, count))
            elif event.type == Gst.EventType.CAPS:
                self.out.append(("caps", Gst.Structure.new_from_string(event.parse_caps().to_string())))
            else:
                self.out.append(("event", event.type.value_nick))
        return True

    def caps(self, text):
        return self.src.push_event(Gst.Event.new_caps(Gst.Caps.from_string(text)))

    def start(self, width=WIDTH, height=HEIGHT, format="I420", framerate="30/1", extra=""):
        ok = self.caps(raw(width, height, format, framerate, extra))
        segment = Gst.Segment()
        segment.init(Gst.Format.TIME)
        self.src.push_event(Gst.Event.new_segment(segment))
        self.size = info(width, height, format).size
        return ok

    def push(self, pts, duration=SECOND // 30, change=None):
        buf = Gst.Buffer.new_wrapped(bytes(self.size))
        buf.pts, buf.duration = pts, duration
        if change:
            change(buf)
        return self.src.push(buf)

    def push_many(self, n, first=0):
        for i in range(first, first + n):
            flow = self.push(i * SECOND // 30)
            assert flow == Gst.FlowReturn.OK, (i, flow)

    def eos(self):
        return self.src.push_event(Gst.Event.new_eos())

    def of(self, kind):
        with self.lock:
            return [o for o in self.out if o[0] == kind]

    def times(self):
        return [o[1] for o in self.of("buffer")]

    def error(self):
        m = self.bus.pop_filtered(Gst.MessageType.ERROR)
        return m.parse_error() if m else None

    def stop(self):
        self.src.set_active(False)
        self.enc.set_state(Gst.State.NULL)
        self.sink.set_active(False)


def raw(width, height, format="I420", framerate="30/1", extra=""):
    return f"video/x-raw,format={format},width={width},height={height},framerate={framerate}{extra}"


def info(width, height, format):
    i = GstVideo.VideoInfo.new()
    i.set_format(GstVideo.VideoFormat.from_string(format), width, height)
    return i


def at30(n, first=0):
    return [i * SECOND // 30 for i in range(first, first + n)]


def check(got, want, what=""):
    assert got == want, f"{what}: got {got}, want {want}"


def test_order():
    """Frames come out once, in order, with their times; DTS never goes back."""
    h = Harness()
    assert h.start()
    h.push_many(60)
    h.eos()
    check(h.times(), at30(60))
    dts = [o[2] for o in h.of("buffer")]
    assert dts == sorted(dts) and all(d <= p for d, p in zip(dts, h.times())), dts
    assert h.of("buffer")[0][3] and not any(o[3] for o in h.of("buffer")[1:])
    assert all(o[6] == SECOND // 30 for o in h.of("buffer"))
    check(h.out[-1], ("event", "eos"))
    h.stop()


def test_caps_change():
    """60 frames in, 60 out across a change of size, each after its own caps."""
    h = Harness()
    assert h.start(320, 240)
    h.push_many(30)
    assert h.start(176, 144)
    h.push_many(30, 30)
    h.eos()
    check(h.times(), at30(60))
    order = [o[1].get_int("width")[1] if o[0] == "caps" else "b" for o in h.out if o[0] in ("caps", "buffer")]
    check(order, [320] + ["b"] * 30 + [176] + ["b"] * 30)
    h.stop()


HDR = ",mastering-display-info=(string)35400:14600:8500:39850:6550:2300:15635:16450:10000000:1,content-light-level=(string)"


def test_hdr_change():
    """A change of the HDR fields alone reaches the stream and the caps."""
    h = Harness()
    assert h.start(extra=HDR + "1000:400")
    h.push_many(20)
    assert h.caps(raw(WIDTH, HEIGHT, extra=HDR + "2000:500"))
    h.push_many(20, 20)
    assert h.caps(raw(WIDTH, HEIGHT))
    h.push_many(20, 40)
    h.eos()
    check(h.times(), at30(60))
    order = [o[1].get_string("content-light-level") if o[0] == "caps" else "b" for o in h.out if o[0] in ("caps", "buffer")]
    check(order, ["1000:400"] + ["b"] * 20 + ["2000:500"] + ["b"] * 20 + [None] + ["b"] * 20)
    keys = [o[3] for o in h.of("buffer")]
    check([i for i, k in enumerate(keys) if k], [0, 20, 40])
    h.stop()


def test_color_change():
    """So does a change of colorimetry or chroma site alone."""
    h = Harness()
    assert h.start(extra=",colorimetry=bt709,chroma-site=mpeg2")
    h.push_many(20)
    assert h.caps(raw(WIDTH, HEIGHT, extra=",colorimetry=bt2020,chroma-site=mpeg2"))
    h.push_many(20, 20)
    assert h.caps(raw(WIDTH, HEIGHT, extra=",colorimetry=bt2020,chroma-site=cosited"))
    h.push_many(20, 40)
    h.eos()
    check(h.times(), at30(60))
    order = [(o[1].get_string("colorimetry"), o[1].get_string("chroma-site")) if o[0] == "caps" else "b" for o in h.out if o[0] in ("caps", "buffer")]
    check(order, [("bt709", "mpeg2")] + ["b"] * 20 + [("bt2020", "mpeg2")] + ["b"] * 20 + [("bt2020", "cosited")] + ["b"] * 20)
    check(key_frames(h), [0, 20, 40])
    h.stop()


def test_caps_fields():
    """The output caps say what muxers and payloaders ask for."""
    h = Harness()
    assert h.start(extra=",colorimetry=bt2100-pq,chroma-site=cosited,pixel-aspect-ratio=4/3" + HDR + "1000:400")
    h.push_many(10)
    h.eos()
    s = h.of("caps")[0][1]
    for name, want in {"stream-format": "obu-stream", "alignment": "tu", "parsed": True, "profile": "main", "level": "2.0", "tier": "main",
                       "chroma-format": "4:2:0", "bit-depth-luma": 8, "bit-depth-chroma": 8, "colorimetry": "bt2100-pq",
                       "chroma-site": "cosited", "width": 320, "height": 240, "content-light-level": "1000:400"}.items():
        check(s.get_value(name), want, name)
    check(s.get_fraction("framerate")[1:], (30, 1))
    check(s.get_fraction("pixel-aspect-ratio")[1:], (4, 3))
    data = s.get_value("codec_data")
    check(data.extract_dup(0, data.get_size()), bytes([0x81, 0, 0x0C, 0]))
    h.stop()


def flush(h):
    assert h.src.push_event(Gst.Event.new_flush_start())
    assert h.src.push_event(Gst.Event.new_flush_stop(True))
    segment = Gst.Segment()
    segment.init(Gst.Format.TIME)
    h.src.push_event(Gst.Event.new_segment(segment))


def test_flush():
    """After a flush no stale frame comes out and the first frame is a key frame."""
    h = Harness()
    assert h.start()
    for round in range(20):
        first = 1000 * round
        h.push_many(random.randrange(0, 30), first)
        flush(h)
        with h.lock:
            del h.out[:]
        h.push_many(25, first + 500)
        h.eos() if round == 19 else None
        assert all(t >= at30(1, first + 500)[0] for t in h.times()), "stale frame"
        if h.times():
            assert h.of("buffer")[0][3], "the first frame after a flush is no key frame"
    check(h.times(), at30(25, 19500))
    h.stop()


def test_flush_while_blocked():
    """A flush wakes a streaming thread that waits for downstream."""
    h = Harness()
    gate = threading.Event()
    h.answer = lambda n: (gate.wait(20), Gst.FlowReturn.FLUSHING)[1]
    assert h.start()
    result = []

    def stream():
        for i in range(100):
            flow = h.push(i * SECOND // 30)
            if flow != Gst.FlowReturn.OK:
                result.append(flow)
                return

    t = threading.Thread(target=stream)
    t.start()
    time.sleep(0.3)
    assert t.is_alive(), "nothing waits: the queue has no end"
    threading.Timer(0.2, gate.set).start()
    h.src.push_event(Gst.Event.new_flush_start())
    t.join(10)
    assert not t.is_alive(), "still blocked"
    check(result, [Gst.FlowReturn.FLUSHING])
    h.answer = lambda n: Gst.FlowReturn.OK
    h.src.push_event(Gst.Event.new_flush_stop(True))
    segment = Gst.Segment()
    segment.init(Gst.Format.TIME)
    h.src.push_event(Gst.Event.new_segment(segment))
    with h.lock:
        del h.out[:]
    h.push_many(10)
    h.eos()
    check(h.times(), at30(10))
    h.stop()


def test_eos(n):
    """EOS after n frames delivers n frames and then EOS."""
    n = int(n)
    h = Harness()
    assert h.start(64, 64)
    h.push_many(n)
    h.eos()
    check(h.times(), at30(n))
    check(h.out[-1], ("event", "eos"))
    h.stop()


def test_after_eos():
    """A new stream after EOS, without a flush, is encoded from a key frame on."""
    h = Harness()
    assert h.start()
    h.push_many(10)
    h.eos()
    h.src.push_event(Gst.Event.new_stream_start("again"))
    assert h.start()
    h.push_many(10, 10)
    h.eos()
    check(h.times(), at30(20))
    check([i for i, o in enumerate(h.of("buffer")) if o[3]], [0, 10])
    h.stop()


def key_frames(h):
    return [i for i, o in enumerate(h.of("buffer")) if o[3]]


def answered(h):
    """Which buffer follows each key unit event, with the event's fields."""
    r, n = [], 0
    with h.lock:
        for o in h.out:
            if o[0] == "key-unit":
                r.append((n, o[2], o[3]))
            n += o[0] == "buffer"
    return r


def test_force_key_unit():
    """Requests from both sides become key frames and are answered at these, nowhere else."""
    h = Harness()
    assert h.start()
    for i in range(60):
        if i in (20, 23):  # while the first is still in the lookahead
            h.sink.push_event(GstVideo.video_event_new_upstream_force_key_unit(NONE, i == 23, i))
        if i == 30:
            h.sink.push_event(GstVideo.video_event_new_upstream_force_key_unit(40 * SECOND // 30, True, 40))
        if i == 50:
            t = i * SECOND // 30
            h.src.push_event(GstVideo.video_event_new_downstream_force_key_unit(t, t, t, True, 50))
        assert h.push(i * SECOND // 30) == Gst.FlowReturn.OK
    h.eos()
    check(key_frames(h), [0, 20, 23, 40, 50])
    check(answered(h), [(20, False, 20), (23, True, 23), (40, True, 40), (50, True, 50)])
    h.stop()


def test_force_key_unit_interval():
    """min-force-key-unit-interval holds requests back, and loses none."""
    h = Harness(min_force_key_unit_interval=10 * SECOND // 30)
    assert h.start()
    for i in range(40):
        if i in (5, 7, 8):
            h.sink.push_event(GstVideo.video_event_new_upstream_force_key_unit(NONE, False, i))
        assert h.push(i * SECOND // 30) == Gst.FlowReturn.OK
    h.eos()
    check(key_frames(h), [0, 5, 15])
    check(answered(h), [(5, False, 5), (15, False, 7), (15, False, 8)])
    h.stop()


def test_flow(nick, lookahead):
    """What downstream says reaches upstream unchanged, at most one frame later."""
    want = FLOW[nick]
    h = Harness(rdo_lookahead_frames=int(lookahead))
    said = threading.Event()

    def answer(n):
        if n < 10:
            return Gst.FlowReturn.OK
        said.set()
        return want

    h.answer = answer
    assert h.start()
    after = 0
    for i in range(200):
        was = said.is_set()
        flow = h.push(i * SECOND // 30)
        if flow != Gst.FlowReturn.OK:
            break
        if was:
            time.sleep(0.2)  # downstream has spoken; the pad's answer is on its way
            after += 1
    check(flow, want)
    assert after <= 1, f"{after} frames were accepted after downstream said {nick}"
    check(h.push(SECOND), want, "the next frame")
    check(h.buffers, 11, "buffers pushed")
    h.eos()
    flush(h)
    h.answer = lambda n: Gst.FlowReturn.OK
    with h.lock:
        del h.out[:]
    h.push_many(12)
    h.eos()
    check(h.times(), at30(12), "after the flush")
    h.stop()


def test_flow_at_eos(nick):
    """An error while the last frames drain is reported on the bus."""
    h = Harness(rdo_lookahead_frames=30)
    h.answer = lambda n: FLOW[nick]
    assert h.start()
    h.push_many(5)
    h.eos()
    err = h.error()
    if nick in ("eos", "flushing"):
        assert err is None, err
    else:
        assert err and "could not be delivered" in err[1], err
    h.stop()


def test_relink():
    """NOT_LINKED ends when the pad is linked again."""
    h = Harness()
    src = h.enc.get_static_pad("src")
    assert h.start()
    h.push_many(20)
    src.unlink(h.sink)
    flows = []
    for i in range(20, 60):
        flows.append(h.push(i * SECOND // 30))
        time.sleep(0.002)
    assert Gst.FlowReturn.NOT_LINKED in flows, flows
    assert src.link(h.sink) == Gst.PadLinkReturn.OK
    with h.lock:
        del h.out[:]
    h.push_many(30, 100)
    h.eos()
    check(h.times(), at30(30, 100))
    assert h.of("buffer")[0][3]
    h.stop()


def test_latency():
    """Latency is exact, and follows the frame rate."""
    h = Harness(rdo_lookahead_frames=9)
    assert h.start()

    def latency():
        q = Gst.Query.new_latency()
        h.src.set_query_function_full(lambda pad, parent, query: (query.set_latency(True, 0, NONE), True)[1])
        assert h.enc.get_static_pad("src").query(q)
        return q.parse_latency()

    check(latency()[1], 9 * SECOND // 30)
    assert h.bus.pop_filtered(Gst.MessageType.LATENCY)
    assert h.start(framerate="25/1")
    check(latency()[1], 9 * SECOND // 25)
    assert h.bus.pop_filtered(Gst.MessageType.LATENCY)
    h.stop()


def test_variable_rate(rate):
    """Times of a variable frame rate are kept."""
    h = Harness()
    assert h.start(framerate=rate)
    random.seed(1)
    times, t = [], 0
    for _ in range(50):
        times.append(t)
        assert h.push(t, NONE) == Gst.FlowReturn.OK
        t += random.randrange(1, SECOND)
    h.eos()
    check(h.times(), times)
    dts = [o[2] for o in h.of("buffer")]
    assert dts == sorted(dts), dts
    h.stop()


def test_alignment(align):
    """Buffers are cut as downstream asks; only the first of a key frame is a key unit, only the last has the marker."""
    h = Harness(sink_caps=f"video/x-av1,alignment={align}")
    assert h.start()
    h.push_many(12)
    h.eos()
    check(h.of("caps")[0][1].get_string("alignment"), align)
    per = {"tu": [1] * 12, "frame": [2 if i % 4 == 2 else 1 for i in range(12)],
           "obu": [2 + (i % 4 == 2) + (i == 0) for i in range(12)]}[align]
    times, markers = [], []
    for o in h.of("buffer"):
        times.append(o[1])
        markers.append(bool(o[5] & GstVideo.VideoBufferFlags.MARKER))
    check(times, [t for t, n in zip(at30(12), per) for _ in range(n)])
    check(markers, [i == n - 1 for n in per for i in range(n)])
    check([i for i, o in enumerate(h.of("buffer")) if o[3]], [0])
    check(sum(o[4] for o in h.of("buffer")), 12 * 6 + 13 + 3 * 4, "bytes")
    h.stop()


def test_annexb():
    h = Harness(sink_caps="video/x-av1,stream-format=annexb")
    assert h.start()
    h.push_many(3)
    h.eos()
    check(h.of("caps")[0][1].get_string("stream-format"), "annexb")
    h.stop()


def test_allocation():
    """Upstream is offered a pool and may use any stride."""
    h = Harness()
    assert h.start()
    q = Gst.Query.new_allocation(Gst.Caps.from_string(raw(320, 240)), True)
    assert h.src.peer_query(q)
    assert q.find_allocation_meta(GstVideo.video_meta_api_get_type())[0]
    check(q.get_n_allocation_pools(), 1)
    pool, size, low, high = q.parse_nth_allocation_pool(0)
    assert pool and size == 320 * 240 * 3 // 2 and low >= 2 and high == 0, (size, low, high)
    h.stop()


def test_pool():
    """Two buffers are enough for upstream, however many frames the encoder holds."""
    h = Harness(rdo_lookahead_frames=30)
    assert h.start()
    pool = GstVideo.VideoBufferPool.new()
    config = pool.get_config()
    Gst.BufferPool.config_set_params(config, Gst.Caps.from_string(raw(320, 240)), h.size, 2, 2)
    assert pool.set_config(config) and pool.set_active(True)
    params = Gst.BufferPoolAcquireParams()
    params.flags = Gst.BufferPoolAcquireFlags.DONTWAIT
    for i in range(60):
        flow, buf = pool.acquire_buffer(params)
        check(flow, Gst.FlowReturn.OK, f"buffer {i}")
        buf.pts = i * SECOND // 30
        assert h.src.push(buf) == Gst.FlowReturn.OK
        del buf
    h.eos()
    check(h.times(), at30(60))
    pool.set_active(False)
    h.stop()


def test_metas():
    """Metas travel from the input to the output."""
    h = Harness(rdo_lookahead_frames=20)
    assert h.start()

    def change(buf):
        GstVideo.buffer_add_video_region_of_interest_meta(buf, "face", 1, 2, 3, 4)
        GstVideo.buffer_add_video_caption_meta(buf, GstVideo.VideoCaptionType.CEA708_RAW, bytes([1, 2, 3]))

    for i in range(10):
        assert h.push(i * SECOND // 30, change=change) == Gst.FlowReturn.OK
    h.eos()
    check(len(h.times()), 10)
    for o in h.of("buffer"):
        buf = o[7]
        assert GstVideo.buffer_get_video_region_of_interest_meta_id(buf, 0) or \
            buf.get_meta(GstVideo.video_region_of_interest_meta_api_get_type()), "region of interest lost"
        assert buf.get_meta(GstVideo.video_caption_meta_api_get_type()), "caption lost"
        assert not buf.get_meta(GstVideo.video_meta_api_get_type())
    h.stop()


def test_refusal(says, caps, *properties):
    """What can't be honoured is refused with an error that names it."""
    h = Harness()
    for p in properties:
        name, value = p.split("=")
        Gst.util_set_object_arg(h.enc, name, value)
    h.start()
    h.caps(caps)
    check(h.push(0), Gst.FlowReturn.NOT_NEGOTIATED)
    err = h.error()
    assert err and all(s in err[0].message for s in says.split("|")), err
    h.stop()


def test_fault(quantizer, *says):
    """A panic or an error in the encoder becomes an element error, and the process lives."""
    h = Harness(quantizer=int(quantizer))
    assert h.start()
    flow = Gst.FlowReturn.OK
    for i in range(100):
        flow = h.push(i * SECOND // 30)
        if flow != Gst.FlowReturn.OK:
            break
    check(flow, Gst.FlowReturn.ERROR)
    err = h.error()
    assert err, "no message"
    text = err[0].message + (err[1] or "")
    assert all(s in text for s in says), text
    check(h.push(SECOND * 10), Gst.FlowReturn.ERROR)
    h.stop()


def test_refused_change():
    """Caps refused in the middle leave the format before them in force."""
    h = Harness()
    assert h.start()
    h.push_many(10)
    h.caps(raw(WIDTH, HEIGHT, extra=",interlace-mode=interleaved"))
    check(h.push(10 * SECOND // 30), Gst.FlowReturn.NOT_NEGOTIATED)
    assert "deinterlace" in h.error()[0].message
    assert h.caps(raw(WIDTH, HEIGHT))
    h.push_many(10, 11)
    h.eos()
    check(h.times(), at30(10) + at30(10, 11))
    h.stop()


def test_config(caps, *properties):
    """What the caps and the properties say reaches the encoder (which prints it)."""
    h = Harness()
    for p in properties:
        name, value = p.split("=")
        Gst.util_set_object_arg(h.enc, name, value)
    h.caps(caps)
    assert h.error() is None
    h.stop()


def test_seek():
    """Flushing seeks in a running pipeline: frames go on, from the sought position."""
    pipeline = Gst.parse_launch("videotestsrc num-buffers=3000 ! video/x-raw,width=64,height=64,framerate=30/1 ! "
                                "grav1enc name=e ! fakesink name=f signal-handoffs=true sync=false")
    seen = []
    lock = threading.Lock()

    def handoff(f, buf, pad):
        with lock:
            seen.append(buf.pts)

    def probe(pad, info):  # what follows FLUSH_STOP must be new
        if info.get_event().type == Gst.EventType.FLUSH_STOP:
            with lock:
                del seen[:]
        return Gst.PadProbeReturn.OK
    pipeline.get_by_name("f").connect("handoff", handoff)
    pipeline.get_by_name("f").get_static_pad("sink").add_probe(Gst.PadProbeType.EVENT_FLUSH, probe)
    pipeline.set_state(Gst.State.PAUSED)
    assert pipeline.get_state(20 * SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    pipeline.set_state(Gst.State.PLAYING)
    for position in (50, 10, 30, 80, 5):
        assert pipeline.seek_simple(Gst.Format.TIME, Gst.SeekFlags.FLUSH | Gst.SeekFlags.ACCURATE, position * SECOND)
        end = time.time() + 20
        while time.time() < end and len(seen) < 40:
            time.sleep(0.01)
        with lock:
            check(seen[:40], at30(40, 30 * position))
    pipeline.set_state(Gst.State.NULL)


def test_two():
    """Two encoders in one process, with different settings."""
    pipelines = [Gst.parse_launch(f"videotestsrc num-buffers=60 ! video/x-raw,width={w},height=64 ! grav1enc {p} ! fakesink name=f")
                 for w, p in ((64, ""), (96, "low-latency=true"))]
    counts = [[], []]
    for p, c in zip(pipelines, counts):
        f = p.get_by_name("f")
        f.set_property("signal-handoffs", True)
        f.connect("handoff", lambda f, b, pad, c: c.append(b.pts), c)
        p.set_state(Gst.State.PLAYING)
    for p, c in zip(pipelines, counts):
        m = p.get_bus().timed_pop_filtered(60 * SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        assert m and m.type == Gst.MessageType.EOS
        check(c, at30(60))
        p.set_state(Gst.State.NULL)


def test_application(path):
    """An application with a main loop and a bus watch records a file."""
    loop = GLib.MainLoop()
    pipeline = Gst.parse_launch(f"videotestsrc num-buffers=30 ! video/x-raw,width=160,height=120 ! grav1enc speed-preset=10 ! webmmux ! filesink location={path}")
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    errors = []
    bus.connect("message::eos", lambda b, m: loop.quit())
    bus.connect("message::error", lambda b, m: (errors.append(m.parse_error()), loop.quit()))
    GLib.timeout_add_seconds(60, loop.quit)
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)
    assert not errors, errors
    assert os.path.getsize(path) > 500


def main(tests):
    tests["test_" + sys.argv[1]](*sys.argv[2:])
    print("ok")


if __name__ == "__main__":
    main(globals())
