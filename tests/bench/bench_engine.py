#!/usr/bin/env python3
"""10,000 monitors at 60 s, a tenth of them never answering: lateness, memory, bytes, CPU of the real
daemon against a fake on loopback. And 100 monitors: memory, wake-ups. Prints figures and their ratio to
what is to be reached; nothing passes or fails here.

    tests/bench/bench_engine.py [MONITORS] [SECONDS]
"""
import asyncio
import os
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from lib import Daemon  # noqa: E402

HOSTS, GOOD_PORT, DEAD_PORT = 100, 18180, 18181
BODY = b"x" * 1024
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY) + BODY


async def answer(reader, writer):
    try:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def say_nothing(reader, writer):
    try:
        while await reader.read(4096):
            pass
    except OSError:
        pass
    finally:
        writer.close()


def host(i):
    return f"127.0.1.{1 + i // 10 % HOSTS}"


async def serve(ready):
    for i in range(HOSTS):
        await asyncio.start_server(answer, host(10 * i), GOOD_PORT, backlog=1024)
        await asyncio.start_server(say_nothing, host(10 * i), DEAD_PORT, backlog=1024)
    ready.set()
    await asyncio.Event().wait()


def start_fake():
    ready = threading.Event()
    threading.Thread(target=lambda: asyncio.run(serve(ready)), daemon=True).start()
    if not ready.wait(10):
        raise SystemExit("the fake did not start")


def add_monitors(daemon, n):
    for start in range(0, n, 500):
        items = [{"kind": "monitor", "name": f"m{i}", "interval": "60s", "timeout": "10s",
                  "target": f"http://{host(i)}:{DEAD_PORT if i % 10 == 9 else GOOD_PORT}/"}
                 for i in range(start, min(start + 500, n))]
        reply = daemon.request("POST", "/v1/batch", {"items": items})
        assert reply.status in (200, 201), reply.body[:500]


class Reading:
    """What /proc and /metrics say of the daemon at one time."""

    def __init__(self, daemon):
        pid = daemon.process.pid
        self.at = time.monotonic()
        status = open(f"/proc/{pid}/status").read()
        self.rss_kb = int(re.search(r"VmRSS:\s+(\d+)", status)[1])
        self.anon_kb = int(re.search(r"RssAnon:\s+(\d+)", status)[1])
        self.written = int(re.search(r"^write_bytes: (\d+)", open(f"/proc/{pid}/io").read(), re.M)[1])
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        self.cpu_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        self.switches = 0
        for task in os.listdir(f"/proc/{pid}/task"):
            text = open(f"/proc/{pid}/task/{task}/status").read()
            self.switches += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.M)[1])
        metrics = daemon.get("/metrics").body.decode()
        self.late = {m[1]: int(m[2]) for m in
                     re.finditer(r'^sellersmart_check_late_seconds_bucket\{le="([^"]+)"\} (\d+)', metrics, re.M)}
        self.checks = {m[1]: int(m[2]) for m in
                       re.finditer(r'^sellersmart_checks_total\{outcome="(\w+)"\} (\d+)', metrics, re.M)}


def p99_late(before, after):
    """Upper bound of the bucket that holds the 99th percentile, seconds."""
    total = after.late["+Inf"] - before.late["+Inf"]
    for le, n in after.late.items():
        if total and n - before.late[le] >= 0.99 * total:
            return le
    return "?"


def figure(what, value, unit, limit):
    print(f"  {what:<34} {value:>10} {unit:<9} to reach: < {limit}   ratio {float(value) / limit:.2f}")


def load(n, seconds):
    with Daemon() as daemon:
        start = time.monotonic()
        add_monitors(daemon, n)
        print(f"  {n} monitors made in {time.monotonic() - start:.1f} s; warming up")
        time.sleep(90)
        before = Reading(daemon)
        time.sleep(seconds)
        after = Reading(daemon)
        span = after.at - before.at
        done = {k: after.checks[k] - before.checks[k] for k in after.checks}
        print(f"  {sum(done.values()) / span:.0f} checks/s: {done}")
        late = p99_late(before, after)
        if late not in ("+Inf", "?"):
            figure("p99 lateness, at most", f"{float(late):.3f}", "s", 1)
        else:
            print(f"  p99 lateness {late}")
        figure("resident", f"{after.rss_kb / 1024:.1f}", "MiB", 100)
        figure("written", f"{(after.written - before.written) / span / 1000:.1f}", "kB/s", 100)
        figure("CPU", f"{100 * (after.cpu_s - before.cpu_s) / span:.1f}", "% a core", 15)
        counts = daemon.get("/v1/monitors?limit=1").json["meta"]["counts"]
        print(f"  states: {counts}")
        print(f"  ended in {daemon.stop(10):.2f} s; ready again in {daemon.start():.2f} s")


def idle(n):
    with Daemon() as daemon:
        add_monitors(daemon, n)
        time.sleep(30)
        before = Reading(daemon)
        time.sleep(30)
        after = Reading(daemon)
        span = after.at - before.at
        figure(f"RssAnon with {n} monitors", f"{after.anon_kb / 1024:.1f}", "MiB", 8)
        figure("resident", f"{after.rss_kb / 1024:.1f}", "MiB", 20)
        print(f"  {(after.switches - before.switches) / span:.1f} wake-ups/s of all threads,"
              f" {(sum(after.checks.values()) - sum(before.checks.values())) / span:.1f} checks/s,"
              f" {1000 * (after.cpu_s - before.cpu_s) / span:.1f} ms CPU/s")


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    start_fake()
    load(n, seconds)
    idle(100)


if __name__ == "__main__":
    main()
