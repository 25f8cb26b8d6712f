#!/usr/bin/env python3
"""A daemon's API with a frozen clock and fixed data, for screens.

    fakeapi.py SOCKET FIXTURE.json [--monitors N] [--alerts N] [--now RFC3339]

Lists, objects, create, change, delete, batch, actions and the stream work as the daemon's do, on
the data of the fixture. What follows is only here:

    POST /fake/emit       the body goes to every open stream as it is
    POST /fake/rate?n=N   N row messages a second to every stream, 0 stops
    POST /fake/refuse?id=ID  answers to that pair in doubt are refused from now on
    POST /fake/requests   all requests so far, one a line: "GET /v1/overview"
"""
import argparse
import asyncio
import copy
import json
import os
import signal
import urllib.parse
from datetime import datetime, timedelta

PREFIX = {"monitors": "mon", "incidents": "inc", "events": "", "secrets": "sec",
          "maintenance": "mnt", "alerts": "alr", "deliveries": "msg", "notifiers": "ntf",
          "silences": "sil", "rules": "rul", "subscriptions": "sub",
          "jobs": "job", "schedules": "sch", "rivals": "riv", "products": "prd",
          "listings": "lst", "matches": "mat", "brands": "brd"}
KIND = {"monitors": "monitor", "incidents": "incident", "events": "event", "secrets": "secret",
        "maintenance": "maintenance", "alerts": "alert", "deliveries": "delivery",
        "notifiers": "notifier", "silences": "silence", "rules": "rule",
        "subscriptions": "subscription", "jobs": "job", "schedules": "schedule",
        "rivals": "rival", "products": "product", "listings": "listing",
        "matches": "match", "brands": "brand"}
SEVERITIES = ["critical", "warning", "info"]
RANK = ["down", "blocked", "failing", "unknown", "pending", "degraded", "scanning", "up", "ok", "new",
        "maintenance", "paused"]


class Fault(Exception):
    def __init__(self, status, code, detail, field=None, hint=None):
        self.status = status
        self.body = {"type": "about:blank", "title": code, "status": status, "detail": detail,
                     "code": code, "field": field or "", "hint": hint or "",
                     "errors": [{"code": code, "field": field or "", "detail": detail,
                                 "hint": hint or ""}]}


class Api:
    def __init__(self, fixture, extra, now, alerts=0):
        self.data = fixture
        self.now = now
        self.streams = {}
        self.requests = []
        self.rate = 0
        self.refused = None
        self.next_id = 1
        template = fixture.get("template")
        for i in range(extra):
            row = copy.deepcopy(template)
            row["id"] = "mon_%013d" % (i + 1)
            row["name"] = "site-%05d" % i
            row["target"] = "https://site-%05d.example/" % i
            fixture["monitors"].append(row)
        for i in range(alerts):
            row = copy.deepcopy(fixture["alerts"][0])
            row.update({"id": "alr_%013d" % (1000 + i), "number": 1000 + i, "subject": "site-%05d" % i})
            fixture["alerts"].append(row)

    # ---- lists ---------------------------------------------------------------------------
    def rows(self, plural):
        if plural not in KIND or plural not in self.data:
            raise Fault(404, "not_found", "no such list: " + plural)
        return self.data[plural]

    def ordered(self, plural, query):
        rows = self.rows(plural)
        if plural == "matches":
            rows = [r for r in rows if r["state"] == query.get("filter[state]", "pending")]
        text = query.get("q", "")
        if text:
            rows = [r for r in rows if text.lower() in json.dumps(r).lower()]
        if "filter[related]" in query:
            parents = {p for r in rows for p in r.get("depends_on") or []}
            rows = [r for r in rows if r.get("depends_on") or r["name"] in parents]
        if "filter[silenced]" in query:
            rows = [r for r in rows if r["state"] != "resolved"
                    and (r["silenced"] or r["inhibited"]) == (query["filter[silenced]"] == "true")]
        for key, value in query.items():
            if key == "filter[silenced]":
                continue
            if key == "filter[pending]":
                rows = [r for r in rows if (r["pending"] > 0) == (value == "true")]
                continue
            if key.startswith("filter[") and key != "filter[related]":
                rows = [r for r in rows if str(r.get(key[7:-1])).lower() in value.lower().split(",")]
        sort = query.get("sort", "")
        back = sort.startswith("-")
        sort = sort.lstrip("-")
        if sort == "worst" and plural == "alerts":
            rows = sorted(rows, key=lambda r: SEVERITIES.index(r["severity"]), reverse=back)
        elif sort == "worst":
            rows = sorted(rows, key=lambda r: RANK.index(r.get("state", "up")), reverse=back)
        elif sort == "gap":
            rows = sorted(rows, key=lambda r: 1 << 60 if r["gap_minor"] is None else r["gap_minor"],
                          reverse=back)
        elif sort in ("score", "title", "listings"):
            rows = sorted(rows, key=lambda r: (r[sort] is None, r[sort]), reverse=back)
        elif sort in ("name", "state", "type"):
            rows = sorted(rows, key=lambda r: r.get(sort, ""), reverse=back)
        return rows

    def list(self, plural, query):
        rows = self.ordered(plural, query)
        limit = min(int(query.get("limit", 100)), 1000)
        at = {r["id"]: i for i, r in enumerate(rows)}
        first = 0
        if query.get("last"):
            first = max(0, len(rows) - limit)
        elif "after" in query:
            first = self.place(at, query["after"]) + 1
        elif "before" in query:
            end = self.place(at, query["before"])
            first = max(0, end - limit)
            limit = end - first
        elif "around" in query:
            first = max(0, min(self.place(at, query["around"]) - limit // 2, len(rows) - limit))
        part = rows[first:first + limit]
        meta = {"total": len(rows), "position": first, "limit": limit,
                "prev": part[0]["id"] if part and first > 0 else None,
                "next": part[-1]["id"] if part and first + len(part) < len(rows) else None}
        if plural == "monitors":
            counts = {}
            for r in self.data["monitors"]:
                counts[r["state"]] = counts.get(r["state"], 0) + 1
            meta["counts"] = counts
        return {"data": part, "meta": meta}

    def alert_counts(self):
        alerts = self.data["alerts"]
        counts = {s: [r for r in alerts if r["state"] == s] for s in ("open", "acknowledged")}
        counts["silenced"] = [r for r in counts["open"] if r["silenced"] or r["inhibited"]]
        for severity in ("critical", "warning"):
            counts[severity] = [r for r in counts["open"] if r["severity"] == severity]
        return {k: len(v) for k, v in counts.items()}

    def overview(self):
        if "alerts" in self.data:
            self.data["overview"]["alerts"] = self.alert_counts()
            self.data["overview"]["notifiers"] = len(self.data["notifiers"])
            for line in self.data["overview"]["attention"]:
                about = [r for r in self.data["alerts"] if r["number"] == line.get("alert")]
                line["acknowledged_by"] = about[0]["acknowledged_by"] if about else None
        return self.data["overview"]

    def place(self, at, ident):
        if ident not in at:
            raise Fault(404, "not_found", "no row " + ident)
        return at[ident]

    def find(self, plural, ref):
        for r in self.rows(plural):
            if ref in (r["id"], r.get("name"), str(r.get("number"))):
                return r
        raise Fault(404, "not_found", "no %s is called %s" % (KIND[plural], ref), hint="sellersmart "
                    + KIND[plural] + " list")

    # ---- reports ---------------------------------------------------------------------------
    def changes(self, name, what, query):
        if name not in self.data["versions"]:
            raise Fault(422, "invalid", name + " is of type http: only content checks keep versions",
                        hint="sellersmart monitor add URL --type content --css SELECTOR")
        if what == "versions":
            return self.data["versions"][name]
        for diff in self.data["diffs"][name]:
            if int(query.get("to", diff["to"]["version"])) == diff["to"]["version"]:
                return diff
        raise Fault(404, "not_found", "to: there is no version " + query["to"])

    def history(self, since, by):
        """Points that look like a shop's days: slow at noon, down when its incidents were."""
        unit = timedelta(hours=1) if by == "hour" else timedelta(days=1)
        end = datetime.fromisoformat(self.now.replace("Z", "+00:00"))
        span = timedelta(hours=int(since[:-1])) if since[-1] == "h" else timedelta(days=int(since[:-1]))
        at = end - span
        at = at.replace(minute=0, second=0, microsecond=0, hour=at.hour if by == "hour" else 0)
        text = lambda t: t.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        out = dict(self.data["history"], since=text(at), until=text(end), points=[])
        while at < end:
            down = sum(i["opened_at"] < text(at + unit) and i["closed_at"] > text(at)
                       for i in out["incidents"])
            p50 = 120 + 80 * (1 - abs(at.hour - 12) / 12) + (at.day * 7) % 40
            out["points"].append({"at": text(at), "count": 60, "up": 60 - 8 * down, "degraded": 0,
                                  "down": 8 * down, "unknown": 0, "p50_ms": p50, "p95_ms": p50 * 1.8,
                                  "p99_ms": p50 * 2.4, "known_s": unit.total_seconds(),
                                  "uptime_pct": 100 - 13.3 * down, "maintenance": 0})
            at += unit
        return out

    # ---- the market --------------------------------------------------------------------------
    def market(self, plural, row, what, query, body):
        if what == "prices":
            text = query.get("q", "").lower()
            rows = [r for r in self.data["prices"].get(row["name"], []) if text in r["title"].lower()]
            if query.get("sort") == "title":
                rows = sorted(rows, key=lambda r: r["title"])
            return {"data": rows, "meta": {"total": len(rows), "position": 0, "limit": 100,
                                           "prev": None, "next": None}}
        if what == "analysis":
            return {"data": self.data["analysis"].get(row["name"], {"rival": row["name"]})}
        if what == "evidence":
            return {"data": self.data["evidence"]}
        if what == "history":
            end = datetime.fromisoformat(self.now.replace("Z", "+00:00"))
            text = lambda t: t.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            return {"data": dict(self.data["product_history"], until=text(end), floor_minor=row["floor_minor"],
                                 **{"from": text(end - timedelta(days=int(query["days"])))})}
        if what == "what-if":
            price = round(float(query["price"]) * 100)
            others = sorted(o["landed_minor"] for o in row["offers"]
                            if not o["mine"] and o["state"] == "listed")
            below = sum(o < price for o in others)
            return {"data": {"price_minor": price, "currency": row["currency"], "rank": below + 1,
                             "of": len(others) + 1, "cheapest_minor": others[0],
                             "gap_minor": others[0] - price, "offers_below": below,
                             "lead_minor": others[0] - 1, "floor_minor": row["floor_minor"],
                             "offers_above": sum(o > price for o in others),
                             "below_floor": row["floor_minor"] is not None and price < row["floor_minor"]}}
        if what == "floor":
            price = json.loads(body)["price"]
            row["floor_minor"] = None if price is None else round(float(price) * 100)
            return {"data": row}
        return self.act(plural, row, what, body)

    # ---- changes -------------------------------------------------------------------------
    def create(self, plural, body):
        name = body.get("name") or "new-%d" % self.next_id
        if any(r.get("name") == name for r in self.rows(plural)):
            raise Fault(409, "exists", "name: %s is taken" % name, "name", "choose another name")
        row = copy.deepcopy(self.data.get("new_" + KIND[plural], {}))
        row.update({k: v for k, v in body.items() if k not in ("kind", "id")})
        row.update({"kind": KIND[plural], "name": name, "version": 1,
                    "id": body.get("id") or "%s_new%010d" % (PREFIX[plural], self.next_id)})
        self.next_id += 1
        self.rows(plural).append(row)
        if "overview" in self.data and plural == "monitors" and self.data["overview"].get("empty"):
            self.data["overview"] = self.data["overview_after"]
        self.emit("list", {"kind": KIND[plural]})
        return row

    def batch(self, body):
        results = []
        for item in body["items"]:
            old = [r for r in self.data["monitors"] if r.get("name") == item["name"]]
            outcome = "created" if not old else "unchanged"
            results.append({"kind": item["kind"], "name": item["name"], "outcome": outcome,
                            "id": "", "changes": [], "missing_secrets": []})
            if not old and not body.get("dry_run"):
                results[-1]["id"] = self.create("monitors", item)["id"]
        return {"data": {"results": results, "counts": {}}}

    def act_on_alert(self, row, verb, body):
        given = json.loads(body) if body else {}
        if verb == "redeliver":
            dead = [d for d in row["deliveries"] if d["state"] == "dead"]
            for d in dead:
                d.update({"state": "pending", "attempts": 0, "next_at": None})
            return {"data": {"redelivered": len(dead)}}
        if row["state"] == "resolved":
            raise Fault(409, "conflict", "alert %d is resolved" % row["number"],
                        hint="sellersmart alert list")
        if verb == "ack":
            row.update({"state": "acknowledged", "acknowledged_by": given.get("by", "api"),
                        "acknowledged_at": self.now, "note": given.get("note")})
        elif verb == "unack":
            row.update({"state": "open", "acknowledged_by": None, "acknowledged_at": None})
        elif verb == "resolve":
            row.update({"state": "resolved", "resolved_at": self.now})
        elif verb == "snooze":
            seconds = {"s": 1, "m": 60, "h": 3600}[given["for"][-1]] * int(given["for"][:-1])
            end = datetime.fromisoformat(self.now.replace("Z", "+00:00")) + timedelta(seconds=seconds)
            row.update({"silenced": seconds > 0, "snoozed_until": end.isoformat(
                timespec="milliseconds").replace("+00:00", "Z") if seconds else None})
        self.emit("list", {"kind": "alert"})
        return {"data": row}

    def answer(self, row, verb):
        """To a pair in doubt. A yes answers what else the listing might be, too."""
        states = {"confirm": "confirmed", "reject": "rejected", "reopen": "pending"}
        if row["id"] == self.refused:
            raise Fault(503, "readonly", "the store does not accept writes now")
        if verb == "confirm":
            self.data["matches"] = [m for m in self.data["matches"] if m is row or m["state"] != "pending"
                                    or m["listing"]["id"] != row["listing"]["id"]]
        row["state"] = states[verb]
        return {"data": row}

    def act(self, plural, row, verb, body):
        if plural == "matches":
            return self.answer(row, verb)
        if plural == "alerts":
            return self.act_on_alert(row, verb, body)
        if plural == "notifiers" and verb == "test":
            return {"data": self.data["test_bad" if row["name"] == "bad" else "test"]}
        states = {"check": row["state"], "pause": "paused", "resume": "up", "cancel": "cancelled",
                  "run": "running", "scan": "scanning"}
        if verb not in states:
            raise Fault(404, "not_found", "no such action: " + verb)
        row["state"] = states[verb]
        return {"data": row}

    # ---- streams -------------------------------------------------------------------------
    def emit(self, event, data):
        self.emit_raw("event: %s\ndata: %s\n\n" % (event, json.dumps(data)))

    def emit_raw(self, text):
        for writer in self.streams.values():
            chunk = text.encode()
            writer.write(b"%x\r\n" % len(chunk) + chunk + b"\r\n")

    async def pulse(self):
        n = 0
        while True:
            await asyncio.sleep(0.01 if self.rate else 0.2)
            for _ in range(self.rate // 100):
                row = self.data["monitors"][n % min(64, len(self.data["monitors"]))]
                row["p95_1h_ms"] = 100 + (n * 37) % 900
                n += 1
                self.emit("row", {"kind": "monitor", "row": row})

    # ---- routes --------------------------------------------------------------------------
    def route(self, method, path, query, body):
        parts = [urllib.parse.unquote(p) for p in path.strip("/").split("/")]
        if parts[0] == "fake":
            return self.control(parts[1], query, body)
        parts = parts[1:]
        if parts == ["overview"]:
            return {"data": self.overview()}
        if parts == ["overview", "seen"]:
            for line in self.data["overview"]["attention"]:
                line["new"] = False
            return {"data": {}}
        if parts == ["reports", "monitors"]:
            report = self.data["report"]
            if query.get("month") != report["month"]:  # when there was only one monitor
                report = dict(report, month=query.get("month"), monitors=report["monitors"][:1])
            return {"data": report}
        if parts == ["daemon"]:
            return {"data": self.data["overview"]["daemon"]}
        if parts == ["doctor"]:
            return {"data": self.data["doctor"]}
        if parts == ["batch"]:
            return self.batch(json.loads(body))
        if parts[0] == "streams":
            return {"data": {}}
        plural = parts[0]
        if len(parts) == 1:
            if method == "POST":
                return {"data": self.create(plural, json.loads(body))}
            return self.list(plural, query)
        if plural == "secrets" and len(parts) == 3 and parts[2] == "value":
            if not any(r["name"] == parts[1] for r in self.data["secrets"]):
                self.create("secrets", {"name": parts[1], "updated_at": self.now})
            return {"data": self.find("secrets", parts[1])}
        if parts[:2] == ["brands", "compare"]:
            return {"data": {"brands": [self.data["brand_figures"][n] for n in query["brands"].split(",")]}}
        row = self.find(plural, parts[1])
        if plural == "brands" and parts[2:] == ["analysis"]:
            return {"data": self.data["brand_analysis"].get(row["name"], {"brand": row["name"]})}
        if len(parts) == 3 and plural in ("rivals", "products", "listings"):
            return self.market(plural, row, parts[2], query, body)
        if len(parts) == 3:
            if parts[2] == "history" and "by" in query:
                return {"data": self.history(query["since"], query["by"])}
            if plural == "jobs" and parts[2] == "log":
                return {"data": row["log"]}
            if parts[2] in ("history", "samples"):
                return {"data": self.data[parts[2]]}
            if parts[2] in ("diff", "versions"):
                return {"data": self.changes(row["name"], parts[2], query)}
            if parts[2] == "preview":
                return {"data": self.data["preview"]}
            return self.act(plural, row, parts[2], body)
        if method == "DELETE":
            self.rows(plural).remove(row)
        elif method == "PATCH":
            change = json.loads(body)
            if change.get("interval") == "13s":
                raise Fault(422, "invalid", "interval: 13s is unlucky here", "interval", "try 14s")
            row.update({k: v for k, v in change.items() if v is not None})
            row["version"] = row.get("version", 1) + 1
        return {"data": row}

    def control(self, what, query, body):
        if what == "emit":
            self.emit_raw(body)
        elif what == "rate":
            self.rate = int(query["n"])
        elif what == "refuse":
            self.refused = query["id"]
        return {"data": self.requests if what == "requests" else {}}


async def serve(api, reader, writer):
    stream = None
    try:
        while True:
            line = (await reader.readline()).decode()
            if not line:
                break
            method, target, _ = line.split()
            length = 0
            while True:
                head = (await reader.readline()).decode().strip()
                if not head:
                    break
                if head.lower().startswith("content-length:"):
                    length = int(head.split(":")[1])
            body = (await reader.readexactly(length)).decode() if length else ""
            url = urllib.parse.urlsplit(target)
            query = dict(urllib.parse.parse_qsl(url.query))
            api.requests.append("%s %s" % (method, target))
            if url.path == "/v1/stream":
                stream = "st_%d" % len(api.requests)
                api.streams[stream] = writer
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                             b"Transfer-Encoding: chunked\r\n\r\n")
                hello = "event: hello\ndata: %s\n\n" % json.dumps({"stream": stream, "epoch": 1,
                                                                 "seq": 1})
                writer.write(b"%x\r\n%s\r\n" % (len(hello), hello.encode()))
                await reader.read()
                break
            status, kind = 200, "application/json"
            try:
                answer = api.route(method, url.path, query, body)
            except Fault as fault:
                status, kind, answer = fault.status, "application/problem+json", fault.body
            text = json.dumps(answer).encode()
            writer.write(b"HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" %
                         (status, kind.encode(), len(text), text))
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        api.streams.pop(stream, None)
        writer.close()


async def main():
    p = argparse.ArgumentParser()
    p.add_argument("socket")
    p.add_argument("fixture")
    p.add_argument("--monitors", type=int, default=0)
    p.add_argument("--alerts", type=int, default=0)
    p.add_argument("--now", default="2026-11-23T06:42:11.000Z")
    args = p.parse_args()
    with open(args.fixture) as f:
        api = Api(json.load(f), args.monitors, args.now, args.alerts)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: os._exit(0))
    fresh = args.socket + ".new"
    server = await asyncio.start_unix_server(lambda r, w: serve(api, r, w), fresh)
    # The name appears when it is ready to answer.
    os.rename(fresh, args.socket)
    asyncio.create_task(api.pulse())
    await server.serve_forever()


asyncio.run(main())
