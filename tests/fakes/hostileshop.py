"""Shops that mean harm: each kind is a server of its own, and what it does is in its function. A name
server that changes its mind, and listeners that count who came where nobody may come."""
import gzip
import html
import http.server
import json
import socket
import struct
import threading
import zlib

ESCAPES = "\x1b[31mRED\x1b]0;owned\x07\x1b[2J \u202egnp.exe\u202c \u2066x\u2069 \x9b31m \x00\x08\r\n\u200b\ufeff end"
DEEP = 50000
LOOP_MAX = 5000  # requests that one kind may see, before it is said to have no end


def product(name="Lamp", price='"19.99"', sku="L1", brand="ACME", more=""):
    return ('<!doctype html><html><head><title>%s</title><script type="application/ld+json">{"@context":"https://schema.org",'
            '"@type":"Product","name":%s,"sku":%s,"brand":%s,"offers":{"@type":"Offer","price":%s,"priceCurrency":"EUR",'
            '"availability":"https://schema.org/InStock"}}</script></head><body><h1>x</h1>%s</body></html>' % (
                html.escape(name), json.dumps(name), json.dumps(sku), json.dumps(brand), price, more))


def urlset(urls):
    return ('<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">' +
            "".join(f"<url><loc>{u}</loc></url>" for u in urls) + "</urlset>")


def index(urls):
    return ('<?xml version="1.0" encoding="UTF-8"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">' +
            "".join(f"<sitemap><loc>{u}</loc></sitemap>" for u in urls) + "</sitemapindex>")


def shopify(products):
    return json.dumps({"products": products})


def shopify_product(n, **more):
    return {"id": n, "title": f"Lamp {n}", "handle": f"lamp-{n}", "vendor": "ACME", "product_type": "lamp", "tags": [],
            "options": [], "images": [], "variants": [{"id": n * 10, "title": "Default Title", "sku": f"L{n}",
                                                       "available": True, "price": "19.99", "product_id": n}], **more}


def bomb(size=500 << 20):
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"\0" * (1 << 20)
    return b"".join(pack.compress(block) for _ in range(size >> 20)) + pack.flush()


class HostileShop:
    def __init__(self, kind, host="127.0.0.1", port=0, elsewhere=""):
        shop = self
        self.kind, self.elsewhere, self.requests, self.wall, self.on_request = kind, elsewhere, 0, False, None
        self.paths = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                shop.requests += 1
                shop.paths[self.path] = shop.paths.get(self.path, 0) + 1
                if shop.on_request:
                    shop.on_request(self.path)
                try:
                    getattr(shop, shop.kind)(self, self.path)
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

            def handle_error(self, *_):
                pass

        self.server = Server((host, port), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://{'[%s]' % host if ':' in host else host}:{self.port}/"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # ---- how it is said

    @staticmethod
    def send(h, body, kind="text/html; charset=utf-8", status=200, **headers):
        data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        h.send_response(status)
        h.send_header("Content-Type", kind)
        h.send_header("Content-Length", str(len(data)))
        for k, v in headers.items():
            h.send_header(k.replace("_", "-"), v)
        h.end_headers()
        h.wfile.write(data)

    def xml(self, h, body, **headers):
        self.send(h, body, "application/xml", **headers)

    def none(self, h):
        self.send(h, "not here", status=404)

    def redirect(self, h, to, **headers):
        self.send(h, "", status=302, Location=to, **headers)

    def pages(self, h, path, pages, **front):
        """A sitemap of pages, and the pages: {path: body}."""
        if path == "/sitemap.xml":
            return self.xml(h, urlset(self.url + p.lstrip("/") for p in pages))
        if path in pages:
            return self.send(h, pages[path], **front)
        return self.none(h)

    def endless(self, h, prefix=b"", kind="text/html"):
        h.send_response(200)
        h.send_header("Content-Type", kind)
        h.send_header("Transfer-Encoding", "chunked")
        h.end_headers()
        chunk = b"10000\r\n" + b"<p>x" * 0x4000 + b"\r\n"
        if prefix:
            h.wfile.write(b"%x\r\n%s\r\n" % (len(prefix), prefix))
        while True:
            h.wfile.write(chunk)

    # ---- kinds: bodies and headers

    def endless_pages(self, h, path):
        self.none(h) if path == "/robots.txt" else self.endless(h)

    def endless_robots(self, h, path):
        if path == "/robots.txt":
            return self.endless(h, b"User-agent: *\nDisallow: /p/secret\n", "text/plain")
        return self.pages(h, path, {"/p/secret": product(), "/p/a": product()})

    def endless_sitemap(self, h, path):
        if path == "/sitemap.xml":
            return self.endless(h, b'<?xml version="1.0"?><urlset>', "application/xml")
        return self.none(h)

    def bomb_page(self, h, path):
        if path == "/p/a":
            return self.send(h, bomb(), Content_Encoding="gzip")
        return self.pages(h, path, {"/p/a": "", "/p/b": product()})

    def bomb_twice(self, h, path):
        if path == "/p/a":
            return self.send(h, gzip.compress(bomb()), Content_Encoding="gzip, gzip")
        return self.pages(h, path, {"/p/a": "", "/p/b": product()})

    def bomb_sitemap(self, h, path):
        if path == "/robots.txt":
            return self.send(h, f"User-agent: *\nSitemap: {self.url}sitemap.xml.gz\n", "text/plain")
        if path == "/sitemap.xml.gz":
            return self.send(h, bomb(), "application/x-gzip")
        return self.none(h)

    def headers(self, h, path):
        if path == "/robots.txt":
            return self.none(h)
        h.send_response(200)
        for i in range(4000):
            h.send_header(f"X-Filler-{i}", "y" * 250)
        h.send_header("Content-Length", "0")
        h.end_headers()

    def one_header(self, h, path):
        if path == "/robots.txt":
            return self.none(h)
        self.send(h, product(), Set_Cookie="a=" + "b" * (1 << 20))

    # ---- redirects

    def redirect_away(self, h, path):
        if path == "/robots.txt":
            return self.none(h)
        self.redirect(h, self.elsewhere)

    def redirect_page_away(self, h, path):
        if path == "/p/a":
            return self.redirect(h, self.elsewhere)
        return self.pages(h, path, {"/p/a": "", "/p/b": product()})

    def redirect_robots_away(self, h, path):
        if path == "/robots.txt":
            return self.redirect(h, self.elsewhere)
        return self.pages(h, path, {"/p/b": product()})

    def redirect_loop(self, h, path):
        if path == "/robots.txt":
            return self.none(h)
        self.redirect(h, path + "x" if len(path) < 200 else "/", Set_Cookie="seen=1")

    def sitemap_elsewhere(self, h, path):
        if path == "/robots.txt":
            return self.send(h, f"User-agent: *\nSitemap: {self.elsewhere}\nSitemap: file:///etc/passwd\n", "text/plain")
        return self.pages(h, path, {"/p/b": product()})

    def links_elsewhere(self, h, path):
        if path == "/":
            return self.send(h, f'<a href="{self.elsewhere}">x</a><a href="file:///etc/passwd">y</a><a href="/p/a">z</a>')
        return self.send(h, product()) if path == "/p/a" else self.none(h)

    # ---- structure

    def entities(self, h, path):
        if path != "/sitemap.xml":
            return self.none(h)
        levels = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
        self.xml(h, f'<?xml version="1.0"?><!DOCTYPE u [<!ENTITY l0 "lol">{levels}<!ENTITY f SYSTEM "file:///etc/passwd">'
                    f'<!ENTITY n SYSTEM "{self.elsewhere}"><!ENTITY % p SYSTEM "{self.elsewhere}"> %p;]>'
                    f"<urlset><url><loc>{self.url}p/&l11;</loc></url><url><loc>{self.url}p/&f;</loc></url>"
                    f"<url><loc>{self.url}p/&n;</loc></url></urlset>")

    def index_loop(self, h, path):
        if path == "/robots.txt":
            return self.send(h, f"User-agent: *\nSitemap: {self.url}sitemap_a.xml\n", "text/plain")
        if path.startswith("/sitemap_"):
            return self.xml(h, index([self.url + "sitemap_a.xml", self.url + "sitemap_b.xml"]))
        return self.none(h)

    def index_tree(self, h, path):
        """Each index names others that nobody has seen."""
        if path == "/robots.txt":
            return self.send(h, f"User-agent: *\nSitemap: {self.url}sitemap_\n", "text/plain")
        if path.startswith("/sitemap_"):
            return self.xml(h, index([f"{self.url}{path[1:]}{i}x" for i in range(2000)]))
        return self.none(h)

    def million(self, h, path):
        if path == "/robots.txt":
            return self.send(h, f"User-agent: *\nSitemap: {self.url}sitemap_index.xml\n", "text/plain")
        if path == "/sitemap_index.xml":
            return self.xml(h, index([f"{self.url}sitemap_products_{i}.xml" for i in range(20)]))
        if path.startswith("/sitemap_products_"):
            part = path[len("/sitemap_products_"):-4]
            return self.xml(h, urlset(f"{self.url}p/{part}-{i}" for i in range(50000)))
        return self.send(h, product(sku=path[3:])) if path.startswith("/p/") else self.none(h)

    def deep_html(self, h, path):
        return self.pages(h, path, {"/p/a": "<div>" * DEEP + product(), "/p/b": product(more="<b><i>" * DEEP, sku="L2")})

    def deep_json(self, h, path):
        ld = '<script type="application/ld+json">%s</script>'
        return self.pages(h, path, {"/p/a": ld % ("[" * DEEP), "/p/b": ld % ('{"@graph":' * DEEP + "1" + "}" * DEEP),
                                    "/p/c": product()})

    def deep_api(self, h, path):
        if path.startswith("/products.json"):
            return self.send(h, '{"products":' + "[" * DEEP + "]" * DEEP + "}", "application/json")
        return self.none(h)

    def charsets(self, h, path):
        page = product(name="Lämpchen £ ¥ 灯")
        kinds = {"/p/a": ("utf-16", page.encode("utf-8")), "/p/b": ("shift_jis", page.encode("utf-8")),
                 "/p/c": ("utf-8", page.encode("utf-16")), "/p/d": ("no-such-charset", page.encode("latin-1", "replace")),
                 "/p/e": ("utf-7", b"+ADw-script+AD4-" + page.encode()), "/p/f": ("utf-8", b"\xff\xfe\xc3\x28" + page.encode()),
                 "/p/g": ("utf-8", bytes(range(256)) * 400)}
        if path in kinds:
            return self.send(h, kinds[path][1], f"text/html; charset={kinds[path][0]}")
        return self.pages(h, path, {p: "" for p in kinds})

    # ---- what is said

    def escapes(self, h, path):
        evil = product(name=ESCAPES, sku=ESCAPES + "1", brand=ESCAPES)
        return self.pages(h, path, {"/p/a": evil, "/p/b%1b[31m": evil, "/p/c": product(name="Shop\u202e\x1b[5m lamp", sku="E3")})

    def escapes_api(self, h, path):
        if path.startswith("/meta.json"):
            return self.send(h, json.dumps({"currency": "EUR\x1b[2J", "name": ESCAPES}), "application/json")
        if path.startswith("/products.json"):
            p = shopify_product(1, title=ESCAPES, vendor=ESCAPES, product_type=ESCAPES, handle="a\x1b[2J")
            p["variants"][0].update(sku=ESCAPES, title=ESCAPES, option1=ESCAPES)
            return self.send(h, shopify([p]), "application/json")
        return self.none(h)

    def escapes_status(self, h, path):
        """In what is told of a failure: reason, type, place."""
        if path == "/robots.txt":
            return self.none(h)
        h.wfile.write(b"HTTP/1.1 302 \x1b[31mOops\x1b[2J\r\nLocation: gopher://\x1b[2J\xe2\x80\xae/\r\nContent-Type: "
                      b"\x1b]0;x\x07/html\r\nContent-Length: 0\r\n\r\n")
        h.close_connection = True

    def prices(self, h, path):
        said = ("1e30", "-5", "NaN", '"NaN"', "1e308", "-1e308", "99999999999999999999999", '"Infinity"', '"-19.99"',
                '"' + "9" * 400 + '"', '"1e999"', "0", "[1,2]", "{}", "true", '"0x10"', '"19,99,99.99"')
        return self.pages(h, path, {f"/p/{i}": product(price=x, sku=f"A{i}") for i, x in enumerate(said)})

    def duplicates(self, h, path):
        if path.startswith("/products.json?limit=250&page=1"):
            one = shopify_product(7)
            two = shopify_product(7, title="Another lamp")
            two["variants"].append(dict(two["variants"][0], price="5.00"))
            three = shopify_product(8, handle="lamp-7")
            three["variants"][0]["id"] = 70
            return self.send(h, shopify([one, two, three] * 5), "application/json")
        if path.startswith("/products.json"):
            return self.send(h, shopify([]), "application/json")
        return self.send(h, '{"currency":"EUR"}', "application/json") if path == "/meta.json" else self.none(h)

    def one_key(self, h, path):
        return self.pages(h, path, {f"/p/{i}": product(name=f"Lamp {i}", sku="SAME", price=f'"{i}.99"') for i in range(1, 9)})

    # ---- without an end

    def same_for_ever(self, h, path):
        if path.startswith("/products.json"):
            return self.send(h, shopify([shopify_product(i) for i in range(1, 251)]), "application/json")
        return self.send(h, '{"currency":"EUR"}', "application/json") if path == "/meta.json" else self.none(h)

    def same_but_for_a_number(self, h, path):
        if path.startswith("/products.json"):
            return self.send(h, shopify([shopify_product(i, updated_at=self.requests) for i in range(1, 251)]), "application/json")
        return self.send(h, '{"currency":"EUR"}', "application/json") if path == "/meta.json" else self.none(h)

    def woo_for_ever(self, h, path):
        if path.startswith("/wp-json/wc/store/v1/products"):
            return self.send(h, json.dumps([{
                "id": i, "name": f"Lamp {i}", "sku": f"W{i}", "permalink": f"{self.url}product/{i}/", "is_in_stock": True,
                "prices": {"price": "1999", "currency_code": "EUR", "currency_minor_unit": 2}} for i in range(100)]),
                "application/json")
        return self.none(h)

    def new_for_ever(self, h, path):
        if path.startswith("/products.json"):
            first = int(path.rsplit("page=", 1)[1]) * 1000
            return self.send(h, shopify([shopify_product(first + i) for i in range(250)]), "application/json")
        return self.send(h, '{"currency":"EUR"}', "application/json") if path == "/meta.json" else self.none(h)

    def links_for_ever(self, h, path):
        if path in ("/robots.txt", "/meta.json", "/sitemap.xml") or path.startswith(("/products.json", "/wp-json")):
            return self.none(h)
        self.send(h, "<title>Calendar</title>" + "".join(f'<a href="{path.rstrip("/")}/{i}">{i}</a>' for i in range(500)))

    # ---- robots and walls

    def robots_of_5_mb(self, h, path):
        if path == "/robots.txt":
            line = b"Disallow: /" + b"*a" * 40 + b"$\n"
            return self.send(h, b"User-agent: *\nDisallow: /p/secret\n" + line * (5 * (1 << 20) // len(line)), "text/plain")
        return self.pages(h, path, {"/p/secret": product(), "/p/" + "a" * 1500: product(sku="L2")})

    def walled(self, h, path):
        """A shop; when `wall` is set, all of it is the page of a login."""
        if self.wall and path != "/robots.txt":
            if self.wall == "login":
                return self.send(h, '<html><title>Sign in</title><form action="/login"><input type="password" name="p"></form>')
            return self.send(h, '<html><title>Just a moment...</title><div class="g-recaptcha"></div>Are you a robot?')
        return self.pages(h, path, {f"/p/{i}": product(sku=f"L{i}", price=f'"{i}.99"') for i in range(1, 6)})


KINDS = [k for k in vars(HostileShop) if not k.startswith("_") and k not in (
    "close", "send", "xml", "none", "redirect", "pages", "endless", "walled")]


class Listener:
    """Counts connections, and says nothing."""

    def __init__(self, host, port=0):
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, port))
        self.socket.listen(16)
        self.port, self.came = self.socket.getsockname()[1], 0
        self.url = f"http://{'[%s]' % host if ':' in host else host}:{self.port}/"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            self.came += 1
            peer.close()

    def close(self):
        self.socket.close()


class Names:
    """A name server: every name is at `address` (AAAA: none), for no time at all."""

    def __init__(self, address="127.0.0.1"):
        self.address, self.asked = address, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.at = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                q, peer = self.socket.recvfrom(2048)
            except OSError:
                return
            end = q.index(b"\0", 12) + 5
            is_a = q[end - 4:end - 2] == b"\0\x01"
            self.asked += is_a
            answer = b"\xc0\x0c\0\x01\0\x01" + struct.pack(">IH", 0, 4) + socket.inet_aton(self.address) if is_a else b""
            self.socket.sendto(q[:2] + b"\x85\x80\0\x01" + struct.pack(">HHH", is_a, 0, 0) + q[12:end] + answer, peer)

    def close(self):
        self.socket.close()
