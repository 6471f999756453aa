"""Metadata that travels with frames: metadata.py TEST [ARGUMENTS], as host.py."""
import random
import sys

from host import SECOND, Gst, GstVideo, Harness, at30, check


def leb128(data, at):
    v, shift = 0, 0
    while True:
        v |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not data[at - 1] & 0x80:
            return v, at


def messages(data):
    """The ITU-T T.35 messages of a temporal unit, from the country code on."""
    found, at = [], 0
    while at < len(data):
        kind = data[at] >> 3 & 15
        size, at = leb128(data, at + 1)
        if kind == 5 and data[at] == 4:  # OBU_METADATA, METADATA_TYPE_ITUT_T35
            check(data[at + size - 1], 0x80, "trailing bits")
            found.append(bytes(data[at + 1:at + size - 1]))
        at += size
    return found


def output(h):
    return [messages(o[7].extract_dup(0, o[4])) for o in h.of("buffer")]


def wrapped(triplets):
    return b"\xb5\x00\x31GA94\x03" + bytes([0x40 | len(triplets) // 3, 0xFF]) + triplets + b"\xff"


TYPES = GstVideo.VideoCaptionType


def test_captions(low_latency):
    """Captions of every type come out with the frame they went in with, wrapped as ATSC A/53 says."""
    pair = lambda i: bytes([0x80 | i, 0x20 + i])
    kinds = [
        (TYPES.CEA708_RAW, lambda i: b"\xfc" + pair(i) + b"\xff\x02\x21", lambda i: [b"\xfc" + pair(i) + b"\xff\x02\x21"]),
        (TYPES.CEA608_RAW, pair, lambda i: [b"\xfc" + pair(i)]),
        (TYPES.CEA608_S334_1A, lambda i: b"\x0a" + pair(i), lambda i: [b"\xfd" + pair(i)]),
        (TYPES.CEA708_CDP, lambda i: b"\x96\x69\x10\x4f\x43\x00\x01\x72\xe1\xfc" + pair(i) + b"\x74\x00\x01\x00", lambda i: [b"\xfc" + pair(i)]),
        (TYPES.CEA708_RAW, lambda i: (b"\xfe" + pair(i)) * 40, lambda i: [(b"\xfe" + pair(i)) * 31, (b"\xfe" + pair(i)) * 9]),
        (TYPES.CEA708_CDP, lambda i: b"no CDP", lambda i: []),
    ]
    h = Harness(speed_preset=10, low_latency=low_latency == "true")
    assert h.start(64, 64)
    want = []
    for i in range(30):
        kind, data, out = kinds[i % len(kinds)]
        with_captions = i % 7 != 3
        change = (lambda buf: GstVideo.buffer_add_video_caption_meta(buf, kind, data(i))) if with_captions else None
        assert h.push(i * SECOND // 30, change=change) == Gst.FlowReturn.OK
        want.append([wrapped(t) for t in out(i)] if with_captions else [])
    h.eos()
    check(h.times(), at30(30))
    check(output(h), want)
    h.stop()


def test_regions(path, *metas):
    """Ten frames of noise, each with regions of interest "x,y,w,h" or "x,y,w,h,delta-qp", in
    path.obu; what went in is path.i420."""
    def regions(buf):
        for meta in metas:
            x, y, w, h, *qp = map(int, meta.split(","))
            roi = GstVideo.buffer_add_video_region_of_interest_meta(buf, "face", x, y, w, h)
            roi.add_param(Gst.Structure.new_from_string("detection, confidence=(double)0.9, delta-qp=(int)20"))
            if qp:
                roi.add_param(Gst.Structure.new_from_string(f"roi/va, delta-qp=(int){qp[0]}"))
    noise = random.Random(1)
    h = Harness(speed_preset=10, low_latency=True, quantizer=120)
    assert h.start(256, 128)
    with open(path + ".i420", "wb") as source:
        for i in range(10):
            buf = Gst.Buffer.new_wrapped(noise.randbytes(256 * 128 * 3 // 2))
            buf.pts, buf.duration = i * SECOND // 30, SECOND // 30
            regions(buf)
            source.write(buf.extract_dup(0, buf.get_size()))
            check(h.src.push(buf), Gst.FlowReturn.OK)
    h.eos()
    assert h.error() is None
    with open(path + ".obu", "wb") as stream:
        for o in h.of("buffer"):
            stream.write(o[7].extract_dup(0, o[4]))
    h.stop()


def test_cccombiner(path):
    """Captions that cccombiner puts beside a video end up in a file."""
    pipeline = Gst.parse_launch("cccombiner name=c ! grav1enc speed-preset=10 low-latency=true ! matroskamux ! filesink location=" + path +
                                " videotestsrc num-buffers=20 ! video/x-raw,format=I420,width=64,height=64,framerate=30/1 ! c.sink"
                                " appsrc name=a format=time caps=closedcaption/x-cea-708,format=cc_data,framerate=30/1 ! c.caption")
    source = pipeline.get_by_name("a")
    pipeline.set_state(Gst.State.PLAYING)
    for i in range(20):
        buf = Gst.Buffer.new_wrapped(bytes([0xFC, 0x80 | i, 0x41]))
        buf.pts, buf.duration = i * SECOND // 30, SECOND // 30
        check(source.emit("push-buffer", buf), Gst.FlowReturn.OK)
    source.emit("end-of-stream")
    m = pipeline.get_bus().timed_pop_filtered(60 * SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    assert m and m.type == Gst.MessageType.EOS, m and m.parse_error()
    pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    globals()["test_" + sys.argv[1]](*sys.argv[2:])
    print("ok")
