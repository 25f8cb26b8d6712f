#!/usr/bin/env python3
"""Pages a second of processor time: a product page of 60 kB from nginx on loopback, five fields of each, by
our fetcher and workers and by Scrapy (64 at once, AutoThrottle off) in the same run. Ours counts all of it:
the process, its worker processes, their start; of Scrapy's the start (a run of one page) is taken off.

    tests/bench/bench_scrape.py [PAGES]
"""
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRAPER = os.path.join(ROOT, os.environ.get("BUILD", "build"), "tests", "fakes", "scraper")
PAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
SCRAPY_PAGES = max(300, PAGES // 8)
PAGE_BYTES = 60 << 10
NAME, PRICE = "Desk lamp Oslo, brass", "1.249,90 €"

FIELDS = {"title": "h1.product-title", "price": "div.buy span.price", "availability": "p.stock", "sku": "span.sku",
          "image": "img.main-image"}
# What needs a tree: a position, a text, a neighbour.
TREE = {"title": "main > div:nth-of-type(1) h1", "price": "div.buy > span:first-child", "availability": "p.stock",
        "sku": "div.facts > span:nth-child(2)", "image": "figure + div img, figure img:first-child"}

SPIDER = """
import scrapy, sys
class Shop(scrapy.Spider):
    name = "shop"
    custom_settings = dict(CONCURRENT_REQUESTS=64, CONCURRENT_REQUESTS_PER_DOMAIN=64, AUTOTHROTTLE_ENABLED=False,
                           DOWNLOAD_DELAY=0, ROBOTSTXT_OBEY=False, LOG_LEVEL="ERROR", COOKIES_ENABLED=False,
                           TELNETCONSOLE_ENABLED=False, RETRY_ENABLED=False)
    def start_requests(self):
        for i in range(int(self.pages)):
            yield scrapy.Request(self.url + str(i), callback=self.parse)
    def parse(self, r):
        yield {"title": r.css("h1.product-title::text").get(), "price": r.css("div.buy span.price::text").get(),
               "availability": r.css("p.stock::text").get(), "sku": r.css("span.sku::text").get(),
               "image": r.css("img.main-image::attr(src)").get()}
"""


def page():
    facts = {"@context": "https://schema.org", "@type": "Product", "name": NAME, "sku": "OSL-1", "gtin13": "4006381333931",
             "brand": {"@type": "Brand", "name": "Nordlys"}, "image": "/img/oslo.jpg",
             "offers": {"@type": "Offer", "price": "1249.90", "priceCurrency": "EUR",
                        "availability": "https://schema.org/InStock"},
             "aggregateRating": {"@type": "AggregateRating", "ratingValue": "4.6", "reviewCount": "128"}}
    menu = "".join(f'<li class="menu-item level-{i % 3}"><a href="/c/{i}" title="Category {i}">Category {i}</a></li>'
                   for i in range(120))
    script = "window.theme = {" + ",".join(f'"setting{i}": "value of setting {i}"' for i in range(200)) + "};"
    head = f"""<!doctype html><html lang="de"><head><meta charset="utf-8"><title>{NAME} – Shop</title>
<meta property="og:type" content="product"><meta property="og:title" content="{NAME}">
<script>{script}</script><style>.price{{color:#222}}.menu-item>a{{padding:4px}}</style>
<script type="application/ld+json">{json.dumps(facts, indent=1)}</script></head><body>
<header><nav><ul>{menu}</ul></nav></header><main><div class="product"><figure><img class="main-image" src="/img/oslo.jpg"
alt=""></figure><h1 class="product-title">{NAME}</h1><div class="facts"><b>No.</b><span class="sku">OSL-1</span></div>
<div class="buy"><span class="price">{PRICE}</span><p class="stock">In stock</p><button>Buy</button></div></div>
<section class="related"><h2>More</h2><ul class="grid">"""
    parts, size, i = [head], len(head.encode()), 0
    while size < PAGE_BYTES - 200:
        card = (f'<li class="card" data-id="{i}"><a href="/p/{i}"><img loading="lazy" src="/img/{i}.jpg" alt="Lamp {i}"></a>'
                f'<h3><a href="/p/{i}">Lamp number {i}</a></h3><p class="teaser">A lamp of <em>brass</em>, turned by hand '
                f'&amp; polished.</p><span class="amount">{i},90&nbsp;€</span></li>\n')
        parts.append(card)
        size += len(card.encode())
        i += 1
    return "".join(parts + ["</ul></section></main><footer><p>© 2026</p></footer></body></html>"])


class Nginx:
    def __init__(self, directory):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        with open(os.path.join(directory, "page.html"), "w") as f:
            f.write(page())
        conf = os.path.join(directory, "nginx.conf")
        with open(conf, "w") as f:
            f.write(f"""daemon off; worker_processes 1; pid {directory}/pid; error_log {directory}/error.log; events {{}}
user root;
http {{ access_log off; keepalive_requests 1000000; sendfile on; tcp_nodelay on;
  client_body_temp_path {directory}/b; proxy_temp_path {directory}/p; fastcgi_temp_path {directory}/f;
  uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
  server {{ listen 127.0.0.1:{self.port} backlog=1024; charset utf-8; default_type text/html;
    location = /robots.txt {{ return 404; }}
    location /p/ {{ root {directory}; try_files /page.html =404; }} }} }}""")
        if os.geteuid():
            with open(conf) as f:
                text = f.read().replace("user root;\n", "")
            with open(conf, "w") as f:
                f.write(text)
        self.process = subprocess.Popen([shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-c", conf, "-e",
                                         f"{directory}/error.log"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.02)
        raise SystemExit("nginx did not start")


def recipe(fields):
    attribute = {"image": {"attribute": "src"}}
    return json.dumps({"fields": [{"name": n, "css": css, **attribute.get(n, {})} for n, css in fields.items()],
                       "currency": "EUR", "override": True})


def selectors(fields):
    return [css + ("@src" if name == "image" else "") for name, css in fields.items()]


def ours(url, words, *asked):
    done = subprocess.run([SCRAPER, url, str(PAGES), words, *asked], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"scraper ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def install_scrapy():
    if subprocess.run(["/usr/bin/python3", "-c", "import scrapy"], capture_output=True).returncode == 0:
        return True
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-scrapy"], capture_output=True)
    return subprocess.run(["/usr/bin/python3", "-c", "import scrapy"], capture_output=True).returncode == 0


def scrapy(directory, url, pages):
    spider, out = os.path.join(directory, "spider.py"), os.path.join(directory, f"out{pages}.jsonl")
    with open(spider, "w") as f:
        f.write(SPIDER)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    subprocess.run(["/usr/bin/python3", "-m", "scrapy", "runspider", spider, "-a", f"url={url}", "-a", f"pages={pages}",
                    "-O", out], check=True, capture_output=True, cwd=directory)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(out) as f:
        found = [json.loads(line) for line in f]
    assert len(found) == pages and all(x["title"] == NAME and x["price"] == PRICE for x in found), found[:1]
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - begun


def main():
    directory = tempfile.mkdtemp(prefix="sellersmart-bench-")
    nginx = Nginx(directory)
    url = f"http://127.0.0.1:{nginx.port}/p/"
    floor = None
    try:
        if install_scrapy():
            start, _ = scrapy(directory, url, 1)
            cpu, wall = scrapy(directory, url, SCRAPY_PAGES)
            floor = (SCRAPY_PAGES - 1) / (cpu - start)
            print(f"   Scrapy, five CSS fields          {floor:8.0f} pages/CPU s   {SCRAPY_PAGES / wall:6.0f} pages/s "
                  f"(start: {start:.2f} CPU s)")
        else:
            print("   Scrapy is not here (Debian: python3-scrapy): figures without their peer")
        facts = '"price_minor":124990'
        for name, word, asked, goal in (
                ("structured data", facts, (), 20), ("five simple CSS fields", PRICE, selectors(FIELDS), 20),
                ("recipe of simple CSS, and data", facts, (recipe(FIELDS),), 3),
                ("recipe by the tree, and data", facts, (recipe(TREE),), 3)):
            r = ours(url, word, *asked)
            cpu = r["own_cpu_s"] + r["worker_cpu_s"]
            rate = r["pages"] / cpu
            print(f"   {name:32} {rate:8.0f} pages/CPU s   {r['pages'] / r['wall_s']:6.0f} pages/s  "
                  f"(fetching {r['own_cpu_s'] / r['pages'] * 1e6:.0f} µs, taking apart {r['worker_cpu_s'] / r['pages'] * 1e6:.0f} µs)"
                  + (f"  {rate / floor:5.1f} x Scrapy, wanted {goal}" if floor else "")
                  + (f"  {r['wrong']} WRONG" if r["wrong"] else ""))
    finally:
        nginx.process.terminate()
        nginx.process.wait()
        shutil.rmtree(directory)


main()
