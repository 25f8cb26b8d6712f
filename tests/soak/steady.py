#!/usr/bin/env python3
"""Checks and requests for a long time: memory and descriptors must stay level."""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from lib import Daemon, Origin, UnixConnection  # noqa: E402


def measure(pid):
    with open(f"/proc/{pid}/status") as f:
        rss = [int(line.split()[1]) for line in f if line.startswith("VmRSS")][0]
    return rss, len(os.listdir(f"/proc/{pid}/fd"))


def main(seconds):
    with Daemon() as d, Origin() as o:
        for i in range(200):
            d.request("POST", "/v1/monitors", {"name": f"m{i}", "target": o.url + str(i), "interval": "1s"})
        stop = threading.Event()

        def ask():
            n = 0
            while not stop.is_set():
                c = UnixConnection(d.socket)
                for _ in range(200):
                    c.request("GET", f"/v1/monitors/m{n % 200}")
                    c.getresponse().read()
                    n += 1
                c.request("PATCH", f"/v1/monitors/m{n % 200}", b'{"description":"%d"}' % n)
                c.getresponse().read()
                c.close()
                stop.wait(0.2)

        thread = threading.Thread(target=ask)
        thread.start()
        warm = time.monotonic() + min(120, seconds / 4)
        while time.monotonic() < warm:
            time.sleep(1)
        first, end = measure(d.process.pid), time.monotonic() + seconds
        print(f"after warming up: {first[0]} kB, {first[1]} descriptors", flush=True)
        while time.monotonic() < end:
            time.sleep(min(60, seconds / 10))
            print("  %d kB, %d descriptors" % measure(d.process.pid), flush=True)
        last = measure(d.process.pid)
        stop.set()
        thread.join()
        hours = seconds / 3600
        print(f"resident memory {(last[0] - first[0]) / hours:+.0f} kB an hour, descriptors {last[1] - first[1]:+d}")
        return 0 if last[0] - first[0] < max(1024 * hours, 1024) and last[1] - first[1] <= 8 else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
