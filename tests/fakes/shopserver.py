#!/usr/bin/env python3
"""A whole shop: hundreds or tens of thousands of products from a seed, as one of the platforms that shops
are made with. A test changes it while it runs, by methods or over HTTP, and asks who asked for what.

As a class:    with ShopServer({"platform": "shopify", "products": 60}) as shop: shop.url, shop.set({...})
As a program:  shopserver.py [--port N] [--spec FILE|-] [--platform P] [--products N] [--currency C] [--seed N]

A shop is described by a dict (all of it optional):
  platform   "shopify" (products.json, HANDLE.js, meta.json, product pages), "woocommerce" (Store API, product
             pages), "pages" (product pages and a sitemap), "links" (product pages, no sitemap), "feed"
             (/feed.xml, /feed.tsv and product pages)
  markup     of product pages: "jsonld" (default), "microdata", "opengraph", "none"
  sitemap    of "pages": "plain" (default), "gzip", "index", "index-gzip"; in_robots: robots.txt names it
  name, currency, seed, products (a number), per_category
  gtin_seed  shops of one gtin_seed sell the same products: same GTIN, brand, MPN, title
  factor     prices times that, percent
  etag       answers have one, and 304
  robots     text of robots.txt; None: 404.  filler: bytes of words on each product page
  delay      {path: seconds}, status {path: {"status", "retry_after", "times", "body"}}; a path that ends in *
             is a beginning; captcha: every page is a wall
  set        {handle: {"price_minor", "list_minor", "stock", "title", "rating", "image", ...}}
  remove     [handle], add [{"handle", "title", "price_minor", ...}]

POST /_set with any of the above changes them (set, delay and status are merged; None takes a key away),
GET /_counts says what was asked: {"total", "paths", "statuses", "connections", "at_once", "log"};
POST /_reset forgets it."""
import argparse
import gzip
import hashlib
import html
import http.server
import json
import random
import sys
import threading
import time
import urllib.parse
from xml.sax.saxutils import escape

BRANDS = ("ACME", "Beta Light", "Corvo", "Dunlin & Sons", "Éclat", "Fjord", "Gleam", "Hollow Oak", "Iris", "Jorvik")
KINDS = ("desk lamp", "floor lamp", "lantern", "wall light", "string lights", "torch", "bulb", "shade", "dimmer",
         "spotlight", "candle holder", "work light")
LOOKS = ("brass", "black", "white", "oak", "copper", "steel", "smoked glass", "linen", "red", "green")
AVAILABILITY = {"in_stock": "InStock", "out_of_stock": "OutOfStock", "preorder": "PreOrder"}
LOG_MAX = 20000


def gtin13(number):
    digits = f"40{number % 10 ** 10:010d}"
    total = sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(digits))
    return digits + str(-total % 10)


def money(minor):
    return f"{minor // 100}.{minor % 100:02d}"


class Shop:
    """What is sold. Nothing is kept of a product that nobody changed: number i is made when it is asked for."""

    def __init__(self, spec):
        self.spec = {"platform": "pages", "markup": "jsonld", "sitemap": "plain", "in_robots": True, "name": "Lamps",
                     "currency": "EUR", "seed": 1, "gtin_seed": 1, "products": 60, "per_category": 50, "factor": 100,
                     "etag": True, "robots": "User-agent: *\nAllow: /\n", "filler": 600, "captcha": False,
                     "delay": {}, "status": {}, "set": {}}
        self.removed, self.added, self.lock, self.listed = set(), {}, threading.Lock(), None
        self.change(spec)

    def change(self, change):
        change = dict(change)
        with self.lock:
            self.listed = None
            for handle in change.pop("remove", ()):
                self.removed.add(handle)
                self.added.pop(handle, None)
            for p in change.pop("add", ()):
                self.removed.discard(p["handle"])
                if self.number(p["handle"]) is None:
                    self.added[p["handle"]] = p
            for key in ("set", "delay", "status"):
                for k, v in (change.pop(key, None) or {}).items():
                    if v is None:
                        self.spec[key].pop(k, None)
                    elif key == "set":
                        self.spec[key].setdefault(k, {}).update(v)
                    else:
                        self.spec[key][k] = v
            self.spec.update(change)

    def number(self, handle):
        i = handle.rsplit("-", 1)[-1]
        if not i.isdigit() or int(i) >= self.spec["products"] or self.base(int(i))["handle"] != handle:
            return None
        return int(i)

    def base(self, i):
        r = random.Random(self.spec["gtin_seed"] * 1000003 + i)
        brand, kind, look = r.choice(BRANDS), r.choice(KINDS), r.choice(LOOKS)
        price = (r.randrange(500, 20000) // 10 * 10 + 9) * self.spec["factor"] // 100
        own = random.Random(self.spec["seed"] * 7919 + i)
        return {"n": i, "handle": f"{look.replace(' ', '-')}-{kind.replace(' ', '-')}-{i}",
                "title": f"{brand} {look} {kind} {i}", "brand": brand, "gtin": gtin13(self.spec["gtin_seed"] * 10 ** 6 + i),
                "mpn": f"{brand[:3].upper()}-{1000 + i}", "sku": f"S{self.spec['seed']}-{i}", "price_minor": price,
                "list_minor": None, "stock": "out_of_stock" if own.random() < 0.05 else "in_stock",
                "rating": round(3 + 2 * own.random(), 1), "reviews": own.randrange(1, 400), "category": kind,
                "image": f"/images/{i}.jpg", "shipping_minor": None}

    def product(self, i):
        p = self.base(i)
        p.update(self.spec["set"].get(p["handle"], {}))
        return p

    def by_handle(self, handle):
        if handle in self.removed:
            return None
        if handle in self.added:
            p = {"n": 10 ** 6 + int(hashlib.sha256(handle.encode()).hexdigest()[:6], 16), "brand": "ACME", "mpn": handle.upper(),
                 "gtin": "", "sku": handle.upper(), "list_minor": None, "stock": "in_stock", "rating": None, "reviews": 0,
                 "category": "lamp", "image": "/images/x.jpg", "shipping_minor": None, "title": handle}
            p.update(self.added[handle])
            p.update(self.spec["set"].get(handle, {}))
            return p
        i = self.number(handle)
        return None if i is None else self.product(i)

    def handles(self, start=0, end=None):
        """Those of numbers start to end, in order, and at the end those that were added."""
        n = self.spec["products"]
        for i in range(start, n if end is None else min(end, n)):
            h = self.base(i)["handle"]
            if h not in self.removed:
                yield h
        if end is None or end >= n:
            yield from list(self.added)

    def cut(self, page, per_page):
        """Handles of a page, as platforms count: by products that are there."""
        first, end = (page - 1) * per_page, page * per_page
        with self.lock:
            if not self.removed and not self.added:
                return list(self.handles(first, min(end, self.spec["products"])))
            if self.listed is None:
                self.listed = list(self.handles())
            return self.listed[first:end]

    def page(self, page, per_page):
        return [p for p in map(self.by_handle, self.cut(page, per_page)) if p]

    def total(self):
        n = self.spec["products"]
        return n - sum(1 for h in self.removed if self.number(h) is not None) + len(self.added)


# ---- what platforms answer

def shopify_product(p, url):
    price = {"id": p["n"] * 10 + 1, "title": "Default Title", "option1": "Default Title", "sku": p["sku"],
             "requires_shipping": True, "taxable": True, "available": p["stock"] == "in_stock", "price": money(p["price_minor"]),
             "grams": 900, "compare_at_price": money(p["list_minor"]) if p["list_minor"] else None, "position": 1,
             "product_id": p["n"] + 1, "barcode": p["gtin"]}
    return {"id": p["n"] + 1, "title": p["title"], "handle": p["handle"], "body_html": f"<p>{html.escape(p['title'])}</p>",
            "published_at": "2026-01-05T10:00:00+01:00", "created_at": "2026-01-05T10:00:00+01:00",
            "updated_at": "2026-01-05T10:00:00+01:00", "vendor": p["brand"], "product_type": p["category"], "tags": ["light"],
            "variants": p.get("variants") or [price], "images": [{"id": p["n"], "src": url + p["image"].lstrip("/")}],
            "options": [{"name": "Title", "position": 1, "values": ["Default Title"]}]}


def shopify_js(p, url):
    return {"id": p["n"] + 1, "title": p["title"], "handle": p["handle"], "description": "", "vendor": p["brand"],
            "type": p["category"], "tags": [], "price": p["price_minor"], "price_min": p["price_minor"],
            "price_max": p["price_minor"], "available": p["stock"] == "in_stock", "compare_at_price": p["list_minor"],
            "variants": [{"id": p["n"] * 10 + 1, "title": "Default Title", "sku": p["sku"],
                          "available": p["stock"] == "in_stock", "name": p["title"], "price": p["price_minor"],
                          "compare_at_price": p["list_minor"], "barcode": p["gtin"]}],
            "images": [p["image"]], "featured_image": p["image"], "url": f"/products/{p['handle']}"}


def woo_product(p, url, currency):
    price = str(p["price_minor"])
    return {"id": p["n"] + 1, "name": p["title"], "slug": p["handle"], "parent": 0, "type": "simple",
            "permalink": f"{url}product/{p['handle']}/", "sku": p["sku"], "global_unique_id": p["gtin"], "on_sale": bool(p["list_minor"]),
            "prices": {"price": price, "regular_price": str(p["list_minor"] or p["price_minor"]), "sale_price": price,
                       "price_range": None, "currency_code": currency, "currency_symbol": currency, "currency_minor_unit": 2,
                       "currency_decimal_separator": ".", "currency_thousand_separator": ","},
            "average_rating": str(p["rating"] or 0), "review_count": p["reviews"],
            "images": [{"id": p["n"], "src": url + p["image"].lstrip("/")}], "categories": [{"id": 1, "name": p["category"]}],
            "brands": [{"id": 1, "name": p["brand"]}], "is_purchasable": True, "is_in_stock": p["stock"] == "in_stock",
            "is_on_backorder": False}


def json_ld(p, url, currency):
    offer = {"@type": "Offer", "price": money(p["price_minor"]), "priceCurrency": currency, "url": url,
             "availability": "https://schema.org/" + AVAILABILITY[p["stock"]], "itemCondition": "https://schema.org/NewCondition"}
    if p["shipping_minor"] is not None:
        offer["shippingDetails"] = {"@type": "OfferShippingDetails", "shippingRate": {
            "@type": "MonetaryAmount", "value": money(p["shipping_minor"]), "currency": currency}}
    if p.get("seller"):
        offer["seller"] = {"@type": "Organization", "name": p["seller"]}
    if p.get("offers"):
        offer = [dict(offer, price=money(o["price_minor"]), seller={"@type": "Organization", "name": o["seller"]})
                 for o in p["offers"]]
    o = {"@context": "https://schema.org", "@type": "Product", "name": p["title"], "sku": p["sku"], "mpn": p["mpn"],
         "brand": {"@type": "Brand", "name": p["brand"]}, "image": p["image"], "category": p["category"], "url": url, "offers": offer}
    if p["gtin"]:
        o["gtin13"] = p["gtin"]
    if p["rating"]:
        o["aggregateRating"] = {"@type": "AggregateRating", "ratingValue": p["rating"], "reviewCount": p["reviews"]}
    if p.get("review"):
        o["review"] = [{"@type": "Review", "author": {"@type": "Person", "name": r["author"]}, "datePublished": r["date"],
                        "reviewBody": r["text"], "reviewRating": {"@type": "Rating", "ratingValue": r["rating"]}}
                       for r in p["review"]]
    return f'<script type="application/ld+json">{json.dumps(o)}</script>'


def product_page(p, url, spec):
    title, currency = html.escape(p["title"]), spec["currency"]
    head, body = "", f'<h1>{title}</h1><span class="price" data-price="{money(p["price_minor"])}">{money(p["price_minor"])} {currency}</span>'
    if spec["markup"] == "jsonld":
        head = json_ld(p, url, currency)
    elif spec["markup"] == "opengraph":
        head = "".join(f'<meta property="{k}" content="{html.escape(str(v))}">' for k, v in (
            ("og:type", "product"), ("og:title", p["title"]), ("og:url", url), ("product:price:amount", money(p["price_minor"])),
            ("product:price:currency", currency), ("product:brand", p["brand"]), ("product:retailer_item_id", p["sku"]),
            ("product:availability", p["stock"].replace("_", " "))))
    elif spec["markup"] == "microdata":
        body = (f'<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">{title}</h1>'
                f'<meta itemprop="sku" content="{p["sku"]}"><meta itemprop="gtin13" content="{p["gtin"]}">'
                f'<span itemprop="brand">{html.escape(p["brand"])}</span><div itemprop="offers" itemscope '
                f'itemtype="https://schema.org/Offer"><meta itemprop="priceCurrency" content="{currency}">'
                f'<span itemprop="price" content="{money(p["price_minor"])}">{money(p["price_minor"])}</span>'
                f'<link itemprop="availability" href="https://schema.org/{AVAILABILITY[p["stock"]]}"></div></div>')
    words = random.Random(p["n"])
    filler = " ".join(words.choice(LOOKS + KINDS) for _ in range(spec["filler"] // 8))
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} - {html.escape(spec["name"])}</title>{head}'
            f'</head><body><nav><a href="/">Home</a> <a href="/cart">Cart</a></nav>{body}<p>{filler}</p></body></html>')


def feed_rss(products, url, spec):
    yield (f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
           f'<title>{escape(spec["name"])}</title><link>{url}</link><description>all</description>\n')
    for p in products:
        sale = f'<g:sale_price>{money(p["price_minor"])} {spec["currency"]}</g:sale_price>' if p["list_minor"] else ""
        yield (f'<item><g:id>{p["sku"]}</g:id><g:title>{escape(p["title"])}</g:title><g:link>{url}p/{p["handle"]}</g:link>'
               f'<g:image_link>{url}{p["image"].lstrip("/")}</g:image_link><g:price>{money(p["list_minor"] or p["price_minor"])} '
               f'{spec["currency"]}</g:price>{sale}<g:availability>{p["stock"]}</g:availability><g:condition>new</g:condition>'
               f'<g:brand>{escape(p["brand"])}</g:brand><g:gtin>{p["gtin"]}</g:gtin><g:mpn>{p["mpn"]}</g:mpn>'
               f'<g:product_type>{p["category"]}</g:product_type></item>\n')
    yield "</channel></rss>\n"


def feed_tsv(products, url, spec):
    yield "id\ttitle\tlink\timage_link\tprice\tsale_price\tavailability\tcondition\tbrand\tgtin\tmpn\tproduct_type\n"
    for p in products:
        yield "\t".join((p["sku"], p["title"], f'{url}p/{p["handle"]}', url + p["image"].lstrip("/"),
                         f'{money(p["list_minor"] or p["price_minor"])} {spec["currency"]}',
                         f'{money(p["price_minor"])} {spec["currency"]}' if p["list_minor"] else "", p["stock"].replace("_", " "),
                         "new", p["brand"], p["gtin"], p["mpn"], p["category"])) + "\n"


def sitemap(locs):
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    for loc in locs:
        yield f"<url><loc>{escape(loc)}</loc><lastmod>2026-11-01</lastmod></url>\n"
    yield "</urlset>\n"


def sitemap_index(locs):
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    for loc in locs:
        yield f"<sitemap><loc>{escape(loc)}</loc></sitemap>\n"
    yield "</sitemapindex>\n"


SITEMAP_PART = 1000  # addresses in each part of an index


class ShopServer:
    def __init__(self, spec=None, port=0, context=None, host="127.0.0.1"):
        server = self
        self.shop = Shop(spec or {})
        self.lock = threading.Lock()
        self.reset()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16

            def log_message(self, *_):
                pass

            def setup(self):
                super().setup()
                with server.lock:
                    server.connections += 1
                    server.open += 1
                    server.open_most = max(server.open_most, server.open)

            def finish(self):
                with server.lock:
                    server.open -= 1
                try:
                    super().finish()
                except OSError:
                    pass

            def handle(self):
                try:
                    super().handle()
                except OSError:
                    pass

            def do_GET(self):
                server.answer(self)

            do_HEAD = do_POST = do_GET

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self.server = Server((host, port), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"http{'s' if context else ''}://{host}:{self.port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- control

    def set(self, change):
        self.shop.change(change)

    def reset(self):
        with self.lock:
            self.paths, self.statuses, self.log = {}, {}, []
            self.connections, self.now, self.at_once, self.total = 0, 0, 0, 0
            self.open = getattr(self, "open", 0)
            self.open_most = self.open

    def counts(self):
        """at_once: requests that were answered at the same time at most; open_most: connections."""
        with self.lock:
            return {"total": self.total, "paths": dict(self.paths), "statuses": dict(self.statuses),
                    "connections": self.connections, "open_most": self.open_most, "at_once": self.at_once,
                    "log": list(self.log)}

    def product(self, n):
        return self.shop.product(n)

    def product_requests(self):
        """How often addresses of products were asked for, by path."""
        return {p: n for p, n in self.counts()["paths"].items() if p.startswith(("/p/", "/product/", "/products/"))}

    # ---- answers

    def answer(self, h):
        split = urllib.parse.urlsplit(h.path)
        if split.path in ("/_set", "/_counts", "/_reset"):
            return self.control(h, split.path)
        with self.lock:
            self.total += 1
            self.now += 1
            self.at_once = max(self.at_once, self.now)
            self.paths[h.path] = self.paths.get(h.path, 0) + 1
            if len(self.log) < LOG_MAX:
                self.log.append({"at": time.time(), "method": h.command, "path": h.path, "agent": h.headers.get("User-Agent", "")})
        try:
            self.page(h, split)
        finally:
            with self.lock:
                self.now -= 1

    def control(self, h, path):
        body = h.rfile.read(int(h.headers.get("Content-Length") or 0))
        if path == "/_set":
            self.set(json.loads(body))
        elif path == "/_reset":
            self.reset()
        data = json.dumps(self.counts() if path == "/_counts" else {}).encode()
        h.send_response(200)
        h.send_header("Content-Type", "application/json")
        h.send_header("Content-Length", str(len(data)))
        h.end_headers()
        h.wfile.write(data)

    @staticmethod
    def setting(table, path):
        if path in table:
            return path
        best = [k for k in table if k.endswith("*") and path.startswith(k[:-1])]
        return max(best, key=len) if best else None

    def page(self, h, split):
        spec = self.shop.spec
        delay = self.setting(spec["delay"], split.path)
        if delay is not None:
            time.sleep(spec["delay"][delay])
        with self.shop.lock:
            key = self.setting(spec["status"], split.path)
            fault = spec["status"].get(key)
            if fault and "times" in fault:
                fault["times"] -= 1
                if fault["times"] <= 0:
                    del spec["status"][key]
        if fault:
            headers = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
            return self.send(h, fault["status"], fault.get("body", f"status {fault['status']}"), **headers)
        if split.path == "/robots.txt":
            return self.robots(h)
        if spec["captcha"]:
            return self.send(h, 200, "<html><title>Robot Check</title><body>Are you a robot? <div class=g-recaptcha></div></body></html>")
        self.route(h, split.path, urllib.parse.parse_qs(split.query))

    def robots(self, h):
        spec = self.shop.spec
        if spec["robots"] is None:
            return self.send(h, 404, "not here", "text/plain")
        text = spec["robots"]
        if spec["platform"] == "pages" and spec["sitemap"] and spec["in_robots"]:
            text += f"\nSitemap: {self.url}{'sitemap_index.xml' if spec['sitemap'].startswith('index') else self.sitemap_name()}\n"
        return self.send(h, 200, text, "text/plain; charset=utf-8")

    def sitemap_name(self):
        return "sitemap.xml.gz" if self.shop.spec["sitemap"].endswith("gzip") else "sitemap.xml"

    def route(self, h, path, query):
        shop, spec = self.shop, self.shop.spec
        platform = spec["platform"]

        def number(key, default, most):
            try:
                return max(1, min(int(query[key][0]), most))
            except (KeyError, ValueError):
                return default

        if path == "/":
            return self.send(h, 200, self.front())
        for prefix in ("/products/", "/product/", "/p/"):
            if path.startswith(prefix):
                return self.product_answer(h, path[len(prefix):].rstrip("/"), platform)
        if path.startswith("/c/") and platform in ("pages", "links", "feed"):
            return self.category(h, path[3:])
        if platform == "shopify" and path == "/products.json":
            products = shop.page(number("page", 1, 10 ** 6), number("limit", 30, 250))
            return self.send_json(h, {"products": [shopify_product(p, self.url) for p in products]})
        if platform == "shopify" and path == "/meta.json":
            return self.send_json(h, {"id": 1, "name": spec["name"], "currency": spec["currency"], "country": "DE",
                                      "published_products_count": shop.total(), "money_format": "{{amount}}"})
        if platform == "woocommerce" and path == "/wp-json/wc/store/v1/products":
            per_page, page = number("per_page", 10, 100), number("page", 1, 10 ** 6)
            products = shop.page(page, per_page)
            return self.send_json(h, [woo_product(p, self.url, spec["currency"]) for p in products],
                                  **{"X-WP-Total": str(shop.total()), "X-WP-TotalPages": str(-(-shop.total() // per_page))})
        if platform == "feed" and path in ("/feed.xml", "/feed.tsv"):
            products = (shop.by_handle(x) for x in shop.handles())
            make, kind = (feed_rss, "application/xml") if path.endswith("xml") else (feed_tsv, "text/tab-separated-values; charset=utf-8")
            return self.send_stream(h, make(products, self.url, spec), kind)
        if platform == "pages" and spec["sitemap"] and "sitemap" in path:
            return self.sitemap_answer(h, path)
        self.send(h, 404, "<html><title>Not found</title><body>not here</body></html>")

    def product_url(self, handle):
        prefix = {"shopify": "products/", "woocommerce": "product/"}.get(self.shop.spec["platform"], "p/")
        return f"{self.url}{prefix}{handle}{'/' if prefix == 'product/' else ''}"

    def product_answer(self, h, handle, platform):
        as_js = platform == "shopify" and handle.endswith(".js")
        p = self.shop.by_handle(handle[:-3] if as_js else handle)
        if not p:
            return self.send(h, 404, "<html><title>Not found</title><body>not here</body></html>")
        if as_js:
            return self.send_json(h, shopify_js(p, self.url))
        return self.send(h, 200, product_page(p, self.product_url(handle), self.shop.spec))

    def front(self):
        spec = self.shop.spec
        links = ['<a href="/about">About us</a>', '<a href="/cart">Cart</a>', '<a href="https://elsewhere.example/p/1">Friends</a>']
        if spec["platform"] in ("pages", "links", "feed"):
            links += [f'<a href="/c/{c}">Lamps, part {c}</a>' for c in range(-(-self.shop.total() // spec["per_category"]))]
        links += [f'<a href="{urllib.parse.urlsplit(self.product_url(x)).path}">{x}</a>' for x in self.shop.handles(0, 4)]
        return (f'<!doctype html><html><head><title>{html.escape(spec["name"])}</title></head><body>'
                f'<h1>{html.escape(spec["name"])}</h1><ul>{"".join(f"<li>{x}</li>" for x in links)}</ul></body></html>')

    def category(self, h, which):
        spec = self.shop.spec
        if not which.isdigit() or int(which) * spec["per_category"] >= self.shop.total():
            return self.send(h, 404, "not here")
        handles = self.shop.cut(int(which) + 1, spec["per_category"])
        items = "".join(f'<li><a href="/p/{x}">{x.replace("-", " ")}</a></li>' for x in handles)
        return self.send(h, 200, f"<!doctype html><html><body><h1>Part {which}</h1><ul>{items}</ul></body></html>")

    def sitemap_answer(self, h, path):
        spec, packed = self.shop.spec, self.shop.spec["sitemap"].endswith("gzip")
        ending = ".xml.gz" if packed else ".xml"
        pages = [f"{self.url}about", f"{self.url}imprint"]
        if path == "/sitemap_index.xml" and spec["sitemap"].startswith("index"):
            parts = -(-self.shop.total() // SITEMAP_PART)
            return self.send_stream(h, sitemap_index([f"{self.url}sitemap-pages{ending}"] + [
                f"{self.url}sitemap-products-{i}{ending}" for i in range(parts)]), "application/xml")
        if path == f"/sitemap{ending}" and not spec["sitemap"].startswith("index"):
            made = sitemap(pages + [self.product_url(x) for x in self.shop.handles()])
        elif path == f"/sitemap-pages{ending}":
            made = sitemap(pages)
        elif path.startswith("/sitemap-products-") and path.endswith(ending):
            part = int(path[len("/sitemap-products-"):-len(ending)])
            made = sitemap([self.product_url(x) for x in self.shop.cut(part + 1, SITEMAP_PART)])
        else:
            return self.send(h, 404, "not here")
        if packed:
            return self.send(h, 200, gzip.compress("".join(made).encode(), mtime=0), "application/x-gzip")
        return self.send_stream(h, made, "application/xml")

    def send(self, h, status, body, kind="text/html; charset=utf-8", **headers):
        data = body.encode() if isinstance(body, str) else body
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        if status == 200 and self.shop.spec["etag"]:
            headers["ETag"] = '"' + hashlib.sha256(data).hexdigest()[:20] + '"'
            if h.headers.get("If-None-Match") == headers["ETag"]:
                status, data = 304, b""
        with self.lock:
            self.statuses[str(status)] = self.statuses.get(str(status), 0) + 1
        h.send_response(status)
        h.send_header("Content-Type", kind)
        if status != 304:
            h.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            h.send_header(name, value)
        h.end_headers()
        if h.command != "HEAD":
            h.wfile.write(data)

    def send_json(self, h, value, **headers):
        self.send(h, 200, json.dumps(value, separators=(",", ":")), "application/json; charset=utf-8", **headers)

    def send_stream(self, h, parts, kind):
        """In chunks: 50,000 products are never in memory at once."""
        with self.lock:
            self.statuses["200"] = self.statuses.get("200", 0) + 1
        h.send_response(200)
        h.send_header("Content-Type", kind)
        h.send_header("Transfer-Encoding", "chunked")
        h.end_headers()
        if h.command == "HEAD":
            return
        text, size = [], 0
        for part in parts:
            text.append(part)
            size += len(part)
            if size > 1 << 16:
                self.chunk(h, "".join(text).encode())
                text, size = [], 0
        if text:
            self.chunk(h, "".join(text).encode())
        h.wfile.write(b"0\r\n\r\n")

    @staticmethod
    def chunk(h, data):
        h.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--port", type=int, default=0)
    args.add_argument("--spec", help="a file of JSON, - for standard input")
    for name in ("platform", "currency", "markup", "sitemap"):
        args.add_argument("--" + name)
    for name in ("products", "seed", "factor"):
        args.add_argument("--" + name, type=int)
    a = vars(args.parse_args())
    port, path = a.pop("port"), a.pop("spec")
    spec = json.load(sys.stdin if path == "-" else open(path)) if path else {}
    spec.update({k: v for k, v in a.items() if v is not None})
    with ShopServer(spec, port) as server:
        print(server.url, flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
