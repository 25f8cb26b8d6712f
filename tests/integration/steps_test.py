#!/usr/bin/env python3
"""A way through a small shop of our own, and everything that can go wrong on it."""
import os
import sys

from lib import ROOT, Daemon, main, wait_until
from mail_and_websocket_test import certificate

sys.path.insert(0, os.path.join(ROOT, "tests", "fakes"))
from shop import PASSWORD, Shop  # noqa: E402

EXAMPLE = os.path.join(ROOT, "contrib", "examples", "checkout.yaml")


def example(shop):
    with open(EXAMPLE) as f:
        text = f.read()
    return (text.replace("https://shop.example/", shop.url).replace("probe@shop.example", "probe")
            .replace("timeout: 30s", "timeout: 20s\n    failures: 1\n    recoveries: 1\n    retry_interval: 1h"
                     .replace("1h", "5m")))


def add(daemon, shop, *changes):
    """Add the example, with changes of its text, and check it once."""
    text = example(shop)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    daemon.cli("secret", "set", "shop-password", input=PASSWORD, check=0)
    daemon.cli("monitor", "add", "--type", "steps", "-f", "-", input=text, check=0)


def check(daemon):
    daemon.request("POST", "/v1/monitors/checkout/check", {})
    return daemon.monitor("checkout")


def cause(daemon, m):
    return daemon.get(f"/v1/incidents/{m['incident']}").data["cause"]


def fails(faults, state, words, reason, *changes, delay=None, asked=None):
    """The shop has faults: the run must end so, and never pay."""
    with Daemon() as d, Shop() as shop:
        shop.faults, shop.delay = dict(faults), dict(delay or {})
        add(d, shop, *changes)
        m = check(d)
        last = m["last"]
        said = last["message"].replace(shop.url, "http://shop/")
        assert last["outcome"] == state, last
        assert said == words if not words.endswith("...") else said.startswith(words[:-3]), said
        if state == "down":
            assert cause(d, m) == reason, cause(d, m)
        if asked is not None:
            assert last["steps"][-1]["name"] == asked, last["steps"]
        whole = d.get("/v1/monitors/checkout").body + d.get("/v1/incidents").body + d.log_text().encode()
        assert PASSWORD.encode() not in whole and b"s3cret%26pass" not in whole
        assert not any(name.encode() in whole for name in shop.sessions), "a session was told"
        assert shop.payments == 0


def steps__go_to_the_checkout__with_cookies_token_and_redirect():
    with Daemon() as d, Shop() as shop:
        add(d, shop)
        m = check(d)
        last = m["last"]
        assert (last["outcome"], last["message"]) == ("up", "5 steps"), last
        assert [s["name"] for s in last["steps"]] == ["form", "login", "search", "basket", "checkout"]
        assert [s["status"] for s in last["steps"]] == [200, 200, 200, 201, 200]
        assert all(s["ms"] >= 0 for s in last["steps"])
        assert last["steps"][4]["url"] == shop.url + "checkout/*"
        assert [r[:2] for r in shop.requests[:5]] == [
            ("GET", "/login"), ("POST", "/login"), ("GET", "/account"), ("GET", "/search?q=desk%20lamp"),
            ("POST", "/api/basket")]
        assert shop.requests[4][3] == b'{"sku": "L-1 \\"big\\"", "quantity": 1}'
        assert shop.requests[5][1] == "/checkout/b%2F7%20%C3%A4"
        assert shop.payments == 0
        out = d.cli("monitor", "check", "checkout", check=0).stdout
        assert "checkout" in out and "basket" in out and "201" in out, out
        out = d.cli("monitor", "show", "checkout", check=0).stdout
        assert "login" in out and "/checkout/*" in out, out
        # A fresh connection each run, kept among its steps.
        before = shop.connections
        check(d)
        assert shop.connections - before == 1, shop.connections - before


def steps__find__a_wrong_password():
    fails({}, "down", 'step 2 "login": POST http://shop/login: "Sign out" is not on the page', "step:keyword",
          ("{secret: shop-password}", "not-it"), asked="login")


def steps__find__a_form_without_its_token():
    fails({"no csrf": 1}, "down",
          'step 1 "form": GET http://shop/login: csrf was not found by css input[name=csrf] (value)',
          "not_found:csrf", asked="form")


def steps__find__an_empty_basket():
    fails({"empty basket": 1}, "down",
          'step 4 "basket": POST http://shop/api/basket: jq .basket.items | length is "0", expected "1"',
          "step:expect", asked="basket")


def steps__find__a_redirect_loop():
    fails({"loop": 1}, "down", 'step 2 "login": POST http://shop/login: redirects run in a circle: ...',
          "step:redirect_loop", asked="login")


def steps__find__a_bad_gateway_at_the_checkout():
    fails({"/checkout/b%2F7%20%C3%A4": 502}, "down",
          'step 5 "checkout": GET http://shop/checkout/* -> 502 Bad Gateway, expected 200-299', "step:http_status",
          asked="checkout")


def steps__find__a_slow_step():
    fails({}, "degraded", 'step 3 "search": GET http://shop/search: answered in ...', None,
          ("slow: 2s", "slow: 200ms"), delay={"/search": 0.3}, asked="checkout")


def steps__name__the_slowest_when_all_together_are_slow():
    fails({}, "degraded", "5 steps in ...", None, ("slow: 8s", "slow: 200ms"), delay={"/account": 0.3})


def steps__end__at_a_steps_deadline():
    fails({}, "down", 'step 3 "search": GET http://shop/search: ...', "step:timeout:first_byte",
          ("slow: 2s # this step alone", "timeout: 300ms"), delay={"/search": 3}, asked="search")


def steps__find__a_cookie_that_is_lost():
    fails({"no cookie": 1}, "down", 'step 2 "login": POST http://shop/login: "Sign out" is not on the page',
          "step:keyword", asked="login")


def steps__find__a_value_that_is_not_there():
    fails({}, "down", 'step 4 "basket": POST http://shop/api/basket: basket was not found by jq .basket.none',
          "not_found:basket", ("jq: .basket.id", "jq: .basket.none"), asked="basket")


def steps__end__a_search_in_a_page_that_never_ends():
    fails({}, "unknown", 'step 4 "basket": POST http://shop/api/basket: looking for values took too long on this '
          "page and was ended", None, ("jq: .basket.id", 'jq: "[range(1e9)] | length"'), asked="basket")


def steps__find__a_server_that_dies_on_the_way():
    fails({"dies": "/search"}, "down", 'step 3 "search": GET http://shop/search: ...', "step:reset", asked="search")


def steps__are_unsure__of_a_body_too_large_to_read():
    fails({"huge": 1}, "unknown", 'step 1 "form": GET http://shop/login: the answer is longer than max_body, 65536 '
          "bytes: raise it", None, ("    steps:\n", "    max_body: 64KiB\n    steps:\n"), asked="form")


def steps__never_follow__a_value_to_another_origin():
    fails({}, "down", 'step 5 "checkout": GET http://shop/api/*: its address is a value that leads elsewhere: evil.example',
          "step:cross_origin", ("jq: .basket.id", "jq: '\"http://evil.example/x\"'"),
          ("url: /checkout/{{basket}}", 'url: "{{basket}}"'), asked="checkout")


def steps__refuse__what_cannot_work_before_it_is_stored():
    with Daemon() as d, Shop() as shop:
        for old, new, words in [
            ("{{csrf}}", "{{token}}", "steps[1].form.csrf: no step before it saves {{token}}"),
            ('css: "input[name=csrf]", ', "", "steps[0].save[0]: does not say where to look"),
            ("method: POST\n        url: /login", "url: /login", "steps[1].form: a GET request has no body"),
            ("url: /checkout/{{basket}}", "url: http://{{basket}}/", "steps[4].url: a value cannot choose the host"),
            ("url: /checkout/{{basket}}", "url: http://a b/", "steps[4].url: "),
            ("name: search", "name: form", 'steps[2].name: "form" is taken by steps[0]'),
            ("keyword: Pay now", "keywort: Pay now", 'steps[4]: no field is called "keywort" here'),
        ]:
            done = d.cli("monitor", "add", "--type", "steps", "-f", "-", input=example(shop).replace(old, new, 1))
            assert done.returncode == 65 and words in done.stderr, done.stderr
        assert d.get("/v1/monitors").json["data"] == []


def steps__show__the_certificate_and_keep_one_connection():
    with Daemon() as d, Shop(certificate(d.dir, days=5)) as shop:
        add(d, shop, ("    steps:\n", "    verify: false\n    steps:\n"))
        check(d)  # joins the first run, which began by itself
        for _ in range(2):  # a handshake in full, then perhaps a resumed one
            before = shop.connections
            m = check(d)
            assert m["last"]["outcome"] == "degraded", m["last"]
            assert m["last"]["message"].startswith('step 1 "form": GET https://'), m["last"]
            assert 'certificate "mail.test" ends on' in m["last"]["message"], m["last"]
            assert [s["name"] for s in m["last"]["steps"]][-1] == "checkout"
            assert m["certificate"]["days_left"] == 4 and m["last"]["phases_ms"]["tls"] > 0, m["certificate"]
            assert shop.connections - before == 1, shop.connections - before


def steps__are_cancelled__when_the_daemon_ends():
    with Daemon() as d, Shop() as shop:
        shop.delay = {"/search": 10}
        add(d, shop)
        wait_until(lambda: any(r[1].startswith("/search") for r in shop.requests), "the search to be asked")
        assert d.stop() < 3
        shop.delay.clear()
        d.start()
        assert check(d)["last"]["message"] == "5 steps"


def example__applies__as_it_is():
    with Daemon() as d:
        d.cli("secret", "set", "shop-password", input="x", check=0)
        assert "created 1" in d.cli("apply", "-f", EXAMPLE, check=0).stdout
        assert "unchanged 1" in d.cli("apply", "-f", EXAMPLE, check=0).stdout
        exported = d.cli("config", "export", check=0).stdout
        assert "unchanged 1" in d.cli("apply", "-f", "-", input=exported.split("monitors:")[0] and
                                      "monitors:" + exported.split("monitors:")[1], check=0).stdout


if __name__ == "__main__":
    main(sys.modules["__main__"])
