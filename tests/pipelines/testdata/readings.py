"""What grav1enc tells about itself: readings.py TEST [ARGUMENTS], as host.py."""
import resource
import sys

from host import Gst, Harness, check


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


def test_refused_in_play():
    """When the system has no room for a larger picture, the frames before it are delivered and the error names the need."""
    h = Harness(speed_preset=10, threads=2)
    assert h.start(320, 180)
    h.push_many(20)
    with open("/proc/self/statm") as f:
        used = int(f.read().split()[0]) * resource.getpagesize()
    for room in (900, 600, 300, 200):  # MiB; with less Python fails before us
        resource.setrlimit(resource.RLIMIT_AS, (used + (room << 20), resource.RLIM_INFINITY))
        h.start(3840, 2160)
        err = h.error()
        assert err and "bytes needed" in err[0].message, err
        assert "address space" in err[1], err
    check(len(h.times()), 20, "frames delivered")
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    while h.error():  # caps that were refused are offered again before the segment
        pass
    h.start(3840, 2160)
    assert h.error() is None
    h.push_many(3, 20)
    h.eos()
    check(len(h.times()), 23)
    h.stop()


if __name__ == "__main__":
    globals()["test_" + sys.argv[1]](*sys.argv[2:])
    print("ok")
