#!/usr/bin/env python3
"""Mine and two rivals on loopback: their prices change, and what is said of it is exactly what happened."""
import fcntl
import json
import os
import sqlite3
import struct
import subprocess
import sys
import termios
import zlib

from lib import CLIENT, ROOT, Daemon, main, wait_until

sys.path.insert(0, os.path.join(ROOT, "tests", "fakes"))
from shopserver import ShopServer  # noqa: E402

PRODUCTS = 12
CONFIG = "net:\n  pace: 0s\n  budget: 100000\n  allow_private: [127.0.0.0/8]\n"


class House:
    """The daemon, my shop and two rivals that sell the same; all scanned once."""

    def __enter__(self):
        spec = {"platform": "shopify", "products": PRODUCTS, "gtin_seed": 4}
        self.mine, self.bright, self.glow = (ShopServer({**spec, "seed": n}) for n in (1, 2, 3))
        for shop in (self.mine, self.bright, self.glow):
            shop.set({"set": {p["handle"]: {"stock": "in_stock", "price_minor": p["price_minor"]}
                              for p in map(shop.shop.base, range(PRODUCTS))}})
        self.d = Daemon(config=CONFIG)
        for kind, name, shop in (("shop", "lamps", self.mine), ("rival", "brightco", self.bright),
                                 ("rival", "glowdepot", self.glow)):
            reply = self.d.request("POST", f"/v1/{kind}s", {"url": shop.url, "name": name})
            assert reply.status == 201, reply.body
            self.wait_scan(kind, name, 1)
        return self

    def __exit__(self, *_):
        self.d.__exit__(*_)
        for shop in (self.mine, self.bright, self.glow):
            shop.close()

    def jobs(self, kind, name):
        job = f"scan-{name}" if kind == "rival" else f"scan-shop-{name}"
        return [j for j in self.d.get("/v1/jobs?sort=created_at&limit=1000").data if j["name"] == job and j["ended_at"]]

    def wait_scan(self, kind, name, n):
        wait_until(lambda: len(self.jobs(kind, name)) >= n, f"scan {n} of {name}", 60)

    def scan(self, name="brightco", kind="rival"):
        n = len(self.jobs(kind, name))
        assert self.d.request("POST", f"/v1/{kind}s/{name}/scan").status == 201
        self.wait_scan(kind, name, n + 1)

    def handle(self, i):
        return self.bright.shop.base(i)["handle"]

    def price(self, i):
        return self.mine.shop.base(i)["price_minor"]

    def change(self, i, **facts):
        self.bright.set({"set": {self.handle(i): facts}})

    def analysis(self, name="brightco"):
        return json.loads(self.d.cli("rival", "analysis", name, "--since", "1h", "-o", "json", check=0).stdout)

    def alerts(self, rule, every=False):
        rows = self.d.get("/v1/competitors/alerts?all=true&limit=1000" if every else "/v1/competitors/alerts").data
        return [a for a in rows if a["rule"] == rule]

    def product(self, i):
        rows = self.d.get("/v1/rivals/brightco/prices?limit=1000").data
        return next(r["product"] for r in rows if r["title"] == self.bright.shop.base(i)["title"])


def on_80_columns(d, *args):
    """What the client prints on a terminal of that width."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    done = subprocess.run([CLIENT, *args, "--no-color"], stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE,
                          env=d.environment(), timeout=30)
    os.close(theirs)
    text = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0, done.stderr
    return text


def analysis__says__exactly_what_changed():
    with House() as h:
        before = h.analysis()
        assert before["compared"] == before["equal"] == PRODUCTS, before
        assert before["index_mean"] == before["index_median"] == 10000
        assert not before["undercuts"] and not before["new"]
        h.change(0, price_minor=h.price(0) - 100)
        h.change(1, price_minor=h.price(1) + 200)
        h.change(2, stock="out_of_stock")
        h.bright.set({"add": [{"handle": "brand-new-lamp", "title": "Brand new lamp", "price_minor": 4711}]})
        h.scan()
        after = h.analysis()
        titles = {n: [r["title"] for r in after[n]] for n in
                  ("undercuts", "drops", "rises", "new", "removed", "out_of_stock", "back_in_stock")}
        title = [h.bright.shop.base(i)["title"] for i in range(3)]
        assert titles == {"undercuts": [title[0]], "drops": [title[0]], "rises": [title[1]], "new": ["Brand new lamp"],
                          "removed": [], "out_of_stock": [title[2]], "back_in_stock": []}, titles
        assert (after["cheaper"], after["dearer"], after["compared"]) == (1, 1, PRODUCTS - 1), after
        row = after["undercuts"][0]
        assert row["mine_minor"] == h.price(0) and row["gap_minor"] == -100, row
        assert after["drops"][0]["was_minor"] == h.price(0)
        live = h.d.get("/v1/rivals/brightco").data
        assert (live["cheaper"], live["dearer"], live["new"]) == (1, 1, 1), live
        assert live["index_mean"] == after["index_mean"] and live["index_median"] == after["index_median"]
        other = h.analysis("glowdepot")
        assert other["cheaper"] == 0 and not other["drops"], other
        h.change(2, stock="in_stock")
        h.scan()
        assert [r["title"] for r in h.analysis()["back_in_stock"]] == [title[2]]


def undercut__is_one_alert__and_resolves_by_itself():
    with House() as h:
        h.change(0, price_minor=h.price(0) - 100)
        h.scan()
        alert = wait_until(lambda: h.alerts("undercut"), "the alert")
        assert len(alert) == 1 and alert[0]["state"] == "open", alert
        h.scan()
        assert len(h.alerts("undercut", every=True)) == 1
        lines = h.d.get("/v1/overview").data["attention"]
        assert any(line["name"] and "brightco" in line["text"] for line in lines), lines
        h.change(0, price_minor=h.price(0))
        h.scan()
        wait_until(lambda: not h.alerts("undercut"), "its end")
        assert len(h.alerts("undercut", every=True)) == 1


def price__that_flaps_20_times__is_one_alert():
    with House() as h:
        for i in range(20):
            h.change(0, price_minor=h.price(0) - (100 if i % 2 == 0 else 0))
            h.scan()
        told = [e for e in h.d.get("/v1/events?filter[topic]=price&limit=1000").data if e["topic"].startswith("price.")]
        assert len(told) == 20, [e["topic"] for e in told]
        opened = [a for a in h.alerts("undercut", every=True) if a["state"] in ("open", "acknowledged", "resolved")]
        assert len(opened) == 1, opened


def minimum__below_it_twice__is_a_breach_with_its_page():
    with House() as h:
        ref = h.product(0)
        said = h.d.cli("product", "map", ref, f"{h.price(0) / 100:.2f}", check=0)
        assert "resale price maintenance" in said.stderr, said
        h.change(0, price_minor=h.price(0) - 300)
        h.scan()
        assert not h.alerts("map-breach")
        h.scan()
        alert = wait_until(lambda: h.alerts("map-breach"), "the breach")
        assert len(alert) == 1, alert
        event = [e for e in h.d.get("/v1/events?filter[topic]=price.map_breach&limit=10").data]
        assert len(event) == 1 and event[0]["data"]["price_minor"] == h.price(0) - 300, event
        c = sqlite3.connect(os.path.join(h.d.data, "store.db"))
        bodies = c.execute("SELECT body, bytes FROM evidence WHERE lower(hex(hash)) = ?",
                           (event[0]["data"]["evidence"],)).fetchall()
        c.close()
        assert len(bodies) == 1, "the page is kept"
        page = zlib.decompress(bodies[0][0])
        assert len(page) == bodies[0][1] and f"{(h.price(0) - 300) / 100:.2f}".encode() in page
        h.change(0, price_minor=h.price(0))
        h.scan()
        wait_until(lambda: not h.alerts("map-breach"), "the breach to be over")


def prices__what_if_and_floor__at_the_command_line():
    with House() as h:
        h.change(0, price_minor=h.price(0) - 100)
        h.scan()
        table = on_80_columns(h.d, "rival", "prices", "brightco", "--cheaper")
        assert h.bright.shop.base(0)["title"][:16] in table, table
        assert all(len(line) <= 80 for line in table.splitlines()), table
        rows = json.loads(h.d.cli("rival", "prices", "brightco", "--since", "1h", "--cheaper", "-o", "json", check=0).stdout)
        assert len(rows) == 1 and rows[0]["gap_minor"] == -100 and len(rows[0]["history"]) == 2, rows
        ref = rows[0]["product"]
        h.d.cli("product", "floor", ref, f"{(h.price(0) - 150) / 100:.2f}", check=0)
        what = json.loads(h.d.cli("product", "what-if", ref, f"{(h.price(0) - 101) / 100:.2f}", "-o", "json",
                                  check=0).stdout)
        assert (what["rank"], what["of"], what["below_floor"]) == (1, 3, False), what
        what = json.loads(h.d.cli("product", "what-if", ref, f"{(h.price(0) - 151) / 100:.2f}", "-o", "json",
                                  check=0).stdout)
        assert what["below_floor"], what


if __name__ == "__main__":
    import rivalradar_test
    main(rivalradar_test)
