"""What grav1enc tells about itself: readings.py TEST [ARGUMENTS], as host.py."""
import functools
import random
import re
import resource
import sys

from host import SECOND, Gst, Harness, check


def items(plan):
    s = plan.get_value("items")
    return {s.nth_field_name(i): s.get_value(s.nth_field_name(i)) for i in range(s.n_fields())}


def plan(**properties):
    """The plan of a 720p session, read before a frame was sent."""
    h = Harness(speed_preset=10, **properties)
    assert h.enc.get_property("memory-plan") is None, "a plan without caps"
    assert h.start(1280, 720), h.error()
    p = h.enc.get_property("memory-plan")
    h.stop()
    check(h.enc.get_property("memory-plan").get_value("total"), p.get_value("total"), "after the session")
    return p


def test_memory_plan():
    """The plan adds up, follows the caps and stays readable."""
    p = plan(threads=4)
    check(sum(items(p).values()), p.get_value("total"))
    check(p.get_value("threads"), 4)
    assert p.get_value("lookahead") > 0 and "input-pictures" in items(p), p.to_string()
    h = Harness(speed_preset=10, threads=1)
    assert h.start(1280, 720)
    large = h.enc.get_property("memory-plan").get_value("total")
    assert h.push(0) == Gst.FlowReturn.OK
    assert h.start(640, 360)
    small = h.enc.get_property("memory-plan").get_value("total")
    assert large / 5 < small < large / 3, (large, small)
    h.stop()


def test_max_memory():
    """A limit takes the lookahead, then the threads; what fits encodes, the first that doesn't names its need."""
    p = plan(threads=4)
    seen = [(p.get_value("lookahead"), p.get_value("threads"))]
    limit = p.get_value("total") - 1
    while True:
        h = Harness(speed_preset=10, threads=4, max_memory=limit)
        h.start(1280, 720)
        err = h.error()
        if err:
            break
        p = h.enc.get_property("memory-plan")
        assert p.get_value("total") <= limit
        seen.append((p.get_value("lookahead"), p.get_value("threads")))
        h.push_many(3)
        h.eos()
        check(len(h.times()), 3)
        h.stop()
        limit = p.get_value("total") - 1
    assert seen == sorted(seen, reverse=True) and seen[-1] == (0, 1), seen
    assert f"max-memory = {limit}" in err[0].message and f"{limit + 1} bytes needed" in err[0].message, err
    assert err[0].matches(Gst.resource_error_quark(), Gst.ResourceError.NO_SPACE_LEFT)
    check(h.push(0), Gst.FlowReturn.NOT_NEGOTIATED)
    h.stop()


def leave_address_space(room):
    """Lets the process map room MiB more; None: as much as it likes."""
    with open("/proc/self/statm") as f:
        used = int(f.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (room << 20) if room else resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def leave_memory(limit, usage, room):
    """Lets the process's control group, whose files are limit and usage, take room MiB more."""
    with open(usage) as f:
        used = int(f.read())
    with open(limit, "w") as f:
        f.write(str(used + (room << 20) if room else 1 << 40))


def test_refused_in_play(*group):
    """When the system has no room for a larger picture, the frames before it are delivered and the error names the need."""
    leave = functools.partial(leave_memory, *group) if group else leave_address_space
    h = Harness(speed_preset=10, threads=2)
    assert h.start(320, 180)
    h.push_many(20)
    for room in (900, 600, 300, 200):  # MiB; with less address space Python fails before us
        leave(room)
        h.start(3840, 2160)
        errors = list(iter(h.error, None))  # caps that were refused are offered again before the segment
        assert errors and all("bytes needed" in e[0].message for e in errors), errors
        assert all(("control group" if group else "address space") in e[1] for e in errors), errors
        left = int(re.search(r"(\d+) are left", errors[-1][0].message)[1])
        assert not group or abs(left - (room << 20)) < 32 << 20, (room, errors)  # with what the session before gave back
    check(len(h.times()), 20, "frames delivered")
    leave(None)
    list(iter(h.error, None))
    h.start(3840, 2160)
    assert h.error() is None
    h.push_many(3, 20)
    h.eos()
    check(len(h.times()), 23)
    h.stop()


def test_two_in_group(*group):
    """An encoder that starts doesn't count on the memory that another one has been promised and didn't use yet."""
    leave_memory(*group, 250)  # MiB
    first, second = Harness(speed_preset=10, threads=2), Harness(speed_preset=10, threads=2)
    assert first.start(1280, 720), first.error()
    second.start(1280, 720)
    err = second.error()
    assert err and "control group" in err[1], err
    first.push_many(60)
    first.eos()
    check(len(first.times()), 60)
    first.stop()
    second.stop()


def values(stats):
    return {stats.nth_field_name(i): stats.get_value(stats.nth_field_name(i)) for i in range(stats.n_fields())}


def test_stats():
    """The counters add up to what came out, over sessions, and start again in READY."""
    h = Harness(speed_preset=10, psnr=True)
    check(values(h.enc.get_property("stats"))["frames-in"], 0)
    assert h.start(320, 180)
    h.push_many(20)
    assert h.start(160, 90)
    h.push_many(20, 20)
    h.eos()
    v = values(h.enc.get_property("stats"))
    check((v["frames-in"], v["frames-out"], v["dropped"], v["key-frames"]), (40, 40, 0, 2), str(v))
    check(v["bytes"], sum(o[4] for o in h.of("buffer")))
    last = [o for o in h.of("buffer") if o[1] >= h.times()[-1] - SECOND]
    check(v["bitrate"], int(sum(8 * o[4] for o in last[:-1]) * SECOND / (last[-1][1] - last[0][1])))
    assert 0 < v["average-quantizer"] < 256 and 0 < v["encode-time"] < 60 * SECOND and v["fps"] > 0, v
    assert v["psnr-y"] > 40 and v["psnr-u"] > 40 and v["psnr-v"] > 40, v  # black
    assert "psnr-y" not in values(Harness().enc.get_property("stats"))
    h.enc.set_state(Gst.State.READY)
    check(values(h.enc.get_property("stats"))["frames-in"], 40, "in READY")
    h.enc.set_state(Gst.State.PAUSED)
    check(values(h.enc.get_property("stats"))["frames-in"], 0, "started again")
    h.stop()


def test_buffer_fullness():
    """With a rate control the statistics tell how full the channel's buffer is, in bits and in time."""
    h = Harness(speed_preset=10, low_latency=True, bitrate=200000, buffer_size=500)
    assert h.start(320, 180)
    seen = 0
    for i in range(60):
        buf = Gst.Buffer.new_wrapped(random.Random(i).randbytes(h.size))
        buf.pts, buf.duration = i * SECOND // 30, SECOND // 30
        check(h.src.push(buf), Gst.FlowReturn.OK)
        v = values(h.enc.get_property("stats"))
        if "buffer-fullness" in v:
            seen += 1
            assert abs(v["buffer-fullness"] * SECOND / 200000 - v["buffer-time"]) < SECOND // 1000, v
    assert seen > 0
    h.eos()
    h.stop()


def test_stats_interval():
    """Messages come while frames do, also when the interval is set in PLAYING; 0 ends them; the last tells of the end."""
    def message(timeout=20 * SECOND):
        m = h.bus.timed_pop_filtered(timeout, Gst.MessageType.ELEMENT)
        return m and m.get_structure()

    h = Harness(speed_preset=10)
    assert h.start(160, 90)
    h.push_many(3)
    assert message(SECOND // 5) is None, "messages without an interval"
    h.enc.set_property("stats-interval", SECOND // 50)
    m = message()
    check(m.get_name(), "grav1enc-stats")
    check(values(m)["frames-in"], 3)
    h.push_many(3, 3)
    while values(message())["frames-in"] < 6:
        pass
    h.enc.set_property("stats-interval", 0)
    while message(SECOND // 5):
        pass
    h.enc.set_property("stats-interval", 3600 * SECOND)
    h.eos()
    v = values(message())
    check((v["frames-in"], v["frames-out"]), (6, 6))
    h.stop()


if __name__ == "__main__":
    globals()["test_" + sys.argv[1]](*sys.argv[2:])
    print("ok")
