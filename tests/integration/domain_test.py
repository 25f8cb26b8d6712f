#!/usr/bin/env python3
"""Registrations of domains: a registry of our own that speaks RDAP, and a list that leads to it."""
import datetime
import http.server
import json
import threading

from lib import Daemon, free_port, main, wait_until


def day(offset):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=offset, hours=1)).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


def domain(name, **changes):
    """What a registry says about a domain that is all right."""
    facts = {
        "objectClassName": "domain", "ldhName": name.upper(), "rdapConformance": ["rdap_level_0"],
        "status": ["client transfer prohibited", "active"],
        "events": [{"eventAction": "registration", "eventDate": "2019-03-01T10:00:00Z"},
                   {"eventAction": "expiration", "eventDate": day(211)},
                   {"eventAction": "last update of RDAP database", "eventDate": day(0)}],
        "nameservers": [{"objectClassName": "nameserver", "ldhName": "NS2.host.example"},
                        {"objectClassName": "nameserver", "ldhName": "ns1.host.example."}],
        "entities": [{"objectClassName": "entity", "handle": "9999", "roles": ["registrar"],
                      "publicIds": [{"type": "IANA Registrar ID", "identifier": "9999"}],
                      "vcardArray": ["vcard", [["version", {}, "text", "4.0"],
                                               ["fn", {}, "text", "Green Names GmbH"]]]}],
        "secureDNS": {"delegationSigned": False},
    }
    facts.update(changes)
    return facts


def expires(offset):
    return [{"eventAction": "expiration", "eventDate": day(offset)}]


class Registry:
    """Answers by path; a value is (status, headers, body) or JSON."""

    def __init__(self):
        registry = self
        self.answers, self.asked, self.at_once, self.most = {}, [], 0, 0
        self.gate = None
        self.lock = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                with registry.lock:
                    registry.asked.append((self.path, dict(self.headers)))
                    registry.at_once += 1
                    registry.most = max(registry.most, registry.at_once)
                if registry.gate:
                    registry.gate.wait(20)
                answer = registry.answers.get(self.path, (404, {}, b'{"errorCode": 404}'))
                if callable(answer):
                    answer = answer(self.headers)
                status, headers, body = answer if isinstance(answer, tuple) else (200, {}, json.dumps(answer).encode())
                with registry.lock:
                    registry.at_once -= 1
                self.send_response(status)
                for k, v in headers.items():
                    self.send_header(k, v)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        http.server.ThreadingHTTPServer.daemon_threads = True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # the daemon ends while it is answered
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def paths(self):
        with self.lock:
            return [path for path, _ in self.asked]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.gate:
            self.gate.set()
        self.server.shutdown()
        self.server.server_close()


QUICK = ["--timeout", "5s", "--failures", "1", "--recoveries", "1"]


def add(d, name, registry, *more, check=0):
    label = name.encode("idna").decode().replace(".", "-")
    server = ["--server", registry.url] if registry else []
    d.cli("monitor", "add", "domain://" + name, "--name", label, "--paused", "true", *server, *QUICK, *more, check=check)
    d.cli("monitor", "resume", label, check=check)
    d.cli("monitor", "check", label)
    return d.monitor(label)


def domain__that_is_registered__is_up_with_its_facts():
    with Registry() as r, Daemon() as d:
        r.answers["/domain/shop.example"] = domain("shop.example")
        m = add(d, "shop.example", r)
        assert m["state"] == "up" and m["type"] == "domain", m
        assert m["last"]["message"] == f"registered until {day(211)[:10]}, 211 days, at Green Names GmbH", m["last"]
        d.cli("monitor", "check", "shop-example", check=0)
        assert "/domain/shop.example" in r.paths()
        assert r.asked[0][1]["Accept"].startswith("application/rdap+json")


def domain__in_trouble__says_which_and_what_to_do():
    cases = [  # name, answer, fields, state, words
        ("gone.example", None, [], "down", "gone.example is not registered, says 127.0.0.1; anyone can take it: register it"),
        ("a.shop.example", None, [], "down", "of a subdomain, watch the registered name: shop.example"),
        ("over.example", {"events": expires(-2)}, [], "down",
         f"over.example ended on {day(-2)[:10]}; renew it at Green Names GmbH at once"),
        ("soon.example", {"events": expires(19)}, [], "degraded",
         f"soon.example ends in 19 days, on {day(19)[:10]}; renew it at Green Names GmbH"),
        ("later.example", {"events": expires(50)}, ["--domain-days", "60"], "degraded", "later.example ends in 50 days"),
        ("calm.example", {"events": expires(5)}, ["--domain-days", "0"], "up", "registered until"),
        ("deleted.example", {"status": ["pendingDelete", "serverHold"]}, [], "down", "cannot be renewed; then anyone can take it"),
        ("redeem.example", {"status": ["redemption period"], "events": expires(-40)}, [], "down",
         "the registrar can still restore it, for a fee"),
        ("held.example", {"status": ["client hold"]}, [], "down", "out of the DNS by the registrar (client hold)"),
        ("law.example", {"status": ["server hold"]}, [], "down", "out of the DNS by the registry (server hold); ask the registrar"),
        ("moving.example", {"status": ["pending transfer"]}, [], "degraded", "if that is not you, object now"),
        ("bare.example", {"status": ["inactive"], "nameservers": []}, [], "degraded", "it has no name servers"),
        ("mine.example", {}, ["--registrar", "green names"], "up", "registered until"),
        ("number.example", {}, ["--registrar", "9999"], "up", "registered until"),
        ("theirs.example", {}, ["--registrar", "Blue Names"], "degraded",
         'its registrar is "Green Names GmbH", expected "Blue Names"; who transferred it?'),
        ("same.example", {}, ["--expect-nameservers", "ns1.host.example", "--expect-nameservers", "NS2.host.example."], "up", ""),
        ("stolen.example", {}, ["--expect-nameservers", "ns1.host.example"], "down",
         "stolen.example is delegated to ns2.host.example, which is not expected; who changed it?"),
        ("less.example", {"nameservers": [{"ldhName": "ns1.host.example"}]},
         ["--expect-nameservers", "ns1.host.example", "--expect-nameservers", "ns2.host.example"], "down",
         "less.example is no longer delegated to ns2.host.example; put it back"),
        ("silent.example", {"events": []}, [], "unknown", "does not tell when it ends; watch its date at the registrar"),
        ("www.front.example", {}, [], "up", "registered until"),
    ]
    with Registry() as r, Daemon() as d:
        for name, changes, fields, state, words in cases:
            bare = name.removeprefix("www.")
            if changes is not None:
                r.answers["/domain/" + bare] = domain(bare, **changes)
            m = add(d, name, r, *fields)
            assert m["state"] == state and words in m["last"]["message"], (name, m["state"], m["last"], m.get("reason"))


def end__near__needs_a_person__also_while_the_registry_is_silent():
    with Registry() as r, Daemon() as d:
        r.answers["/domain/soon.example"] = domain("soon.example", events=expires(19))
        r.answers["/domain/fine.example"] = domain("fine.example")
        ends = add(d, "soon.example", r)["ends_at"]
        assert ends.startswith(day(19)[:10]), ends
        assert add(d, "fine.example", r)["ends_at"].startswith(day(211)[:10])

        def lines():
            return [(a["level"], a["name"], a["text"]) for a in d.get("/v1/overview").data["attention"]]
        about = f"soon.example ends in 19 days, on {day(19)[:10]}; renew it at Green Names GmbH"
        assert lines() == [("DOMAIN", "soon-example", about)], lines()
        r.answers["/domain/soon.example"] = (500, {}, b"")
        for _ in range(4):
            d.cli("monitor", "check", "soon-example")
        d.wait_state("soon-example", "unknown")
        assert ("DOMAIN", "soon-example", "its registration ends in 19 days") in lines(), lines()
        metrics = d.get("/metrics").body.decode()
        assert 'sellersmart_domain_expiry_timestamp_seconds{monitor="soon-example"}' in metrics
        assert "tls_earliest_expiry_timestamp_seconds{monitor=" not in metrics


def incident__shows_that_registrar_and_name_servers_changed():
    with Registry() as r, Daemon() as d:
        r.answers["/domain/shop.example"] = domain("shop.example")
        fields = ["--expect-nameservers", "ns1.host.example", "--expect-nameservers", "ns2.host.example"]
        assert add(d, "shop.example", r, *fields)["state"] == "up"
        r.answers["/domain/shop.example"] = domain(
            "shop.example", nameservers=[{"ldhName": "ns.thief.example"}],
            entities=[{"roles": ["registrar"], "handle": "THIEF-1"}])
        d.cli("monitor", "check", "shop-example")
        d.wait_state("shop-example", "down")
        incident = wait_until(lambda: d.get("/v1/incidents").data, "an incident")[0]
        text = json.dumps(d.get(f"/v1/incidents/{incident['id']}").data)
        for before, after in (("ns1.host.example, ns2.host.example", "ns.thief.example"), ("Green Names GmbH", "THIEF-1")):
            assert f'"from": "{before}", "to": "{after}"' in text, text


def registry__in_trouble__says_nothing_about_the_domain():
    cases = [
        ("busy.example", (429, {"Retry-After": "120"}, b""), "127.0.0.1 wants fewer questions: it is asked again in 2m"),
        ("ill.example", (503, {}, b"x"), "HTTP 503, expected 200; the registry has trouble of its own"),
        ("closed.example", (403, {}, b"x"), "HTTP 403, expected 200; it does not answer this machine"),
        ("page.example", (404, {}, b"\n<!doctype html><p>where?"), "is the address of the RDAP server right?"),
        ("html.example", (200, {}, b"<p>hello"), "not RDAP from 127.0.0.1"),
        ("big.example", (200, {}, b'{"a":"' + b"x" * 300000 + b'"}'), "larger than 256 kB"),
        ("other.example", (200, {}, json.dumps(domain("stranger.example")).encode()),
         "the answer is about another name, STRANGER.EXAMPLE"),
        ("host.example", (200, {}, b'{"objectClassName":"nameserver"}'), 'is about a "nameserver", not a domain'),
        ("circle.example", (302, {"Location": "/domain/circle.example"}, b""), "redirects run in a circle"),
    ]
    for name, answer, words in cases[:1]:  # it wants to be left alone: a registry of its own
        with Registry() as r, Daemon() as d:
            r.answers["/domain/" + name] = answer
            m = add(d, name, r)
            assert m["state"] == "unknown" and words in m["last"]["message"], (name, m["state"], m["last"])
            before = len(r.paths())
            r.answers["/domain/" + name] = domain(name)
            d.cli("monitor", "check", "busy-example")
            m = add(d, "second.example", r)
            assert m["state"] == "unknown" and "wants fewer questions" in m["last"]["message"], m["last"]
            assert len(r.paths()) == before, r.paths()
    with Registry() as r, Daemon() as d:
        for name, answer, words in cases[1:]:
            r.answers["/domain/" + name] = answer
            m = add(d, name, r)
            assert m["state"] == "unknown" and words in m["last"]["message"], (name, m["state"], m["last"])
        r.answers["/domain/moved.example"] = (302, {"Location": "/elsewhere/domain/moved.example"}, b"")
        r.answers["/elsewhere/domain/moved.example"] = domain("moved.example")
        assert add(d, "moved.example", r)["state"] == "up"

        class Nobody:
            url = f"http://127.0.0.1:{free_port()}/"
        m = add(d, "nobody.example", Nobody)
        assert m["state"] == "unknown" and "no answer from 127.0.0.1" in m["last"]["message"], m["last"]


def name__in_another_script__is_asked_for_as_the_registry_knows_it():
    with Registry() as r, Daemon() as d:
        r.answers["/domain/xn--bcher-kva.example"] = domain("xn--bcher-kva.example", unicodeName="bücher.example")
        m = add(d, "bücher.example", r)
        assert m["state"] == "up", m["last"]


def bootstrap(registry, *suffixes):
    return json.dumps({"version": "1.0", "services": [[["other"], ["https://rdap.other.example/"]],
                                                      [list(suffixes), [registry.url]]]}).encode()


def list__is_fetched_once__kept_and_only_asked_whether_it_changed():
    with Registry() as r:
        r.answers["/dns.json"] = (200, {"ETag": '"v1"'}, bootstrap(r, "example"))
        for i in range(12):
            r.answers[f"/domain/d{i}.example"] = domain(f"d{i}.example")
        with Daemon(config=f"rdap_bootstrap: {r.url}dns.json\n") as d:
            for i in range(12):
                d.cli("monitor", "add", f"domain://d{i}.example", "--name", f"d{i}", *QUICK, check=0)
            for i in range(12):
                d.wait_state(f"d{i}", "up", 30)
            assert r.paths().count("/dns.json") == 1, r.paths()
            assert r.most == 1, r.most  # one question at a time
            m = add(d, "shop.unlisted", None)
            assert m["state"] == "unknown" and "registry of .unlisted is in no list" in m["last"]["message"], m["last"]
            d.stop()
            d.start()  # and it is still there after a restart
            d.cli("monitor", "check", "d3", check=0)
            assert r.paths().count("/dns.json") == 1, r.paths()


def list__that_cannot_be_had__is_unknown_and_not_asked_for_all_the_time():
    with Registry() as r:
        r.answers["/dns.json"] = (500, {}, b"")
        with Daemon(config=f"rdap_bootstrap: {r.url}dns.json\n") as d:
            m = add(d, "shop.example", None)
            assert m["state"] == "unknown", m
            assert m["last"]["message"] == ("the list of RDAP servers cannot be had: HTTP 500, expected 200; "
                                            "set server to do without"), m["last"]
            d.cli("monitor", "check", "shop-example")
            d.cli("monitor", "check", "shop-example")
            assert r.paths() == ["/dns.json"], r.paths()


def daemon__ends_at_once__while_a_registry_is_slow():
    with Registry() as r:
        r.gate = threading.Event()
        r.answers["/dns.json"] = (200, {}, bootstrap(r, "example"))
        with Daemon(config=f"rdap_bootstrap: {r.url}dns.json\n") as d:
            for i in range(5):
                d.cli("monitor", "add", f"domain://d{i}.example", "--server", r.url, "--name", f"d{i}", *QUICK, check=0)
            d.cli("monitor", "add", "domain://e.example", "--name", "e", *QUICK, check=0)
            wait_until(lambda: len(r.paths()) >= 2, "both to be asked")
            assert d.stop() < 5
            r.gate.set()


if __name__ == "__main__":
    import sys
    main(sys.modules[__name__])
