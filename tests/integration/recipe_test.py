#!/usr/bin/python3
"""Recipes as a user has them: proposed from a page, tried, applied, exported; what vanished is said."""
import json
import os
import shutil
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lib import ROOT, Daemon, main

PAGES = os.path.join(ROOT, "tests", "fixtures", "recipes")

# What a person sees on each of the pages.
SHOPS = {
    "classic": {"title": "Brass desk lamp", "price": "39.50 GBP", "list_price": "49.00 GBP",
                "availability": "InStock", "sku": "BL-204", "brand": "Lumo"},
    "hashed": {"title": "Gießkanne Emil 9 l", "price": "24.95 EUR", "availability": "InStock",
               "sku": "GK-9001"},
    "table": {"title": "Pompe de vidange P40", "price": "1249.00 EUR", "availability": "InStock",
              "brand": "Hydra"},
    "microless": {"title": "Trail shoe Ridge", "price": "129.90 CHF",
                  "availability": "LimitedAvailability", "brand": "Ridgeline",
                  "image": "https://cdn.example/ridge.jpg"},
    "list": {"title": "Brass lamp", "price": "39.50 EUR"},
    "grid": {"title": "Hand saw", "price": "2980 JPY"},
}
MADE_UP = ("css-", "sc-", "nth-", "kXyZaB", "> div > div")


class Shop:
    """Serves pages that a test changes."""

    def __init__(self):
        shop = self
        self.pages = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = shop.pages.get(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def daemon():
    return Daemon("--allow-private", "127.0.0.0/8", config="net:\n  pace: 10ms\n")


def post(d, path, body=None, status=200):
    r = d.request("POST", path, body)
    assert r.status == status, (path, r.status, r.body)
    return r.json if status != 200 else r.data


def run(d, *args):
    return d.cli(*args, check=0).stdout


def page_of(name):
    with open(os.path.join(PAGES, name + ".html"), "rb") as f:
        return f.read()


def tried(d, *args):
    r = d.cli("recipe", "test", *args, "-o", "json", check=None)
    return r.returncode, json.loads(r.stdout) if r.stdout else None, r.stderr


def values(test):
    return {f["name"]: f.get("value") for f in test["fields"]}


def proposed__recipes_of_six_shops__pass_their_own_tests():
    with daemon() as d:
        for name, seen in SHOPS.items():
            shutil.copy(os.path.join(PAGES, name + ".html"), d.dir)
            page = os.path.join(d.dir, name + ".html")
            yaml = os.path.join(d.dir, name + ".yaml")
            text = run(d, "recipe", "init", page, "--name", name)
            with open(yaml, "w") as f:
                f.write(text)
            for word in MADE_UP:
                assert word not in text, (name, word, text)
            status, answer, err = tried(d, yaml)
            assert status == 0 and answer["passed"], (name, answer, err)
            found = values(answer["tests"][0])
            for field, value in seen.items():
                assert found.get(field) == value, (name, field, found)


def proposed__recipes_of_lists__find_all_products_and_the_next_page():
    with daemon() as d:
        for name, next_page in (("list", "https://shop.example/l/?page=2"),
                                ("grid", "https://shop.example/tools/2")):
            data = post(d, "/v1/recipes/propose?url=https://shop.example/l/", page_of(name))
            assert data["products"] == 4 and data["spec"]["items"], data
            r = post(d, "/v1/recipes/test", {"spec": data["spec"], "tests": [
                {"html": page_of(name).decode(), "url": "https://shop.example/l/",
                 "items": 4, "expect": {"next": next_page}}]})
            assert r["passed"], r
            assert len(r["tests"][0]["links"]) == 4, r


def recipe__of_an_address__is_fetched_and_tested_there():
    with daemon() as d, Shop() as shop:
        shop.pages["/p/1"] = page_of("classic")
        yaml = os.path.join(d.dir, "shop.yaml")
        with open(yaml, "w") as f:
            f.write(run(d, "recipe", "init", shop.url + "/p/1", "--name", "lamp-house"))
        assert tried(d, yaml)[0] == 0
        run(d, "apply", "-f", yaml)
        assert tried(d, "lamp-house")[0] == 0
        assert post(d, "/v1/recipes/lamp-house/test")["passed"]

        # The same again is no change, and what is exported is what was applied.
        assert "unchanged" in run(d, "apply", "-f", yaml)
        before = d.get("/v1/recipes/lamp-house").data
        exported = run(d, "config", "export")
        run(d, "recipe", "rm", "lamp-house", "--yes")
        copy = os.path.join(d.dir, "all.yaml")
        with open(copy, "w") as f:
            f.write(exported)
        run(d, "apply", "-f", copy)
        after = d.get("/v1/recipes/lamp-house").data
        for key in ("fields", "match", "tests"):
            assert before[key] == after[key], key


def selector__that_vanished__fails_the_test_and_is_named():
    spec = {"fields": [{"name": "title", "css": "h1"},
                       {"name": "price", "css": ".price", "required": True}]}
    page = "<h1>Lamp</h1><b class=cost>9,99 €</b>"
    with daemon() as d:
        r = post(d, "/v1/recipes/test", {"spec": spec, "tests": [
            {"html": page, "expect": {"price": "9.99 EUR"}}]})
        test = r["tests"][0]
        assert not r["passed"] and test["missing"] == ["price"], r
        assert values(test)["price"] is None
        assert test["warnings"][0]["code"] == "filter_missing", test
        yaml = os.path.join(d.dir, "gone.yaml")
        with open(yaml, "w") as f:
            f.write("recipes:\n  - name: gone\n    fields: {title: {css: h1}, "
                    "price: {css: .price, required: true}}\n"
                    "    tests: [{html: '%s', expect: {title: Lamp, price: 9.99 EUR}}]\n" % page)
        r = d.cli("recipe", "test", yaml, check=None)
        assert r.returncode == 1 and "FAILED" in r.stdout and "differs" in r.stdout, r.stdout
        assert 'price: css ".price" finds nothing' in r.stdout, r.stdout


def faults__of_a_recipe__say_where_and_what_to_try():
    cases = [
        ({"fields": [{"name": "price", "css": ".a", "xpath": "//a"}]}, "two places"),
        ({"fields": [{"name": "prise", "css": ".a"}]}, "nearly price"),
        ({"fields": [{"name": "price", "css": "a["}]}, "fields.price"),
        ({"fields": [{"name": "price", "css": "a", "transform": ["numbr"]}]}, "no step"),
        ({"fields": []}, "reads nothing"),
        ({"items": "jq: .a[]", "fields": [{"name": "price", "css": "a"}]}, "only jq"),
        ({"fields": [{"name": "price", "css": "a"}], "tests": [{"expect": {}}]}, "has no page"),
    ]
    with daemon() as d:
        for spec, words in cases:
            r = d.request("POST", "/v1/recipes", dict(spec, name="x"))
            assert r.status == 422 and words in json.dumps(r.json), (spec, r.json)
        # What only a worker can tell is told when it is tried.
        r = post(d, "/v1/recipes/test", {
            "spec": {"fields": [{"name": "price", "xpath": "//b["}]},
            "tests": [{"html": "<b>1</b>"}]})
        assert "XPath" in r["tests"][0]["error"], r


main(sys.modules[__name__])
