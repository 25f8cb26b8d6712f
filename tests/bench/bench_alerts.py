#!/usr/bin/env python3
"""Alerts beside 10,000 monitors in the real daemon: from a confirmed failure to the critical webhook at
its receiver; what a mail server that hangs does to the lateness of checks; 10,000 alerts at once: memory,
messages, a frame of the dashboard. Prints figures and their ratio to what is to be reached; nothing
passes or fails here.

    tests/bench/bench_alerts.py [MONITORS] [FAILURES]
"""
import http.server
import json
import os
import socket
import sys
import threading
import time
from datetime import datetime

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "screens"))
from bench_engine import Daemon, Reading, add_monitors, figure, p99_late, start_fake  # noqa: E402
from lib import UnixConnection, wait_until  # noqa: E402
from rig import number, shot  # noqa: E402


class Receiver(http.server.ThreadingHTTPServer):
    """A webhook receiver that notes when each message had come."""

    daemon_threads = True

    def __init__(self):
        self.messages = []
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        at = time.time()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.messages.append((at, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def add_webhook(daemon, receiver, **fields):
    daemon.request("PUT", "/v1/secrets/ops-secret/value", SECRET.encode())
    add(daemon, "notifier", [dict(fields, name="ops", type="webhook", url=receiver.url,
                                  secret={"secret": "ops-secret"})])


def deaf_server():
    """Accepts, and never says a word."""
    listener = socket.create_server(("127.0.0.1", 0))
    kept = []

    def accept():
        while True:
            kept.append(listener.accept())

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def add(daemon, kind, items):
    for start in range(0, len(items), 500):
        reply = daemon.request("POST", "/v1/batch", {"items": [dict(i, kind=kind) for i in items[start:start + 500]]})
        assert reply.status in (200, 201), reply.body[:500]


def heartbeats(daemon, prefix, n):
    """Jobs that report by themselves: their failures are confirmed at once, one ping each."""
    add(daemon, "monitor", [{"name": f"{prefix}-{i:05d}", "type": "heartbeat", "period": "1d"} for i in range(n)])
    urls, after = [], ""
    while len(urls) < n:
        page = daemon.get(f"/v1/monitors?limit=1000&q={prefix}-&sort=name{after}").json
        urls += [m["ping_url"] for m in page["data"]]
        after = "&after=" + page["data"][-1]["id"]
    return urls


def ping(connection, url):
    connection.request("GET", url)
    connection.getresponse().read()


def unix_ms(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000


def delays(daemon, receiver, urls):
    """Of each failure: from the time its incident was confirmed to the webhook being there, ms."""
    connection = UnixConnection(daemon.socket)
    for i, url in enumerate(urls):
        ping(connection, url + "/fail")
        wait_until(lambda: len(receiver.messages) > i, "the webhook")
    confirmed = {}
    for incident in daemon.get("/v1/incidents?limit=1000").data:
        confirmed[incident["id"]] = unix_ms(incident["confirmed_at"])
    took = []
    for at, body in receiver.messages:
        text = json.dumps(body)
        took += [1000 * at - ms for incident, ms in confirmed.items() if incident in text]
    return sorted(took)


def lateness(daemon, seconds):
    before = Reading(daemon)
    time.sleep(seconds)
    return p99_late(before, Reading(daemon))


def beside_load(n, failures):
    receiver = Receiver()
    with Daemon() as daemon:
        add_webhook(daemon, receiver, group_by=["alert"], min_severity="critical")
        # Every tenth of these monitors never answers: its own alerts must not be in the way of the clock.
        add_monitors(daemon, n)
        urls = heartbeats(daemon, "job", failures)
        time.sleep(90)
        quiet = wait_quiet(receiver)
        print(f"  {quiet} messages of the monitors that never answered came before")
        receiver.messages.clear()
        took = delays(daemon, receiver, urls)
        figure("confirmed to webhook, median", f"{took[len(took) // 2]:.1f}", "ms", 100)
        figure("confirmed to webhook, p99", f"{took[int(len(took) * 0.99)]:.1f}", "ms", 100)
        calm = lateness(daemon, 60)
        add(daemon, "notifier", [{"name": "mail", "type": "smtp", "host": "127.0.0.1", "port": deaf_server(),
                                  "tls": "none", "from": "a@shop.example", "to": ["b@shop.example"],
                                  "timeout": "60s", "min_severity": "critical"}])
        connection = UnixConnection(daemon.socket)
        for url in urls:
            ping(connection, url)
            ping(connection, url + "/fail")
        hanging = lateness(daemon, 60)
        print(f"  p99 lateness at most {calm} s without, {hanging} s with a mail server that hangs for 60 s;"
              " to reach: < 0.010 s more")


def wait_quiet(receiver):
    seen = -1
    while seen != len(receiver.messages):
        seen = len(receiver.messages)
        time.sleep(5)
    return seen


def at_once(n):
    receiver = Receiver()
    with Daemon() as daemon:
        add_webhook(daemon, receiver)
        urls = heartbeats(daemon, "job", n)
        time.sleep(5)
        before = Reading(daemon)
        connection = UnixConnection(daemon.socket)
        start = time.monotonic()
        for url in urls:
            ping(connection, url + "/fail")
        sent = time.monotonic() - start
        wait_until(lambda: daemon.get("/v1/overview").data["alerts"]["open"] == n, "all alerts", timeout=120)
        print(f"  {n} failures reported in {sent:.1f} s, {time.monotonic() - start:.1f} s until all alerts were open")
        time.sleep(35)
        after = Reading(daemon)
        figure(f"{n} alerts: more memory", f"{(after.rss_kb - before.rss_kb) / 1024:.1f}", "MiB", 30)
        figure("messages", len(receiver.messages), "", 10)
        out = shot(daemon.socket, "text:Overview", "key:2", "text:job-", "quiet:500", "reach:\\E:job-",
                   "quiet:200", "reach:\\h:job-", "load:3000", "latency:100", "rss", now="0")
        figure("dashboard: key to frame, p95", f"{number(out, 'p95'):.1f}", "ms", 50)
        figure("dashboard: resident", f"{number(out, 'rss') / 1024:.1f}", "MB", 15)


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    failures = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    start_fake()
    beside_load(n, failures)
    at_once(n)


if __name__ == "__main__":
    main()
