#!/usr/bin/env python3
"""From one address to price history, as a new user walks it: what is promised, line by line, on shops that a
fake serves. A Shopify rival, a WooCommerce rival, one that only says JSON-LD, and my own shop."""
import json
import os
import subprocess
import sys

from lib import ROOT, Daemon, main, wait_until

sys.path.insert(0, os.path.join(ROOT, "tests", "fakes"))
from shopserver import ShopServer  # noqa: E402

PACE = "net:\n  pace: 0s\n  budget: 100000\n"
PRODUCT = {"name", "sku", "gtin", "mpn", "brand", "image", "url", "offers", "rating"}
OFFER = {"price_minor", "currency", "availability", "condition", "seller"}


def said(d, *args, **kw):
    """What a command says as JSON."""
    return json.loads(d.cli(*args, "-o", "json", check=0, **kw).stdout)


def shop(platform, factor, seed, products=12):
    """The first half of the products are ACME's, the other BETA's."""
    s = ShopServer({"platform": platform, "products": products, "factor": factor, "seed": seed})
    s.set({"set": {s.product(n)["handle"]: {"brand": "ACME" if n < products // 2 else "BETA", "stock": "in_stock"}
                   for n in range(products)}})
    return s


class Market:
    """A daemon that may reach the loopback, three rivals and my shop, all of them added."""

    def __enter__(self):
        self.rivals = {"bright": shop("shopify", 90, 2), "woo": shop("woocommerce", 105, 3),
                       "plain": shop("pages", 95, 4)}
        self.mine = shop("links", 100, 5)
        self.d = Daemon("--allow-private", "127.0.0.0/8", config=PACE)
        self.added = {}
        for name, rival in self.rivals.items():
            self.added[name] = said(self.d, "add", rival.url, "--rival", "--every", "6h", "--name", name)
        self.added["lamps"] = said(self.d, "add", self.mine.url, "--mine", "--name", "lamps")
        return self

    def __exit__(self, *_):
        self.d.stop()
        for s in (*self.rivals.values(), self.mine):
            s.close()

    def scan(self, name):
        done = self.d.cli("job", "run", f"scan-{name}", "--watch", "-o", "json", check=0)
        return json.loads(done.stdout)


def loopback__is_refused__and_said_unless_it_is_allowed():
    with Daemon() as d, shop("shopify", 100, 1) as s:
        refused = d.cli("add", s.url, "--rival", "--every", "6h", check=65)
        assert "allow_private" in refused.stderr and "--allow-private" in refused.stderr, refused.stderr
        assert not s.counts()["total"] and said(d, "rival", "list") == []


def add__finds_out__platform_and_products_and_says_so():
    with Market() as m:
        for name, platform in (("bright", "shopify"), ("woo", "woocommerce"), ("plain", "sitemap")):
            assert m.added[name]["rival"]["platform"] == platform, m.added[name]
            assert m.added[name]["scan"]["state"] == "done" and "12 products" in m.added[name]["scan"]["result"]
        assert m.added["lamps"]["shop"]["name"] == "lamps" and m.added["lamps"]["monitors"], m.added["lamps"]
        again = m.d.cli("add", m.rivals["woo"].url, "--rival", "--name", "woo", check=0)
        assert "already" in again.stdout, again.stdout
        wait_until(lambda: {r["name"]: (r["products"], r["cheaper"], r["dearer"]) for r in said(m.d, "rival", "list")} ==
                   {"bright": (12, 12, 0), "woo": (12, 0, 12), "plain": (12, 12, 0)}, "the list to say where they stand")
        for form in ("table", "plain", "csv"):
            assert "bright" in m.d.cli("rival", "list", "-o", form, check=0).stdout


def extract__says__what_a_page_offers():
    with Market() as m:
        p, s = m.mine.product(0), m.mine
        page = os.path.join(m.d.dir, "page.html")
        subprocess.run(["curl", "-s", "-o", page, f"{s.url}p/{p['handle']}"], check=True)
        with open(page) as f:
            text = f.read()
        for done in (said(m.d, "extract", page, "--url", "https://shop.example/p/1"),
                     said(m.d, "extract", f"{s.url}p/{p['handle']}"),
                     said(m.d, "extract", "-", "--url", "https://shop.example/p/1", input=text)):
            assert set(done) >= {"products", "sources", "warnings"} and done["sources"] == ["json-ld"], done
            product, = done["products"]
            assert set(product) >= PRODUCT and (product["name"], product["sku"]) == (p["title"], p["sku"])
            offer, = product["offers"]
            assert set(offer) >= OFFER
            assert (offer["price_minor"], offer["currency"], offer["availability"]) == (p["price_minor"], "EUR", "InStock")
            assert set(product["rating"]) == {"value", "count"} and product["rating"]["count"] == p["reviews"]


def recipe__is_proposed__and_its_tests_pass():
    with Market() as m:
        proposed = m.d.cli("recipe", "init", f"{m.mine.url}p/{m.mine.product(1)['handle']}", check=0)
        path = os.path.join(m.d.dir, "shop.yaml")
        with open(path, "w") as f:
            f.write(proposed.stdout)
        assert said(m.d, "recipe", "test", path)["passed"] is True


def prices__are_followed__from_scan_to_scan():
    with Market() as m:
        bright = m.rivals["bright"]
        dropped, gone, out = (bright.product(n) for n in range(3))
        bright.set({"set": {dropped["handle"]: {"price_minor": dropped["price_minor"] // 2},
                            out["handle"]: {"stock": "out_of_stock"}},
                    "remove": [gone["handle"]], "add": [{"handle": "new-lamp", "title": "New lamp", "price_minor": 4200}]})
        for _ in range(2):  # what one scan misses may be back in the next
            assert m.scan("bright")["state"] == "done"
        rows = said(m.d, "rival", "prices", "bright", "--since", "90d")
        row = next(r for r in rows if r["sku"] == dropped["sku"])
        assert [p["price_minor"] for p in row["history"]] == [dropped["price_minor"], dropped["price_minor"] // 2], row
        assert row["mine"]["price_minor"] == m.mine.product(0)["price_minor"] and row["gap_minor"] < 0
        a = said(m.d, "rival", "analysis", "bright")
        assert 0 < a["index_mean"] < 10000 and 0 < a["index_median"] < 10000, a
        for name, sku in (("drops", dropped["sku"]), ("removed", gone["sku"]), ("out_of_stock", out["sku"]),
                          ("new", "NEW-LAMP"), ("undercuts", dropped["sku"])):
            assert sku in [r["sku"] for r in a[name]], f"{name}: {a[name]}"
        wait_until(lambda: m.d.get("/v1/competitors/alerts").data, "an alert of the undercut")
        brief = m.d.cli("brief", check=0).stdout
        assert "bright" in brief, brief


def products_and_brands__answer__as_promised():
    with Market() as m:
        lamps = said(m.d, "product", "list", "-q", "lamp")
        assert lamps and all("lamp" in p["title"].lower() for p in lamps), lamps
        assert all(p["mine"] and p["listings"] == 4 for p in lamps), lamps
        assert said(m.d, "product", "match", "--pending") == []
        a = said(m.d, "brand", "analyze", "ACME")
        assert a["listings"]["products"] == 6 and a["listings"]["sites"] == 4, a["listings"]
        both = said(m.d, "brand", "compare", "ACME", "BETA")
        assert [b["brand"] for b in both["brands"]] == ["ACME", "BETA"]
        r = said(m.d, "brand", "reputation", "ACME")
        known = [p for p in r["parts"] if p["known"]]
        assert round(sum(p["points"] for p in known)) == r["score"], r
        for path in ("analyze?brand=ACME", "compare?brands=ACME,BETA", "reputation?brand=ACME", "alerts"):
            assert m.d.get(f"/v1/brands/{path}").status == 200, path
        for path in ("prices?rival=bright", "analysis?rival=bright", "alerts"):
            assert m.d.get(f"/v1/competitors/{path}").status == 200, path


def jobs__are_listed_run_and_cancelled():
    with Market() as m:
        woo = m.rivals["woo"]
        assert {j["name"] for j in said(m.d, "job", "list")} >= {"scan-bright", "scan-woo", "scan-plain", "scan-shop-lamps"}
        woo.set({"delay": {"*": 0.3}})
        begun = m.d.cli("rival", "scan", "woo", check=0)
        assert "scan has begun" in begun.stdout, begun.stdout
        job = m.d.get("/v1/rivals/woo").data["last_job"]
        m.d.cli("job", "cancel", job, check=0)
        wait_until(lambda: m.d.get(f"/v1/jobs/{job}").data["state"] == "cancelled", "the job to be cancelled")
        woo.set({"delay": {"*": None}})
        assert m.scan("woo")["state"] == "done"
        nobody = m.d.cli("job", "run", "scan-nobody", check=65)
        assert "scan-nobody" in nobody.stderr and "try:" in nobody.stderr, nobody.stderr


def rivals_shops_and_brands__survive__export_and_apply():
    with Market() as m:
        m.d.cli("brand", "add", "ACME", "--alias", "Acme Lighting", check=0)
        exported = m.d.cli("config", "export", check=0).stdout
        path = os.path.join(m.d.dir, "all.yaml")
        with open(path, "w") as f:
            f.write(exported)
        for kind, name in (("rival", "bright"), ("shop", "lamps"), ("brand", "acme")):
            m.d.cli(kind, "rm", name, check=0)
        wait_until(lambda: all(x["site"] not in ("bright", "lamps") for x in m.d.get("/v1/listings?limit=1000").data),
                   "their listings to be forgotten")
        m.d.cli("apply", "-f", path, check=0)
        assert m.d.cli("config", "export", check=0).stdout == exported


if __name__ == "__main__":
    main(__import__("__main__"))
