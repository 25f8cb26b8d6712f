#!/usr/bin/env python3
"""From a transition to a webhook, with receivers that misbehave and a daemon that is killed on the way."""
import os
import sqlite3
import time

from lib import Daemon, Origin, main, wait_until
from receivers import WebhookServer

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
POINTS = ["outbox.before_send", "outbox.after_send", "outbox.before_result", "outbox.in_result",
          "outbox.after_result"]


class Faulty(Daemon):
    """Ends by SIGKILL at a point of its walk."""
    fault = None

    def environment(self):
        e = super().environment()
        if self.fault:
            e["SELLERSMART_FAULT"] = self.fault
        return e

    def rows(self, sql):
        with sqlite3.connect(f"file:{self.data}/store.db?mode=ro", uri=True) as db:
            return db.execute(sql).fetchall()


def add_ops(d, hooks, path="/ops", **fields):
    d.cli("secret", "set", "ops", input=SECRET, check=0)
    body = {"name": path.strip("/"), "type": "webhook", "url": hooks.url(path), "secret": {"secret": "ops"}, **fields}
    reply = d.request("POST", "/v1/notifiers", body)
    assert reply.status == 201, reply.body


def add_shop(d, origin, name="shop", interval="1s"):
    reply = d.request("POST", "/v1/monitors", {"name": name, "type": "http", "target": origin.url, "interval": interval,
                                               "retry_interval": "1s", "failures": 1, "recoveries": 1})
    assert reply.status == 201, reply.body
    d.wait_state(name, "up")


def kinds(hooks, path="/ops"):
    return [r.json["type"] for r in hooks.got(path)]


def a_webhook__leaves_at_once__and_once():
    with WebhookServer(secrets=[SECRET]) as hooks, Origin() as o, Faulty() as d:
        add_ops(d, hooks, critical_interval="0s")
        add_shop(d, o)
        o.status = 500
        d.wait_state("shop", "down")
        seen = time.monotonic()
        wait_until(lambda: hooks.got("/ops"), "the webhook")
        print(f"# {1000 * (time.monotonic() - seen):.0f} ms after the state was seen")
        o.status = 200
        wait_until(lambda: len(hooks.got("/ops")) == 2, "the recovery")
        assert kinds(hooks) == ["alert.opened", "alert.resolved"], kinds(hooks)
        assert len({r.id for r in hooks.got("/ops")}) == 2


def a_kill__at_each_point_of_a_delivery__loses_nothing_and_keeps_the_id():
    for point in POINTS:
        with WebhookServer(secrets=[SECRET]) as hooks, Origin() as o, Faulty() as d:
            add_ops(d, hooks)
            add_shop(d, o)
            d.stop()
            d.fault = point
            d.start()
            o.status = 500
            wait_until(lambda: d.process.poll() is not None, f"the kill at {point}")
            assert d.process.returncode == -9, d.log_text()
            before = hooks.got("/ops")
            d.fault = None
            d.start()
            wait_until(lambda: d.rows("SELECT 1 FROM delivery WHERE state = 'sent'"), f"sent after {point}")
            got = hooks.got("/ops")
            assert len({r.id for r in got}) == 1, (point, got)
            assert len(got) - len(before) == (0 if point == "outbox.after_result" else 1), (point, before, got)
            assert d.rows("SELECT count(*) FROM delivery") == [(1,)]


def a_receiver_that_fails__gets_the_same_id_again__others_do_not_wait():
    with WebhookServer(secrets=[SECRET]) as hooks, Origin() as o, Faulty() as d:
        hooks.script("/ops", "429:1,never,200")
        add_ops(d, hooks, timeout="1s")
        add_ops(d, hooks, "/other")
        add_shop(d, o)
        o.status = 500
        wait_until(lambda: hooks.got("/other"), "the other one")
        wait_until(lambda: len(hooks.got("/ops")) == 2, "what Retry-After asked for")
        first, second = hooks.got("/ops")
        assert first.id == second.id
        assert second.headers["webhook-id"] != hooks.got("/other")[0].id
        wait_until(lambda: d.get("/metrics").body.decode().find('result="failed"} 2') > 0, "two failures counted")


def a_receiver_that_is_gone__pauses_its_notifier():
    with WebhookServer(secrets=[SECRET]) as hooks, Origin() as o, Faulty() as d:
        hooks.script("/ops", "410")
        add_ops(d, hooks)
        add_shop(d, o)
        o.status = 500
        wait_until(lambda: d.get("/v1/notifiers/ops").data["paused"], "the pause")
        wait_until(lambda: d.rows("SELECT 1 FROM delivery WHERE state = 'dead' AND status = 410"), "dead")
        topics = [e["topic"] for e in d.get("/v1/events").data]
        assert "notifier.disabled" in topics, topics


def the_end_of_the_daemon__does_not_wait__for_a_receiver_that_never_answers():
    with WebhookServer(secrets=[SECRET]) as hooks, Origin() as o, Faulty() as d:
        hooks.script("/ops", "never")
        add_ops(d, hooks, timeout="120s")
        add_shop(d, o)
        o.status = 500
        wait_until(lambda: hooks.got("/ops"), "the first try")
        assert d.stop() < 3
        hooks.script("/ops", "200")
        d.start()
        wait_until(lambda: len(hooks.got("/ops")) == 2, "the second try")
        first, second = hooks.got("/ops")
        assert first.id == second.id


def an_address__is_never_shown__in_errors():
    with Origin() as o, Faulty() as d:
        d.cli("secret", "set", "ops", input=SECRET, check=0)
        body = {"name": "ops", "type": "webhook", "url": "http://127.0.0.1:1/T0/verysecret?t=alsosecret",
                "secret": {"secret": "ops"}}
        assert d.request("POST", "/v1/notifiers", body).status == 201
        add_shop(d, o)
        o.status = 500
        rows = wait_until(lambda: d.rows("SELECT answer FROM delivery WHERE attempts > 0"), "a failure")
        assert rows == [("http://127.0.0.1:1: connection refused",)], rows
        assert "secret" not in d.log_text()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    main(__import__("__main__"))
