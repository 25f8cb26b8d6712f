#!/usr/bin/env python3
"""100,000 monitors at 300 s, half http and half tcp, every one answering, against a fake on loopback:
apply and apply again, memory, CPU, lateness and bytes after a whole interval, a list's end, the start
after kill -9. Prints figures and their ratio to what is to be reached; nothing passes or fails here.

    tests/bench/bench_scale.py [MONITORS] [SECONDS]
"""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench_engine import GOOD_PORT, HOSTS, Daemon, Reading, figure, p99_late, start_fake  # noqa: E402

INTERVAL_S = 300


def write_file(path, n):
    with open(path, "w") as f:
        for i in range(n):
            scheme = "tcp" if i % 2 else "http"
            f.write(f"---\nkind: monitor\nname: shop-{i:06d}\ntype: {scheme}\ninterval: {INTERVAL_S}s\n"
                    f"target: {scheme}://127.0.1.{1 + i // 10 % HOSTS}:{GOOD_PORT}{'' if i % 2 else '/'}\n")


def timed(what, limit, call):
    start = time.monotonic()
    call()
    figure(what, f"{time.monotonic() - start:.2f}", "s", limit)


def lists(daemon):
    for query in ("last=1", "last=1&sort=p95", "around=mon_0&sort=worst"):
        times = []
        for _ in range(5):
            start = time.monotonic()
            assert daemon.get(f"/v1/monitors?limit=100&{query}").status == 200
            times.append(time.monotonic() - start)
        figure(f"list {query}", f"{1000 * sorted(times)[2]:.0f}", "ms", 200)


def peak_mib(daemon):
    with open(f"/proc/{daemon.process.pid}/status") as f:
        return int(next(line for line in f if line.startswith("VmHWM")).split()[1]) / 1024


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    start_fake()
    with Daemon() as daemon:
        path = os.path.join(daemon.dir, "shops.yaml")
        write_file(path, n)
        timed(f"apply of {n}", 30, lambda: daemon.cli("apply", "-f", path, check=0, timeout=300))
        timed("apply again, all unchanged", 30, lambda: daemon.cli("apply", "-f", path, check=0, timeout=300))
        figure("resident at most, after apply", f"{peak_mib(daemon):.1f}", "MiB", 150)
        time.sleep(INTERVAL_S + 15)
        before = Reading(daemon)
        time.sleep(seconds)
        after = Reading(daemon)
        span = after.at - before.at
        done = {k: after.checks[k] - before.checks[k] for k in after.checks}
        print(f"  {sum(done.values()) / span:.0f} checks/s: {done}")
        print(f"  p99 lateness: at most {p99_late(before, after)} s, to reach: < 1")
        figure("resident after an interval", f"{after.rss_kb / 1024:.1f}", "MiB", 150)
        figure("written", f"{(after.written - before.written) / span / 1000:.1f}", "kB/s", 100)
        figure("CPU", f"{100 * (after.cpu_s - before.cpu_s) / span:.1f}", "% a core", 25)
        lists(daemon)
        daemon.kill()
        figure("ready after kill -9", f"{daemon.start():.2f}", "s", 2)
        figure("resident then", f"{Reading(daemon).rss_kb / 1024:.1f}", "MiB", 150)


if __name__ == "__main__":
    main()
