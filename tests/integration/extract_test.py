#!/usr/bin/python3
"""What pages, feeds and sitemaps say, from files of any size and from addresses, as a user asks for it."""
import gzip
import json
import os
import sys
import tempfile

from lib import Daemon, ROOT, main

sys.path.insert(0, os.path.join(ROOT, "tests", "fakes"))
from shopserver import ShopServer  # noqa: E402

FEED_ITEMS = 50000
SITEMAP_BYTES = 50 << 20
QUICK = ("--allow-private", "127.0.0.0/8")
FAST = "net:\n  pace: 10ms\n"


def resident_kib(daemon):
    """Of the daemon and of its workers, at their highest."""
    total = 0
    pids = {daemon.process.pid}
    for task in os.listdir(f"/proc/{daemon.process.pid}/task"):
        with open(f"/proc/{daemon.process.pid}/task/{task}/children") as f:
            pids |= {int(p) for p in f.read().split()}
    assert len(pids) > 1, "no worker"
    for pid in pids:
        with open(f"/proc/{pid}/status") as f:
            total += next(int(line.split()[1]) for line in f if line.startswith("VmHWM"))
    return total


def extract(d, *args, check=0, **kw):
    return json.loads(d.cli("extract", *args, "-o", "json", check=check, **kw).stdout)


def file_of(text):
    f = tempfile.NamedTemporaryFile(delete=False)
    f.write(text)
    f.close()
    return f.name


def feed__of_fifty_thousand_items__is_read_in_little_memory():
    lines = ["id\ttitle\tdescription\tlink\timage_link\tavailability\tprice\tgtin\tbrand"]
    for i in range(FEED_ITEMS):
        lines.append(f"S{i}\tA lamp of number {i}\t{'words of a description ' * 12}\thttps://shop.example/p/{i}\t"
                     f"https://cdn.example/{i}.jpg\tin_stock\t{i % 900 + 1}.50 EUR\t\tACME")
    path = file_of("\n".join(lines).encode())
    with Daemon() as d:
        got = extract(d, path)
        assert [p["sku"] for p in got["products"]] == [f"S{i}" for i in range(FEED_ITEMS)]
        assert got["products"][899]["offers"][0]["price_minor"] == 90050
        assert got["sources"] == ["feed"]
        used = resident_kib(d)
        assert used < 80 << 10, f"{used >> 10} MiB for a feed of {os.path.getsize(path) >> 20}"
    os.unlink(path)


def sitemap__of_fifty_megabytes__is_read_once_packed_or_not():
    each = SITEMAP_BYTES // 50000
    urls = []
    for i in range(50000):
        loc = f"https://shop.example/p/{i}-"
        urls.append(f"<url><loc>{loc}{'x' * 200}</loc><lastmod>2026-11-01</lastmod><!--{'y' * (each - 300)}--></url>")
    text = ("<?xml version='1.0'?><urlset>" + "\n".join(urls) + "</urlset>").encode()
    plain, packed = file_of(text), file_of(gzip.compress(text, 1))
    with Daemon() as d:
        for path in (plain, packed):
            got = extract(d, path)
            entries = got["sitemap"]["entries"]
            assert len(entries) == 50000, len(entries)
            assert all(e["loc"].startswith(f"https://shop.example/p/{i}-") for i, e in enumerate(entries))
        used = resident_kib(d)
        assert used < 80 << 10, f"{used >> 10} MiB"
    os.unlink(plain)
    os.unlink(packed)


def long_page__is_refused__as_ever():
    path = file_of(b"<html>" + b"<p>word</p>" * 500000)
    with Daemon() as d:
        done = d.cli("extract", path)
        assert done.returncode == 65 and "only feeds and sitemaps" in done.stderr, done
    os.unlink(path)


def bomb__is_refused__and_the_next_page_is_read():
    page, sitemap = file_of(gzip.compress(bytes(200 << 20), 9)), file_of(gzip.compress(b"<urlset>" + bytes(200 << 20), 9))
    with Daemon() as d:
        done = d.cli("extract", page)
        assert done.returncode == 65 and "not taken apart" in done.stderr, done
        done = d.cli("extract", sitemap)
        assert done.returncode == 65 and "becomes more than" in done.stderr, done
        assert extract(d, "-", input='<meta property="og:price:amount" content="2">')["products"]
    os.unlink(page)
    os.unlink(sitemap)


def address__is_fetched__politely_by_the_daemon():
    with ShopServer({"platform": "pages", "products": 3, "robots": "User-agent: *\nDisallow: /secret"}) as shop:
        with Daemon(*QUICK, config=FAST) as d:
            sitemap = extract(d, f"{shop.url}sitemap.xml")["sitemap"]["entries"]
            url = next(e["loc"] for e in sitemap if "/p/" in e["loc"])
            got = extract(d, url)
            assert got["products"][0]["name"] and got["products"][0]["offers"][0]["price_minor"] > 0, got
            assert shop.counts()["paths"].get("/robots.txt") == 1, shop.counts()
            done = d.cli("extract", f"{shop.url}secret/1")
            assert done.returncode == 77 and "robots.txt" in done.stderr, done
            done = d.cli("extract", f"{shop.url}p/none-of-that-name")
            assert done.returncode == 65 and "404" in done.stderr, done
            done = d.cli("extract", "http://127.0.0.1:1/")
            assert done.returncode == 69, done
            done = d.cli("extract", url, "--url", url)
            assert done.returncode == 64 and "leave --url out" in done.stderr, done


def address__that_is_private__is_refused_with_what_to_try():
    with ShopServer({"platform": "pages", "products": 1}) as shop, Daemon() as d:
        done = d.cli("extract", shop.url)
        assert done.returncode == 77 and "net.allow_private" in done.stderr, done
        assert shop.counts()["total"] == 0, shop.counts()


def address__behind_a_wall__is_said_to_be():
    with ShopServer({"platform": "pages", "products": 1, "captcha": True}) as shop, Daemon(*QUICK, config=FAST) as d:
        done = d.cli("extract", f"{shop.url}products/x")
        assert done.returncode == 77 and "save the page in a browser" in done.stderr, done


def request__that_makes_no_sense__is_told_so():
    with Daemon() as d:
        for query, body, word in (("", b"", "nothing to read"), ("fetch=1", b"", "no address"),
                                  ("from=x", b"<p>", "no such number"), ("head=9", b"<p>", "longer than the body"),
                                  ("at=-1", b"<p>", "no such number")):
            answer = d.request("POST", f"/v1/extract?{query}", body)
            assert answer.status in (400, 422) and word in answer.body.decode(), (query, answer.body)


def without_a_daemon__a_file__says_what_to_try():
    d = Daemon(start=False)
    done = d.cli("extract", "-", input="<p>")
    assert done.returncode == 69 and "daemon start" in done.stderr, done


if __name__ == "__main__":
    main(__import__("__main__"))
