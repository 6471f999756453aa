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

FOREVER = 1 << 62
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


def test_receiver(uri, header):
    """Decodes what comes from uri, from the first key frame on, until it is killed. Prints
    "skipped" for a frame before that and "decoded" for each frame afterwards."""
    p = Gst.parse_launch(f"srtsrc uri={uri} ! appsink name=i emit-signals=true sync=false async=false "
                         "appsrc name=o ! matroskademux name=d av1dec name=a ! fakesink name=f sync=false async=false signal-handoffs=true")
    started = []
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
        return Gst.PadProbeReturn.OK

    def added(d, pad):
        pad.add_probe(Gst.PadProbeType.BUFFER, probe)
        pad.link(p.get_by_name("a").get_static_pad("sink"))
    p.get_by_name("i").connect("new-sample", sample)
    p.get_by_name("d").connect("pad-added", added)
    p.get_by_name("f").connect("handoff", lambda f, buf, pad: print("decoded", flush=True))
    p.set_state(Gst.State.PLAYING)
    try:
        m, parent = None, os.getppid()
        while not m and os.getppid() == parent:  # nobody is left who would kill it
            m = p.get_bus().timed_pop_filtered(SECOND // 20, Gst.MessageType.ERROR | Gst.MessageType.EOS)
        print("ended", m and m.type == Gst.MessageType.ERROR and m.parse_error(), flush=True)
    finally:  # also on SIGINT: it says goodbye
        p.set_state(Gst.State.NULL)


class Receiver:
    """test_receiver in a process of its own."""

    def __init__(self, uri):
        self.log = tempfile.TemporaryFile()
        env = {k: v for k, v in os.environ.items() if k != "GST_DEBUG"}
        self.process = subprocess.Popen([sys.executable, __file__, "receiver", uri, HEADER], stdout=self.log, stderr=subprocess.STDOUT, env=env)

    def text(self):
        return os.pread(self.log.fileno(), 1 << 20, 0).decode()

    def count(self, word):
        return self.text().split().count(word)

    def wait(self, frames, sender, seconds=30):
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

    def __init__(self, uri, encoder, options):
        self.p = Gst.parse_launch(
            "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=180,framerate=30/1 ! "
            "queue leaky=downstream max-size-buffers=2 max-size-time=0 max-size-bytes=0 ! "
            f"grav1enc name=e speed-preset=10 {encoder} ! matroskamux streamable=true ! srtsink name=s uri={uri} {options}")
        self.taken = self.sent = 0
        self.age = FOREVER
        self.errors, self.warnings = [], []
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
        self.age = self.p.get_clock().get_time() - self.p.get_base_time() - info.get_buffer().pts
        return Gst.PadProbeReturn.OK

    def event(self, pad, info):
        event = info.get_event()
        if event.type == Gst.EventType.CAPS:
            header = event.parse_caps().get_structure(0).get_value("streamheader")
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

    def describe(self):
        return f"{self.taken} frames taken, {self.sent} sent, the last {self.age / SECOND} s late, errors {self.errors}, warnings {self.warnings[-5:]}, now {time.ctime()}"

    def recover(self):
        """srtsink 1.22 may trip over its own socket when it reconnects: once in 20 times or so
        it fails. An application has to start the pipeline again."""
        if not self.errors or not self.may_trip:
            return
        assert "Invalid socket ID" in self.errors[0][0].message and "gstsrtsink" in self.errors[0][1], self.errors
        print("srtsink failed: the pipeline is started again")
        self.stop()
        self.errors.clear()
        self.taken = self.sent = 0
        self.p.set_state(Gst.State.PLAYING)

    def blocked(self):
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


def test_srt(mode, wait, kills, outage, encoder="low-latency=true"):
    """Receivers that are killed and come back decode from their first key frame, while the
    encoder holds few frames, takes no more memory and gives its old latency again."""
    kills, outage, held = int(kills), float(outage), 3 if "low-latency=true" in encoder else 18
    port = free_port()
    uri = f"srt://127.0.0.1:{port}"
    s = Sender(uri + ("?mode=listener" if mode == "listener" else "?mode=caller"), encoder, f"wait-for-connection={wait}")
    if wait == "false":
        s.key_frame_for_callers()
    theirs = uri + ("?mode=caller" if mode == "listener" else "?mode=listener")
    time.sleep(1)  # nobody is there yet
    before, most, report = 0, 0, []
    for i in range(kills + 1):
        began = time.time()
        r = Receiver(theirs)
        r.wait(30, s)
        first = time.time() - began
        s.age = FOREVER
        wait_for(lambda: s.age < (1 if held == 3 else 2) * SECOND, lambda: f"the stream is {s.age / SECOND} s late")
        most = max(most, s.taken - s.sent)
        assert s.taken - s.sent <= held + 1, f"{s.taken - s.sent} frames in the encoder"
        assert not s.errors, s.errors
        memory = resident()
        before = before if i > 1 else memory  # the first receivers warm everything up
        report.append(f"receiver {i}: 30 frames after {first:.1f} s, {r.count('skipped')} skipped, {s.age / SECOND:.3f} s old, {memory >> 20} MiB")
        print(report[-1], flush=True)
        r.kill(signal.SIGKILL if i % 2 == 0 else signal.SIGINT)
        if i < kills:
            if wait == "true":
                wait_for(lambda: s.blocked(), "the loss is not noticed")
            time.sleep(random.random() * outage)
            assert s.taken - s.sent <= held + 1, f"{s.taken - s.sent} frames in the encoder"
    assert resident() - before < 8 << 20, f"memory grew from {before} to {resident()} bytes"
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
