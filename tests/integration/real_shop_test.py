#!/usr/bin/env python3
"""A shop of somebody else's software, not of ours: Vendure, filled by its admin API, found and scanned."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request

from lib import ROOT, Daemon, free_port, main, wait_until

sys.path.insert(0, os.path.join(ROOT, "tests", "fakes"))
from shopserver import ShopServer  # noqa: E402

# contrib/setup puts it there where npm is.
FOLDER = os.environ.get("VENDURE", os.path.join(ROOT, "build", "shops", "vendure"))
CONFIG = "net:\n  pace: 0s\n  budget: 100000\n  allow_private: [127.0.0.0/8]\n"


class Vendure:
    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = None
        self.dir = tempfile.mkdtemp(prefix="vendure-")
        self.process = subprocess.Popen(["node", os.path.join(ROOT, "tests", "fakes", "vendure.js"), str(self.port), FOLDER],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.dir,
                                        env={**os.environ, "VENDURE_DISABLE_TELEMETRY": "true"})

    def __enter__(self):
        try:
            said = []
            for line in self.process.stdout:
                said.append(line)
                if line.startswith("ready"):
                    break
            assert said and said[-1].startswith("ready"), "".join(said)
            self.set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.dir)

    def ask(self, query, **variables):
        """The admin API's answer."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(f"{self.url}/admin-api", json.dumps({"query": query, "variables": variables}).encode(),
                                         headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.token = answer.headers.get("vendure-auth-token") or self.token
            said = json.load(answer)
        assert "errors" not in said, said
        return said["data"]

    def set_up(self):
        """It begins with nothing: no country, no tax, dollars."""
        self.ask('mutation{login(username:"superadmin",password:"superadmin"){__typename}}')
        country = self.ask('mutation{it:createCountry(input:{code:"DE",enabled:true,translations:'
                           '[{languageCode:en,name:"Germany"}]}){id}}')["it"]["id"]
        zone = self.ask('mutation($c:[ID!]){it:createZone(input:{name:"EU",memberIds:$c}){id}}', c=[country])["it"]["id"]
        self.tax = self.ask('mutation{it:createTaxCategory(input:{name:"Standard",isDefault:true}){id}}')["it"]["id"]
        self.ask('mutation($z:ID!,$t:ID!){createTaxRate(input:{name:"VAT",enabled:true,value:19,zoneId:$z,categoryId:$t})'
                 '{id}}', z=zone, t=self.tax)
        self.currency("EUR", zone)

    def currency(self, code, zone="1"):
        said = self.ask('mutation($z:ID!,$c:CurrencyCode!){it:updateChannel(input:{id:"1",pricesIncludeTax:true,'
                        'defaultCurrencyCode:$c,availableCurrencyCodes:[EUR,JPY],defaultTaxZoneId:$z,'
                        'defaultShippingZoneId:$z}){__typename}}', z=zone, c=code)
        assert said["it"]["__typename"] == "Channel", said

    def add(self, name, slug, variants):
        """variants: {SKU: (price, stock, word)}; their ids by SKU."""
        product = self.ask('mutation($n:String!,$s:String!){it:createProduct(input:{enabled:true,translations:'
                           '[{languageCode:en,name:$n,slug:$s,description:""}]}){id}}', n=name, s=slug)["it"]["id"]
        options = [None]
        if len(variants) > 1:
            words = [{"code": f"{slug}-{word}".lower(), "translations": [{"languageCode": "en", "name": word}]}
                     for _, _, word in variants.values()]
            group = self.ask('mutation($c:String!,$o:[CreateGroupOptionInput!]){it:createProductOptionGroup(input:{code:$c,'
                             'translations:[{languageCode:en,name:"Kind"}],options:$o}){id options{id}}}',
                             c=slug, o=words)["it"]
            self.ask('mutation($p:ID!,$g:ID!){addOptionGroupToProduct(productId:$p,optionGroupId:$g){id}}',
                     p=product, g=group["id"])
            options = [o["id"] for o in group["options"]]
        made = self.ask('mutation($i:[CreateProductVariantInput!]!){it:createProductVariants(input:$i){id sku}}', i=[
            {"productId": product, "sku": sku, "optionIds": [option] if option else [], "price": price,
             "trackInventory": "TRUE", "stockOnHand": stock, "taxCategoryId": self.tax,
             "translations": [{"languageCode": "en", "name": f"{name} {word}".strip()}]}
            for (sku, (price, stock, word)), option in zip(variants.items(), options)])["it"]
        return {v["sku"]: v["id"] for v in made}

    def add_many(self, name, n):
        """As many at once: number i costs 10.00 and i cents, every second one is out of stock."""
        made = self.ask("mutation{" + " ".join(
            f'p{i}:createProduct(input:{{enabled:true,translations:[{{languageCode:en,name:"{name} {i}",'
            f'slug:"{name.lower()}-{i}",description:""}}]}}){{id}}' for i in range(n)) + "}")
        self.ask('mutation($i:[CreateProductVariantInput!]!){createProductVariants(input:$i){id}}', i=[
            {"productId": made[f"p{i}"]["id"], "sku": f"{name.upper()}-{i}", "price": 1000 + i, "trackInventory": "TRUE",
             "stockOnHand": i % 2, "taxCategoryId": self.tax,
             "translations": [{"languageCode": "en", "name": f"{name} {i}"}]} for i in range(n)])

    def change(self, variant, **fields):
        self.ask('mutation($i:[UpdateProductVariantInput!]!){updateProductVariants(input:$i){id}}',
                 i=[{"id": variant, **fields}])


def installed():
    if shutil.which("node") and os.path.isdir(os.path.join(FOLDER, "node_modules", "@vendure", "core")):
        return True
    print("# Vendure is not installed (contrib/setup does it where npm is), skipped")
    return False


def listings(d, name):
    return {x["sku"]: x for x in d.get(f"/v1/listings?filter[site]={name}&limit=1000").data}


def events(d, topic):
    return d.get(f"/v1/events?filter[topic]={topic}&limit=1000").data


def add(d, url, name):
    said = json.loads(d.cli("add", url, "--rival", "--name", name, "--every", "12h", "-o", "json", check=0).stdout)
    assert said["scan"]["state"] == "done", said
    return said


def scan(d, name):
    job = d.request("POST", f"/v1/rivals/{name}/scan")
    assert job.status == 201, job.body
    scan_over(d, name)


def scan_over(d, name):
    def over():
        all_of = [j for j in d.get("/v1/jobs?sort=-created_at&limit=100").data if j["name"] == f"scan-{name}"]
        return all_of if all(j["ended_at"] for j in all_of) else None
    wait_until(over, f"the scan of {name} to be over", 60)


def rows(d, sql):
    c = sqlite3.connect(os.path.join(d.data, "store.db"))
    try:
        return c.execute(sql).fetchall()
    finally:
        c.close()


SOLD = {
    ("Kettle Brass 1.5 L", "kettle-brass"): {"KB-15": (4995, 7, "")},
    ('Mug "Café" <blue>', "mug"): {"MUG-S": (1299, 3, "Small"), "MUG-L": (1499, 0, "Large")},
    ("Spoon", "spoon"): {"SP-1": (5, 100, "")},
}


def vendure__is_found__and_each_change_of_it_is_seen():
    if not installed():
        return
    with Vendure() as shop, Daemon(config=CONFIG) as d:
        ids = {}
        for (name, slug), variants in SOLD.items():
            ids.update(shop.add(name, slug, variants))
        shop.add_many("Plate", 99)  # more than one page of its API

        said = add(d, shop.url, "kitchen")
        assert said["rival"]["platform"] == "vendure", said
        found = listings(d, "kitchen")
        wanted = {sku: v for variants in SOLD.values() for sku, v in variants.items()}
        wanted.update({f"PLATE-{n}": (1000 + n, n % 2, "") for n in range(99)})
        assert set(found) == set(wanted), set(found) ^ set(wanted)
        for sku, (price, stock, _) in wanted.items():
            x = found[sku]
            assert (x["price_minor"], x["currency"]) == (price, "EUR"), x
            few = "LimitedAvailability" if stock else "OutOfStock"
            assert x["availability"] == ("InStock" if stock > 2 else few), x

        shop.change(ids["KB-15"], prices=[{"currencyCode": "EUR", "price": 4495}])
        shop.change(ids["MUG-S"], stockOnHand=0)
        scan(d, "kitchen")
        found = listings(d, "kitchen")
        assert found["KB-15"]["price_minor"] == 4495 and found["MUG-S"]["availability"] == "OutOfStock"
        drops, out = events(d, "offer.price_drop"), events(d, "offer.out_of_stock")
        assert [(e["data"]["was_minor"], e["data"]["price_minor"]) for e in drops] == [(4995, 4495)], drops
        assert len(out) == 1 and "Small" in out[0]["name"], out

        # What it says in error is not that everything is gone: it is asked again.
        shop.change(ids["SP-1"], prices=[{"currencyCode": "EUR", "price": 5, "delete": True}])
        assert d.request("POST", "/v1/rivals/kitchen/scan").status == 201
        wait_until(lambda: rows(d, "SELECT 1 FROM job_item WHERE error LIKE '%No price information%'"),
                   "the API's own words", 30)
        shop.change(ids["SP-1"], prices=[{"currencyCode": "EUR", "price": 7}])
        scan_over(d, "kitchen")
        assert not events(d, "listing.gone") and listings(d, "kitchen")["SP-1"]["price_minor"] == 7


def prices__of_minor_and_of_major_units__are_equal_amounts():
    if not installed():
        return
    with Vendure() as minor, ShopServer({"platform": "shopify", "products": 3}) as major, Daemon(config=CONFIG) as d:
        p = major.product(1)
        ids = minor.add(p["title"], "same", {p["sku"]: (p["price_minor"], 5, "")})
        add(d, minor.url, "minor")
        add(d, major.url, "major")
        a, b = listings(d, "minor")[p["sku"]], listings(d, "major")[p["sku"]]
        assert (a["price_minor"], a["currency"]) == (b["price_minor"], b["currency"]) == (p["price_minor"], "EUR"), (a, b)

        # Yen have no smaller unit; Vendure writes hundredths of them all the same.
        minor.change(ids[p["sku"]], prices=[{"currencyCode": "EUR", "price": p["price_minor"]},
                                            {"currencyCode": "JPY", "price": 820000}])
        minor.currency("JPY")
        scan(d, "minor")
        a = listings(d, "minor")[p["sku"]]
        assert (a["price_minor"], a["currency"]) == (8200, "JPY"), a


if __name__ == "__main__":
    main(sys.modules[__name__])
