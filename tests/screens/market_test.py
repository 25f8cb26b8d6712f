#!/usr/bin/env python3
"""Rivals and prices: golden screens (UPDATE=1 writes them anew) and what keys do."""
import os
import subprocess
import sys

import rig
from rig import Fake, check, environment, run, screen, shot

if not os.path.exists(os.path.join(rig.ROOT, "shared/resources/rival.c")):
    print("ok market # skipped: this program knows no rivals")
    sys.exit(0)

RIVALS = ("text:lamps", "key::rivals\\n", "text:lampworld")
RIVAL = (*RIVALS, "key:j\\n", "text:LMP-101", "text:undercuts", "text:2m to go")
PRICE = (*RIVAL, "key:/desk\\n\\n", "text:was 36.99", "text:y/n stock")

GOLDEN = [
    screen("rivals", "market", *RIVALS),
    screen("rivals-wide", "market", *RIVALS, size="120x40"),
    screen("rivals-small", "market", "text:lamps", "key::rivals\\n", "text:lampworld", size="40x12"),
    screen("rivals-ascii", "market", *RIVALS, env={"LC_ALL": "C"}),
    screen("rivals-mono", "market", *RIVALS, env={"NO_COLOR": "1"}),
    screen("rivals-empty", "untold", "text:Nothing can wake", "key::rivals\\n", "text:no rival yet"),
    screen("rival", "market", *RIVAL),
    screen("rival-wide", "market", *RIVAL, size="120x40"),
    screen("rival-small", "market", *RIVALS, "key:j\\n", "text:LMP-101", "text:57 done", size="40x12"),
    screen("rival-ascii", "market", *RIVAL, env={"LC_ALL": "C"}),
    screen("rival-mono", "market", *RIVAL, env={"NO_COLOR": "1"}),
    screen("rival-undercuts", "market", *RIVAL, "key:U", "text:since"),
    screen("rival-nothing", "market", *RIVALS, "key:jj\\n", "text:ever read", "key:D", "text:lowered no"),
    screen("price", "market", *PRICE),
    screen("price-wide", "market", *PRICE, "key:a", size="120x40"),
    screen("price-small", "market", *RIVALS, "key:j\\n", "text:LMP-101", "key:/desk\\n\\n", "text:36.99",
           "text:stock", size="40x12"),
    screen("price-ascii", "market", *PRICE, env={"LC_ALL": "C"}),
    screen("price-mono", "market", *PRICE, env={"NO_COLOR": "1"}),
    screen("price-braille", "market", *PRICE, env={"SELLERSMART_GRAPH": "braille"}),
    screen("price-cursor", "market", *PRICE, "key:c\\l\\l\\l", "text:21:"),
    screen("price-what-if", "market", *PRICE, "key:t33\\n", "text:BELOW your floor", "text:rank 1 of 3"),
    screen("price-offers", "market", *PRICE, "key:ojj", "text:lightbarn 33.00"),
    screen("price-evidence", "market", *PRICE, "key:p", "text:SHA-256"),
    screen("price-why", "market", *PRICE, "key:w", "text:93.4%"),
    screen("price-year", "market", *PRICE, "key:++", "text:[1y]", "text:Nov 2025"),
]


def asked(fake, what):
    found = [r for r in fake.requests() if r.startswith(what)]
    check(found, what + " was never asked for:\n" + "\n".join(fake.requests()))
    return found


def rival__is_added_by_an_address_and_opened():
    with Fake("market") as fake:
        shot(fake.socket, *RIVALS, "key:nshop.example\\n", "text:is followed now", "text:Nothing of his")
        asked(fake, "POST /v1/rivals")


def rival__is_scanned_and_paused_by_one_key():
    with Fake("market") as fake:
        shot(fake.socket, *RIVALS, "key:jjs", "text:scan lightbarn", "key:p", "text:pause lightbarn")
        asked(fake, "POST /v1/rivals/riv_0000000000003/scan")
        asked(fake, "POST /v1/rivals/riv_0000000000003/pause")


def what_if__asks_once_for_a_key_that_is_held():
    with Fake("market") as fake:
        out = shot(fake.socket, *PRICE, "key:" + "\\l" * 20, "text:< 34.50 >", "text:rank 1 of 3", "snap")
        check("0.40 under the others" in out, out)
        check(len(asked(fake, "GET /v1/products/prd_0000000000001/what-if")) <= 3, "asked at each press")


def what_if__over_the_cheapest_names_the_price_that_leads():
    with Fake("market") as fake:
        shot(fake.socket, *PRICE, "key:t36.50\\n", "text:rank 2 of 3, 1.60 over the cheapest; 34.89 leads")


def floor__is_set_and_taken_away():
    with Fake("market") as fake:
        shot(fake.socket, *PRICE, "key:f", "text:never below", "key:^u34\\n", "text:floor 34.00",
             "key:f", "text:never below", "key:^u\\n", "gone:_ floor")
        check(len(asked(fake, "POST /v1/products/prd_0000000000001/floor")) == 2, "not twice")


def evidence__is_of_the_point_under_the_cursor():
    with Fake("market") as fake:
        shot(fake.socket, *PRICE, "key:c\\l\\l\\lp", "text:SHA-256")
        at = asked(fake, "GET /v1/listings/lst_0000000000010/evidence")[0]
        check("at=2026-11-19T" in at, at)


def chart__follows_the_offer_under_the_cursor():
    with Fake("market") as fake:
        out = shot(fake.socket, *PRICE, "key:jj", "text:lightbarn 33.00 EUR", "text:was 34.00", "snap")
        check("▄▄ lightbarn" in out, out)


def esc__leaves_the_cursor_then_the_page():
    with Fake("market") as fake:
        shot(fake.socket, *PRICE, "key:c", "text:arrows move", "key:\\e", "text:c cursor", "key:\\e", "text:undercuts")


def daemon_away__what_is_shown_stays():
    with Fake("market") as fake:
        dash = rig.background(fake.socket, *PRICE, "snap", "text:daemon away", "snap", "text:the daemon is back")
        for _ in range(24):
            dash.stdout.readline()
        fake.stop()
        away = "".join(dash.stdout.readline() for _ in range(24))
        check("gap -1.60" in away and "_ floor 33.20" in away, away)
        fake.start()
        out = dash.communicate()[0]
        check(dash.returncode == 0, out)


def plain__tells_rivals_prices_and_history():
    with Fake("market") as fake:
        done = subprocess.run([rig.DASH, fake.socket, rig.NOW_MS], env=environment({"PLAIN": "1"}),
                              input="rivals\nrival show brightco\nproduct show prd_0000000000001\n",
                              capture_output=True, text=True, timeout=20)
        check(done.returncode == 0, done.stderr)
        for want in ("state BLOCKED, name glowdepot", "undercuts: 3", "product LMP-101 Desk lamp, price 34.90",
                     "price of brightco:", "from  4 Oct 08:42 not known", "seller you (lamps), price 36.50"):
            check(want in done.stdout, want + " is missing in\n" + done.stdout)


run(GOLDEN + [f for name, f in list(globals().items()) if "__" in name and not name.startswith("__")], together=4)
