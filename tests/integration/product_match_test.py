#!/usr/bin/python3
"""Products and matches as a person uses them: search, offers side by side, yes and no, and back again. What a scan
would have found is written into the store before the daemon starts."""
import os
import pty
import sqlite3
import subprocess

from lib import CLIENT, Daemon, main

NOW = 1790000000000
SHOP, BRIGHT, BARN = 901, 902, 903
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def text_id(prefix, number):
    """As ids are written: 13 Crockford digits."""
    return prefix + "_" + "".join(DIGITS[number >> (5 * i) & 31] for i in reversed(range(13)))


def site(db, number, name, mine):
    db.execute("INSERT INTO resource (id, kind, name, labels, spec, version, created_ms, updated_ms)"
               " VALUES (?, ?, ?, '{}', ?, 1, ?, ?)",
               (number, "shop" if mine else "rival", name, '{"url":"https://%s.example/"}' % name, NOW, NOW))
    db.execute("INSERT INTO site (id, mine, platform, entry, currency, state, state_ms, text, scanned_ms, full_ms, next_ms,"
               " found_ms) VALUES (?, ?, 'pages', '', 'EUR', 1, 0, '', ?, ?, 0, 0)", (number, mine, NOW, NOW))
    db.execute("INSERT INTO page (id, site, url, kind, seen_ms, state, state_ms, status, text, fails)"
               " VALUES (?, ?, ?, 2, ?, 0, 0, 200, '', 0)", (number, number, f"https://{name}.example/", NOW))


def product(db, number, title, mine, **more):
    db.execute("INSERT INTO product (id, title, brand, brand_key, image, category, pack_count, pack_amount, pack_unit, mine,"
               " listings, currency, mine_minor, best_minor, created_ms, changed_ms)"
               " VALUES (?, ?, 'ACME', 'acme', '', '', ?, ?, ?, ?, 1, 'EUR', ?, ?, ?, ?)",
               (number, title, more.get("count", 1), more.get("amount", 0), more.get("unit", ""), mine, more.get("mine_minor"),
                more.get("best_minor"), NOW, NOW))
    db.execute("INSERT INTO product_text (rowid, title, brand, codes) VALUES (?, ?, 'ACME', ?)",
               (number, title, more.get("codes", "")))


def listing(db, number, where, of, title, minor, shipping, **more):
    row = dict(id=number, site=where, mine=where == SHOP, page=where, key=str(number), url=f"https://x.example/{number}",
               title=title, brand="ACME", brand_key="acme", gtin=more.get("gtin", ""), mpn="", sku=more.get("sku", ""),
               image="", category="", family="", product=of, match_method=0, match_score=0, state=0, state_ms=NOW,
               price_minor=minor, shipping_minor=shipping, currency="EUR", availability=1, condition=1, seller=0, sellers=1,
               price_ms=NOW, stock_ms=NOW, source=3, first_ms=NOW, seen_ms=NOW, missed=0, missed_ms=0)
    db.execute(f"INSERT INTO listing ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def house():
    """A shop of mine and two rivals; one listing that may be my lamp."""
    d = Daemon()
    d.stop()
    db = sqlite3.connect(os.path.join(d.data, "store.db"))
    for number, name, mine in ((SHOP, "lamps", 1), (BRIGHT, "brightco", 0), (BARN, "lightbarn", 0)):
        site(db, number, name, mine)
    product(db, 11, "ACME Orion lamp black", 1, codes="4006381333931 lamp77", mine_minor=3650)
    product(db, 12, "ACME Orion lamp", 0, best_minor=3490)
    product(db, 13, "ACME cola 6 x 330 ml", 0, count=6, amount=330000, unit="ml", best_minor=594)
    db.execute("INSERT INTO identifier VALUES (1, '04006381333931', 11)")
    listing(db, 101, SHOP, 11, "ACME Orion lamp black", 3650, 0, gtin="04006381333931", sku="LAMP77")
    listing(db, 102, BRIGHT, 12, "ACME Orion lamp", 3490, 0)
    listing(db, 103, BARN, 13, "ACME cola 6 x 330 ml", 594, None)
    listing(db, 104, BARN, 11, "ACME Orion lamp black", 3600, 495)
    db.execute("INSERT INTO match VALUES (201, 102, 11, 733, 'the same brand; only one says black', 0, ?, NULL)", (NOW,))
    db.commit()
    db.close()
    d.start()
    return d


def titles(d, query):
    return [p["title"] for p in d.get("/v1/products" + query).data]


def products__are_found__as_one_types_and_by_codes():
    with house() as d:
        assert titles(d, "?q=lam") == ["ACME Orion lamp", "ACME Orion lamp black"]
        assert titles(d, "?q=ori%20bla") == ["ACME Orion lamp black"]
        assert titles(d, "?q=4006381333931") == ["ACME Orion lamp black"]
        assert titles(d, "?q=%22%20*%20(") == []
        assert d.get("/v1/products?q=%22%29%20NEAR").status == 200
        assert titles(d, "?filter[pending]=true") == ["ACME Orion lamp black"]
        assert titles(d, "?filter[mine]=false&sort=-title") == ["ACME cola 6 x 330 ml", "ACME Orion lamp"]
        assert titles(d, "?filter[brand]=Acme,%20Inc.&limit=1") == ["ACME Orion lamp"]
        assert d.get("/v1/products?filter[rival]=nobody").json["code"] == "invalid"
        out = d.cli("product", "list", "-q", "lamp", "-o", "json", check=0)
        assert "ACME Orion lamp black" in out.stdout


def product__shows__every_offer_landed():
    with house() as d:
        p = d.get("/v1/products/4006381333931").data
        assert [(o["listing"], o["mine"], o["landed_minor"], o["rank"]) for o in p["offers"]] == [
            (text_id("lst", 101), True, 3650, 1), (text_id("lst", 104), False, 4095, 2)], p["offers"]
        assert p["market"]["rivals"] == 1 and p["market"]["landed"] is True
        assert p["market"]["mean_minor"] == 3872 and p["market"]["index_mean"] == 9425, p["market"]
        assert p["identifiers"] == [{"type": "gtin", "value": "04006381333931"}]
        cola = d.get("/v1/products/" + text_id("prd", 13)).data
        assert cola["pack"] == {"count": 6, "amount": 330.0, "unit": "ml", "text": "6 x 330 ml"}
        assert cola["offers"][0]["unit_price"] == {"minor": 300, "per": "l"}
        assert cola["offers"][0]["landed_minor"] is None
        assert d.get("/v1/products/nothing").status == 404


def match__is_confirmed_split_and_refused():
    with house() as d:
        m = d.get("/v1/matches").data
        assert len(m) == 1 and m[0]["why"].endswith("only one says black")
        assert m[0]["listing"]["id"] == text_id("lst", 102) and m[0]["product"]["mine"]
        ref = m[0]["id"]
        assert d.request("POST", f"/v1/matches/{ref}/confirm").data["state"] == "confirmed"
        p = d.get("/v1/products/lamp77").data
        assert [o["listing"] for o in p["offers"]] == [text_id("lst", n) for n in (102, 101, 104)]
        assert p["state"] == "undercut" and p["best_listing"] == text_id("lst", 102) and p["gap_minor"] == -160
        assert d.get("/v1/matches").data == []
        lone = d.get("/v1/products/" + text_id("prd", 12))
        assert lone.status == 404, lone.body
        d.cli("product", "split", text_id("lst", 102), check=0)
        p = d.get("/v1/products/lamp77").data
        assert [o["listing"] for o in p["offers"]] == [text_id("lst", n) for n in (101, 104)] and p["state"] == "mine"
        assert d.get("/v1/matches?filter[state]=rejected").data[0]["id"] == ref
        r = d.request("POST", f"/v1/listings/{text_id('lst', 102)}/split")
        assert r.status == 409 and "nothing to split" in r.json["detail"], r.body


def commands__list_and_decide():
    with house() as d:
        out = d.cli("product", "match", "--pending", "-o", "json", check=0)
        assert '"score": 733' in out.stdout or '"score":733' in out.stdout, out.stdout
        plain = d.cli("product", "match", check=0).stdout
        assert "Orion lamp" in plain and "only one says black" in plain, plain
        ref = d.get("/v1/matches").data[0]["id"]
        assert d.cli("product", "match", ref, check=64).stderr
        d.cli("product", "match", ref, "--reject", check=0)
        assert d.get("/v1/matches").data == []
        d.cli("product", "match", ref, "--confirm", check=0)
        assert d.get("/v1/matches/" + ref).data["state"] == "confirmed"


def walk__goes_through_them_by_single_keys():
    with house() as d:
        master, slave = pty.openpty()
        child = subprocess.Popen([CLIENT, "--socket", d.socket, "product", "match"], stdin=slave, stdout=slave, stderr=slave,
                                 env=dict(d.environment(), TERM="xterm", COLUMNS="80", LINES="24"))
        os.close(slave)
        seen = b""

        def until(text):
            nonlocal seen
            while text not in seen:
                seen += os.read(master, 4096)
        until(b"[y] yes")
        assert b"36.50 EUR" in seen and b"34.90 EUR" in seen and b"only one says black" in seen, seen
        os.write(master, b"?y")
        until(b"1 confirmed")
        assert child.wait(10) == 0
        os.close(master)
        assert d.get("/v1/matches").data == []
        assert len(d.get("/v1/products/lamp77").data["offers"]) == 3


if __name__ == "__main__":
    main(__import__("__main__"))
