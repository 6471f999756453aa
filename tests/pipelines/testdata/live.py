"""grav1enc as live pipelines use it: live.py TEST [ARGUMENTS], like host.py."""
import os
import random
import threading
import time

from host import NONE, SECOND, Gst, GstVideo, Harness, answered, at30, check, flush, key_frames, main


def latency_frames(h):
    """The latency that the element reports at 30 frames a second, in frames."""
    q = Gst.Query.new_latency()
    h.src.set_query_function_full(lambda pad, parent, query: (query.set_latency(True, 0, NONE), True)[1])
    assert h.enc.get_static_pad("src").query(q)
    frames = round(q.parse_latency()[1] * 30 / SECOND)
    check(q.parse_latency()[1], frames * SECOND // 30, "latency")
    return frames


def resident():
    """Bytes of memory this process really has."""
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def wait_for(condition, what, seconds=30):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end, what() if callable(what) else what
        time.sleep(0.002)


class Stream(threading.Thread):
    """Pushes n frames at 30 frames a second of timestamps, as fast as they are taken."""

    def __init__(self, h, n):
        super().__init__()
        self.h, self.n, self.taken = h, n, 0

    def run(self):
        for i in range(self.n):
            if self.h.push(i * SECOND // 30) != Gst.FlowReturn.OK:
                return
            self.taken += 1


class Gate:
    """Blocks what is downstream of h at the n-th buffer until it is opened."""

    def __init__(self, h, n):
        self.reached, self.open = threading.Event(), threading.Event()

        def answer(i):
            if i == n:
                self.reached.set()
                assert self.open.wait(3600)
            return Gst.FlowReturn.OK
        h.answer = answer


def typed(text):
    return int(text) if text.isdigit() else text == "true"


def properties(args):
    return {k: typed(v) for k, v in (a.split("=") for a in args)}


def test_exact_latency(*args):
    """The latency reported is exactly how many frames go in between a frame and its
    output, at the worst: no frame waits for more, and some frame for as many."""
    n = 60
    h = Harness(**properties(args))
    assert h.start()
    latency = latency_frames(h)
    waits, sent = [], 0
    h.answer = lambda i: (waits.append(sent - 1 - i), Gst.FlowReturn.OK)[1]
    for i in range(n):
        sent = i + 1
        assert h.push(i * SECOND // 30) == Gst.FlowReturn.OK
        wait_for(lambda: len(waits) >= sent - latency, f"frame {sent - latency} needs more than {latency} frames")
        if latency < 15 or i <= 20:  # what comes out earlier has time to do so
            time.sleep(0.02)
    check(max(waits[:n - latency]), latency, "frames that a frame waits for")
    h.eos()
    check(h.times(), at30(n))
    h.stop()


def test_live_latency(live, rate, *args):
    """A latency query at the end of a pipeline: what the source says and what we add."""
    latency, properties = int(args[0]), " ".join(args[1:])
    p = Gst.parse_launch(f"videotestsrc is-live={live} ! video/x-raw,width=64,height=64,framerate={rate} ! "
                         f"grav1enc name=e speed-preset=10 {properties} ! fakesink name=f")
    p.set_state(Gst.State.PLAYING)
    assert p.get_state(30 * SECOND)[0] != Gst.StateChangeReturn.FAILURE
    upstream, whole = Gst.Query.new_latency(), Gst.Query.new_latency()
    assert p.get_by_name("e").get_static_pad("sink").peer_query(upstream)
    assert p.get_by_name("f").get_static_pad("sink").peer_query(whole)
    check(whole.parse_latency()[0], live == "true", "live")
    num, den = map(int, rate.split("/"))
    check(whole.parse_latency()[1] - upstream.parse_latency()[1], latency * SECOND * den // num)
    p.set_state(Gst.State.NULL)


def blocked(at, n, args):
    """A harness whose downstream blocks at a frame, its gate, the thread that pushes n frames,
    of which more than the latency names are taken by now, and that latency in frames."""
    h = Harness(**properties(args))
    gate = Gate(h, at)
    assert h.start()
    latency = latency_frames(h)
    t = Stream(h, n)
    t.start()
    assert gate.reached.wait(60)
    wait_for(lambda: t.taken > at + latency, lambda: f"only {t.taken} frames taken")
    return h, gate, t, latency


def test_backpressure(seconds, *args):
    """While downstream blocks, the element takes the frames its latency names and at most
    three more: one that is pushed, one that is coded and one that waits. Memory stays as
    it is, and everything comes out in the end."""
    at = 40
    h, gate, t, latency = blocked(at, at + 100, args)
    time.sleep(0.1)
    before, end = resident(), time.time() + float(seconds)
    while time.time() < end:
        assert t.taken <= at + latency + 3, f"{t.taken} frames taken"
        time.sleep(0.05)
    grown = resident() - before
    print(f"latency {latency}, {t.taken - at} frames taken while blocked, {grown} bytes more after {seconds} s")
    assert grown < 1 << 20, f"{grown} bytes more"
    gate.open.set()
    t.join(60)
    h.eos()
    check(h.times(), at30(at + 100))
    h.stop()


def test_timestamps(*args):
    """Missing, repeated and backward times: every frame comes out, in order, each later than
    the one before, and times that advance are kept."""
    h = Harness(**properties(args))
    assert h.start()
    ms = SECOND // 1000
    frame = SECOND // 30
    given = [NONE, 0, 10 * ms, 10 * ms, 5 * ms, NONE, 2000 * ms, 2040 * ms, NONE, NONE, 9000 * ms, 0, 30 * ms, 60 * ms, 9500 * ms, 9400 * ms]
    want, last = [], None
    for t in given:
        if last is None:
            t = 0
        elif t == NONE or t <= last:
            t = last + frame
        want.append(t)
        last = t
    for t in given:
        check(h.push(t), Gst.FlowReturn.OK)
    for t in at30(40, 300):
        check(h.push(t), Gst.FlowReturn.OK)
    # A segment that starts its own times anew, as a playlist does.
    segment = Gst.Segment()
    segment.init(Gst.Format.TIME)
    segment.base = 20 * SECOND
    h.src.push_event(Gst.Event.new_segment(segment))
    for t in at30(20):
        check(h.push(t, NONE), Gst.FlowReturn.OK)
    h.eos()
    got = h.times()
    check(got, want + at30(40, 300) + at30(20))
    check([o[2] for o in h.of("buffer")], got, "DTS")
    assert h.error() is None
    h.stop()


def test_qos(*args):
    """With qos=true, frames that downstream says are late are left out before they are
    encoded, with a QoS message each; without, none is."""
    for qos in (True, False):
        h = Harness(qos=qos, **properties(args))
        assert h.start()
        h.push_many(10)
        # Downstream was shown 4/30 s when its clock said 14/30 s: what is older than 24/30 s comes too late.
        h.sink.push_event(Gst.Event.new_qos(Gst.QOSType.UNDERFLOW, 0.5, 10 * SECOND // 30, 4 * SECOND // 30))
        h.src.push_event(Gst.Event.new_custom(Gst.EventType.CUSTOM_DOWNSTREAM, Gst.Structure.new_empty("before-10")))
        h.sink.push_event(GstVideo.video_event_new_upstream_force_key_unit(NONE, True, 7))
        h.push_many(50, 10)
        h.eos()
        late = [i for i in range(10, 60) if i * SECOND // 30 < 4 * SECOND // 30 + 2 * (10 * SECOND // 30)] if qos else []
        assert len(late) == (14 if qos else 0), late
        kept = [i for i in range(60) if i not in late]
        check(h.times(), [i * SECOND // 30 for i in kept])
        check([kept[i] for i in key_frames(h)], [0, 24 if qos else 10], "key frames")
        check(answered(h), [(10, True, 7)])
        check(h.enc.get_property("stats").get_uint64("dropped")[1], len(late), "dropped, in the statistics")
        messages = []
        while m := h.bus.pop_filtered(Gst.MessageType.QOS):
            messages.append(m.parse_qos()[3])
        check(messages, [i * SECOND // 30 for i in late], "QoS messages")
        # The event stays between frame 9 and the frame after it.
        order = [o[0] for o in h.out if o[0] == "buffer" or o[1] == "custom-downstream"]
        check(order.index("event"), 10, "buffers before the event")
        h.stop()


def test_variable_latency():
    """At a variable frame rate the latency is the longest time any frame waited for others."""
    h = Harness()
    assert h.start(framerate="0/1")
    q = Gst.Query.new_latency()
    h.src.set_query_function_full(lambda pad, parent, query: (query.set_latency(True, 0, NONE), True)[1])
    random.seed(2)
    times, t = [], 0
    wait = 0
    for i in range(200):
        times.append(t)
        assert h.push(t, NONE) == Gst.FlowReturn.OK
        t += random.randrange(1, SECOND // 10)
        if i >= 15:
            wait = max(wait, times[i] - times[i - 15])
        assert h.enc.get_static_pad("src").query(q)
        check(q.parse_latency()[1], wait or 15 * SECOND // 25, f"latency after frame {i}")
    h.eos()
    check(h.times(), times)
    h.stop()


def request(pad, count, running=NONE, headers=False):
    """Asks for a key frame, from downstream (pad is a sink pad) or from upstream."""
    if pad.direction == Gst.PadDirection.SINK:
        event = GstVideo.video_event_new_upstream_force_key_unit(running, headers, count)
    else:
        event = GstVideo.video_event_new_downstream_force_key_unit(NONE, NONE, running, headers, count)
    assert pad.push_event(event)


def test_key_units(*args):
    """Every request is answered once, in order, at the frame it was made for: the next one
    that goes in or the first at or after its time; also before the first frame, from both
    sides, while others are pending, and across a change of caps."""
    h = Harness(**properties(args))
    request(h.sink, 1, headers=True)
    assert h.start()
    for i in range(60):
        if i == 12:
            request(h.sink, 2)
            request(h.src, 3, headers=True)
        if i == 20:
            request(h.sink, 4, 5 * SECOND // 30, True)  # in the past
        if i == 21:
            request(h.sink, 5)
        if i == 25:
            request(h.sink, 6, 33 * SECOND // 30)
            request(h.src, 7, 31 * SECOND // 30)
        if i == 40:
            request(h.sink, 8, headers=True)
            assert h.start(96, 64)
        if i == 59:
            request(h.sink, 9, 100 * SECOND)
        assert h.push(i * SECOND // 30) == Gst.FlowReturn.OK
    h.eos()
    check(h.times(), at30(60))
    check(key_frames(h), [0, 12, 20, 21, 31, 33, 40])
    check(answered(h), [(0, True, 1), (12, False, 2), (12, True, 3), (20, True, 4), (21, False, 5), (31, False, 7), (33, False, 6), (40, True, 8)])
    h.stop()


def test_key_unit_while_blocked(*args):
    """A request that comes while downstream blocks is answered by the first frame that
    wasn't taken yet."""
    at = 20
    h, gate, t, latency = blocked(at, at + 60, ("keyframe-after-stall=0", *args))
    time.sleep(0.1)
    taken = t.taken
    request(h.sink, 1)
    gate.open.set()
    t.join(60)
    h.eos()
    keys = key_frames(h)
    assert len(keys) == 2 and taken <= keys[1] <= at + latency + 3, (taken, keys)
    check(answered(h), [(keys[1], False, 1)])
    h.stop()


def test_intervals_while_playing(*args):
    """Key frame intervals change with the next frame."""
    h = Harness(**properties(args))
    assert h.start()
    h.push_many(20)
    h.enc.set_property("max-key-frame-interval", 10)  # frame 20 is 20 after the last one
    h.push_many(25, 20)
    h.enc.set_property("max-key-frame-interval", 0)
    h.push_many(35, 45)
    wait_for(lambda: len(h.times()) >= 60, "frames don't come out")
    check([i for i in key_frames(h) if i < 60], [0, 20, 30, 40])
    flush(h)  # and stay in force
    with h.lock:
        del h.out[:]
    h.enc.set_property("max-key-frame-interval", 7)
    h.push_many(20, 100)
    h.eos()
    check(key_frames(h), [0, 7, 14])
    assert not h.bus.pop_filtered(Gst.MessageType.WARNING | Gst.MessageType.ERROR)
    h.stop()


def test_renegotiate(path, *args):
    """Size, format and frame rate change in the middle, as webrtcsink does: each part has its
    own caps, begins with a sequence header and a key frame, and no frame is lost. The
    stream is written to path."""
    parts = [(64, 64, "I420", "30/1"), (32, 48, "I420", "30/1"), (32, 48, "I420", "15/1"), (32, 48, "I420_10LE", "15/1"),
             (80, 48, "Y444", "15/1"), (80, 48, "NV12", "15/1"), (64, 64, "I420", "30/1")]
    n = 19  # not a whole number of mini-GOPs
    h = Harness(**properties(args))
    for i, part in enumerate(parts):
        assert h.start(*part)
        h.push_many(n, i * n)
    h.eos()
    check(h.times(), at30(n * len(parts)))
    check(key_frames(h), [i * n for i in range(len(parts))])
    got, count = [], 0
    for o in h.out:
        if o[0] == "caps":
            s = o[1]
            got.append((count, s.get_int("width")[1], s.get_int("height")[1], s.get_value("bit-depth-luma"), s.get_string("chroma-format"), s.get_fraction("framerate")[1]))
        count += o[0] == "buffer"
    check(got, [(i * n, w, h, 10 if "10" in f else 8, "4:4:4" if f == "Y444" else "4:2:0", int(rate.split("/")[0]))
                for i, (w, h, f, rate) in enumerate(parts)], "caps, and the frames before them")
    with open(path, "wb") as f:
        for i, o in enumerate(h.of("buffer")):
            data = o[7].extract_dup(0, o[4])
            check(data[:3] == bytes([0x12, 0, 0x0A]), i % n == 0, f"frame {i} begins with a sequence header")
            f.write(data)
    assert not h.bus.pop_filtered(Gst.MessageType.WARNING | Gst.MessageType.ERROR)
    h.stop()


def test_pause(live):
    """Pauses of any length lose nothing that came in, and are no stalls of downstream."""
    n = 60
    p = Gst.parse_launch(f"videotestsrc is-live={live} num-buffers={n} ! video/x-raw,width=64,height=64,framerate=30/1 ! "
                         f"grav1enc name=e speed-preset=10 keyframe-after-stall={2 * SECOND} ! fakesink sync=true")
    entered, seen = [], []

    def probe(pad, info):
        buf = info.get_buffer()
        if pad.direction == Gst.PadDirection.SINK:
            entered.append(buf.pts)
        else:
            seen.append((buf.pts, buf.has_flags(Gst.BufferFlags.DELTA_UNIT)))
        return Gst.PadProbeReturn.OK
    for pad in ("sink", "src"):
        p.get_by_name("e").get_static_pad(pad).add_probe(Gst.PadProbeType.BUFFER, probe)
    for pause in (0, 0, 2.5, 0.01, 0, 0.1):
        for state in (Gst.State.PLAYING, Gst.State.PAUSED):
            p.set_state(state)
            assert p.get_state(30 * SECOND)[0] != Gst.StateChangeReturn.FAILURE
            time.sleep(0.1 if state == Gst.State.PLAYING else pause)
    p.set_state(Gst.State.PLAYING)
    m = p.get_bus().timed_pop_filtered(60 * SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    assert m and m.type == Gst.MessageType.EOS, m
    check([t for t, _ in seen], entered)
    check(entered, sorted(set(entered)))
    assert len(entered) == n or live == "true", len(entered)  # a live source may leave frames out
    check([i for i, (_, delta) in enumerate(seen) if not delta], [0], "key frames")
    p.set_state(Gst.State.NULL)


class Street:
    """Real footage, 120 frames at 10 a second, through the encoder; at(n) is called before frame n
    goes in. sizes and keys are what comes out."""

    def __init__(self, encoder, at):
        self.sizes, self.keys, self.entered, self.messages = [], [], 0, []
        p = Gst.parse_launch("filesrc location=../testdata/street.avi ! avidemux ! avdec_msmpeg4 ! videoscale ! video/x-raw,width=192,height=144,pixel-aspect-ratio=1/1 ! "
                             f"grav1enc name=e speed-preset=10 {encoder} ! fakesink sync=false")
        e = p.get_by_name("e")

        def entered(pad, info):
            at(e, self.entered)
            self.entered += 1
            return Gst.PadProbeReturn.OK

        def left(pad, info):
            buf = info.get_buffer()
            if not buf.has_flags(Gst.BufferFlags.DELTA_UNIT):
                self.keys.append(len(self.sizes))
            self.sizes.append(buf.get_size())
            return Gst.PadProbeReturn.OK
        e.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, entered)
        e.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, left)
        p.set_state(Gst.State.PLAYING)
        while True:
            m = p.get_bus().timed_pop_filtered(60 * SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR | Gst.MessageType.WARNING)
            assert m, "no end"
            if m.type == Gst.MessageType.WARNING:
                self.messages.append(m.parse_warning()[0].message)
                continue
            assert m.type == Gst.MessageType.EOS, m.parse_error()
            break
        self.dropped = e.get_property("stats").get_uint64("dropped")[1]
        p.set_state(Gst.State.NULL)

    def rate(self, first, n):
        """Bit/s over n frames."""
        return sum(self.sizes[first:first + n]) * 8 * 10 / n


def setter(frame, **properties):
    def at(e, n):
        if n == frame:
            for k, v in properties.items():
                e.set_property(k.replace("_", "-"), v)
    return at


def test_bitrate_while_playing(first, then):
    """A new bitrate is met within a second, without a key frame."""
    s = Street(f"low-latency=true bitrate={first} max-key-frame-interval=0 min-key-frame-interval=1000", setter(60, bitrate=int(then)))
    check(s.keys, [0])
    check(len(s.sizes), 120)
    for at, want in ((10, int(first)), (30, int(first)), (70, int(then)), (80, int(then)), (90, int(then))):
        print(f"bit/s over 30 frames from {at}: {s.rate(at, 30):.0f}, want {want}")
        assert abs(s.rate(at, 30) / want - 1) < 0.15, s.rate(at, 30)
    check(s.messages, [])


def test_quantizer_while_playing(*args):
    """A new quantizer holds from the next frame that isn't part of a mini-GOP yet, and no
    key frame is made; the frames before are as they were."""
    options = "max-key-frame-interval=0 min-key-frame-interval=1000 quantizer=60 " + " ".join(args)
    plain, s = Street(options, lambda e, n: None), Street(options, setter(60, quantizer=200))
    check(s.keys, plain.keys)
    same = next(i for i in range(120) if s.sizes[i] != plain.sizes[i])
    print(f"the first frame that differs is {same}")
    assert same == 60 if "low-latency=true" in args else 60 - 16 < same <= 61, same
    assert s.rate(80, 40) < plain.rate(80, 40) / 2, (s.rate(80, 40), plain.rate(80, 40))
    check(s.messages, [])


def test_drop_frames():
    """What the rate control leaves out is dropped in its turn, and counted."""
    s = Street("low-latency=true bitrate=60000 buffer-size=1000 max-quantizer=90 drop-frames=true", lambda e, n: None)
    print(f"{len(s.sizes)} frames of {s.entered}, {s.dropped} dropped")
    check(s.entered, 120)
    check(len(s.sizes), 120 - s.dropped)
    assert s.dropped > 0


def test_refused_while_playing():
    """What can't change while playing is a warning that names the property; the stream goes on."""
    s = Street("low-latency=true", setter(100, bitrate=100000))
    check(len(s.sizes), 120)
    assert len(s.messages) == 1 and "property bitrate = 100000" in s.messages[0], s.messages


def paced(frames, **properties):
    """Pushes frames when they are due, as a live source does; returns the harness and how
    late the last one came out, in seconds."""
    h = Harness(low_latency=True, **properties)
    clock = Gst.SystemClock.obtain()
    h.enc.set_clock(clock)
    h.enc.set_base_time(clock.get_time())
    assert h.start()
    late = 0
    for i in range(frames):
        due = h.enc.get_base_time() + i * SECOND // 30
        time.sleep(max(0, due - clock.get_time()) / SECOND)
        assert h.push(i * SECOND // 30) == Gst.FlowReturn.OK
        late = (clock.get_time() - due) / SECOND
    h.eos()
    return h, late


def stat(h, name):
    return h.enc.get_property("stats").get_value(name)


def test_realtime_faster():
    """An encoder that can't keep up uses faster presets, and leaves nothing out."""
    h, late = paced(90, realtime=True, quantizer=210)
    check(h.times(), at30(90))
    check(stat(h, "speed-preset"), 8)
    check(stat(h, "dropped"), 0)
    assert 0.5 < stat(h, "load") < 0.9, stat(h, "load")


def test_realtime_drops():
    """One that can't keep up with any preset leaves frames out, in their turn and with QoS
    messages, and what comes out is not old; without realtime it holds up what is upstream."""
    n = 90
    h, late = paced(n, realtime=True, quantizer=211)
    print(f"{stat(h, 'dropped')} of {n} frames dropped, the last one {late:.2f} s late")
    check(stat(h, "speed-preset"), 10)
    check(stat(h, "frames-in") + stat(h, "dropped"), n)
    check(len(h.times()), stat(h, "frames-in"))
    check(len([m for m in iter(lambda: h.bus.pop_filtered(Gst.MessageType.QOS), None)]), stat(h, "dropped"), "QoS messages")
    h, behind = paced(n, quantizer=211)
    check(h.times(), at30(n))
    check(stat(h, "speed-preset"), 6)
    assert late < behind / 2, (late, behind)


def test_realtime_refused():
    """Realtime needs presets to choose from."""
    h = Harness(realtime=True, speed_preset=5)
    h.start()
    assert "realtime" in h.error()[0].message
    h = Harness(realtime=True, speed_preset=6, low_latency=True)
    assert h.start()
    plan = h.enc.get_property("memory-plan")
    total, reserve = plan.get_value("total"), plan.get_value("reserve")
    assert reserve > 0
    h.stop()
    h = Harness(realtime=True, speed_preset=6, low_latency=True, max_memory=total - 1)
    h.start()
    assert "realtime" in h.error()[0].message


def test_speed_while_playing(*args):
    """Presets take turns without key frames, and frames come out whole."""
    def at(e, n):
        if n % 15 == 0:
            e.set_property("speed-preset", (10, 6, 8, 7, 9)[n // 15 % 5])
    s = Street("max-key-frame-interval=0 min-key-frame-interval=1000 speed-preset=8 " + " ".join(args), at)
    check(s.keys, [0])
    check(len(s.sizes), 120)
    check(s.messages, [])
    s = Street("low-latency=true speed-preset=8", setter(100, speed_preset=5))
    assert len(s.messages) == 1 and "property speed-preset = 5" in s.messages[0], s.messages


def obus(buf):
    """Type and temporal id (None without extension) of the OBUs in a buffer."""
    data, at, found = buf.extract_dup(0, buf.get_size()), 0, []
    while at < len(data):
        head, extension = data[at], None
        at += 1
        if head & 4:
            extension = data[at] >> 5
            at += 1
        size = shift = 0
        more = True
        while more:
            size |= (data[at] & 0x7F) << shift
            more = data[at] & 0x80
            shift += 7
            at += 1
        found.append((head >> 3, extension))
        at += size
    check(at, len(data), "the OBUs of a buffer")
    return found


def test_temporal_layers(layers, align):
    """Buffers above the base layer are droppable, and their frames' OBUs say which layer
    they are of. The pattern begins again at a key frame. No frame waits for another."""
    layers, keys, n = int(layers), 10, 24
    h = Harness(sink_caps=f"video/x-av1,alignment={align}", low_latency=True, temporal_layers=layers, max_key_frame_interval=keys)
    assert h.start()
    check(latency_frames(h), 0)
    h.push_many(n)
    h.eos()
    pattern = {1: [0, 0, 0, 0], 2: [0, 1, 0, 1], 3: [0, 2, 1, 2]}[layers]
    check(sorted(set(h.times())), at30(n))
    for o in h.of("buffer"):
        frame = at30(n).index(o[1])
        temporal_id = pattern[frame % keys % 4]
        # One layer's odd frames are no references, as ever.
        droppable = temporal_id > 0 or layers == 1 and frame % keys % 2 == 1
        check(o[7].has_flags(Gst.BufferFlags.DROPPABLE), droppable, f"frame {frame}: droppable")
        for kind, extension in obus(o[7]):
            of_frame = kind in (3, 4, 6)
            check(extension, temporal_id if of_frame and layers > 1 else None, f"frame {frame}: extension of OBU {kind}")
    check([o[1] for o in h.of("buffer") if o[3]], [at30(n)[i] for i in (0, 10, 20)])
    h.stop()


def test_property_types():
    """Types are exactly those that rav1enc has and webrtcsink sets; what changes while playing says so."""
    types = {"speed-preset": "guint", "low-latency": "gboolean", "min-key-frame-interval": "guint64", "max-key-frame-interval": "guint64",
             "switch-frame-interval": "guint64", "bitrate": "gint", "quantizer": "guint", "min-quantizer": "guint", "tile-cols": "guint",
             "tile-rows": "guint", "tiles": "guint", "rdo-lookahead-frames": "gint", "tune": "GstGrav1EncTune", "reservoir-frame-delay": "gint",
             "error-resilient": "gboolean", "threads": "guint", "keyframe-after-stall": "guint64", "rate-control": "GstGrav1EncRateControl",
             "max-bitrate": "gint", "buffer-size": "guint", "max-intra-bitrate": "guint", "drop-frames": "gboolean", "max-quantizer": "guint",
             "multipass-mode": "GstGrav1EncMultipassMode", "multipass-cache-file": "gchararray",
             "max-memory": "guint64", "psnr": "gboolean", "stats-interval": "guint64", "realtime": "gboolean", "temporal-layers": "guint",
             "default-roi-delta-qp": "gint"}
    playing = {"speed-preset", "default-roi-delta-qp", "stats-interval", "bitrate", "max-bitrate", "quantizer", "min-quantizer", "max-quantizer", "min-key-frame-interval", "max-key-frame-interval", "keyframe-after-stall"}
    for factory in ("grav1enc", "rav1enc"):
        enc = Gst.ElementFactory.make(factory, None)
        for name, want in types.items():
            spec = enc.find_property(name)
            check(spec.value_type.name, want, name)
            check(bool(spec.flags & 1 << 12), name in playing, name + " is mutable in PLAYING")
            assert name in playing or spec.flags & 1 << 10, name + " is mutable in READY"
        # What webrtcsink sets at the start.
        enc.set_property("bitrate", 2500000)
        enc.set_property("low-latency", True)
        enc.set_property("max-key-frame-interval", 715827882)
        enc.set_property("speed-preset", 10)


def test_rank():
    """Who takes the first encoder there is, as webrtcsink does, finds the one called rav1enc: it can't set a bitrate on
    names it doesn't know."""
    encoders = Gst.ElementFactory.list_get_elements(Gst.ELEMENT_FACTORY_TYPE_ENCODER, Gst.Rank.MARGINAL)
    av1 = Gst.ElementFactory.list_filter(encoders, Gst.Caps.from_string("video/x-av1"), Gst.PadDirection.SRC, False)
    names = [factory.get_name() for factory in av1]
    after = names[names.index("rav1enc") + 1:]
    for name in {"grav1enc", "av1enc"} & set(names):
        assert name in after, names


def test_stall(key, *args):
    """After downstream blocked for longer than keyframe-after-stall, the first frame taken
    after the blockage is a key frame; the frames taken before stay as they are."""
    at = 40
    h, gate, t, latency = blocked(at, at + 60, args)
    time.sleep(0.8)
    taken = t.taken
    gate.open.set()
    t.join(60)
    h.eos()
    check(h.times(), at30(at + 60))
    keys = key_frames(h)
    assert keys == [0] if key == "none" else len(keys) == 2 and taken <= keys[1] <= at + latency + 3, (taken, keys)
    h.stop()


if __name__ == "__main__":
    main(globals())
