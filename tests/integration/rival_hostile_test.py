#!/usr/bin/env python3
"""Shops that mean harm, added as rivals: everything ends, memory is bounded, nobody is reached who may
not be, and nothing of theirs commands a terminal."""
import concurrent.futures
import json
import os
import re
import sys
import threading
import time
import unicodedata

from lib import ROOT, Daemon, main, wait_until

sys.path.insert(0, os.path.join(ROOT, "tests", "fakes"))
from hostileshop import KINDS, HostileShop, Listener, Names  # noqa: E402

LIMIT = 40  # pages of a scan, where a shop has no end
MEMORY_MB = 400  # daemon and workers together, at their worst; two workers' documents are of 24 MB
CONFIG = "net:\n  pace: 0s\n  budget: 1000000\n  allow_private: [127.0.0.1/32]\n"
# What commands a terminal or turns text around, as it would come out of JSON.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def memory_mb(daemon):
    """(daemon, with what it started)"""
    def rss(pid):
        try:
            with open(f"/proc/{pid}/statm") as f:
                return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2 ** 20
        except (OSError, IndexError):
            return 0
    pid = daemon.process.pid
    pids = set()
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/children") as f:
                pids.update(f.read().split())
        except OSError:
            pass
    own = rss(pid)
    return own, own + sum(map(rss, pids))


class Watch(threading.Thread):
    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.d, self.own, self.all, self.slowest, self.ended = daemon, 0, 0, 0, threading.Event()
        self.start()

    def run(self):
        while not self.ended.wait(0.05):
            own, together = memory_mb(self.d)
            self.own, self.all = max(self.own, own), max(self.all, together)
            started = time.monotonic()
            self.d.get("/v1/rivals?limit=5")
            self.slowest = max(self.slowest, time.monotonic() - started)

    def end(self):
        self.ended.set()
        self.join()


def config(**more):
    return CONFIG + "".join(f"{k}: {v}\n" for k, v in more.items())


def name_of(kind):
    return kind.replace("_", "-")


def jobs(d, name):
    return [j for j in d.get("/v1/jobs?sort=created_at&limit=200").data if j["name"] == f"scan-{name}"]


BOUNDED = ("million", "new-for-ever", "index-tree", "links-for-ever", "same-for-ever", "same-but-for-a-number", "woo-for-ever")


def add(d, url, name, timeout=150):
    """As a person does it. @return what was printed"""
    if name in BOUNDED:
        d.cli("rival", "add", url, "--name", name, "--limit", str(8 if name == "new-for-ever" else LIMIT), check=0)
        wait_until(lambda: jobs(d, name) and jobs(d, name)[-1]["ended_at"], f"{name} to end", timeout)
        return d.cli("rival", "show", name, check=0).stdout
    out = d.cli("add", url, "--rival", "--name", name, timeout=timeout)
    assert out.returncode in (0, 1), f"{name}: {out.returncode}: {out.stdout}{out.stderr}"
    return out.stdout + out.stderr


def listings(d, name):
    return d.get(f"/v1/listings?filter[site]={name}&limit=1000").data


def log_of(d, name):
    out = d.cli("job", "log", jobs(d, name)[-1]["id"])
    return out.stdout + out.stderr


def unsafe_in(value):
    """The first text in it that no screen may show as it is."""
    if isinstance(value, str):
        return value if UNSAFE.search(value) else None
    for x in value.items() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ():
        found = unsafe_in(x)
        if found is not None:
            return found
    return None


def check_texts(d, said):
    for name, text in said.items():
        bad = UNSAFE.search(text.replace("\n", " ").replace("\r", " "))
        assert not bad, f"{name}: {bad.group()!r} was printed: {text!r}"
    for path in ("rivals", "listings", "products", "events", "jobs", "alerts", "hosts", "matches", "brands"):
        data = d.get(f"/v1/{path}?limit=1000").json.get("data", [])
        bad = unsafe_in(data)
        assert bad is None, f"/v1/{path}: {bad!r}"
    for command in (("rival", "list"), ("listing", "list"), ("product", "list"), ("event", "list"), ("job", "list"),
                    ("host", "list"), ("rival", "prices", "escapes"), ("rival", "show", "escapes-status"), ("brief",)):
        out = d.cli(*command)
        text = (out.stdout + out.stderr).replace("\n", "")
        bad = UNSAFE.search(text)
        assert not bad, f"{command}: {bad.group()!r}: {text!r}"
    assert not UNSAFE.search(d.log_text().replace("\n", "")), "the daemon's log"


def shops_that_mean_harm__are_read_to_an_end__within_bounds():
    meta = "http://169.254.169.254/latest/meta-data/"
    traps = [Listener("127.0.0.2"), Listener("127.0.0.3")]
    try:
        traps.append(Listener("::1"))
    except OSError:
        pass  # a machine without IPv6
    targets = [t.url for t in traps] + [meta, "file:///etc/passwd", "gopher://127.0.0.1/", "http://0x7f000002/"]
    shops = [HostileShop(k, elsewhere=targets[i % len(targets)]) for i, k in enumerate(KINDS)]
    away = [k for k in KINDS if k.endswith(("_away", "_elsewhere"))]
    shops += [HostileShop(k, elsewhere=t) for k in away for t in targets]
    names = [f"{name_of(s.kind)}{'' if i < len(KINDS) else f'-{i}'}" for i, s in enumerate(shops)]
    with Daemon(config=CONFIG) as d:
        watch = Watch(d)
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            said = dict(zip(names, pool.map(lambda x: add(d, x[0].url, x[1]), zip(shops, names))))
        watch.end()
        print(f"# {len(shops)} shops in {time.monotonic() - began:.1f} s; daemon {watch.own:.0f} MB, with workers"
              f" {watch.all:.0f} MB; slowest answer {watch.slowest * 1000:.0f} ms", flush=True)
        for name in names:
            job = jobs(d, name)[-1]
            assert job["ended_at"], f"{name} did not end: {job}"
            assert job["found"] <= LIMIT + 40, f"{name}: {job['found']} items"
        assert [t.came for t in traps] == [0] * len(traps), f"connections to where none may be: {[t.came for t in traps]}"
        assert "root:" not in d.log_text() and not any("root:x:" in x for x in said.values())
        assert watch.own < 200 and watch.all < MEMORY_MB, f"{watch.own:.0f} MB, {watch.all:.0f} MB"
        assert watch.slowest < 2, f"an answer took {watch.slowest:.2f} s"
        check_texts(d, said)
        check_facts(d, {s.kind: s for s in shops[:len(KINDS)]})
        for s in shops + traps:
            s.close()
        assert d.stop() < 5.5


def check_facts(d, shops):
    def prices(kind):
        return {x["sku"]: x["price_minor"] for x in listings(d, name_of(kind))}

    for kind in ("endless_robots", "bomb_page", "bomb_twice", "redirect_page_away", "deep_json"):
        assert len(listings(d, name_of(kind))) == 1, f"{kind}: what is well in it is not read: {log_of(d, name_of(kind))}"
    assert "/p/secret" not in shops["endless_robots"].paths and "/p/secret" not in shops["robots_of_5_mb"].paths
    for price in prices("prices").values():
        assert price is None or 0 <= price < 10 ** 15, prices("prices")
    assert set(prices("one_key").values()) <= {n * 100 + 99 for n in range(1, 9)}, prices("one_key")
    for kind, most in (("same_for_ever", 6), ("same_but_for_a_number", 6), ("woo_for_ever", 8)):
        assert shops[kind].requests <= most, f"{kind}: asked for {shops[kind].requests} times"
        assert "again" in log_of(d, name_of(kind)), f"{kind} is not told: {log_of(d, name_of(kind))}"
    for kind in ("new_for_ever", "million"):
        assert "limit" in log_of(d, name_of(kind)), f"{kind} is not told: {log_of(d, name_of(kind))}"
        assert len(listings(d, name_of(kind))) > 0
    assert shops["million"].requests <= LIMIT + 10 and shops["index_tree"].requests <= LIMIT + 10


def name_that_changes_its_mind__is_not_followed_to_a_private_address():
    names = Names("127.0.0.1")
    shop = HostileShop("walled")
    trap = Listener("127.0.0.2", shop.port)
    try:
        with Daemon(config=config(nameservers=names.at)) as d:
            def turn(path):
                if path == "/robots.txt":
                    names.address = "127.0.0.2"
            shop.on_request = turn
            # Each answer ends its connection, so each page asks for the name anew.
            send = shop.send
            shop.send = lambda h, *a, **k: (send(h, *a, **k, Connection="close"), setattr(h, "close_connection", True))
            # An answer of a name server is kept for 5 s at least: pages come after that.
            d.cli("rival", "add", f"http://flip.test:{shop.port}/", "--name", "flip", "--pace", "2s", check=0)
            wait_until(lambda: jobs(d, "flip") and jobs(d, "flip")[-1]["ended_at"], "the scan to end", 60)
            said = d.get("/v1/rivals/flip").data["text"]
            assert shop.paths.get("/robots.txt") == 1, shop.paths
            assert names.asked >= 2, "it was asked for the name once: nothing was tried"
            assert trap.came == 0, "it went to an address that it may not reach"
            assert not listings(d, "flip") and "127.0.0.2" in said, said
    finally:
        names.close(), shop.close(), trap.close()


def wall__makes_prices_unknown__until_it_is_gone():
    for wall in ("login", "captcha"):
        shop = HostileShop("walled")
        with Daemon(config=CONFIG) as d:
            add(d, shop.url, "walled")
            assert len(listings(d, "walled")) == 5
            shop.wall = wall
            assert d.request("POST", "/v1/rivals/walled/scan").status == 201
            wait_until(lambda: len(jobs(d, "walled")) == 2 and jobs(d, "walled")[1]["ended_at"], "the scan to end")
            assert {x["state"] for x in listings(d, "walled")} == {"unknown"}, f"{wall}: {listings(d, 'walled')}"
            assert d.get("/v1/rivals/walled").data["state"] == "blocked", wall
            assert d.get("/v1/events?filter[topic]=rival.blocked").data, wall
        shop.close()


def secrets_of_an_address__are_in_no_log():
    shop = HostileShop("walled")
    with Daemon(config=CONFIG) as d:
        out = d.cli("add", f"http://seller:hunter2@127.0.0.1:{shop.port}/?token=s3cr3t", "--rival", "--name", "secret")
        log = d.log_text() + (log_of(d, "secret") if jobs(d, "secret") else "")
        assert "hunter2" not in log and "hunter2" not in out.stdout + out.stderr, log
    shop.close()


if __name__ == "__main__":
    main(sys.modules[__name__])
