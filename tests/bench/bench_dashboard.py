#!/usr/bin/env python3
"""The dashboard on a terminal that is not there: first ink, a key to its frame under load, frames and
bytes a second, quiet, memory, End in a list of 10,000. Prints each figure beside what is to be reached;
nothing passes or fails here."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "screens"))
from rig import Fake, background, number, shot  # noqa: E402


def row(what, value, unit, limit):
    print("   %-52s %8.1f %-6s  to reach <= %g (x %.2f)" % (what, value, unit, limit, value / limit))


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    with Fake("house", "--monitors", "10000") as fake:
        ink = [number(shot(fake.socket, "text:Overview", "ink"), "ink") for _ in range(7)]
        row("first ink, daemon there (median of 7)", median(ink), "ms", 50)
        ink = [number(shot(fake.socket + ".away", "text:Overview", "ink"), "ink") for _ in range(7)]
        row("first ink, daemon away (median of 7)", median(ink), "ms", 50)
        out = shot(fake.socket, "text:garden", "key:2", "text:site-00000", "quiet:500", "idle:5000",
                   "rss", "reach:G:old-shop")
        row("nothing happens: bytes in 5 s", number(out, "bytes"), "B", 1)
        row("nothing happens: wake-ups in 5 s", number(out, "wakeups"), "", 1)
        row("resident with a list of 10,000", number(out, "rss") / 1024, "MB", 15)
        row("End in a list of 10,000 (daemon: a fake)", number(out, "reach"), "ms", 100)
        dash = background(fake.socket, "text:garden", "key:2", "text:site-000", "load:5000", "latency:200")
        time.sleep(0.5)
        fake.ask("/fake/rate?n=1000")
        out = dash.communicate()[0]
        row("1,000 rows/s: frames a second", number(out, "frames"), "", 31)
        row("1,000 rows/s: bytes a second", number(out, "bytes") / 1024, "KiB", 40)
        row("1,000 rows/s: key to frame, p95", number(out, "p95"), "ms", 20)


main()
