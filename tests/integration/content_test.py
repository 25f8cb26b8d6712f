#!/usr/bin/env python3
"""Content checks against a real server: what is a change, what is a flip, what is missing, what is kept."""
import json

from lib import Daemon, Origin, main, wait_until

PAGE = "<html><head><title>Lamp</title></head><body><p id=price>{}</p><ul>{}</ul></body></html>"


def page(price, items=()):
    return PAGE.format(price, "".join(f"<li>{i}</li>" for i in items)).encode()


def html(origin, body):
    origin.headers = {"Content-Type": "text/html; charset=utf-8"}
    origin.body = body


def add(d, origin, *flags, name="price", selector=("--css", "#price")):
    d.cli("monitor", "add", origin.url, "--type", "content", *selector, "--name", name, "--interval", "1h", *flags,
          check=0)
    wait_until(lambda: (d.monitor(name).get("last") or {}).get("at"), "the first look")


def look(d, name="price"):
    """One check. @return its line"""
    return d.cli("monitor", "check", name).stdout.splitlines()[0]


def changes(d, name="price"):
    out = d.cli("event", "list", "--topic", "content.changed", "-o", "json", check=0).stdout
    return [e for e in json.loads(out) if e["name"] == name]


def versions(d, name="price"):
    return d.get(f"/v1/monitors/{name}/versions?text=true").data


def settled(d, n, name="price"):
    wait_until(lambda: len(versions(d, name)) == n, f"{n} versions")


def content__a_change_is_an_event_and_a_diff():
    with Daemon() as d, Origin() as o:
        html(o, page("36.99", ["one", "two"]))
        add(d, o, "--confirm", "1")
        settled(d, 1)
        assert "nothing changed since" in d.cli("monitor", "diff", "price", check=0).stdout
        html(o, page("34.90", ["one", "two"]))
        assert look(d) == "price: up: 34.90"
        wait_until(lambda: len(changes(d)) == 1, "the event")
        assert changes(d)[0]["text"] == "price changed: 36.99 -> 34.90"
        diff = d.cli("monitor", "diff", "price", check=0).stdout
        assert "\n@@ -1,1 +1,1 @@\n-36.99\n+34.90\n" in diff, diff
        assert "CHANGED" in d.cli("status").stdout
        data = json.loads(d.cli("monitor", "diff", "price", "-o", "json", check=0).stdout)
        assert data["added"] == 1 and data["removed"] == 1 and data["to"]["summary"] == "36.99 -> 34.90"


def content__what_is_around_it_does_not_matter():
    with Daemon() as d, Origin() as o:
        html(o, page("36.99", ["one"]))
        add(d, o, "--confirm", "1")
        settled(d, 1)
        html(o, page("36.99", ["other", "things"]))
        look(d)
        assert len(versions(d)) == 1 and not changes(d)


def content__one_look_alone_is_no_change():
    with Daemon() as d, Origin() as o:
        html(o, page("36.99"))
        add(d, o, "--retry-interval", "1s")
        settled(d, 1)
        html(o, page("0.00"))
        look(d)
        assert not changes(d) and len(versions(d)) == 1
        html(o, page("36.99"))
        look(d)
        html(o, page("34.90"))
        look(d)
        wait_until(lambda: changes(d), "the second look, which comes by itself")
        assert changes(d)[0]["text"] == "price changed: 36.99 -> 34.90"


def content__a_page_with_two_faces_is_told_once():
    with Daemon() as d, Origin() as o:
        html(o, page("A"))
        add(d, o, "--confirm", "1")
        settled(d, 1)
        for face in "BABABA":
            html(o, page(face))
            look(d)
            wait_until(lambda: versions(d)[0]["text"] == face + "\n", "the current one")
        assert len(changes(d)) == 1 and len(versions(d)) == 2
        html(o, page("C"))
        look(d)
        wait_until(lambda: len(changes(d)) == 2, "a text that is new")


def content__a_return_counts_when_flips_are_off():
    with Daemon() as d, Origin() as o:
        html(o, page("36.99"))
        add(d, o, "--confirm", "1", "--flips", "0s")
        settled(d, 1)
        for n, price in enumerate(("34.90", "36.99"), 1):
            html(o, page(price))
            look(d)
            wait_until(lambda: len(changes(d)) == n, "the change")
        assert "-34.90\n+36.99\n" in d.cli("monitor", "diff", "price").stdout


def content__a_selector_that_vanished_is_named_and_the_text_kept():
    with Daemon() as d, Origin() as o:
        html(o, page("36.99"))
        add(d, o, "--failures", "1")
        settled(d, 1)
        html(o, b"<html><body>new design</body></html>")
        assert look(d) == ("price: down: #price finds nothing on the page any more (HTTP 200, 36 bytes)")
        d.wait_state("price", "down")
        incident = d.get("/v1/incidents?filter[monitor]=price").data[0]
        assert incident["cause"] == "filter_missing"
        assert len(versions(d)) == 1 and not changes(d)
        html(o, page("36.99"))
        look(d)
        assert len(versions(d)) == 1 and not changes(d), "what came back is no change"


def content__another_selector_begins_anew():
    with Daemon() as d, Origin() as o:
        html(o, page("36.99", ["one", "two"]))
        add(d, o, "--confirm", "1")
        settled(d, 1)
        d.cli("monitor", "edit", "price", "--css", "li", check=0)
        look(d)
        settled(d, 2)
        assert not changes(d)
        html(o, page("36.99", ["one", "two", "three"]))
        look(d)
        wait_until(lambda: len(changes(d)) == 1, "the change")
        assert "+three" in d.cli("monitor", "diff", "price").stdout


def content__jq_xpath_attributes_and_whole_pages():
    with Daemon() as d, Origin() as o:
        o.headers = {"Content-Type": "application/json"}
        o.body = b'{"items": [{"sku": "A", "stock": 3}, {"sku": "B", "stock": 0.50}]}'
        add(d, o, selector=("--jq", ".items[] | [.sku, .stock]"))
        settled(d, 1)
        assert versions(d)[0]["text"] == '["A",3]\n["B","0.50"]\n'
        html(o, b'<html><body><a href="/x?a=1&amp;b=2">link</a><p>one</p><p>two</p></body></html>')
        add(d, o, "--attribute", "href", name="link", selector=("--xpath", "//a"))
        add(d, o, name="whole", selector=())
        settled(d, 1, "link")
        settled(d, 1, "whole")
        assert versions(d, "link")[0]["text"] == "/x?a=1&b=2\n"
        assert versions(d, "whole")[0]["text"] == "link\none\ntwo\n"


def content__lines_that_are_ignored_change_nothing():
    with Daemon() as d, Origin() as o:
        html(o, b"<html><body><p>stock 3</p><p>Today is Monday</p></body></html>")
        add(d, o, "--confirm", "1", "--ignore", "^Today", selector=())
        settled(d, 1)
        html(o, b"<html><body><p>stock 3</p><p>Today is Tuesday</p></body></html>")
        look(d)
        assert versions(d)[0]["text"] == "stock 3\n" and not changes(d)


def content__faults_are_told_apart():
    with Daemon() as d, Origin() as o:
        html(o, page("36.99"))
        add(d, o, "--confirm", "1")
        o.status = 502
        assert look(d) == "price: down: HTTP 502 Bad Gateway, expected 200-299"
        o.status = 200
        add(d, o, name="wrong", selector=("--jq", ".price |"))
        assert look(d, "wrong").startswith("wrong: unknown:") and "jq" in look(d, "wrong")
        add(d, o, name="no-json", selector=("--jq", ".price"))
        assert look(d, "no-json").startswith("no-json: down:") and "JSON" in look(d, "no-json")
        o.headers, o.body = {"Content-Type": "application/json"}, b"{}"
        add(d, o, name="bomb", selector=("--jq", "def f: f; f"))
        assert look(d, "bomb").startswith("bomb: unknown: the page was not read:")
        o.headers, o.body = {"Content-Type": "application/json"}, b'{"price": "36.99"}'
        assert look(d, "no-json") == 'no-json: up: "36.99"'


def content__wrong_settings_are_refused_with_a_hint():
    with Daemon() as d:
        for flags, words in ((("--css", "a", "--jq", "."), "not together with"),
                             (("--attribute", "href"), "only elements have one"),
                             (("--ignore", "("), "ignore:"),
                             (("--css", "a >"), "css: CSS selector"),
                             (("--versions", "1"), "versions")):
            out = d.cli("monitor", "add", "http://127.0.0.1:1/", "--type", "content", "--name", "x", *flags)
            assert out.returncode == 65 or out.returncode == 64, out
            assert words in out.stderr and "try:" in out.stderr, out.stderr
        d.cli("monitor", "add", "127.0.0.1:1", "--name", "port", check=0)
        out = d.cli("monitor", "diff", "port")
        assert out.returncode != 0 and "only content checks keep versions" in out.stderr


def content__versions_survive_a_kill_and_are_bounded():
    with Daemon() as d, Origin() as o:
        html(o, page("0"))
        add(d, o, "--confirm", "1", "--versions", "3")
        settled(d, 1)
        for n in range(1, 6):
            html(o, page(str(n)))
            look(d)
            wait_until(lambda: versions(d)[0]["text"] == f"{n}\n", "the version")
        assert [v["text"] for v in versions(d)] == ["5\n", "4\n", "3\n"]
        d.kill()
        d.start()
        look(d)
        assert len(changes(d)) == 5, "the same text again is no change"
        html(o, page("6"))
        look(d)
        wait_until(lambda: len(changes(d)) == 6, "the next change")


def content__escape_sequences_are_shown_never_sent():
    with Daemon() as d, Origin() as o:
        html(o, page("1"))
        add(d, o, "--confirm", "1")
        settled(d, 1)
        html(o, page("\x1b]0;owned\x07\x1b[31m2"))
        look(d)
        wait_until(lambda: changes(d), "the change")
        for out in (d.cli("monitor", "diff", "price").stdout, d.cli("status").stdout, d.cli("event", "list").stdout):
            assert "\x1b" not in out and "\x07" not in out


if __name__ == "__main__":
    main(__import__("__main__"))
