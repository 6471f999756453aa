"""grav1enc into srtsink over loopback: srt.py TEST [ARGUMENTS], like host.py."""
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

from host import SECOND, Gst, GstVideo, check, main
from live import resident, wait_for

if sys.argv[1] != "receiver":
    SCRATCH = tempfile.TemporaryDirectory()
    HEADER = os.path.join(SCRATCH.name, "header")


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


CLUSTER = bytes.fromhex("1F43B675")


class Joiner:
    """Makes a Matroska stream of what a receiver gets: from the first cluster on, after the
    header in a file. In caller mode srtsink (1.22) doesn't send the header again when it
    has reconnected, and loses it when nobody is there at the start."""

    def __init__(self, path, push):
        self.path, self.push, self.early, self.joined = path, push, b"", False

    def data(self, b):
        if self.joined:
            return self.push(b)
        self.early += b
        at = self.early.find(CLUSTER)
        if at < 0:
            return
        with open(self.path, "rb") as f:
            header = f.read()
        self.joined = True
        self.push(header + self.early[at:])


def test_receiver(uri, header, parent):
    """Decodes what comes from uri, from the first key frame on, until it is killed. Prints
    "skipped" for a frame before that, "given" for each frame that the decoder gets afterwards,
    and "decoded", its time and the time of the clock for each picture."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it is started in the background
    p = Gst.parse_launch(f"srtsrc uri={uri} ! appsink name=i emit-signals=true sync=false async=false "
                         "appsrc name=o ! matroskademux name=d av1dec name=a ! fakesink name=f sync=false async=false signal-handoffs=true")
    started, clock = [], Gst.SystemClock.obtain()
    joiner = Joiner(header, lambda b: p.get_by_name("o").emit("push-buffer", Gst.Buffer.new_wrapped(b)))

    def sample(sink):
        buf = sink.emit("pull-sample").get_buffer()
        joiner.data(buf.extract_dup(0, buf.get_size()))
        return Gst.FlowReturn.OK

    def probe(pad, info):
        if not started and info.get_buffer().has_flags(Gst.BufferFlags.DELTA_UNIT):
            print("skipped", flush=True)
            return Gst.PadProbeReturn.DROP
        started.append(True)
        print("given", flush=True)
        return Gst.PadProbeReturn.OK

    def added(d, pad):
        pad.add_probe(Gst.PadProbeType.BUFFER, probe)
        pad.link(p.get_by_name("a").get_static_pad("sink"))
    p.get_by_name("i").connect("new-sample", sample)
    p.get_by_name("d").connect("pad-added", added)
    p.get_by_name("f").connect("handoff", lambda f, buf, pad: print("decoded", buf.pts, clock.get_time(), flush=True))
    p.set_state(Gst.State.PLAYING)
    try:
        m = None
        while not m and os.getppid() == int(parent):  # nobody is left who would kill it
            m = p.get_bus().timed_pop_filtered(SECOND // 20, Gst.MessageType.ERROR | Gst.MessageType.EOS)
        print("ended", m and m.type == Gst.MessageType.ERROR and m.parse_error(), flush=True)
    finally:  # also on SIGINT: it says goodbye
        p.set_state(Gst.State.NULL)


class Receiver:
    """test_receiver in a process of its own."""

    def __init__(self, uri):
        self.log = tempfile.TemporaryFile()
        env = {k: v for k, v in os.environ.items() if k != "GST_DEBUG"}
        self.process = subprocess.Popen([sys.executable, __file__, "receiver", uri, HEADER, str(os.getpid())], stdout=self.log, stderr=subprocess.STDOUT, env=env)

    def text(self):
        return os.pread(self.log.fileno(), 1 << 24, 0).decode()

    def count(self, word):
        return self.text().split().count(word)

    def delays(self, sender):
        """How old the pictures were when they were decoded."""
        lines = [line.split() for line in self.text().splitlines()]
        return [int(line[2]) - sender.p.get_base_time() - int(line[1]) for line in lines if line[0] == "decoded" and len(line) == 3]

    def wait(self, frames, sender, seconds=30):
        sender.watch()

        def there():
            assert self.process.poll() is None, self.text()
            sender.recover()
            return self.count("decoded") >= frames
        wait_for(there, lambda: f"{self.count('decoded')} of {frames} frames decoded\n{self.text()[-2000:]}\n{sender.describe()}", seconds)

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait()
        self.log.close()


class Sender:
    """A live source, the encoder, and srtsink."""

    def __init__(self, uri, encoder, options, size=(320, 180)):
        self.p = Gst.parse_launch(
            f"videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width={size[0]},height={size[1]},framerate=30/1 ! "
            "queue leaky=downstream max-size-buffers=2 max-size-time=0 max-size-bytes=0 ! "
            f"grav1enc name=e speed-preset=10 {encoder} ! matroskamux streamable=true ! srtsink name=s uri={uri} {options}")
        self.taken = self.sent = self.keys = self.lost = self.trips = 0
        self.errors, self.warnings = [], []
        self.watch()
        self.may_trip = "mode=caller" in uri and "auto-reconnect=false" not in options
        self.encoder = self.p.get_by_name("e")
        self.encoder.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, self.entered)
        self.encoder.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, self.left)
        self.p.get_by_name("s").get_static_pad("sink").add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, self.event)
        self.p.get_bus().set_sync_handler(self.message)
        assert self.p.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE

    def entered(self, pad, info):
        self.taken += 1
        return Gst.PadProbeReturn.OK

    def left(self, pad, info):
        self.sent += 1
        self.keys += not info.get_buffer().has_flags(Gst.BufferFlags.DELTA_UNIT)
        return Gst.PadProbeReturn.OK

    def event(self, pad, info):
        event = info.get_event()
        if event.type == Gst.EventType.CAPS:
            caps = event.parse_caps()
            structure = caps.get_structure(0)
            if hasattr(structure, "__enter__"):  # from 1.26 on
                structure = structure.__enter__()
            header = structure.get_value("streamheader")
            with open(HEADER, "wb") as f:
                for buf in header or []:  # the first caps have none yet
                    f.write(buf.extract_dup(0, buf.get_size()))
        return Gst.PadProbeReturn.OK

    def message(self, bus, m):
        if m.type == Gst.MessageType.ERROR:
            self.errors.append(m.parse_error())
        elif m.type == Gst.MessageType.WARNING:
            self.warnings.append((*m.parse_warning(), time.ctime()))
        return Gst.BusSyncReply.DROP

    def held(self):
        """How many frames are in the encoder."""
        return self.taken - self.sent - self.lost

    def describe(self):
        return f"{self.taken} frames taken, {self.sent} sent, errors {self.errors}, warnings {self.warnings[-5:]}, now {time.ctime()}"

    def recover(self):
        """Starts the pipeline again where an application has to, because srtsink 1.22 fails as
        caller, with any encoder or none. It polls its socket and then writes to it: if the peer
        is lost in between (about once in a hundred losses), that is an error whatever
        auto-reconnect says. And if it has nothing to write for a second after the peer was lost,
        because the machine is busy or the pipeline pauses, the socket is gone from its poll and
        it drops everything from then on, without a word. Later versions reconnect."""
        if not self.may_trip:
            return
        if self.errors:
            error, where = self.errors[0]
            assert "gstsrtsink" in where and error.message.endswith(("Connection was broken", "Invalid socket ID")), self.errors
            print("srtsink failed, the pipeline is started again:", error.message)
        elif self.drops():
            print("srtsink takes frames and sends nothing, the pipeline is started again")
        else:
            return
        self.stop()
        self.errors.clear()
        self.lost += self.held()
        self.trips += 1
        self.watch()
        self.p.set_state(Gst.State.PLAYING)

    def watch(self):
        """Begins the time that drops looks at."""
        self.silence = None, 0, 0  # bytes that srtsink had sent, frames that it had taken, and when

    def drops(self):
        """Whether srtsink, for ten seconds, has taken frames and sent nothing."""
        n = self.p.get_by_name("s").get_property("stats").get_uint64("bytes-sent-total")[1]
        if n != self.silence[0]:
            self.silence = n, self.sent, time.time()
        return self.sent > self.silence[1] + 100 and time.time() > self.silence[2] + 10

    def blocked(self):
        self.recover()
        sent = self.sent
        time.sleep(0.7)
        return self.sent == sent

    def key_frame_for_callers(self):
        """What an application does that doesn't make the stream wait for receivers."""
        def added(sink, *_):
            self.encoder.get_static_pad("src").send_event(GstVideo.video_event_new_upstream_force_key_unit(Gst.CLOCK_TIME_NONE, True, 1))
        self.p.get_by_name("s").connect("caller-added", added)

    def stop(self):
        self.p.set_state(Gst.State.NULL)


def test_srt(mode, wait, seconds, outage, size, encoder):
    """For some seconds receivers are killed and come back after random outages. Each decodes
    from its first key frame on, with the delay of the first one, while the encoder holds
    few frames and takes no more memory."""
    held = 3 if "low-latency=true" in encoder else 18
    rnd = random.Random(f"{mode} {wait} {outage}")
    port = free_port()
    uri = f"srt://127.0.0.1:{port}"
    s = Sender(uri + f"?mode={mode}", encoder, f"wait-for-connection={wait}", [int(n) for n in size.split("x")])
    if wait == "false":
        s.key_frame_for_callers()
    theirs = uri + ("?mode=caller" if mode == "listener" else "?mode=listener")
    time.sleep(1)  # nobody is there yet
    began, receivers, skipped, given, memory, delays = time.time(), 0, 0, 0, [], []
    while receivers < 3 or time.time() - began < float(seconds):
        start = time.time()
        r = Receiver(theirs)
        r.wait(30, s)
        first = time.time() - start
        # Frames that waited in the encoder or in the network come first.
        usual = delays[0] + SECOND // 15 if delays else SECOND
        wait_for(lambda: min(r.delays(s)[-10:]) <= usual, lambda: f"the delay was {delays[:1]}, is {r.delays(s)[-10:]}")
        time.sleep(rnd.uniform(0, float(outage)) / 2)
        assert r.process.poll() is None, r.text()
        delays.append(min(r.delays(s)[-10:]))
        memory.append(resident())
        decoded = r.count("decoded")
        assert decoded >= r.count("given") - 1, f"{r.count('given')} frames given to the decoder, {decoded} decoded"
        assert s.held() <= held + 1, f"{s.held()} frames in the encoder"
        assert not s.errors, s.errors
        print(f"{time.time() - began:.0f} s, receiver {receivers}: 30 frames after {first:.1f} s, {r.count('skipped')} skipped, {decoded} decoded, "
              f"{delays[-1] / SECOND:.3f} s old; {s.taken} taken, {s.sent} sent, {s.keys} key frames, {memory[-1] >> 20} MiB", flush=True)
        receivers, skipped, given = receivers + 1, skipped + r.count("skipped"), given + decoded
        r.kill(rnd.choice((signal.SIGKILL, signal.SIGINT)))
        s.watch()
        if wait == "true":
            wait_for(lambda: s.blocked(), "the loss is not noticed")
        time.sleep(rnd.uniform(0, float(outage)))
        assert s.held() <= held + 1, f"{s.held()} frames in the encoder"
    warm = memory[1]  # the first receivers warm everything up
    print(f"{receivers} receivers in {time.time() - began:.0f} s: {given} frames decoded, {skipped} skipped before key frames; delays {min(delays) / SECOND:.3f} to {max(delays) / SECOND:.3f} s; "
          f"{warm >> 10} KiB at the second, {max(memory) >> 10} at most, {memory[-1] >> 10} at last; srtsink failed {s.trips} times")
    assert memory[-1] - warm < 8 << 20, "memory grew"
    for w in s.warnings:  # nothing but what srtsink says of a lost peer
        assert mode == "caller" and "reconnect" in (w[0].message + (w[1] or "")), w
    s.stop()


def test_no_reconnect():
    """Without auto-reconnect a lost receiver is an error, foreseen; the pipeline runs again
    after it was stopped and started."""
    port = free_port()
    uri = f"srt://127.0.0.1:{port}"
    r = Receiver(uri + "?mode=listener")
    time.sleep(1)
    s = Sender(uri + "?mode=caller", "low-latency=true", "auto-reconnect=false")
    r.wait(15, s)
    r.kill()
    wait_for(lambda: s.errors, "no error")
    assert "s" in s.errors[0][1], s.errors
    s.stop()
    s.errors.clear()
    r = Receiver(uri + "?mode=listener")
    time.sleep(1)
    s.p.set_state(Gst.State.PLAYING)
    r.wait(15, s)
    check(s.errors, [])
    r.kill()
    s.stop()


if __name__ == "__main__":
    main(globals())
