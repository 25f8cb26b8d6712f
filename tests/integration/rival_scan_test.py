#!/usr/bin/env python3
"""Rivals and shops are scanned: found out, read politely, again and again, through kills and walls."""
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

from lib import CLIENT, ROOT, Daemon, free_port, main, wait_until

sys.path.insert(0, os.path.join(ROOT, "tests", "fakes"))
from shopserver import ShopServer  # noqa: E402


def daemon(pace="0s", **kw):
    return Daemon(config=f"net:\n  pace: {pace}\n  budget: 100000\n  allow_private: [127.0.0.0/8]\n", **kw)


def add(d, url, name, kind="rival", **fields):
    reply = d.request("POST", f"/v1/{kind}s", {"url": url, "name": name, **fields})
    assert reply.status == 201, reply.body
    return reply.data


def site(d, name, kind="rival"):
    return d.get(f"/v1/{kind}s/{name}").data


def jobs(d, name):
    return [j for j in d.get("/v1/jobs?sort=created_at&limit=100").data if j["name"] == name]


def wait_scan(d, name, n=1, kind="rival", timeout=30):
    """Until the n-th scan is over; the job."""
    job = f"scan-{name}" if kind == "rival" else f"scan-shop-{name}"

    def over():
        all_of = jobs(d, job)
        return all_of[n - 1] if len(all_of) >= n and all_of[n - 1]["ended_at"] else None
    return wait_until(over, f"scan {n} of {name} to be over", timeout)


def scan(d, name, kind="rival"):
    """Again, and until it is over."""
    n = len(jobs(d, f"scan-{name}" if kind == "rival" else f"scan-shop-{name}"))
    reply = d.request("POST", f"/v1/{kind}s/{name}/scan")
    assert reply.status == 201, reply.body
    return wait_scan(d, name, n + 1, kind)


def listings(d, name):
    rows, after = [], ""
    while True:
        reply = d.get(f"/v1/listings?filter[site]={name}&limit=1000{after}").json
        rows += reply["data"]
        cursor = reply.get("meta", {}).get("next")
        if not cursor:
            return rows
        after = f"&after={cursor}"


def events(d, topic):
    return [e for e in d.get(f"/v1/events?filter[topic]={topic}&limit=1000").data]


def rows(d, sql):
    c = sqlite3.connect(os.path.join(d.data, "store.db"))
    try:
        return c.execute(sql).fetchall()
    finally:
        c.close()


# ---- finding out

PLATFORMS = {
    "shopify": ({"platform": "shopify", "products": 260}, "shopify"),
    "woo": ({"platform": "woocommerce", "products": 120}, "woocommerce"),
    "plain": ({"platform": "pages", "products": 12}, "sitemap"),
    "packed": ({"platform": "pages", "products": 12, "sitemap": "gzip"}, "sitemap"),
    "index": ({"platform": "pages", "products": 12, "sitemap": "index-gzip"}, "sitemap"),
    "unnamed": ({"platform": "pages", "products": 12, "in_robots": False}, "sitemap"),
    "links": ({"platform": "links", "products": 12, "per_category": 5, "markup": "microdata"}, "pages"),
    "og": ({"platform": "links", "products": 8, "markup": "opengraph", "robots": None}, "pages"),
}


def add__finds_out__what_a_shop_is_made_with():
    with daemon() as d:
        for name, (spec, platform) in PLATFORMS.items():
            with ShopServer(spec) as shop:
                out = d.cli("add", shop.url, "--rival", "--name", name, "--every", "12h", "-o", "json", check=0)
                said = json.loads(out.stdout)
                assert said["rival"]["platform"] == platform, f"{name}: {said}"
                assert said["rival"]["every"] == "12h" and said["scan"]["state"] == "done", said
                assert str(spec["products"]) + " products" in said["scan"]["result"], said["scan"]["result"]
                found = listings(d, name)
                assert len(found) == spec["products"], f"{name}: {len(found)}"
                by_sku = {x["sku"]: x for x in found}
                for n in (0, spec["products"] - 1):
                    p = shop.product(n)
                    x = by_sku[p["sku"]]
                    assert (x["price_minor"], x["currency"]) == (p["price_minor"], "EUR"), f"{name}: {x}"
                assert events(d, "rival.scanned")[0]["name"] == name
                counts = shop.counts()
                assert max(counts["paths"].values()) == 1, f"{name}: asked twice: {counts['paths']}"


def feed__is_read__where_it_is_named():
    with daemon() as d, ShopServer({"platform": "feed", "products": 30}) as shop:
        for kind in ("xml", "tsv"):
            add(d, shop.url, kind, feed=f"{shop.url}feed.{kind}")
            job = wait_scan(d, kind)
            assert job["state"] == "done" and site(d, kind)["platform"] == "feed", job
            assert len(listings(d, kind)) == 30
        assert not shop.product_requests()


def list_of_pages__is_read__and_nothing_else():
    with daemon() as d, ShopServer({"platform": "pages", "products": 30}) as shop:
        urls = [f"{shop.url}p/{shop.product(i)['handle']}" for i in (3, 7)]
        add(d, shop.url, "two", urls=urls)
        assert wait_scan(d, "two")["state"] == "done"
        assert len(listings(d, "two")) == 2 and site(d, "two")["platform"] == "list"
        assert sum(shop.counts()["paths"].values()) == 3  # and robots.txt


def shop_without_products__is_said_to_have_none():
    with daemon() as d, ShopServer({"platform": "links", "products": 4, "markup": "none"}) as shop:
        out = d.cli("add", shop.url, "--rival", "--name", "bare", check=1)
        assert "no products were found" in out.stdout and "job log" in out.stderr
        assert site(d, "bare")["state"] == "failing"


def address_that_no_scrape_may_reach__is_refused_at_once():
    with Daemon() as d, ShopServer({}) as shop:
        for kind in ("rival", "shop"):
            out = d.request("POST", f"/v1/{kind}s", {"url": shop.url})
            assert out.status == 422, out.body
        out = d.cli("add", shop.url, "--rival", check=65)
        assert "127.0.0.1" in out.stderr and "--allow-private" in out.stderr
        assert "--allow-private" in d.cli("add", f"http://localhost:{shop.port}/", "--rival", check=65).stderr
        assert d.get("/v1/rivals").data == [] and not shop.counts()["total"]
        mine = d.cli("add", shop.url, "--mine", check=0)
        assert "monitor" in mine.stdout and "--allow-private" in mine.stderr


def dead_address__is_said_soon():
    with daemon() as d:
        out = d.cli("add", f"http://127.0.0.1:{free_port()}/", "--rival", "--name", "dead", check=1)
        assert "could not be read" in out.stdout, out.stdout + out.stderr
        assert site(d, "dead")["state"] == "failing" and events(d, "rival.failing")[0]["name"] == "dead"


def mine__makes__monitors_and_a_shop():
    with daemon() as d, ShopServer({"platform": "shopify", "products": 5}) as shop:
        said = json.loads(d.cli("add", shop.url, "--mine", "--name", "garden", "-o", "json", check=0).stdout)
        assert said["shop"]["platform"] == "shopify" and said["monitors"][0]["outcome"] == "created"
        assert d.monitor("garden")["target"] == shop.url
        assert all(x["mine"] for x in listings(d, "garden")) and len(listings(d, "garden")) == 5
        again = d.cli("add", shop.url, "--mine", "--name", "garden", "--no-wait", check=0)
        assert again.stdout.count("is there already") == 2, again.stdout


def interrupted_add__leaves_the_scan_running():
    with daemon(pace="100ms") as d, ShopServer({"platform": "pages", "products": 30}) as shop:
        p = subprocess.Popen([CLIENT, "add", shop.url, "--rival", "--name", "slow"], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, env=d.environment())
        wait_until(lambda: len(shop.product_requests()) > 2, "some pages to be read")
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=10)
        assert p.returncode == 130 and "job cancel" in err, f"{p.returncode} {out} {err}"
        assert wait_scan(d, "slow")["state"] == "done" and len(listings(d, "slow")) == 30


# ---- again and again

def changes__are_seen__by_the_next_scan():
    with daemon() as d, ShopServer({"platform": "pages", "products": 10}) as shop:
        add(d, shop.url, "r")
        wait_scan(d, "r")
        dear, gone = shop.product(1), shop.product(2)
        shop.reset()
        shop.set({"set": {dear["handle"]: {"price_minor": dear["price_minor"] - 100}}, "remove": [gone["handle"]],
                  "add": [{"handle": "black-lamp-new", "title": "New lamp", "price_minor": 4900}]})
        assert scan(d, "r")["state"] == "done"
        found = {x["sku"]: x for x in listings(d, "r")}
        assert found[dear["sku"]]["price_minor"] == dear["price_minor"] - 100
        assert found[gone["sku"]]["state"] == "gone"
        assert found["BLACK-LAMP-NEW"]["price_minor"] == 4900
        assert [e["data"]["was_minor"] for e in events(d, "offer.price_drop")] == [dear["price_minor"]]
        assert len(events(d, "listing.new")) == 1 and len(events(d, "listing.gone")) == 1
        assert "/meta.json" not in shop.counts()["paths"], "what it is made with is known"


def unchanged_pages__are_not_sent_again():
    with daemon() as d, ShopServer({"platform": "pages", "products": 10}) as shop:
        add(d, shop.url, "r")
        wait_scan(d, "r")
        shop.reset()
        scan(d, "r")
        assert shop.counts()["statuses"].get("304", 0) == 10, shop.counts()["statuses"]
        assert all(x["state"] == "listed" for x in listings(d, "r"))


def missed_scan__is_made_up_for_once():
    with daemon() as d, ShopServer({"platform": "shopify", "products": 5}) as shop:
        add(d, shop.url, "r", every="1h")
        wait_scan(d, "r")
        due = site(d, "r")["next_at"]
        assert due > site(d, "r")["scanned_at"]
        d.stop()
        c = sqlite3.connect(os.path.join(d.data, "store.db"))
        c.execute("UPDATE site SET next_ms = next_ms - 5 * 3600 * 1000")
        c.commit()
        c.close()
        shop.reset()
        d.start()
        job = wait_scan(d, "r", 2)
        assert job["cause"] == "schedule"
        assert len(jobs(d, "scan-r")) == 2 and shop.counts()["paths"]["/products.json?limit=250&page=1"] == 1
        assert site(d, "r")["next_at"] >= due


def paused_rival__is_not_scanned():
    with daemon() as d, ShopServer({"platform": "shopify", "products": 5}) as shop:
        add(d, shop.url, "r", paused=True)
        assert site(d, "r")["state"] == "paused" and site(d, "r")["next_at"] is None
        add(d, shop.url, "other")
        wait_scan(d, "other")
        assert not jobs(d, "scan-r")
        d.cli("rival", "resume", "r", check=0)
        assert wait_scan(d, "r")["state"] == "done"


def scans__never_overlap():
    with daemon(pace="100ms") as d, ShopServer({"platform": "pages", "products": 20}) as shop:
        add(d, shop.url, "r")
        wait_until(lambda: len(shop.product_requests()) > 1, "the scan to be under way")
        out = d.cli("rival", "scan", "r", check=65)
        assert "running already" in out.stderr
        assert site(d, "r")["state"] == "scanning" and site(d, "r")["job"]


def cancelled_scan__keeps_what_was_read():
    with daemon(pace="50ms") as d, ShopServer({"platform": "pages", "products": 40}) as shop:
        add(d, shop.url, "r")
        wait_until(lambda: len(shop.product_requests()) > 4, "the scan to be under way")
        d.cli("job", "cancel", site(d, "r")["job"], "--yes", check=0)
        wait_until(lambda: site(d, "r")["state"] != "scanning", "the scan to end")
        n = len(listings(d, "r"))
        assert 0 < n < 40 and jobs(d, "scan-r")[0]["state"] == "cancelled"
        shop.reset()
        scan(d, "r")
        assert len(listings(d, "r")) == 40


def deleted_rival__is_forgotten__also_in_the_middle_of_a_scan():
    with daemon(pace="50ms") as d, ShopServer({"platform": "pages", "products": 40}) as shop:
        add(d, shop.url, "r")
        wait_until(lambda: len(listings(d, "r")) > 3, "some listings")
        assert d.request("DELETE", "/v1/rivals/r").status in (200, 204)
        wait_until(lambda: rows(d, "SELECT (SELECT count(*) FROM listing) + (SELECT count(*) FROM page) +"
                                   " (SELECT count(*) FROM site) + (SELECT count(*) FROM offer)")[0][0] == 0,
                   "all of it to go")
        assert jobs(d, "scan-r")[0]["state"] == "cancelled"
        asked = shop.counts()["total"]
        add(d, shop.url, "r")  # a name that is free again
        wait_until(lambda: shop.counts()["total"] > asked, "the new one to be scanned")


# ---- politeness

def host__is_asked_for__one_page_at_a_time_at_its_pace():
    with daemon(pace="100ms") as d, ShopServer({"platform": "pages", "products": 8, "etag": False}) as shop:
        add(d, shop.url, "r")
        wait_scan(d, "r")
        counts = shop.counts()
        assert counts["at_once"] == 1 and counts["open_most"] <= 1, counts
        at = [x["at"] for x in counts["log"]]
        assert min(b - a for a, b in zip(at, at[1:])) > 0.09, "faster than its pace"
        assert all("SellerSmart" in x["agent"] for x in counts["log"])


def pace_of_a_rival__is_its_own():
    with daemon() as d, ShopServer({"platform": "pages", "products": 5}) as shop:
        add(d, shop.url, "r", pace="150ms")
        wait_scan(d, "r")
        at = [x["at"] for x in shop.counts()["log"]][2:]
        assert min(b - a for a, b in zip(at, at[1:])) > 0.14


def robots_that_cannot_be_had__means_that_nothing_is_asked_for():
    with daemon() as d, ShopServer({"platform": "pages", "products": 8,
                                    "status": {"/robots.txt": {"status": 503}}}) as shop:
        add(d, shop.url, "r")
        assert wait_scan(d, "r")["state"] == "failed"
        assert set(shop.counts()["paths"]) == {"/robots.txt"}
        r = site(d, "r")
        assert r["state"] == "failing" and "robots.txt" in r["text"] and events(d, "rival.failing")


def robots__is_obeyed():
    with daemon() as d, ShopServer({"platform": "pages", "products": 8}) as shop:
        secret = shop.product(3)["handle"]
        shop.set({"robots": f"User-agent: *\nDisallow: /p/{secret}\n"})
        add(d, shop.url, "r")
        assert wait_scan(d, "r")["state"] == "done"
        assert len(listings(d, "r")) == 7 and f"/p/{secret}" not in shop.counts()["paths"]


def dead_host__leaves_the_pace_of_others_alone():
    with daemon(pace="50ms") as d, ShopServer({"platform": "pages", "products": 15}) as shop, \
            ShopServer({"platform": "pages", "products": 15, "delay": {"/*": 60}}) as dead:
        add(d, dead.url, "dead")
        wait_until(lambda: dead.counts()["total"], "the dead one to be asked")
        started = time.monotonic()
        add(d, shop.url, "r")
        assert wait_scan(d, "r")["state"] == "done"
        at = [x["at"] for x in shop.counts()["log"]]
        assert max(b - a for a, b in zip(at, at[1:])) < 2, "it waited for the other"
        assert time.monotonic() - started < 15 and site(d, "dead")["state"] == "scanning"


def blocked_shop__is_left_alone__its_prices_are_unknown_until_it_is_back():
    with daemon() as d, ShopServer({"platform": "pages", "products": 12}) as shop:
        add(d, shop.url, "r")
        wait_scan(d, "r")
        shop.set({"captcha": True})
        shop.reset()
        assert scan(d, "r")["state"] == "failed"
        assert shop.counts()["total"] <= 3, "it went on against the wall"
        r = site(d, "r")
        assert r["state"] == "blocked" and "captcha" in r["text"], r
        assert {x["state"] for x in listings(d, "r")} == {"unknown"}
        assert events(d, "rival.blocked")[0]["data"]["state"] == "blocked"
        shop.set({"captcha": False})
        d.request("POST", f"/v1/hosts/127.0.0.1:{shop.port}/reset")
        assert scan(d, "r")["state"] == "done"
        assert site(d, "r")["state"] == "ok" and {x["state"] for x in listings(d, "r")} == {"listed"}
        assert len(events(d, "rival.back")) == 1


def one_failing_page__is_unknown__the_rest_is_read():
    with daemon() as d, ShopServer({"platform": "pages", "products": 6}) as shop:
        add(d, shop.url, "r")
        wait_scan(d, "r")
        bad = shop.product(2)
        shop.set({"status": {f"/p/{bad['handle']}": {"status": 403}}})
        d.request("POST", "/v1/rivals/r/scan")
        wait_until(lambda: f"/p/{bad['handle']}" in shop.counts()["paths"] and any(
            x["state"] == "unknown" for x in listings(d, "r")), "the page to fail")

        def over():
            d.request("POST", f"/v1/hosts/127.0.0.1:{shop.port}/reset")  # it would rest for a minute
            return jobs(d, "scan-r")[1]["ended_at"]
        wait_until(over, "the rest to be read")
        assert jobs(d, "scan-r")[1]["state"] == "done"
        by_sku = {x["sku"]: x["state"] for x in listings(d, "r")}
        assert by_sku.pop(bad["sku"]) == "unknown" and set(by_sku.values()) == {"listed"}
        assert "1 of its pages" in site(d, "r")["text"]


def recipe_that_fits_no_more__is_told__and_a_mended_one_reads_the_same_bytes():
    def html(shop, n, price_class):
        p = shop.product(n)
        return {f"/p/{p['handle']}": {"status": 200, "body":
                f"<h1 class='name'>{p['title']}</h1><b class='{price_class}'>{12 + n},50 &euro;</b>"}}

    def recipe(price_class):
        return {"name": "plain", "fields": [{"name": "title", "css": "h1.name", "required": True},
                                            {"name": "price", "css": f"b.{price_class}", "required": True}]}

    with daemon() as d, ShopServer({"platform": "pages", "markup": "none", "products": 2}) as shop:
        shop.set({"status": {**html(shop, 0, "cost"), **html(shop, 1, "cost")}})
        assert d.request("POST", "/v1/recipes", recipe("cost")).status == 201
        add(d, shop.url, "r", recipe="plain")
        wait_scan(d, "r")
        assert sorted(x["price_minor"] for x in listings(d, "r")) == [1250, 1350], listings(d, "r")
        shop.set({"status": {**html(shop, 0, "now"), **html(shop, 1, "now")}})
        assert scan(d, "r")["state"] == "done"
        assert {x["state"] for x in listings(d, "r")} == {"unknown"}, listings(d, "r")
        wait_until(lambda: site(d, "r")["state"] == "failing", "the rival to be failing")
        assert "b.cost" in site(d, "r")["text"] or "price" in site(d, "r")["text"], site(d, "r")["text"]
        assert d.request("PATCH", "/v1/recipes/plain", {"fields": recipe("now")["fields"]}).status == 200
        scan(d, "r")
        assert {(x["state"], x["price_minor"]) for x in listings(d, "r")} == {("listed", 1250), ("listed", 1350)}
        wait_until(lambda: site(d, "r")["state"] == "ok", "the rival to be well again")


# ---- kills

def killed_scan__goes_on__and_asks_for_no_page_twice_that_was_done():
    with daemon(pace="10ms") as d, ShopServer({"platform": "pages", "products": 60, "etag": False}) as shop:
        add(d, shop.url, "r")
        for n in (10, 25, 45):
            wait_until(lambda: len(shop.product_requests()) >= n, f"{n} pages")
            d.kill()
            d.start()
        job = wait_scan(d, "r")
        assert job["state"] == "done" and len(listings(d, "r")) == 60
        asked = shop.product_requests()
        twice = [p for p, n in asked.items() if n > 1]
        assert len(asked) == 60 and len(twice) <= 3 and max(asked.values()) <= 2, twice


def killed_scan_of_an_api__goes_on_at_its_page():
    with daemon(pace="20ms") as d, ShopServer({"platform": "shopify", "products": 1250, "etag": False}) as shop:
        add(d, shop.url, "r")
        wait_until(lambda: shop.counts()["paths"].get("/products.json?limit=250&page=3"), "page 3")
        d.kill()
        d.start()
        assert wait_scan(d, "r")["state"] == "done" and len(listings(d, "r")) == 1250
        paths = {p: n for p, n in shop.counts()["paths"].items() if p.startswith("/products.json")}
        assert sum(paths.values()) <= len(paths) + 1 and len(paths) == 6, paths


def killed_or_over(d):
    try:
        return d.process.poll() is not None or (jobs(d, "scan-r") and jobs(d, "scan-r")[0]["ended_at"])
    except (OSError, http.client.HTTPException):
        return False


POINTS = ("rivalradar.start", "rivalradar.observed", "items.slice", "items.op_end")


def scan__survives_a_kill_at_each_point():
    for point in POINTS:
        for nth in (1, 7):
            with daemon(start=False) as d, ShopServer({"platform": "shopify", "products": 600}) as shop:
                before = d.environment
                d.environment = lambda: dict(before(), SELLERSMART_FAULT=f"{point}:{nth}")
                d.start()
                try:
                    add(d, shop.url, "r")
                except (OSError, http.client.HTTPException):
                    pass
                wait_until(lambda: killed_or_over(d), f"{point}:{nth}")
                d.environment = before
                if d.process.poll() is not None:
                    assert d.process.returncode == -9, d.log_text()
                    d.start()
                job = wait_scan(d, "r")
                assert job["state"] == "done" and len(listings(d, "r")) == 600, f"{point}:{nth}: {job}"
                assert rows(d, "SELECT count(*) FROM offer WHERE kind = 0")[0][0] == 600, f"{point}:{nth}"


if __name__ == "__main__":
    main(sys.modules[__name__])
