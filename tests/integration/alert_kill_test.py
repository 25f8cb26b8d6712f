#!/usr/bin/env python3
"""kill -9 at each marked point between a transition and the end of its delivery: nothing is lost,
nothing comes under two ids, the order is kept. The points are those that the source names."""
import http.server
import json
import os
import re
import subprocess
import threading

from lib import ROOT, Daemon, main, wait_until

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT_ONCE = {"min_severity": "critical", "group_by": ["alert"], "group_wait": "0s", "group_interval": "1s", "critical_interval": "0s"}


class Receiver(http.server.ThreadingHTTPServer):
    """Takes everything, and keeps it in the order of its coming."""

    daemon_threads = True

    def __init__(self):
        self.came = []  # (webhook-id, type, number)
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        alerts = body["data"].get("alerts") or [body["data"]]
        self.server.came.append((self.headers["webhook-id"],
                                 tuple((a["number"], a["what"], a["subject"]) for a in alerts)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


class Doomed(Daemon):
    """A daemon that kills itself at the point that `fault` names."""

    fault = None

    def environment(self):
        e = super().environment()
        if self.fault:
            e["SELLERSMART_FAULT"] = self.fault
        return e

    def restart_if_dead(self):
        if self.process.poll() is None:
            return False
        self.fault = None
        self.start()
        return True


def points():
    out = subprocess.run(["grep", "-rhoE", r'fault_point\("(alerts|outbox|transition)[.][a-z_.]+"\)', os.path.join(ROOT, "daemon")],
                         capture_output=True, text=True).stdout
    return sorted(set(re.findall(r'"([a-z_.]+)"', out)))


def acknowledged(daemon, method, path, body=None):
    """Ask until it is answered; a daemon that died on the way is started again. @return deaths"""
    deaths = 0
    while True:
        try:
            reply = daemon.request(method, path, body)
            assert reply.status < 300, (path, reply.status, reply.body)
            return deaths
        except OSError:
            wait_until(lambda: daemon.process.poll() is not None, "the daemon to be dead")
        deaths += daemon.restart_if_dead()


def start_doomed(daemon, point, nth):
    """Some points are passed by the start itself: then it is killed there, and at a later pass."""
    deaths = 0
    while True:
        daemon.fault = f"{point}:{nth + deaths}"
        try:
            daemon.start()
            return deaths
        except AssertionError:
            assert daemon.process.returncode == -9, daemon.log_text()
            deaths += 1


def wanted(came, name, what):
    return any(what == w and name == n for _, alerts in came for _, w, n in alerts)


def one_walk(point, nth):
    receiver = Receiver()
    daemon = Doomed(start=False)
    try:
        daemon.start()
        daemon.request("PUT", "/v1/secrets/ops-secret/value", SECRET.encode())
        reply = daemon.request("POST", "/v1/notifiers", dict(AT_ONCE, name="ops", type="webhook",
                               secret={"secret": "ops-secret"}, url=f"http://127.0.0.1:{receiver.server_port}/hook"))
        assert reply.status == 201, reply.body
        urls = {}
        for name in ("a", "b"):
            reply = daemon.request("POST", "/v1/monitors", {"name": name, "type": "heartbeat", "period": "1d"})
            assert reply.status == 201, reply.body
            urls[name] = daemon.get(f"/v1/monitors/{name}").data["ping_url"]
        daemon.stop()
        deaths = start_doomed(daemon, point, nth)
        for name, path, what in (("a", "/fail", "opened"), ("b", "/fail", "opened"), ("a", "", "resolved"),
                                 ("b", "", "resolved")):
            deaths += acknowledged(daemon, "GET", urls[name] + path)

            def there():
                nonlocal deaths
                deaths += daemon.restart_if_dead()
                return wanted(receiver.came, name, what)

            wait_until(there, f"{point}:{nth}: {name} {what}; came: {receiver.came}", timeout=30)
        wait_until(lambda: daemon.restart_if_dead() or all(
            d["state"] == "sent" for d in daemon.get("/v1/deliveries").data), "every delivery to be stored as sent")
        check(point, nth, receiver.came)
        assert [i["state"] for i in daemon.get("/v1/incidents").data] == ["closed"] * 2, point
        down = daemon.get("/v1/alerts?filter[state]=resolved&filter[rule]=monitor-down").data
        assert [a["state"] for a in down] == ["resolved"] * 2, (point, down)
        return deaths
    finally:
        daemon.stop()
        receiver.shutdown()
        receiver.server_close()


def check(point, nth, came):
    ids, order = {}, []
    for message, alerts in came:
        for alert in alerts:
            ids.setdefault(alert, set()).add(message)
            if alert not in order:
                order.append(alert)
    twice = {alert: messages for alert, messages in ids.items() if len(messages) > 1}
    assert not twice, f"{point}:{nth}: told under two ids: {twice}"
    assert [(name, what) for _, what, name in order] == [
        ("a", "opened"), ("b", "opened"), ("a", "resolved"), ("b", "resolved")], f"{point}:{nth}: {order}"
    assert len({number for number, _, _ in order}) == 2, f"{point}:{nth}: {order}"


def alert__survives_kill_at_each_point_of_its_way():
    names = points()
    assert len(names) >= 10, f"only {len(names)} points are marked: {names}"
    for point in names:
        deaths = one_walk(point, 1)
        assert deaths, f"{point}: the daemon never came there"


def alert__survives_kill_at_each_point_of_a_later_pass():
    for point in points():
        one_walk(point, 2)


if __name__ == "__main__":
    main(__import__("__main__"))
