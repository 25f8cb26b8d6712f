#!/usr/bin/env python3
"""Brands as a user sees them: listings that scans left in the store, feeds of a real origin, the commands."""
import json
import os
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import Daemon, Origin, main, wait_until

CONFIG = "net:\n  allow_private: [127.0.0.0/8]\n  pace: 100ms\n"
DAY = 86400000
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Lamp News</title>%s</channel></rss>"""
ITEM = "<item><title>%s</title><link>https://n.example/%d</link><pubDate>%s</pubDate></item>"


def rss(*titles):
    when = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - 3600))
    return (RSS % "".join(ITEM % (t, i, when) for i, t in enumerate(titles))).encode()


def write(daemon, *statements):
    """Rows as a scan would have left them, written while the daemon is off."""
    daemon.stop()
    with sqlite3.connect(os.path.join(daemon.data, "store.db")) as db:
        for sql, *args in statements:
            db.execute(sql, args)
    db.close()
    daemon.start()


def now():
    return int(time.time() * 1000)


def site(number, name, mine):
    return [("INSERT INTO resource VALUES (?, ?, ?, '{}', '{\"url\":\"https://s.example/\"}', 1, ?, ?)",
             number, "shop" if mine else "rival", name, now() - 60 * DAY, now() - 60 * DAY),
            ("INSERT INTO site VALUES (?, ?, 'pages', '', 'EUR', 1, 0, '', ?, ?, 0, 0)", number, mine, now(), now()),
            ("INSERT INTO page (id, site, url, kind, seen_ms, state, state_ms, status, text, fails)"
             " VALUES (?, ?, 'https://s.example/', 2, ?, 0, 0, 200, '', 0)", number, number, now())]


def listing(number, at, brand, product, minor, rating=None, reviews=None, stock=1):
    t = now() - 50 * DAY
    return [("INSERT OR IGNORE INTO product (id, title, brand, brand_key, image, category, pack_count, pack_amount,"
             " pack_unit, mine, listings, currency, created_ms, changed_ms)"
             " VALUES (?, 'Lamp ' || ?, ?, lower(?), '', '', 1, 0, '', 0, 1, 'EUR', ?, ?)",
             product, product, brand, brand, t, t),
            ("INSERT INTO listing (id, site, mine, page, key, url, title, brand, brand_key, gtin, mpn, sku, image,"
             " category, family, product, match_method, match_score, state, state_ms, price_minor, currency,"
             " availability, condition, seller, sellers, rating_x100, reviews, price_ms, stock_ms, source, first_ms,"
             " seen_ms, missed, missed_ms) VALUES (?, ?, ?, ?, ?, 'https://s.example/p', 'Lamp', ?, lower(?), '', '',"
             " '', '', '', '', ?, 1, 1000, 0, ?, ?, 'EUR', ?, 1, 0, 1, ?, ?, ?, ?, 3, ?, ?, 0, 0)",
             number, at, at == 901, at, f"k{number}", brand, brand, product, t, minor, stock, rating, reviews, t, t, t,
             now()),
            *([("INSERT INTO rating VALUES (?, ?, ?, ?)", number, t, rating, reviews)] if rating else [])]


def shops(*listings):
    rows = site(901, "lamps", True) + site(902, "brightco", False)
    for one in listings:
        rows += listing(*one)
    return rows


def brand(daemon, name):
    return daemon.get(f"/v1/brands/{name}").data


def analyze__a_brand_that_nobody_added__by_its_spelling():
    with Daemon(config=CONFIG) as d:
        write(d, *shops((1, 901, "ACME", 11, 3000, 490, 10), (2, 902, "Acme", 11, 3600), (3, 902, "BETA", 12, 900)))
        a = d.get("/v1/brands/analyze?brand=acme%2C%20Inc.").data
        assert a["listings"]["total"] == 2 and a["listings"]["mine"] == 1, a
        assert a["prices"]["spread_bp"] == 2000 and a["prices"]["currencies"][0]["min_minor"] == 3000, a
        assert a["rating"]["bayes"] == 4.4 and a["rating"]["prior_of"] == "usual", a
        assert a["reputation"]["known_weight"] == 70, a["reputation"]
        unknown = d.get("/v1/brands/analyze?brand=Nobody")
        assert unknown.status == 404 and "Nobody" in unknown.json["detail"], unknown.body
        assert d.get("/v1/brands/analyze").json["field"] == "brand"
        assert d.get("/v1/brands/compare?brands=ACME").json["field"] == "brands"


def commands__print_tables_and_their_twins():
    with Daemon(config=CONFIG) as d:
        write(d, *shops((1, 901, "ACME", 11, 3000, 490, 10), (2, 902, "ACME", 11, 3600), (3, 902, "BETA", 12, 900)))
        d.cli("brand", "add", "ACME", "--alias", "Acme Lighting", check=0)
        out = d.cli("brand", "reputation", "ACME", check=0).stdout
        assert "(25 x 4.20 + 10 x 4.90) / (25 + 10) = 4.40" in out and "unknown is\n    left out" in out, out
        assert all(len(line) <= 80 for line in out.splitlines()), out
        one = json.loads(d.cli("brand", "analyze", "ACME", "-o", "json", check=0).stdout)
        assert one["name"] == "acme" and one["sellers"]["total"] == 2, one
        for words in (["analyze", "ACME"], ["compare", "ACME", "BETA"]):
            out = d.cli("brand", *words, check=0).stdout
            assert out and all(len(line) <= 80 for line in out.splitlines()), out
        both = json.loads(d.cli("brand", "compare", "ACME", "BETA", "-o", "json", check=0).stdout)["brands"]
        assert [b["brand"] for b in both] == ["ACME", "BETA"] and both[1]["rating"] is None, both
        wait_until(lambda: brand(d, "acme")["score"], "the brand to be analyzed")
        assert "acme" in d.cli("brand", "list", check=0).stdout
        assert "Nobody" in d.cli("brand", "analyze", "Nobody").stderr
        assert d.get("/v1/overview").data["brands"][0]["name"] == "acme"
        assert 'sellersmart_brand_rating{brand="acme"} 4.40' in d.get("/metrics").body.decode()


def a_fall__is_told_once__also_across_a_restart():
    with Daemon(config=CONFIG) as d:
        write(d, *shops((1, 902, "ACME", 11, 3000, 490, 200)))
        d.cli("brand", "add", "ACME", check=0)
        wait_until(lambda: brand(d, "acme")["rating"], "a rating")
        write(d, ("UPDATE listing SET rating_x100 = 430, reviews = 260",),
              ("INSERT INTO rating VALUES (1, ?, 430, 260)", now() - DAY),
              *[("INSERT INTO listing_change (listing, at_ms, field, was, now) VALUES (1, ?, 'title', 'a', 'b')",
                 now() - DAY)])
        events = wait_until(lambda: [e for e in d.get("/v1/events?limit=1000").data
                                     if e["topic"] == "brand.rating_fell"], "the fall to be told")
        assert len(events) == 1 and events[0]["data"]["was_x100"] > events[0]["data"]["now_x100"], events
        alerts = wait_until(lambda: d.get("/v1/brands/alerts").data, "an alert")
        assert alerts[0]["rule"] == "brand-rating", alerts
        d.stop()
        d.start()
        wait_until(lambda: brand(d, "acme")["rating"], "a rating again")
        told = [e for e in d.get("/v1/events?limit=1000").data if e["topic"] == "brand.rating_fell"]
        assert len(told) == 1, told
        brief = d.get("/v1/brief?since=7d").data["text"]
        assert "ACME" in brief and "60 new reviews" in brief, brief


def mentions__the_first_reading_is_no_news__later_ones_are_and_once():
    with Origin() as origin, Daemon(config=CONFIG) as d:
        origin.headers = {"Content-Type": "application/rss+xml"}
        origin.body = rss("ACME opens a shop", "Nothing of note")
        d.cli("brand", "add", "ACME", "--feed", origin.url + "rss", check=0)

        def said():
            return d.get("/v1/brands/analyze?brand=ACME").data["mentions"]["list"]

        wait_until(said, "the first mention", 30)
        assert [m["title"] for m in said()] == ["ACME opens a shop"] and said()[0]["source"] == "Lamp News"
        events = [e for e in d.get("/v1/events?limit=1000").data if e["topic"] == "brand.mentioned"]
        assert not events, events
        wait_until(lambda: brand(d, "acme")["read_at"], "the reading to be over")
        origin.body = rss("ACME opens a shop", "Nothing of note", "Pacmen", "Recall of acme lamps")
        wait_until(lambda: d.request("POST", "/v1/brands/acme/read").status == 201, "a second reading")
        wait_until(lambda: len(said()) == 2, "the second mention", 30)
        events = wait_until(lambda: [e for e in d.get("/v1/events?limit=1000").data
                                     if e["topic"] == "brand.mentioned"], "an event")
        assert len(events) == 1 and "Recall" in events[0]["text"], events


def feeds__that_fail__are_said_by_doctor_and_list():
    with Origin() as origin, Daemon(config=CONFIG) as d:
        origin.body = b"<html>no feed</html>"
        d.cli("brand", "add", "ACME", "--feed", origin.url + "rss", check=0)
        wait_until(lambda: "no RSS or Atom" in (brand(d, "acme")["text"] or ""), "the fault to be shown", 30)
        found = [f for f in d.get("/v1/doctor").data if f["check"] == "brands"]
        assert found and found[0]["level"] == "warn" and "no RSS" in found[0]["text"], found
        refused = d.cli("brand", "add", "BETA", "--feed", "news.example", check=None)
        assert refused.returncode and "feed" in refused.stderr, refused.stderr


def delete__takes_its_rows_along():
    with Origin() as origin, Daemon(config=CONFIG) as d:
        origin.body = rss("ACME opens a shop")
        d.cli("brand", "add", "ACME", "--feed", origin.url + "rss", check=0)
        wait_until(lambda: d.get("/v1/brands/analyze?brand=ACME").data["mentions"]["total"], "a mention", 30)
        wait_until(lambda: brand(d, "acme")["read_at"], "the reading to be over")
        d.cli("brand", "rm", "acme", "--yes", check=0)

        def left():
            with sqlite3.connect(f"file:{d.data}/store.db?mode=ro", uri=True) as db:
                return sum(db.execute(f"SELECT count(*) FROM {t}").fetchone()[0]
                           for t in ("mention", "brand_day", "brand_state", "brand_feed"))

        wait_until(lambda: left() == 0, "its rows to go")


if __name__ == "__main__":
    main(sys.modules[__name__])
