#!/usr/bin/env python3
"""kill -9 again and again while a shop is read: the daemon at the points that the source marks and at
moments that nobody chose, and the workers that take its pages apart. KILLS=N kills the daemon so often
in one walk (12), WORKER_KILLS=N the workers (30), SEED=N repeats a walk; the soak has 50 and 1,000."""
import glob
import http.client
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from lib import ROOT, Daemon, main, wait_until

sys.path.insert(0, os.path.join(ROOT, "tests", "fakes"))
from shopserver import ShopServer  # noqa: E402

KILLS = int(os.environ.get("KILLS", "12"))
WORKER_KILLS = int(os.environ.get("WORKER_KILLS", "30"))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(10 ** 6)))
CONFIG = "net:\n  pace: 0s\n  budget: 1000000\n  allow_private: [127.0.0.0/8]\n"
GONE = (OSError, http.client.HTTPException)


class Doomed(Daemon):
    """A daemon that kills itself at the point that `fault` names."""

    fault = None

    def environment(self):
        e = super().environment()
        if self.fault:
            e["SELLERSMART_FAULT"] = self.fault
        return e

    def dead(self):
        return self.process.poll() is not None

    def start_doomed(self, fault):
        """@return False: it died of it before it was ready"""
        self.fault = fault
        try:
            self.start()
        except AssertionError:
            assert self.dead() and self.process.returncode == -signal.SIGKILL, self.log_text()[-3000:]
            return False
        finally:
            self.fault = None
        return True


def points():
    """Those on the way of a page; "items.slot" is a schedule's, and the two of a start are tried apart."""
    out = subprocess.run(["grep", "-rhoE", r'fault_point\("(items|rivalradar)[.][a-z_]+"\)', os.path.join(ROOT, "daemon")],
                         capture_output=True, text=True).stdout
    return sorted(set(re.findall(r'"([a-z_.]+)"', out)) - {"items.slot", "items.begin", "rivalradar.start"})


class Stored:
    """What a dead daemon left behind, read from a copy: its store is as the kill left it."""

    def __init__(self, daemon):
        self.dir = tempfile.mkdtemp(prefix="sellersmart-kill-")
        for path in glob.glob(os.path.join(daemon.data, "store.db*")):
            if not path.endswith("-shm"):
                shutil.copy(path, self.dir)
        self.db = sqlite3.connect(os.path.join(self.dir, "store.db"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.db.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def rows(self, sql):
        return self.db.execute(sql).fetchall()

    def done(self):
        """(job, address) of items that are done."""
        return {(job, key) for job, key in self.rows("SELECT job, key FROM job_item WHERE state = 1 AND key LIKE 'http%'")}

    def offers(self):
        return self.rows("SELECT l.url, o.seller, o.kind, o.price_minor, o.shipping_minor, o.availability, o.at_ms"
                         " FROM offer o JOIN listing l ON l.id = o.listing")

    def catalog(self):
        """Everything but times and ids."""
        return {
            "product": sorted(self.rows("SELECT title, brand, mine, listings, currency, best_minor FROM product")),
            "identifier": sorted(self.rows("SELECT i.kind, i.value, p.title FROM identifier i JOIN product p ON p.id = i.product")),
            "listing": sorted(self.rows(
                "SELECT l.url, l.key, l.sku, l.title, l.gtin, l.mpn, l.state, l.price_minor, l.was_minor, l.currency,"
                " l.availability, l.rating_x100, l.reviews, l.doubt_minor, l.missed, p.title FROM listing l"
                " JOIN product p ON p.id = l.product")),
            "offer": sorted(o[:6] for o in self.offers()),
            "page": sorted(self.rows("SELECT url, kind, state, hex(hash), fails FROM page")),
            "text": self.rows("SELECT count(*) FROM product_text"),
            "match": self.rows("SELECT count(*) FROM match"), "change": sorted(self.rows("SELECT field, was FROM listing_change")), "rating": self.rows("SELECT count(*), sum(rating_x100), sum(reviews) FROM rating"),
            "event": sorted(self.rows("SELECT topic, count(*) FROM events WHERE topic LIKE 'listing.%' OR"
                                      " topic LIKE 'offer.%' OR topic LIKE 'price.%' OR topic LIKE 'rival.%' GROUP BY topic")),
        }


def asked(daemon, method, path, body=None):
    """None: it died on the way."""
    try:
        return daemon.request(method, path, body)
    except GONE:
        return None


def scans(daemon):
    reply = asked(daemon, "GET", "/v1/jobs?sort=created_at&limit=100")
    return None if reply is None else [j for j in reply.data if j["name"] == "scan-r"]


def begin_scan(daemon, shop, n):
    """The n-th scan is begun, whatever dies meanwhile."""
    def begun():
        if daemon.dead():
            daemon.start()
        have = scans(daemon)
        if have is not None and len(have) >= n:
            return True
        if n == 1:
            asked(daemon, "POST", "/v1/rivals", {"url": shop.url, "name": "r", "every": "30d"})
        else:
            asked(daemon, "POST", "/v1/rivals/r/scan")
        return False
    wait_until(begun, f"scan {n} to begin", 30)


def change_shop(shop):
    """What the second scan finds: cheaper, dearer, sold out, gone, new."""
    n = shop.shop.spec["products"]
    made = [shop.product(i) for i in range(n)]
    change = {p["handle"]: {"price_minor": p["price_minor"] * (9 if i % 2 else 11) // 10} for i, p in enumerate(made) if i % 3 == 0}
    change.update({p["handle"]: {"stock": "out_of_stock"} for i, p in enumerate(made) if i % 7 == 1})
    shop.set({"set": change, "remove": [made[n // 2]["handle"]],
              "add": [{"handle": "black-lamp-new", "title": "New lamp", "price_minor": 4900}]})


def over(daemon, n):
    """The n-th scan: the job when it has ended, None: not yet, or dead."""
    have = scans(daemon)
    return have[n - 1] if have and len(have) >= n and have[n - 1]["ended_at"] else None


def walk(spec, kills, seed, port=0):
    """Both scans, with so many kills. @return (catalog, kills that were made, port of the shop)"""
    rng = random.Random(seed)
    made, names = 0, points()
    with Doomed(config=CONFIG, start=False) as d, ShopServer(spec, port) as shop:
        step = 8 if spec["platform"] == "pages" else 0
        settled, told = {}, set()  # (job, address) -> how often it was asked for; what was seen stored

        def killed(scan):
            nonlocal made
            made += 1
            assert d.process.returncode == -signal.SIGKILL, d.log_text()[-3000:]
            counts = shop.counts()["paths"]
            with Stored(d) as s:
                lost = told - set(s.offers())
                assert not lost, f"scan {scan}, kill {made}: offers are lost: {sorted(lost)[:3]}"
                told.update(s.offers())
                for job, address in s.done():
                    path = "/" + address.split("/", 3)[3]
                    before = settled.setdefault((job, path), counts.get(path, 0))
                    assert before == counts.get(path, 0) or job != scan_job, (
                        f"scan {scan}, kill {made}: {path} was done, and asked for again")

        for scan in (1, 2):
            scan_job = None
            if scan == 2:
                change_shop(shop)
            shop.reset()
            settled.clear()
            d.start()
            begin_scan(d, shop, scan)
            share = kills * scan // 2
            while made < share:
                with Stored(d) if d.dead() else _live(d) as s:
                    scan_job = max(s.rows("SELECT id FROM job WHERE name = 'scan-r'"))[0]
                fault = rng.random() < 0.6 and f"{rng.choice(names)}:{rng.randint(1, 8)}"
                target = shop.counts()["total"] + (step + 2 if fault else rng.randint(0, step))
                if fault and not d.dead():
                    d.stop()
                if d.start_doomed(fault) if d.dead() else True:
                    # Not every point is on the way of every page.
                    wait_until(lambda: d.dead() or shop.counts()["total"] >= target or over(d, scan), "pages", 30)
                    time.sleep(rng.random() / 50)
                    if not d.dead() and not over(d, scan):
                        d.kill()
                if not d.dead():
                    break  # it is over: killed less often than wanted
                killed(scan)
            if d.dead():
                d.start()
            job = wait_until(lambda: over(d, scan), f"scan {scan} to end", 60)
            assert job["state"] == "done" and not job["failed"], job
            counts = shop.counts()["paths"]
            again = {p: n for p, n in counts.items() if n > 1 and p != "/robots.txt"}
            assert sum(again.values()) - len(again) <= made, f"asked for more often than there were kills: {again}"
            d.stop()
        with Stored(d) as s:
            lost = told - set(s.offers())
            assert not lost, f"offers are lost: {sorted(lost)[:3]}"
            assert s.rows("PRAGMA integrity_check") == [("ok",)] and not s.rows("PRAGMA foreign_key_check")
            return s.catalog(), made, shop.port


class _live:
    """The store of a daemon that runs, for reading."""

    def __init__(self, daemon):
        self.db = sqlite3.connect(os.path.join(daemon.data, "store.db"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.db.close()

    def rows(self, sql):
        return self.db.execute(sql).fetchall()


def compare(got, wanted, what):
    for part in wanted:
        a, b = got[part], wanted[part]
        if a != b:
            only_a, only_b = [x for x in a if x not in b], [x for x in b if x not in a]
            raise AssertionError(f"{what}: {part}: {len(a)} rows, {len(b)} undisturbed; only here: {only_a[:3]},"
                                 f" only there: {only_b[:3]}")


def survive(spec, kills):
    print(f"# SEED={SEED}, {kills} kills", flush=True)
    wanted, _, port = walk(spec, 0, SEED)
    assert len(wanted["listing"]) == spec["products"] + 1
    got, made, _ = walk(spec, kills, SEED, port)
    compare(got, wanted, f"after {made} kills (SEED={SEED})")
    assert made >= kills * 9 // 10, f"it was over after {made} kills"


def scan_of_pages__survives_kills_anywhere__and_ends_as_if_there_had_been_none():
    survive({"platform": "pages", "products": max(120, KILLS * 8), "etag": False}, KILLS)


def scan_of_an_api__survives_kills_anywhere__and_ends_as_if_there_had_been_none():
    survive({"platform": "shopify", "products": max(700, KILLS * 60), "etag": False}, KILLS // 3)


# ---- workers

def workers_of(daemon):
    """Processes that the daemon started."""
    found = []
    for path in glob.glob(f"/proc/{daemon.process.pid}/task/*/children"):
        try:
            with open(path) as f:
                found += map(int, f.read().split())
        except OSError:
            pass
    return found


PAGES = max(200, WORKER_KILLS * 2)


class Asking(threading.Thread):
    """Someone who looks at prices all the time; how long he waited, and what he saw."""

    def __init__(self, daemon, served):
        super().__init__(daemon=True)
        self.d, self.served, self.took, self.wrong, self.failed, self.ended = daemon, served, [], [], [], False
        self.start()

    def run(self):
        while not self.ended:
            started = time.monotonic()
            try:
                reply = self.d.get("/v1/rivals/r/prices?limit=50")
                if reply.status != 200:
                    self.failed.append(reply.status)
                    continue
            except GONE as e:
                self.failed.append(repr(e))
                continue
            self.took.append(time.monotonic() - started)
            for row in reply.data:
                if row["price_minor"] is not None and row["price_minor"] not in self.served[row["sku"]]:
                    self.wrong.append(row)


def workers_killed_all_the_time__make_no_price_wrong__and_nobody_wait():
    rng = random.Random(SEED)
    print(f"# SEED={SEED}, {WORKER_KILLS} kills", flush=True)
    with Daemon(config=CONFIG) as d, ShopServer({"platform": "pages", "products": PAGES, "etag": False}) as shop:
        served = {shop.product(i)["sku"]: {shop.product(i)["price_minor"]} for i in range(PAGES)}
        assert d.request("POST", "/v1/rivals", {"url": shop.url, "name": "r", "every": "30d"}).status == 201
        asking, kills = Asking(d, served), 0
        try:
            while kills < WORKER_KILLS:
                have = scans(d)
                if have and have[-1]["ended_at"]:
                    for i in rng.sample(range(PAGES), PAGES // 3):
                        p = shop.product(i)
                        cents = p["price_minor"] * rng.randint(80, 130) // 100
                        served[p["sku"]].add(cents)
                        shop.set({"set": {p["handle"]: {"price_minor": cents}}})
                    reply = d.request("POST", "/v1/rivals/r/scan")
                    assert reply.status == 201, reply.body
                for pid in workers_of(d):
                    try:
                        os.kill(pid, signal.SIGKILL)
                        kills += 1
                    except ProcessLookupError:
                        pass
                # Some pages get through: each is tried five times, and later each time.
                target = shop.counts()["total"] + rng.randint(2, 6)
                n = len(have)
                wait_until(lambda: shop.counts()["total"] >= target or over(d, n), "some pages", 60)
                time.sleep(rng.random() / 100)
            n = len(scans(d))
            last = wait_until(lambda: over(d, n), "the scan that was under way to end", 120)
            assert last["state"] in ("done", "failed"), last
            d.request("POST", f"/v1/hosts/127.0.0.1:{shop.port}/reset")
            for _ in range(2):  # a page that could not be read in the first is read in the second
                n += 1
                assert d.request("POST", "/v1/rivals/r/scan").status == 201
                wait_until(lambda: over(d, n), "a scan that nobody disturbs", 60)
        finally:
            asking.ended = True
            asking.join()
        assert not asking.wrong, f"prices that the shop never had: {asking.wrong[:3]}"
        assert not asking.failed, f"the API failed: {asking.failed[:3]}"
        took = sorted(asking.took)
        print(f"# {kills} workers killed, {n} scans; {len(took)} requests: median {took[len(took) // 2] * 1000:.1f} ms,"
              f" 99 % {took[len(took) * 99 // 100] * 1000:.1f} ms, longest {took[-1] * 1000:.1f} ms", flush=True)
        assert took[len(took) // 2] < 0.1 and took[-1] < 2, "it was slow to answer"
        d.stop()
        with Stored(d) as s:
            for sku, price in s.rows("SELECT l.sku, o.price_minor FROM offer o JOIN listing l ON l.id = o.listing"
                                     " WHERE o.price_minor IS NOT NULL"):
                assert price in served[sku], f"{sku} never cost {price}"
            now = dict(s.rows("SELECT sku, price_minor FROM listing WHERE state = 0"))
            assert now == {shop.product(i)["sku"]: shop.product(i)["price_minor"] for i in range(PAGES)}


if __name__ == "__main__":
    main(sys.modules[__name__])
