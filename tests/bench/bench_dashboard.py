#!/usr/bin/env python3
"""The dashboard on a terminal that is not there: first ink, a key to its frame under load, frames and
bytes a second, quiet, memory, End in a list of 10,000, the keys of a list of 100,000 in a real daemon. Prints each figure beside what is to be reached;
nothing passes or fails here."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "screens"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from lib import Daemon  # noqa: E402
from rig import Fake, background, number, shot  # noqa: E402


def row(what, value, unit, limit):
    print("   %-52s %8.1f %-6s  to reach <= %g (x %.2f)" % (what, value, unit, limit, value / limit))


def median(values):
    return sorted(values)[len(values) // 2]


def long_list(n):
    """The keys of a list of n in a real daemon. They are paused: it is the list that is measured."""
    with Daemon() as daemon:
        path = os.path.join(daemon.dir, "sites.yaml")
        with open(path, "w") as f:
            for i in range(n):
                f.write("---\nkind: monitor\nname: site-%06d\ntype: http\ntarget: http://127.0.0.1:9/%d\n"
                        "paused: true\ninterval: 1d\n" % (i, i))
        daemon.cli("apply", "-f", path, check=0, timeout=300)
        keys = (("End", "\\E", "› paused    site-%06d" % (n - 1)), ("Home", "\\h", "› paused    site-000000"),
                ("page down", "\\P", "site-000020"), ("page up", "\\p", "site-000000"), ("sort", "s", "sort: name"),
                ("reverse", "S", "site-%06d" % (n - 10)), ("and again", "S", "site-000003"),
                ("a filter opened and typed", "/-00", "filter: -00"), ("one more", "7", "site-007003"),
                ("no filter", "\\e", "site-000003"))
        steps = []
        for _, key, want in keys:
            steps += ["reach:%s:%s" % (key, want), "quiet:200"]
        out = shot(daemon.socket, "text:Overview", "key:3", "text:site-000000", "quiet:500", *steps, "rss", now="0")
        took = [float(line.split("=")[1]) for line in out.splitlines() if line.startswith("reach=")]
        for (what, _, _), ms in zip(keys, took):
            row("%s in a list of %d" % (what, n), ms, "ms", 200)
        row("resident after that", number(out, "rss") / 1024, "MB", 15)


def main():
    with Fake("house", "--monitors", "10000") as fake:
        ink = [number(shot(fake.socket, "text:Overview", "ink"), "ink") for _ in range(7)]
        row("first ink, daemon there (median of 7)", median(ink), "ms", 50)
        ink = [number(shot(fake.socket + ".away", "text:Overview", "ink"), "ink") for _ in range(7)]
        row("first ink, daemon away (median of 7)", median(ink), "ms", 50)
        out = shot(fake.socket, "text:garden", "key:3", "text:site-00000", "quiet:500", "idle:5000",
                   "rss", "reach:G:old-shop")
        row("nothing happens: bytes in 5 s", number(out, "bytes"), "B", 1)
        row("nothing happens: wake-ups in 5 s", number(out, "wakeups"), "", 1)
        row("resident with a list of 10,000", number(out, "rss") / 1024, "MB", 15)
        row("End in a list of 10,000 (daemon: a fake)", number(out, "reach"), "ms", 100)
        dash = background(fake.socket, "text:garden", "key:3", "text:site-000", "load:5000", "latency:200")
        time.sleep(0.5)
        fake.ask("/fake/rate?n=1000")
        out = dash.communicate()[0]
        row("1,000 rows/s: frames a second", number(out, "frames"), "", 31)
        row("1,000 rows/s: bytes a second", number(out, "bytes") / 1024, "KiB", 40)
        row("1,000 rows/s: key to frame, p95", number(out, "p95"), "ms", 20)
    long_list(100000)


main()
