#!/usr/bin/env python3
"""A shop of 50,000 products through products.json, read by the real daemon as a user adds it: for the first
time, again unchanged, again with a hundredth of the prices changed, and as a second rival that sells the same.
Memory of daemon and workers each second, processor time by process, how long operations held the writer, bytes
written, how long the API took meanwhile. Prints figures and their ratio to what is to be reached; nothing
passes or fails here.

    tests/bench/bench_crawl.py [PRODUCTS]        KEEP=1 leaves the data directory, PERF=1 records perf.data there
"""
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "integration"), os.path.join(HERE, "..", "fakes")]
from lib import Daemon, wait_until  # noqa: E402
from shopserver import Shop  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
SERVER = os.path.join(HERE, "..", "fakes", "shopserver.py")
CONFIG = "net:\n  pace: 0s\n  budget: 1000000\n  allow_private: [127.0.0.0/8]\n"


class Shopfront:
    """The fake in a process of its own: its time is not ours."""

    def __init__(self, **spec):
        self.spec = {"platform": "shopify", "etag": False, **spec}
        self.process = subprocess.Popen([sys.executable, SERVER, "--spec", "-"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(json.dumps(self.spec))
        self.process.stdin.close()
        self.url = self.process.stdout.readline().strip()

    def set(self, **change):
        urllib.request.urlopen(self.url + "_set", json.dumps(change).encode()).read()

    def close(self):
        self.process.terminate()
        self.process.wait()


def stat_of(pid):
    """Processor seconds and resident bytes of a process, by thread name."""
    by_thread = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/stat") as f:
                name, rest = f.read().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        fields = rest.split()
        by_thread[name] = by_thread.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICK
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    cpu = (int(fields[11]) + int(fields[12])) / TICK
    with open(f"/proc/{pid}/status") as f:
        rss = int(re.search(r"VmRSS:\s+(\d+)", f.read())[1]) << 10
    return cpu, rss, by_thread


def workers_of(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/children") as f:
                found += f.read().split()
        except OSError:
            pass
    return found


class Watch:
    """Memory each second, and the latest processor time of each process: workers may come and go."""

    def __init__(self, pid):
        self.pid, self.samples, self.workers, self.stop = pid, [], {}, threading.Event()
        self.cpu, _, self.threads = stat_of(pid)
        self.written = self.io()
        self.sample()
        self.workers_before = sum(self.workers.values())
        self.samples.clear()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def io(self):
        with open(f"/proc/{self.pid}/io") as f:
            return int(re.search(r"^write_bytes: (\d+)", f.read(), re.M)[1])

    def sample(self):
        daemon, rest = stat_of(self.pid)[1], 0
        for pid in workers_of(self.pid):
            try:
                cpu, rss, _ = stat_of(pid)
            except OSError:
                continue
            self.workers[pid] = cpu
            rest += rss
        self.samples.append((daemon, rest))

    def run(self):
        while not self.stop.wait(0.5):
            self.sample()

    def end(self):
        self.stop.set()
        self.thread.join()
        self.sample()
        cpu, _, threads = stat_of(self.pid)
        self.daemon_cpu = cpu - self.cpu
        self.worker_cpu = sum(self.workers.values()) - self.workers_before
        self.by_thread = {k: v - self.threads.get(k, 0) for k, v in threads.items() if v - self.threads.get(k, 0) > 0.1}
        self.bytes_written = self.io() - self.written


class Latency:
    """What a person waits for /v1/overview meanwhile."""

    def __init__(self, daemon):
        self.daemon, self.ms, self.stop = daemon, [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stop.wait(0.05):
            began = time.monotonic()
            if self.daemon.get("/v1/overview").status == 200:
                self.ms.append(1000 * (time.monotonic() - began))

    def end(self):
        self.stop.set()
        self.thread.join()
        self.ms.sort()

    def at(self, share):
        return self.ms[min(len(self.ms) - 1, int(share * len(self.ms)))] if self.ms else 0


def holds(daemon):
    """How many operations of the writer took at most so many seconds."""
    text = daemon.get("/metrics").body.decode()
    buckets = {m[1]: int(m[2]) for m in
               re.finditer(r'^sellersmart_store_operation_seconds_bucket\{le="([^"]+)"\} (\d+)', text, re.M)}
    return buckets


def said_of_holds(before, after):
    total = after.get("+Inf", 0) - before.get("+Inf", 0)
    if not total:
        return "not measured"
    below = {le: (n - before[le]) / total for le, n in after.items() if le != "+Inf"}
    p99 = next((le for le, share in below.items() if share >= 0.99), "+Inf")
    return f"{total} operations, p99 <= {p99} s, {100 * below.get('0.005', 0):.2f} % within 5 ms"


def figure(what, value, unit, limit=None):
    print(f"  {what:<40} {value:>10} {unit:<14}" + (f" to reach: < {limit}   ratio {float(value) / limit:.2f}" if limit else ""),
          flush=True)


def store_bytes(daemon):
    return sum(os.path.getsize(os.path.join(daemon.data, n)) for n in os.listdir(daemon.data) if n.startswith("store.db"))


def jobs_of(daemon, rival):
    return [j for j in daemon.get("/v1/jobs?sort=created_at&limit=100").data if j["name"] == f"scan-{rival}"]


def scan(daemon, rival, begin, products, title):
    """One scan, from begin() until its job is over."""
    n = len(jobs_of(daemon, rival))
    holds_before = holds(daemon)
    watch, latency, size = Watch(daemon.process.pid), Latency(daemon), store_bytes(daemon)
    began = time.monotonic()
    begin()
    job = wait_until(lambda: next((j for j in jobs_of(daemon, rival)[n:] if j["ended_at"]), None), "the scan", 1200)
    took = time.monotonic() - began
    latency.end()
    watch.end()
    after = holds(daemon)
    mib = [(a + b) / 2 ** 20 for a, b in watch.samples]
    third = max(1, len(mib) // 3)
    cpu = watch.daemon_cpu + watch.worker_cpu
    print(f"\n  {title}: {job['state']}, {job.get('result')}", flush=True)
    figure("took", f"{took:.1f}", "s")
    figure("products a second", f"{products / took:.0f}", "")
    figure("processor time a product", f"{1e6 * cpu / products:.0f}", "µs")
    figure("  of the daemon", f"{1e6 * watch.daemon_cpu / products:.0f}", "µs")
    figure("  of the workers", f"{1e6 * watch.worker_cpu / products:.0f}", "µs")
    print("    " + ", ".join(f"{k} {v:.1f} s" for k, v in sorted(watch.by_thread.items(), key=lambda x: -x[1])))
    figure("resident, daemon and workers, at most", f"{max(mib):.1f}", "MiB", 80)
    figure("  in the first, the last third", f"{max(mib[:third]):.1f}", f"MiB, {max(mib[-third:]):.1f} MiB")
    figure("  daemon alone at most", f"{max(a for a, _ in watch.samples) / 2 ** 20:.1f}", "MiB")
    print(f"  operations of the writer: {said_of_holds(holds_before, after)}")
    figure("written to disk", f"{watch.bytes_written / 2 ** 20:.1f}", "MiB")
    figure("store grew by", f"{(store_bytes(daemon) - size) / 2 ** 20:.1f}", "MiB")
    figure("GET /v1/overview, median", f"{latency.at(0.5):.1f}", "ms")
    figure("GET /v1/overview, p99", f"{latency.at(0.99):.1f}", "ms")
    return job


def again(daemon, rival):
    reply = daemon.request("POST", f"/v1/rivals/{rival}/scan")
    assert reply.status == 201, reply.body


def add(daemon, rival, url):
    reply = daemon.request("POST", "/v1/rivals", {"url": url, "name": rival, "every": "24h"})
    assert reply.status == 201, reply.body


def timed(daemon, what, path, limit=None):
    """First and median of five: a person waits for the first one, too."""
    ms = []
    for _ in range(6):
        began = time.monotonic()
        reply = daemon.get(path, timeout=120)
        ms.append(1000 * (time.monotonic() - began))
        assert reply.status == 200, f"{path}: {reply.status} {reply.body[:300]}"
    figure(what, f"{sorted(ms[1:])[2]:.1f}", f"ms ({ms[0]:.1f} first)", limit)


def lists(daemon, products):
    print("\n  what a person waits for then")
    some = daemon.get("/v1/products?limit=1").data[0]["id"]
    timed(daemon, "product list q=lamp", "/v1/products?q=lamp&limit=100", 100)
    timed(daemon, "product list q=copper lantern", "/v1/products?q=copper+lantern&limit=100", 100)
    timed(daemon, "product list q= of one", f"/v1/products?q=lantern+{products // 2}&limit=100", 100)
    timed(daemon, "product detail", f"/v1/products/{some}", 50)
    timed(daemon, "product detail, chart of a year", f"/v1/products/{some}/history?days=365", 50)
    timed(daemon, "rival list", "/v1/rivals?limit=100", 100)
    timed(daemon, "prices of a rival, a page", "/v1/rivals/big/prices?limit=100", 300)
    timed(daemon, "analysis of a rival", "/v1/rivals/big/analysis", 300)
    timed(daemon, "overview", "/v1/overview", 100)
    made = daemon.request("POST", "/v1/brands", {"name": "acme", "brand": "ACME"})
    assert made.status == 201, made.body
    timed(daemon, "analysis of a brand", "/v1/brands/acme/analysis", 300)
    timed(daemon, "brand list", "/v1/brands?limit=100", 100)


def idle(daemon):
    """A minute without work: workers are gone, memory is back, nothing wakes up."""
    wait_until(lambda: not workers_of(daemon.process.pid), "the workers to end", 90)
    pid = daemon.process.pid

    def switches():
        n = 0
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/status") as f:
                n += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", f.read(), re.M)[1])
        return n
    before, cpu, began = switches(), stat_of(pid)[0], time.monotonic()
    time.sleep(20)
    span = time.monotonic() - began
    print("\n  idle afterwards")
    figure("resident", f"{stat_of(pid)[1] / 2 ** 20:.1f}", "MiB")
    figure("wake-ups", f"{(switches() - before) / span:.2f}", "a second")
    figure("processor", f"{100 * (stat_of(pid)[0] - cpu) / span:.2f}", "% of a core")


def main():
    products = int(sys.argv[1]) if len(sys.argv) > 1 else 50000
    shops = [Shopfront(products=products), Shopfront(products=products, seed=2, factor=97)]
    daemon = Daemon(config=CONFIG)
    print(f"  daemon before: {stat_of(daemon.process.pid)[1] / 2 ** 20:.1f} MiB; {products} products", flush=True)
    perf = None
    if os.environ.get("PERF"):
        perf = subprocess.Popen(["perf", "record", "-q", "-F", "199", "-g", "-o", os.path.join(daemon.dir, "perf.data"), "-p",
                                 str(daemon.process.pid)])
    try:
        size = store_bytes(daemon)
        scan(daemon, "big", lambda: add(daemon, "big", shops[0].url), products, "first scan")
        if perf:
            perf.send_signal(signal.SIGINT)
            perf.wait()
        figure("bytes in the store a listing", f"{(store_bytes(daemon) - size) / products:.0f}", "with its log")
        scan(daemon, "big", lambda: again(daemon, "big"), products, "again, unchanged")
        shop = Shop(shops[0].spec)
        changed = [shop.product(i) for i in range(0, products, 100)]
        shops[0].set(set={p["handle"]: {"price_minor": p["price_minor"] - 100} for p in changed})
        scan(daemon, "big", lambda: again(daemon, "big"), products, "again, a hundredth of the prices changed")
        if not os.environ.get("ONE"):
            scan(daemon, "two", lambda: add(daemon, "two", shops[1].url), products, "a second rival that sells the same")
        lists(daemon, products)
        if not os.environ.get("ONE"):
            idle(daemon)
    finally:
        for shop in shops:
            shop.close()
        if os.environ.get("KEEP") or perf:
            daemon.process.terminate()
            daemon.process.wait()
            print(f"  kept: {daemon.dir}")
        else:
            daemon.stop() if hasattr(daemon, "stop") else daemon.kill()


if __name__ == "__main__":
    main()
