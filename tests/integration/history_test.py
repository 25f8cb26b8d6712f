#!/usr/bin/env python3
"""Reports, budgets and badges as a user meets them, against the real daemon and a real server."""
import csv
import io
import json
import xml.dom.minidom

from lib import Daemon, Origin, main, wait_until


def shop(d, o, *more):
    d.cli("monitor", "add", o.url, "--name", "shop", "--interval", "1s", "--retry-interval", "1s",
          "--failures", "2", "--recoveries", "1", *more, check=0)
    d.wait_state("shop", "up")


def report__counts__an_outage_of_this_month():
    with Daemon() as d, Origin() as o:
        shop(d, o, "--slo", "99.9", "--label", "owner=mine")
        o.status = 503
        d.wait_state("shop", "down")
        o.status = 200
        d.wait_state("shop", "up")
        wait_until(lambda: [i for i in d.get("/v1/incidents").data if i["state"] == "closed"], "closing")
        report = json.loads(d.cli("monitor", "report", "--zone", "UTC", "-o", "json", check=0).stdout)
        row = report["monitors"][0]
        assert report["so_far"] and row["monitor"] == "shop" and row["incidents"] == 1, report
        assert row["down_ms"] > 0 and row["mttr_ms"] > 0 and 0 < row["uptime_pct"] < 100
        rows = list(csv.DictReader(io.StringIO(
            d.cli("monitor", "report", "--since", "1h", "--label", "owner=mine", "-o", "csv", check=0).stdout)))
        assert [r["monitor"] for r in rows] == ["shop"] and rows[0]["incidents"] == "1"
        page = d.cli("monitor", "report", check=0).stdout
        assert "so far" in page and max(map(len, page.splitlines())) <= 80, page
        assert d.cli("monitor", "report", "--markdown", check=0).stdout.count("|---|") >= 1
        assert "2026-10" in d.cli("monitor", "report", "--month", "October").stderr


def budget__of_an_outage__is_told_and_shown():
    with Daemon() as d, Origin() as o:
        shop(d, o, "--slo", "99.999", "--slo-window", "7d")
        o.status = 503
        d.wait_state("shop", "down")
        spent = wait_until(lambda: (lambda b: b if b and b["used_ms"] else None)(measured(d)), "the budget", 90)
        assert spent["allowed_ms"] == 6048 and spent["slo"] == "99.999"
        page = d.cli("monitor", "show", "shop", "-o", "table", check=0).stdout
        assert "99.999 % in 7d" in page, page


def measured(d):
    # A change of the monitor has its budget measured at once, not at the next minute.
    d.cli("monitor", "edit", "shop", "--description", f"n{len(d.get('/v1/events').data)}")
    return d.monitor("shop")["budget"]


def badge__has__headers_for_caches_and_outlives_the_daemon():
    with Daemon() as d, Origin() as o:
        shop(d, o)
        out = d.cli("monitor", "badge", "shop", "--base", "https://status.example/", check=0).stdout
        assert "https://status.example/badge/" in out and "![shop](https://status.example/badge/" in out
        key = json.loads(d.cli("monitor", "badge", "shop", "-o", "json", check=0).stdout)["key"]
        assert key in out and len(key) == 32
        r = d.get(f"/badge/{key}/status.svg")
        assert r.status == 200 and r.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
        assert "max-age=60" in r.headers["Cache-Control"] and r.headers["ETag"]
        assert xml.dom.minidom.parseString(r.body).documentElement.getAttribute("role") == "img"
        assert o.url.split("//")[1].encode() not in r.body
        assert d.request("HEAD", f"/badge/{key}/status.svg").status == 200
        d.stop()
        d.start()
        d.wait_state("shop", "up")
        same = d.get(f"/badge/{key}/status.svg", headers={"If-None-Match": r.headers["ETag"]})
        assert same.status == 304 and not same.body
        assert d.get(f"/badge/{key[::-1]}/status.svg").status == 404
        d.cli("monitor", "badge", "shop", "--revoke", check=0)
        assert d.get(f"/badge/{key}/status.svg").status == 404


if __name__ == "__main__":
    main(__import__("__main__"))
