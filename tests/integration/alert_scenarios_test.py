#!/usr/bin/env python3
"""What people are told of the situations of acceptance_test.py, by a real daemon to a real receiver: each
trouble once, with its true beginning, and its end; nothing of what is not theirs. That nothing is told is
seen by a canary: an alert that came later, and has arrived."""
import itertools
import os
import socket
import subprocess
import tempfile
import threading

from acceptance_test import BadServer, add, checked, incidents, look
from checks_test import NameServer
from clock_test import FAKETIME, SteppedDaemon
from content_test import html, page
from lib import Daemon, Origin, main, wait_until
from receivers import WebhookServer, missing
from truth_test import Doorman, closed_port

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT_ONCE = {"group_wait": "0s", "group_interval": "1s", "critical_interval": "0s"}
QUICK = {"interval": "1s", "retry_interval": "1s", "failures": 2, "recoveries": 1}
canaries = itertools.count()


class Router:
    """Takes connections and ends them, until it is closed; Router(port) takes them again."""

    def __init__(self, port=0):
        self.listener = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                self.listener.accept()[0].close()
            except OSError:
                return

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self.listener.close()


class Receiver(WebhookServer):
    """What it took, as people read it."""

    def __init__(self):
        super().__init__(secrets=[SECRET])

    def taken(self):
        """Messages; one that came twice under its id (the daemon died before it noted the answer) is one."""
        return list({r.id: r for r in reversed(self.got("/ops")) if r.answer.startswith("2")}.values())[::-1]

    def told(self, subject=None):
        """(what, subject, rule) of each alert in each message, in order; canaries aside."""
        lines = [(a["what"], a["subject"], a["rule"]) for r in self.taken() for a in r.json["data"].get("alerts", [])]
        return [x for x in lines if not x[1].startswith("canary") and subject in (None, x[1])]

    def alert(self, what, subject):
        """The newest line of that kind."""
        return [a for r in self.taken() for a in r.json["data"].get("alerts", []) if (a["what"], a["subject"]) == (what, subject)][-1]

    def wait(self, *expected, timeout=20):
        """Until it was told exactly this, and no more."""
        try:
            wait_until(lambda: self.told() == list(expected), f"{list(expected)}", timeout)
        except AssertionError as e:
            raise AssertionError(f"{e}; it was told {self.told()}, got {self.got()}") from None


def opened(name, rule="monitor-down"):
    return ("opened", name, rule)


def changed(name, rule="monitor-down"):
    return ("changed", name, rule)


def resolved(name, rule="monitor-down"):
    return ("resolved", name, rule)


def tell(d, hooks, name="ops", **more):
    """Each alert in messages of its own, at once."""
    if name == "ops":
        assert d.request("PUT", "/v1/secrets/hook/value", SECRET.encode()).status < 300
    body = {"name": name, "type": "webhook", "url": hooks.url(f"/{name}"), "secret": {"secret": "hook"}, **AT_ONCE,
            "group_by": ["alert"], **more}
    done = d.request("POST", "/v1/notifiers", body)
    assert done.status == 201, done.body


def metrics(d):
    text = d.get("/metrics").body.decode()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[:1] != "#"}


def waiting(d, n, name="ops"):
    """So many messages wait to be sent."""
    wait_until(lambda: metrics(d).get(f'sellersmart_outbox_pending{{notifier="{name}"}}') == n, f"{n} messages to wait")


def canary(d, hooks):
    """All that happened before has been told by now."""
    name = f"canary-{next(canaries)}"
    add(d, name, f"tcp://127.0.0.1:{closed_port()}")
    wait_until(lambda: any(name == a["subject"] for r in hooks.taken() for a in r.json["data"].get("alerts", [])), "the canary")


def scenario_01__a_name_that_is_not_there_is_told__a_silent_resolver_is_not():
    with Receiver() as hooks, NameServer() as ns, Daemon(
            config=f"nameservers: {ns.address}\nresolver_timeout: 300ms\nwitnesses: none\n") as d:
        tell(d, hooks)
        add(d, "silent", "http://silent.test/", timeout="2s")
        d.wait_state("silent", "unknown")
        add(d, "gone", "http://nx.test/")
        d.wait_state("gone", "down")
        canary(d, hooks)
        hooks.wait(opened("gone"))
        assert "nx.test" in hooks.alert("opened", "gone")["reason"], hooks.alert("opened", "gone")


def scenario_08__a_clock_that_is_set_tells_nothing():
    if not FAKETIME:
        return missing("libfaketime is not installed")
    with Receiver() as hooks, Origin() as o, SteppedDaemon() as d:
        hooks.secrets = []  # its clock is not ours
        d.start()
        tell(d, hooks)
        add(d, "shop", o.url, **QUICK)
        d.wait_state("shop", "up")
        o.status = 500
        hooks.wait(opened("shop"))
        for offset in ("+1h", "-1h", "+0"):
            hits = o.hits
            d.step(offset)
            wait_until(lambda: o.hits > hits + 1, "checks to go on")
        o.status = 200
        hooks.wait(opened("shop"), resolved("shop"))
        assert 0 <= hooks.alert("resolved", "shop")["duration_ms"] < 60000, hooks.alert("resolved", "shop")
    return None


def scenario_10__a_kill_in_an_outage_tells_it_once_and_its_end_once():
    with Receiver() as hooks, Origin() as o, Daemon() as d:
        tell(d, hooks)
        add(d, "shop", o.url, **QUICK)
        d.wait_state("shop", "up")
        o.status = 500
        hooks.wait(opened("shop"))
        first = hooks.alert("opened", "shop")
        for _ in range(2):
            d.kill()
            d.start()
            hits = o.hits
            wait_until(lambda: o.hits > hits + 1, "checks after the restart")
        canary(d, hooks)
        hooks.wait(opened("shop"))
        d.kill()
        o.status = 200
        d.start()
        hooks.wait(opened("shop"), resolved("shop"))
        last = hooks.alert("resolved", "shop")
        assert [last[k] for k in ("number", "id", "since", "incident")] == [
            first[k] for k in ("number", "id", "since", "incident")], (first, last)


def scenario_11__what_a_crash_kept_back_arrives_under_its_id():
    with Receiver() as hooks, Origin() as o, Daemon() as d:
        tell(d, hooks)
        add(d, "shop", o.url, **QUICK)
        d.wait_state("shop", "up")
        hooks.script("/ops", "never")
        o.status = 500
        wait_until(lambda: hooks.got("/ops"), "the first try")
        d.kill()  # it was sent, and nobody knows whether it was taken
        hooks.script("/ops", "500,200")
        d.start()
        hooks.wait(opened("shop"))
        assert len({r.id for r in hooks.got("/ops")}) == 1, hooks.got("/ops")
        assert [r.answer for r in hooks.got("/ops")] == ["never", "500", "200"], hooks.got("/ops")
        stamps = [int(r.headers["webhook-timestamp"]) for r in hooks.got("/ops")]
        assert stamps == sorted(stamps) and len({r.body for r in hooks.got("/ops")}) == 1


def scenario_12__a_receiver_that_was_away_gets_all_in_order():
    with Receiver() as hooks, Origin() as o, Daemon() as d:
        tell(d, hooks)
        add(d, "shop", o.url)
        d.wait_state("shop", "up")
        hooks.stop()
        for n, status in enumerate((500, 200, 500, 200), 1):
            o.status = status
            look(d, "shop")
            waiting(d, n)
        hooks.start()
        hooks.wait(opened("shop"), resolved("shop"), opened("shop"), resolved("shop"), timeout=30)
        numbers = [a["number"] for r in hooks.taken() for a in r.json["data"].get("alerts", [])]
        assert numbers[0] == numbers[1] != numbers[2] == numbers[3], numbers


def scenario_12__after_an_hour_short_outages_are_one_summary():
    if not FAKETIME:
        return missing("libfaketime is not installed")
    with Receiver() as hooks, Origin() as o, SteppedDaemon() as d:
        hooks.secrets = []  # its clock is not ours
        d.start()
        tell(d, hooks)
        for name in ("till", "shop-0", "shop-1"):
            add(d, name, o.url)
            d.wait_state(name, "up")
        hooks.script("/ops", "500")
        o.status = 500
        look(d, "till")
        wait_until(lambda: hooks.got("/ops"), "the first try")
        d.step("+1h")
        n = itertools.count(2)
        for name in ("shop-0", "shop-1"):
            for o.status in (500, 200):
                look(d, name)
                waiting(d, next(n))
        add(d, "lasts", f"tcp://127.0.0.1:{closed_port()}")
        waiting(d, next(n))
        hooks.script("/ops", "200")
        d.step("+2h")
        wait_until(lambda: any(r.json["type"] == "alert.summary" for r in hooks.taken()), "the summary", 60)
        first, summary = hooks.taken()
        assert first.json["data"]["alerts"][0]["subject"] == "till" and first.id == hooks.got("/ops")[0].id, first
        lines = summary.json["data"]["lines"]
        assert len(lines) >= 2 and lines[0].startswith("shop-0 ") and lines[1].startswith("shop-1 "), lines
        assert [(a["what"], a["subject"]) for a in summary.json["data"]["alerts"]] == [("opened", "lasts")], summary
    return None


def scenario_13__a_receiver_that_hangs_delays_no_check_and_no_other():
    with Receiver() as hooks, Origin() as o, Daemon() as d:
        tell(d, hooks)
        hooks.script("/slow", "never")
        tell(d, hooks, "slow", timeout="120s")
        for i in range(20):
            add(d, f"shop-{i}", o.url, **QUICK)
        with socket.create_server(("127.0.0.1", 0)) as mail:  # connected, and never a greeting
            done = d.request("POST", "/v1/notifiers", {
                "name": "mail", "type": "smtp", "host": "127.0.0.1", "port": mail.getsockname()[1], "tls": "none",
                "from": "a@shop.test", "to": ["b@shop.test"], "timeout": "120s", **AT_ONCE})
            assert done.status == 201, done.body
            hanging(d, hooks, o)


def hanging(d, hooks, o):
    add(d, "till", f"tcp://127.0.0.1:{closed_port()}")
    wait_until(lambda: hooks.got("/slow"), "a receiver that hangs")
    hooks.wait(opened("till"))  # the others are told meanwhile
    before, hits = metrics(d), o.hits
    wait_until(lambda: o.hits >= hits + 100, "checks to go on")
    after = metrics(d)
    many = after["sellersmart_check_late_seconds_count"] - before["sellersmart_check_late_seconds_count"]
    soon = 'sellersmart_check_late_seconds_bucket{le="0.100"}'
    assert many >= 90 and after[soon] - before[soon] >= 0.95 * many, (many, after[soon] - before[soon])


def scenario_16__answers_that_alternate_are_three_messages():
    with Receiver() as hooks, Origin() as o, Daemon() as d:
        tell(d, hooks)
        add(d, "shop", o.url, failures=1, recoveries=2)
        d.wait_state("shop", "up")
        for i in range(30):
            o.status = 200 if i % 2 else 500
            look(d, "shop")
        d.wait_state("shop", "flapping")
        canary(d, hooks)
        hooks.wait(opened("shop"), changed("shop"))
        o.status = 200
        for _ in range(20):
            look(d, "shop")
        d.wait_state("shop", "up")
        hooks.wait(opened("shop"), changed("shop"), resolved("shop"))
        assert hooks.alert("changed", "shop")["condition"] == "flapping", hooks.alert("changed", "shop")


def family(d, port, children, **more):
    """A router and what is behind it, all at one address."""
    def one(name, **parents):
        return {"kind": "monitor", "name": name, "type": "tcp", "target": f"127.0.0.1:{port}", "timeout": "500ms",
                **QUICK, **parents, **more}

    items = [one("router")] + [one(f"shop-{i}", depends_on=["router"]) for i in range(children)]
    for first in range(0, len(items), 500):
        assert d.request("POST", "/v1/batch", {"items": items[first:first + 500]}, timeout=60).status == 200
    counts(d, "up", children + 1)


def counts(d, state, n):
    wait_until(lambda: d.get("/v1/overview").data["counts"]["monitors"].get(state) == n, f"{n} monitors to be {state}", 60)


def scenario_17__a_router_is_one_alert__and_who_is_still_down_after_it_tells_itself():
    with Receiver() as hooks, Daemon() as d:
        router = Router()
        tell(d, hooks)
        family(d, router.port, 30)
        router.close()
        counts(d, "down", 31)
        canary(d, hooks)
        hooks.wait(opened("router"))
        assert len(incidents(d, "shop-7", 1)) == 1, "recorded all the same"
        done = d.request("PATCH", "/v1/monitors/shop-7", {"target": f"127.0.0.1:{closed_port()}"})
        assert done.status == 200, done.body
        again = Router(router.port)
        wait_until(lambda: opened("shop-7") in hooks.told(), "the child that is still down", 30)
        canary(d, hooks)
        assert sorted(hooks.told()) == sorted([opened("router"), resolved("router"), opened("shop-7")]), hooks.told()
        again.close()


def scenario_17__a_thousand_behind_a_dead_router_are_one_message():
    many = 1000
    with Receiver() as hooks, Daemon() as d:
        router = Router()
        tell(d, hooks)
        family(d, router.port, many, interval="4s", failures=1)
        router.close()
        counts(d, "down", many + 1)
        canary(d, hooks)
        hooks.wait(opened("router"))
        again = Router(router.port)
        counts(d, "up", many + 1)
        canary(d, hooks)
        hooks.wait(opened("router"), resolved("router"))
        again.close()


def scenario_18__our_own_connection_is_one_alert_and_no_shop_is_told():
    a, silent = Doorman(), closed_port()
    with Receiver() as hooks, Daemon(config=f"witnesses: 127.0.0.1:{a.port}\nnameservers: 127.0.0.1:{silent}\n"
                                            "resolver_timeout: 100ms\n") as d:
        tell(d, hooks)
        a.close()
        for name in ("one", "two", "three"):
            add(d, name, f"http://{name}.test/", **QUICK)
        for name in ("one", "two", "three"):
            wait_until(lambda: "own connection is lost" in (d.monitor(name)["reason"] or ""), f"{name} to be cut off")
        wait_until(lambda: [rule for _, _, rule in hooks.told()] == ["network-lost"], "one alert")
        again = Doorman(a.port)
        wait_until(lambda: [(what, rule) for what, _, rule in hooks.told()] == [
            ("opened", "network-lost"), ("resolved", "network-lost")], "and its end", 30)
        assert d.get("/v1/incidents").data == []
        again.close()


def scenario_19__a_black_hole_in_ipv6_is_told_where_both_are_wanted():
    with Receiver() as hooks, BadServer() as bad, NameServer() as ns, Daemon(
            config=f"nameservers: {ns.address}\nwitnesses: none\n") as d:
        tell(d, hooks)
        target = f"deadv6.test:{bad.ports['black_hole6']}"
        add(d, "auto", target, type="tcp", timeout="3s")
        add(d, "both", target, type="tcp", ip="both", timeout="3s")
        checked(d, "auto")
        d.wait_state("both", "degraded")
        canary(d, hooks)
        hooks.wait(opened("both", "monitor-slow"))
        assert "IPv6" in hooks.alert("opened", "both")["reason"] and d.monitor("auto")["state"] == "up"


def scenario_20__what_went_down_in_a_maintenance_is_told_at_its_end_with_its_true_start():
    with Receiver() as hooks, Origin() as o, Daemon() as d:
        tell(d, hooks)
        add(d, "shop", o.url, tags=["shop"], **QUICK)
        d.wait_state("shop", "up")
        d.cli("maintenance", "add", "now", "--for", "30m", "--tag", "shop", check=0)
        d.wait_state("shop", "maintenance")
        o.status = 500
        one = incidents(d, "shop", 1)[0]
        canary(d, hooks)
        hooks.wait()
        d.cli("maintenance", "rm", "now", "--yes", check=0)
        hooks.wait(opened("shop"))
        told = hooks.alert("opened", "shop")
        assert told["since"] == one["opened_at"] and told["incident"] == one["id"], (told, one)
        assert told["changed"] == [{"what": "status", "from": "200", "to": "500"}], told
        o.status = 200
        hooks.wait(opened("shop"), resolved("shop"))


def scenario_21__a_job_that_does_not_finish_is_told_late_once():
    with Receiver() as hooks, Daemon() as d:
        tell(d, hooks)
        done = d.request("POST", "/v1/monitors", {"name": "nightly", "type": "heartbeat", "period": "1d", "grace": "1h",
                                                  "max_runtime": "1s"})
        ping = done.data["ping_url"][done.data["ping_url"].index("/ping/"):]
        assert d.get(ping + "/start").status == 200
        hooks.wait(opened("nightly"))
        assert "has not finished" in hooks.alert("opened", "nightly")["reason"]
        d.kill()
        d.start()
        canary(d, hooks)
        hooks.wait(opened("nightly"))
        assert d.get(ping).status == 200
        hooks.wait(opened("nightly"), resolved("nightly"))
        # One that says itself that it failed is down at once, and told once however often it fails.
        for _ in range(3):
            assert d.get(ping + "/fail").status == 200
        canary(d, hooks)
        hooks.wait(opened("nightly"), resolved("nightly"), opened("nightly"))


def scenario_22__a_value_that_flips_twenty_times_an_hour_is_one_alert():
    with Receiver() as hooks, Origin() as o, Daemon() as d:
        tell(d, hooks)
        html(o, page("1.00"))
        add(d, "price", o.url, type="content", css="#price", confirm=1)
        checked(d, "price")
        for n in range(1, 21):
            html(o, page(f"{1 + n}.00"))

            def changed():  # a look that a busy machine cut short says nothing
                look(d, "price")
                return len(d.get("/v1/events?topic=content.changed&limit=100").data) == n
            wait_until(changed, f"change {n}", 30)
        canary(d, hooks)
        hooks.wait(opened("price", "content-changed"))


def scenario_23__a_full_disk_stops_neither_checks_nor_what_is_told_later():
    mount = tempfile.mkdtemp(prefix="sellersmart-full-")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", mount], capture_output=True).returncode:
        os.rmdir(mount)
        return missing("no permission to mount")
    try:
        d = Daemon(start=False)
        d.data = os.path.join(mount, "data")
        with d, Receiver() as hooks, Origin() as o:
            d.start()
            tell(d, hooks)
            add(d, "shop", o.url, **QUICK)
            d.wait_state("shop", "up")
            ballast = os.path.join(mount, "ballast")
            fd = os.open(ballast, os.O_WRONLY | os.O_CREAT)
            try:
                while True:
                    os.write(fd, b"x" * 4096)
            except OSError:
                os.close(fd)
            wait_until(lambda: d.request("PUT", "/v1/secrets/big/value", os.urandom(60000)).status >= 500, "no writes")
            o.status = 500
            d.wait_state("shop", "down")
            levels = [x["level"] for x in d.get("/v1/overview").data["attention"]]
            assert "STORE" in levels and "DOWN" in levels, levels
            past = wait_until(lambda: [r for r in hooks.taken() if r.json["type"] == "store.readonly"], "word of it", 60)
            assert past[0].json["data"]["title"].startswith("DOWN shop: "), past[0].json
            os.unlink(ballast)
            wait_until(lambda: opened("shop") in hooks.told(), "the alert", 30)
            o.status = 200
            wait_until(lambda: resolved("shop") in hooks.told(), "its end")
            assert hooks.told("shop") == [opened("shop"), resolved("shop")], hooks.told()
            stored = wait_until(lambda: [m for m in d.get("/v1/deliveries?limit=50").data
                                         if m["topic"] == "store.readonly"], "what was told past the store", 30)
            assert [(m["id"], m["state"]) for m in stored] == [(past[0].headers["webhook-id"], "sent")], stored
            assert len([r for r in hooks.taken() if r.json["type"] == "store.readonly"]) == 1
    finally:
        subprocess.run(["umount", "-l", mount])
        os.rmdir(mount)
    return None


def deleted__monitor_ends_its_alert__and_pausing_does():
    with Receiver() as hooks, Daemon() as d:
        tell(d, hooks)
        for name in ("gone", "held"):
            add(d, name, f"tcp://127.0.0.1:{closed_port()}")
            wait_until(lambda: opened(name) in hooks.told(), "its alert")
        assert d.request("DELETE", "/v1/monitors/gone").status == 200
        wait_until(lambda: resolved("gone") in hooks.told(), "the end of what was deleted")
        assert d.request("PATCH", "/v1/monitors/held", {"paused": True}).status == 200
        hooks.wait(opened("gone"), opened("held"), resolved("gone"), resolved("held"))


def degraded(bad):
    return {"slow": {"target": f"deadv6.test:{bad.ports['black_hole6']}", "type": "tcp", "ip": "both", "timeout": "3s"},
            "ends": {"target": f"tls://localhost:{bad.ports['tls_soon_intermediate']}", "ip": "4", "verify": False},
            "past": {"target": f"tls://localhost:{bad.ports['tls_expired']}", "ip": "4", "verify": False}}


# Each word of Overview and the rule whose alert says the same; None: nothing to tell yet, or nothing of theirs.
WORDS = {"DOWN": "monitor-down", "LATE": "monitor-down", "FLAPS": "monitor-down", "SLOW": "monitor-slow",
         "CERT": "certificate-ending", "CHANGED": None, "PENDING": None, "UNKNOWN": None}


def overview__and_alerts__say_the_same():
    with Receiver() as hooks, BadServer() as bad, NameServer() as ns, Origin() as o, Origin() as text, Daemon(
            config=f"nameservers: {ns.address}\nresolver_timeout: 300ms\nwitnesses: none\n") as d:
        tell(d, hooks)
        add(d, "flaps", o.url)
        html(text, page("1.00"))
        add(d, "price", text.url, type="content", css="#price", confirm=1)
        for name, spec in degraded(bad).items():
            add(d, name, **spec)
        add(d, "down", f"tcp://127.0.0.1:{closed_port()}")
        add(d, "silent", "http://silent.test/", timeout="2s")
        add(d, "unsure", f"tcp://127.0.0.1:{closed_port()}", failures=5)
        done = d.request("POST", "/v1/monitors", {"name": "nightly", "type": "heartbeat", "period": "1s", "grace": "1s"})
        assert done.status == 201, done.body
        d.wait_state("flaps", "up")
        for i in range(30):
            o.status = 200 if i % 2 else 500
            look(d, "flaps")
        checked(d, "price")
        html(text, page("2.00"))
        look(d, "price")
        for name, state in (("slow", "degraded"), ("ends", "degraded"), ("past", "degraded"), ("down", "down"),
                            ("silent", "unknown"), ("unsure", "pending"), ("nightly", "down"), ("flaps", "flapping")):
            d.wait_state(name, state)
        canary(d, hooks)
        lines = [x for x in d.get("/v1/overview").data["attention"] if not x["name"].startswith("canary")]
        assert {x["level"] for x in lines} == set(WORDS), lines
        alerts = {(a["subject"], a["rule"]): a for a in d.get("/v1/alerts?limit=100").data
                  if not a["subject"].startswith("canary") and a["state"] == "open"}
        expected = {(x["name"], WORDS[x["level"]]): x for x in lines if WORDS[x["level"]]}
        assert set(expected) | {("price", "content-changed")} == set(alerts), (expected, alerts)
        for key, line in expected.items():
            assert line["severity"] == alerts[key]["severity"], (line, alerts[key])


if __name__ == "__main__":
    import alert_scenarios_test
    main(alert_scenarios_test)
