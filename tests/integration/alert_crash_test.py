#!/usr/bin/env python3
"""kill -9 at each point between a transition and the end of delivery: nothing is lost, nothing leaves under two
ids, the order holds. The daemon ends itself at a point (SELLERSMART_FAULT), so each is really met."""
import signal
import sqlite3

from lib import Daemon, Origin, main, wait_until
from receivers import WebhookServer

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
POINTS = ["transition.in_op", "transition.committed", "alerts.events_read", "alerts.judged",
          "alerts.before_commit", "alerts.in_op", "alerts.alerts_written", "alerts.messages_written",
          "alerts.op_end", "alerts.committed", "alerts.outbox_woken"]


class Watched(Daemon):
    """A daemon with a shop and a notifier, that may be told where to end."""
    fault = None

    def environment(self):
        e = super().environment()
        if self.fault:
            e["SELLERSMART_FAULT"] = self.fault
        return e

    def set_up(self, origin, hooks):
        self.cli("secret", "set", "s", input=SECRET, check=0)
        made = self.request("POST", "/v1/notifiers", {
            "name": "ops", "type": "webhook", "url": hooks.url("/ops"), "secret": {"secret": "s"},
            "critical_interval": "0s", "group_interval": "1s"})
        assert made.status == 201, made.body
        made = self.request("POST", "/v1/monitors", {
            "name": "garden", "target": origin.url, "interval": "1s", "failures": 1, "recoveries": 1})
        assert made.status == 201, made.body
        self.wait_state("garden", "up")

    def restart(self, fault=None):
        self.stop()
        self.fault = fault
        self.start()

    def dies(self, what):
        wait_until(lambda: self.process.poll() is not None, f"the daemon to end at {what}")
        assert self.process.returncode == -signal.SIGKILL, (what, self.process.returncode)
        self.fault = None
        self.start()

    def rows(self, sql):
        with sqlite3.connect(f"file:{self.data}/store.db?mode=ro", uri=True) as db:
            return db.execute(sql).fetchall()


def told(hooks):
    """(type, webhook-id) in order of arrival, each once however often it was tried."""
    seen = []
    for r in hooks.got("/ops"):
        one = (r.json["type"], r.headers["webhook-id"])
        if one not in seen:
            seen.append(one)
    return seen


def kinds(hooks):
    return [kind for kind, _ in told(hooks)]


def down_at(daemon, origin, hooks, point):
    daemon.restart(point)
    origin.status = 500
    daemon.dies(point)
    wait_until(lambda: kinds(hooks) == ["alert.opened"], f"DOWN after {point}")
    origin.status = 200
    wait_until(lambda: len(told(hooks)) > 1, f"UP after {point}")
    assert kinds(hooks) == ["alert.opened", "alert.resolved"], (point, told(hooks))


def up_at(daemon, origin, hooks, point):
    daemon.restart()
    origin.status = 500
    wait_until(lambda: kinds(hooks) == ["alert.opened"], "DOWN")
    daemon.restart(point)
    origin.status = 200
    daemon.dies(point)
    wait_until(lambda: len(told(hooks)) > 1, f"UP after {point}")
    assert kinds(hooks) == ["alert.opened", "alert.resolved"], (point, told(hooks))


def each_point(walk, points):
    for point in points:
        with Origin() as origin, WebhookServer() as hooks, Watched() as daemon:
            daemon.set_up(origin, hooks)
            walk(daemon, origin, hooks, point)
            wait_until(lambda: not daemon.rows("SELECT 1 FROM delivery WHERE state = 'pending'"),
                       f"the outbox to be empty after {point}")
            assert len(told(hooks)) == len({ident for _, ident in told(hooks)}) == 2, (point, told(hooks))
            assert daemon.rows("SELECT state FROM alert") == [("resolved",)], point
            assert daemon.rows("SELECT count(*) FROM incident") == [(1,)], point


def killed_anywhere__down_is_told_once_and_then_up():
    each_point(down_at, POINTS)


def killed_anywhere__up_is_told_once():
    each_point(up_at, [p for p in POINTS if "in_op" in p or "committed" in p])


if __name__ == "__main__":
    main(__import__("__main__"))
