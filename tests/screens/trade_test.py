#!/usr/bin/env python3
"""Products, pairs in doubt and brands: golden screens (UPDATE=1 writes them anew), what keys do."""
import subprocess

import rig
from rig import Fake, check, environment, run, screen, shot

PRODUCTS = ("text:lamps", "key::products\\n", "text:Bamboo", "text:decide: d", "text:4 offers")
SMALL_PRODUCTS = ("text:lamps", "key::products\\n", "text:Bamboo", "text:decide: d")
PAIR = ("text:lamps", "key::matches\\n", "text:likeness", "text:different")

GOLDEN = [
    screen("products", "market", *PRODUCTS),
    screen("products-wide", "market", *PRODUCTS, size="120x40"),
    screen("products-small", "market", *SMALL_PRODUCTS, size="40x12"),
    screen("products-ascii", "market", *PRODUCTS, env={"LC_ALL": "C"}),
    screen("products-mono", "market", *PRODUCTS, env={"NO_COLOR": "1"}),
    screen("products-undercut", "market", *PRODUCTS, "key:U", "gone:Bamboo", "text:undercut 3"),
    screen("products-empty", "untold", "text:Nothing can wake", "key::products\\n", "text:No product is known"),
    screen("matches", "market", *PAIR, "text:next"),
    screen("matches-wide", "market", *PAIR, "text:next", size="120x40"),
    screen("matches-small", "market", "text:lamps", "key::matches\\n", "text:likeness", "text:y same", size="40x12"),
    screen("matches-ascii", "market", *PAIR, "text:next", env={"LC_ALL": "C"}),
    screen("matches-mono", "market", *PAIR, "text:next", env={"NO_COLOR": "1"}),
    screen("matches-answered", "market", *PAIR, "key:y", "text:same:", "key:n", "text:different:", "key:s",
           "text:put off"),
    screen("matches-empty", "untold", "text:Nothing can wake", "key::matches\\n", "text:Nothing is in doubt"),
]

BRANDS = ("text:lamps", "key::brands\\n", "text:nordlys", "text:listings of")
BRAND = (*BRANDS, "key:g\\n", "text:points", "text:28.00", "text:rating: (50")
COMPARED = (*BRANDS, "key:g  c", "text:28.0/35")
GOLDEN += [
    screen("brands", "market", *BRANDS),
    screen("brands-wide", "market", *BRANDS, size="120x40"),
    screen("brands-small", "market", *BRANDS[:3], size="40x12"),
    screen("brands-ascii", "market", *BRANDS, env={"LC_ALL": "C"}),
    screen("brands-mono", "market", *BRANDS, env={"NO_COLOR": "1"}),
    screen("brands-empty", "untold", "text:Nothing can wake", "key::brands\\n", "text:no brand yet"),
    screen("brands-minimum", "market", *BRANDS, "key:gm", "text:Ask counsel"),
    screen("brand", "market", *BRAND),
    screen("brand-wide", "market", *BRAND, size="120x40"),
    screen("brand-small", "market", *BRANDS[:3], "key:g\\n", "text:points", "text:rating: (50", size="40x12"),
    screen("brand-ascii", "market", *BRAND, env={"LC_ALL": "C"}),
    screen("brand-mono", "market", *BRAND, env={"NO_COLOR": "1"}),
    screen("brand-changes", "market", *BRAND, "key:www", "text:buy box lost"),
    screen("brands-compared", "market", *COMPARED),
    screen("brands-compared-wide", "market", *COMPARED, "text:best of", size="120x40"),
    screen("brands-compared-small", "market", *BRANDS[:3], "key:g  c", "text:4.61", size="40x12"),
    screen("brands-compared-ascii", "market", *COMPARED, env={"LC_ALL": "C"}),
    screen("brands-compared-mono", "market", *COMPARED, env={"NO_COLOR": "1"}),
    screen("overview-market", "market", "text:Rivals and", "text:luxa"),
    screen("overview-market-wide", "market", "text:Rivals and", "text:luxa", size="120x40"),
    screen("overview-market-small", "market", "text:BLOCKED", size="40x12"),
    screen("overview-market-ascii", "market", "text:Rivals and", "text:luxa", env={"LC_ALL": "C"}),
    screen("overview-market-mono", "market", "text:Rivals and", "text:luxa", env={"NO_COLOR": "1"}),
]


def asked(fake, what):
    return [r for r in fake.requests() if r.startswith(what)]


def plain(fake, lines):
    done = subprocess.run([rig.DASH, fake.socket, rig.NOW_MS], env=environment({"PLAIN": "1"}), input=lines,
                          capture_output=True, text=True, timeout=20)
    check(done.returncode == 0, done.stderr)
    return done.stdout


def products__are_searched_as_one_types():
    with Fake("market") as fake:
        shot(fake.socket, *PRODUCTS, "key:/arc", "gone:Bamboo", "text:LMP-204", "key:\\e", "text:Bamboo")


def products__are_filtered_by_one_key():
    with Fake("market") as fake:
        shot(fake.socket, *PRODUCTS, "key:U", "gone:Orion", "key:M", "gone:Night", "text:Orion", "key:P",
             "gone:Orion", "text:in doubt 4", "key:A", "text:all 8")


def products__tab_counts_again_when_one_comes_back():
    with Fake("market") as fake:
        shot(fake.socket, *PRODUCTS, "text:7 to decide", "key:d", "text:likeness", "key:n", "text:different:",
             "key:\\e", "text:6 to decide: d")


def product__opens_its_prices():
    with Fake("market") as fake:
        shot(fake.socket, *PRODUCTS, "key:\\n", "text:y/n stock", "key:\\e", "text:Bamboo")


def match__answers_go_to_the_daemon_and_the_next_comes():
    with Fake("market") as fake:
        shot(fake.socket, *PAIR, "key:y", "text:another GTIN", "text:same: Desk", "key:n", "text:4 pack",
             "text:different: ACME")
        check(asked(fake, "POST /v1/matches/mat_0000000000001/confirm"), "no yes")
        check(asked(fake, "POST /v1/matches/mat_0000000000002/reject"), "no no")


def match__undo_takes_back_one_after_the_other_also_at_once():
    with Fake("market") as fake:
        shot(fake.socket, *PAIR, "key:ynu", "text:taken back: ACME", "text:another GTIN", "key:u",
             "text:taken back: Desk", "text:7 to decide")
        check(len(asked(fake, "POST /v1/matches/mat_0000000000001/reopen")) == 1, "not taken back once")


def match__put_off__comes_again_behind_the_others():
    with Fake("market") as fake:
        shot(fake.socket, *PAIR, "key:s", "text:1 put off", "text:another GTIN", "key:nnnnnn", "text:1 to decide",
             "text:dimmable, with    ")


def match__a_yes_answers_all_about_that_listing():
    with Fake("market") as fake:
        shot(fake.socket, *PAIR, "key:nnn", "text:4 to decide", "key:y", "text:2 to decide", "text:Arc 204")


def match__that_is_refused_by_the_daemon__stays_first():
    with Fake("market") as fake:
        fake.ask("/fake/refuse?id=mat_0000000000001")
        shot(fake.socket, *PAIR, "key:y", "text:not done: the store does not accept", "text:7 to decide",
             "text:dimmable, with    ")


def match__left_at_once__is_answered_all_the_same():
    with Fake("market") as fake:
        shot(fake.socket, *PRODUCTS, "key:d", "text:likeness", "key:y\\e", "text:6 to decide: d")


def brand__is_added_by_its_name_and_opened():
    with Fake("market") as fake:
        shot(fake.socket, *BRANDS, "key:nZenith\\n", "text:is looked after now")
        check(asked(fake, "POST /v1/brands"), "not added")


def brand__minimum_is_watched_only_after_a_yes():
    with Fake("market") as fake:
        shot(fake.socket, *BRANDS, "key:gm", "text:Ask counsel", "key:x", "gone:Ask counsel")
        check(not asked(fake, "PATCH /v1/brands"), "turned on without a yes")
        shot(fake.socket, *BRANDS, "key:gmy", "text:are watched now", "key:m", "text:no longer watched")
        check(len(asked(fake, "PATCH /v1/brands/brd_0000000000001")) == 2, "not turned on and off")


def brands__that_are_marked_are_compared():
    with Fake("market") as fake:
        shot(fake.socket, *BRANDS, "key:c", "text:mark two", "key:g  c", "text:4.61 *")
        check(asked(fake, "GET /v1/brands/compare?brands=acme%2Cluxa"), "others were compared")


def overview__lines_open_what_they_are_about():
    with Fake("market") as fake:
        shot(fake.socket, "text:luxa", "key:jo", "text:y/n stock", "key:\\e", "text:luxa", "key:Go", "text:Brands",
             "gone:Needs you")


def plain__tells_products_and_pairs():
    with Fake("market") as fake:
        out = plain(fake, "products\nmatches\nmatch reject mat_0000000000001\nmatches\n")
        for want in ("state UNDERCUT, product LMP-101 Desk lamp", "7 to decide, type: matches",
                     "MPN: LMP101; LMP-101 (same)", "GTIN: not said; 04006381333931",
                     "type: match confirm mat_0000000000001"):
            check(want in out, want + " is missing in\n" + out)


run(GOLDEN + [f for name, f in list(globals().items()) if "__" in name and not name.startswith("__")], together=4)
