#!/usr/bin/python3
"""The OpenAPI document against the daemon: every route is described, and real answers are what the document says.
make schemathesis tries the same from the outside, with inputs nobody thought of."""
import json
import os
import re
import subprocess
import sys

from lib import ROOT, Daemon, Origin, main, wait_until

sys.path.insert(0, os.path.join(ROOT, "tests", "fakes"))
from shopserver import ShopServer  # noqa: E402

HOUSE = "witnesses: none\nnet:\n  pace: 0s\n  allow_private: [127.0.0.0/8]\n"
SEEN_ONLY_BY = {  # routes whose answers other ways than a GET with nothing else bring about
    "/v1/stream",
}


def strict(schema):
    """The same schema, refusing members that the document does not name."""
    if isinstance(schema, dict):
        out = {k: strict(v) for k, v in schema.items()}
        if isinstance(schema.get("properties"), dict) and "type" in schema and "additionalProperties" not in schema:
            out["additionalProperties"] = False
        return out
    return [strict(v) for v in schema] if isinstance(schema, list) else schema


def validator(document, schema):
    import jsonschema
    whole = dict(strict(schema))
    whole["components"] = strict(document["components"])
    return jsonschema.Draft202012Validator(whole)


def have_jsonschema():
    try:
        import jsonschema
        return hasattr(jsonschema, "Draft202012Validator")
    except ImportError:
        return False


def market(d):
    """A rival that sells what my own shop does, of two brands, one cheaper; a brand of each."""
    with ShopServer({"platform": "shopify", "products": 6, "factor": 90}) as rival, \
            ShopServer({"platform": "woocommerce", "products": 6}) as mine:
        for shop in (rival, mine):
            shop.set({"set": {shop.product(n)["handle"]: {"brand": "ACME" if n < 3 else "BETA"} for n in range(6)}})
        d.cli("add", rival.url, "--rival", "--name", "brightco", check=0)
        d.cli("add", mine.url, "--mine", "--name", "lamps", check=0)
        rival.set({"set": {rival.product(0)["handle"]: {"price_minor": rival.product(0)["price_minor"] - 300}}})
        d.cli("rival", "scan", "brightco", check=0)
        wait_until(lambda: not d.get("/v1/rivals/brightco").data["job"], "the second scan of brightco")
    d.cli("apply", "-f", os.path.join(ROOT, "contrib", "examples", "recipe.yaml"), check=0)
    d.cli("brand", "add", "ACME", "--map", "yes", check=0)
    d.cli("brand", "add", "BETA", check=0)


def house(d, o):
    """A daemon with one of everything that answers differ by."""
    for args in (("add", o.url, "--name", "shop", "--slo", "99.9", "--tag", "shop", "--label", "a=b", "--headers", "A: b"),
                 ("add", "127.0.0.1:1", "--type", "tcp", "--name", "dead", "--failures", "1", "--interval", "1s"),
                 ("add", "--type", "heartbeat", "--name", "nightly", "--period", "1d"),
                 ("add", "--type", "heartbeat", "--name", "weekly", "--cron", "0 3 * * 1", "--depends-on", "shop"),
                 ("add", o.url, "--type", "content", "--css", "#price", "--name", "price", "--confirm", "1",
                  "--interval", "1s"),
                 ("add", "localhost", "--type", "dns", "--name", "name", "--server", "127.0.0.1:1", "--paused", "yes")):
        d.cli("monitor", *args, check=0)
    d.cli("monitor", "add", "--type", "steps", "-f", os.path.join(ROOT, "contrib", "examples", "checkout.yaml"), check=0)
    d.cli("secret", "set", "token", input="x", check=0)
    d.cli("maintenance", "add", "night", "--tag", "shop", "--cron", "30 2 * * *", "--for", "1h", check=0)
    d.cli("maintenance", "add", "now", "--monitor", "shop", "--for", "1h", check=0)
    market(d)
    d.wait_state("dead", "down")
    wait_until(lambda: d.monitor("price")["last"], "a look at the page")
    o.body = o.body.replace(b"9", b"10")
    wait_until(lambda: len(d.get("/v1/monitors/price/versions").data) == 2, "a change of the page")
    d.cli("heartbeat", "ping", "nightly", check=0)
    d.cli("secret", "set", "hook", input="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", check=0)
    d.cli("notifier", "add", "ops", "--type", "webhook", "--url", "http://127.0.0.1:1/hook", "--secret", "secret:hook",
          check=0)
    d.cli("monitor", "add", "--type", "tcp", "127.0.0.1:2", "--name", "away", "--interval", "5s", "--failures", "1", check=0)
    d.cli("subscription", "add", "erp", "--url", "http://127.0.0.1:1/all", "--topic", "monitor", "--secret",
          "secret:hook", check=0)
    d.cli("job", "run", "store-check", "--watch", check=0)
    d.cli("silence", "add", "quiet", "--match", "subject=nobody", "--for", "1h", check=0)
    wait_until(lambda: d.get("/v1/alerts").data, "an alert of what is dead")
    wait_until(lambda: d.get("/v1/deliveries").data, "a message about it")


class Known(dict):
    """Names by the list they are in; of others the list says which there are."""

    def __init__(self, daemon, names):
        super().__init__(names)
        self.daemon = daemon

    def __missing__(self, plural):
        return [row["id"] for row in self.daemon.get(plural).data]


def examples(d):
    """Values for the names in paths and queries."""
    badge = d.request("POST", "/v1/monitors/shop/badge").data
    ping = next(m for m in d.get("/v1/monitors").data if m["name"] == "nightly")["ping_url"]
    return Known(d, {
        "/v1/monitors": ["shop", "dead", "away", "nightly", "weekly", "price", "name", "checkout"],
        "/v1/monitors/{ref}/versions": ["price"], "/v1/monitors/{ref}/diff": ["price"],
        "/v1/monitors/{ref}/pings": ["nightly"],
        "/v1/maintenance": ["night", "now"], "/v1/secrets": ["token"],
        "/v1/incidents": [str(d.get("/v1/incidents").data[0]["number"])],
        "/v1/alerts": [str(d.get("/v1/alerts").data[0]["number"])], "/v1/silences": ["quiet"],
        "/v1/deliveries": [d.get("/v1/deliveries").data[0]["id"]], "/v1/notifiers": ["ops"],
        "/v1/rules": ["monitor-down"], "/v1/subscriptions": ["erp"],
        "/v1/jobs": [d.get("/v1/jobs").data[0]["id"]], "/v1/schedules": ["store-check"],
        "/v1/events": [d.get("/v1/events").data[0]["id"]],
        "key": badge["key"], "ping": ping.rsplit("/", 1)[1]})


def addresses(path, known):
    """Real addresses for a path of the document."""
    if path.startswith("/badge/"):
        base = "/badge/" + known["key"]
        return [base + "/status.svg", base + "/status.json"] if path.count("{") == 2 else \
            [base + "/uptime/24h.svg", base + "/p95/30d.json"]
    if path.startswith("/ping/"):
        return ["/ping/" + known["ping"] + ("/log" if path.count("{") == 2 else "")]
    if path == "/v1/monitors/history":
        return [path + "?monitor=shop"]
    if path in ("/v1/brands/analyze", "/v1/brands/reputation"):
        return [path + "?brand=ACME"]
    if path == "/v1/brands/compare":
        return [path + "?brands=ACME,BETA"]
    if path in ("/v1/competitors/prices", "/v1/competitors/analysis"):
        return [path + "?rival=brightco"]
    if "{" not in path:
        return [path]
    if path == "/v1/products/{ref}/what-if":
        return [path.replace("{ref}", known["/v1/products"][0]) + "?price=34.89"]
    names = known.get(path) or known["/".join(path.split("/")[:3])]
    return [path.replace("{ref}", name) for name in names]


def every_route__is__in_the_document():
    with Daemon() as d:
        paths = d.get("/v1/openapi.json").json["paths"]
    described = {(method.upper(), re.sub(r"\{\w+\}", ":", path)) for path, item in paths.items() for method in item
                 if method != "parameters"}
    sources = subprocess.run(["grep", "-rhoE", r'\{"(GET|POST|PUT|PATCH|DELETE)", "/[^"]*"', os.path.join(ROOT, "daemon")],
                             capture_output=True, text=True).stdout.splitlines()
    assert len(sources) > 30, sources
    for line in sources:
        method, path = re.match(r'\{"(\w+)", "([^"]*)"', line).groups()
        assert (method, re.sub(r":\w+", ":", path)) in described, f"{method} {path} is not in the document"


def every_get__answers__what_the_document_says():
    if not have_jsonschema():
        return print("# no jsonschema for the system's Python")
    with Daemon("--listen", "127.0.0.1:0", config=HOUSE) as d, Origin() as o:
        o.headers, o.body = {"Content-Type": "text/html"}, b"<p id=price>9</p>"
        house(d, o)
        document, known, tried = d.get("/v1/openapi.json").json, examples(d), 0
        for path, item in document["paths"].items():
            if "get" not in item or path in SEEN_ONLY_BY:
                continue
            for address in addresses(path, known):
                reply = d.get(address)
                told = item["get"]["responses"].get(str(reply.status))
                assert told, f"GET {address}: status {reply.status} is not in the document: {reply.body[:200]}"
                kind = reply.headers["Content-Type"].split(";")[0]
                assert kind in told["content"], f"GET {address}: {kind} is not in the document"
                value = reply.json if kind == "application/json" else reply.body.decode()
                faults = list(validator(document, told["content"][kind]["schema"]).iter_errors(value))
                details = [(list(f.absolute_path), f.message[:300]) for fault in faults
                           for f in (fault.context or [fault])]
                assert not faults, f"GET {address}: " + "\n".join(map(str, details[:6]))
                tried += 1
        assert tried > 45, tried


def refusals__are__the_documents_problem():
    if not have_jsonschema():
        return print("# no jsonschema for the system's Python")
    with Daemon() as d:
        document = d.get("/v1/openapi.json").json
        problem = validator(document, {"$ref": "#/components/schemas/Problem"})
        item = {"kind": "monitor", "name": "x", "spec": {"target": 7}}
        for method, path, body, status in (("GET", "/v1/monitors/none", None, 404), ("POST", "/v1/monitors", {}, 422),
                                           ("POST", "/v1/monitors", b"{", 400), ("GET", "/v1/nothing", None, 404),
                                           ("DELETE", "/v1/overview", None, 405),
                                           ("POST", "/v1/batch", {"items": [item]}, 422)):
            reply = d.request(method, path, body)
            assert reply.status == status, (method, path, reply.status, reply.body)
            assert reply.headers["Content-Type"] == "application/problem+json"
            problem.validate(reply.json)


def document__is__an_openapi_document():
    with Daemon() as d:
        document = d.get("/v1/openapi.json").json
        text = json.dumps(document)
    assert document["openapi"] == "3.1.0"
    for ref in set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', text)):
        assert ref in document["components"]["schemas"], ref
    ids = [operation["operationId"] for item in document["paths"].values() for m, operation in item.items()
           if m != "parameters"]
    assert len(ids) == len(set(ids)) and len(ids) > 50
    for path, item in document["paths"].items():
        assert set(re.findall(r"\{(\w+)\}", path)) == {p["name"] for p in item.get("parameters", [])}, path
        for method, operation in item.items():
            if method != "parameters":
                good = [s for s in operation["responses"] if s != "default"]
                assert good and all("content" in operation["responses"][s] for s in good), (method, path)


if __name__ == "__main__":
    main(__import__("__main__"))
