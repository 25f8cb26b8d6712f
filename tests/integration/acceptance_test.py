#!/usr/bin/env python3
"""Whether the daemon does what its users were promised: twenty-five situations, and where each is shown.

What a test here states of a situation is on a real daemon from outside; what needs a clock, a disk or
a crash that only a unit test can arrange is named beside it (tests/unit/daemon/... unless said else).
What people are told of each, and that it is told once: alert_scenarios_test.py (1, 8, 10 to 13, 16 to 23;
9 by 20, as a window is one on every night).

 1 NXDOMAIN is down, a silent resolver unknown     here; checks/http_test, checks/dns_test, checks/tcp_test
 2 what expired is named, also an intermediate     here; checks/tls_test and checks/http_test (names_what_is_wrong)
 3 unverified and self-signed: up, expiry warned   here; checks/http_test (warns_of_expiry__also_without_verification)
 4 a byte a second: the deadline, others unmoved   here; checks/http_test (names_the_phase__that_took_too_long)
 5 endless chunks and headers: cut, memory stays   here; checks/http_test (cuts__endless_bodies_and_bombs)
 6 a gzip bomb: cut at 1 MiB, little processor     here; checks/http_test (the same); extract/pool_test (bombs in documents)
 7 a redirect loop, and credentials that stay      here; checks/http_test (keeps_credentials__within_the_origin)
 8 the clock an hour off: nothing happens          clock_test.py; services/sitemonitor/engine_test (clock__*),
                                                   endurance_test (clock__*), store/series_query_test
 9 02:30 on both nights, exactly once              here; tests/unit/shared/recurrence_test, services/sitemonitor/windows_test,
                                                   pings_test (cron__opens_once_in_each_night)
10 kill -9 in an outage: the same, told once       here; daemon_test.py (kill__*), services/sitemonitor/engine_test (crash__*)
11 a crash between the transition and its event    here; they are one transaction: store/writer_test, store/durability_test
   ... and its message                             alert_scenarios_test.py (11); alerts/outbox_test (crash)
12 who was away gets all, in order                 here; api/live_test (resume__*)
   ... a receiver too, an hour as a summary        alert_scenarios_test.py (12)
13 a mail server that hangs delays nobody          here; checks/smtp_test, jobs/limits_test; a receiver: alert_scenarios_test.py
14 ten thousand at the start are spread            here; jobs/schedule_test, jobs/limits_test,
                                                   services/sitemonitor/engine_test (start__*, crowd__*)
15 ten thousand a minute, a tenth in time-outs     tests/bench (bench_checks, bench_series); store/series_test
16 alternating answers: down, flapping, stable     here; services/sitemonitor/flapping_test, state_test
17 a router and its thirty children                truth_test.py; services/sitemonitor/depends_test; a thousand:
                                                   alert_scenarios_test.py
18 our own connection lost: all unknown            truth_test.py; services/sitemonitor/witness_test (also the uptime)
19 a black hole in IPv6                            here; checks/http_test, checks/tcp_test, checks/ping_test (the_families)
20 down in a maintenance: told at its end          here; services/sitemonitor/windows_test
21 a job that starts and does not finish           here; services/sitemonitor/pings_test, heartbeat_test
22 a vanished selector, a page of two faces        content_test.py; tests/unit/daemon/extract/*, shared/diff_test
23 a full disk: checks go on, history later        daemon_test.py (full_disk), services/sitemonitor/engine_test (full_disk),
                                                   endurance_test (transitions__while_nothing_can_be_written)
24 apply twice, renames, a bad file                cli_test.py (apply__*); api/batch_test, tests/unit/shared/schema/files_test
25 escape sequences are shown, never executed      commands_test.py (hostile_headers), content_test.py (escape_sequences),
                                                   checks/http_test (foreign_text, certificate_names), tests/unit/shared/text_safe_test
"""
import calendar
import http.server
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from checks_test import NameServer
from clock_test import FAKETIME, SteppedDaemon
from lib import FAKES, Daemon, Origin, main, wait_until

ONCE = {"failures": 1, "recoveries": 1, "interval": "1h", "retry_interval": "1h"}


class BadServer:
    """A server that misbehaves on demand (tests/fakes/badserver.c): a port for each of its names."""

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="sellersmart-bad-")
        self.process = subprocess.Popen([os.path.join(FAKES, "badserver"), self.dir], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.ports = {}
        for line in self.process.stdout:
            name, port = line.split()
            if name == "ready":
                break
            self.ports[name] = int(port)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        shutil.rmtree(self.dir)


def add(d, name, target, **more):
    done = d.request("POST", "/v1/monitors", {"name": name, "target": target, **ONCE, **more})
    assert done.status == 201, done.body


def look(d, name):
    """One check, until it has been judged."""
    done = d.request("POST", f"/v1/monitors/{name}/check", timeout=60)
    assert done.status == 200, done.body
    return d.monitor(name)


def checked(d, name, **more):
    return wait_until(lambda: (lambda m: m if m["last"] else None)(d.monitor(name)), f"{name} to be checked", **more)


def incidents(d, name, wanted=None):
    """Those of a monitor; at least `wanted` of them."""
    def ask():
        found = d.get(f"/v1/incidents?filter[monitor]={name}").data
        return found if wanted is None or len(found) >= wanted else None

    return ask() if wanted is None else wait_until(ask, f"{wanted} incidents of {name}")


def topics(d, name):
    """The topics of its events, oldest first."""
    return [e["topic"] for e in reversed(d.get("/v1/events?limit=500&topic=monitor").data) if e["name"] == name]


def told(d, name, wanted):
    wait_until(lambda: topics(d, name) == wanted, f"{name} to be told as {wanted}, not {topics(d, name)}")


def acceptance__01_a_name_that_is_not_there_is_down_and_a_silent_resolver_unknown():
    with NameServer() as ns, Daemon(config=f"nameservers: {ns.address}\nresolver_timeout: 300ms\n") as d:
        add(d, "gone", "http://nx.test/")
        add(d, "silent", "http://silent.test/", timeout="2s")
        assert d.wait_state("gone", "down")["last"]["outcome"] == "down"
        assert incidents(d, "gone", 1)[0]["cause"] == "nxdomain"
        m = d.wait_state("silent", "unknown")
        assert "resolver" in m["reason"] or "name server" in m["reason"], m["reason"]
        told(d, "silent", ["monitor.unknown"])
        assert incidents(d, "silent") == []


def acceptance__02_what_has_expired_is_named_with_its_date():
    with BadServer() as bad, Daemon() as d:
        for name, who in (("tls_expired", 'certificate "localhost" expired on 20'),
                          ("tls_expired_intermediate", 'issuing certificate "Past Intermediate" expired on 20'),
                          ("tls_soon_intermediate", 'issuing certificate "Soon Intermediate" ends on 20')):
            key = name.replace("_", "-")
            add(d, key, f"tls://localhost:{bad.ports[name]}", ip="4", verify=False)
            m = d.wait_state(key, "degraded")
            assert who in m["reason"], m["reason"]
            assert m["certificate"]["chain"][0]["subject"] == "localhost", m["certificate"]
            first = min(c["not_after"] for c in m["certificate"]["chain"])
            assert first[:10] in m["reason"], (m["certificate"], m["reason"])


def acceptance__03_a_self_signed_one_is_up_unverified_and_its_end_still_warned_of():
    with BadServer() as bad, Daemon() as d:
        target = f"https://localhost:{bad.ports['tls_self_signed']}/ok"
        add(d, "strict", target, ip="4")
        add(d, "lenient", target, ip="4", verify=False, cert_days=3)
        add(d, "warned", target, ip="4", verify=False)
        d.wait_state("strict", "down")
        assert incidents(d, "strict", 1)[0]["cause"] == "tls_self_signed"
        assert d.wait_state("lenient", "up")["certificate"]["days_left"] == 5
        assert "in 5 days" in d.wait_state("warned", "degraded")["reason"]


def acceptance__04_a_byte_a_second_ends_at_the_deadline_and_delays_nobody():
    with BadServer() as bad, Origin() as quick, Daemon() as d:
        for part in ("headers", "body"):  # with the ten seconds that are the default
            add(d, part, f"http://127.0.0.1:{bad.ports['http']}/slow-{part}")
        add(d, "quick", quick.url, interval="1s")
        d.wait_state("quick", "up")
        for part in ("headers", "body"):
            m = checked(d, part, timeout=30)
            assert m["state"] == "down" and m["last"]["message"] == f"{part} of the answer not complete within 10s", m
            assert 9800 <= m["last"]["duration_ms"] <= 13000, m["last"]
            assert incidents(d, part, 1)[0]["cause"] == "timeout:transfer"
        assert quick.hits >= 5 and d.monitor("quick")["state"] == "up", quick.hits


def resident(d, name):
    with open(f"/proc/{d.process.pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith(name + ":"))


def acceptance__05_endless_chunks_and_headers_are_cut_and_memory_stays():
    with BadServer() as bad, Daemon() as d:
        cases = (("endless-chunks", "up", "only the first 1048576 bytes were read"),
                 ("endless-headers", "down", "headers of the answer are larger than 64 kB"),
                 ("endless-header", "down", "a header line of the answer is too long"))
        for path, state, words in cases:
            add(d, path, f"http://127.0.0.1:{bad.ports['http']}/{path}")
            m = d.wait_state(path, state)
            assert words in m["last"]["message"], m["last"]
        for path, *_ in cases:  # what is only needed the first time has been taken
            look(d, path)
        before = resident(d, "VmRSS")
        with open(f"/proc/{d.process.pid}/clear_refs", "w") as f:
            f.write("5")  # the peak begins anew
        for _ in range(5):
            for path, *_ in cases:
                look(d, path)
        grown = resident(d, "VmHWM") - before
        assert grown < 2048, f"{grown} kB more at the peak"


def processor_ms(d):
    total = 0
    for task in os.listdir(f"/proc/{d.process.pid}/task"):
        try:
            with open(f"/proc/{d.process.pid}/task/{task}/schedstat") as f:
                total += int(f.read().split()[0])
        except FileNotFoundError:
            pass
    return total / 1e6


def acceptance__06_a_gzip_bomb_is_cut_at_a_mebibyte_and_costs_little():
    with BadServer() as bad, Daemon() as d:
        add(d, "bomb", f"http://127.0.0.1:{bad.ports['http']}/gzip-bomb", timeout="60s", interval="600s",
            retry_interval="600s")
        d.wait_state("bomb", "up")
        costs = []
        for _ in range(5):
            before = processor_ms(d)
            m = look(d, "bomb")
            costs.append(processor_ms(d) - before)
            assert "only the first 1048576 bytes were read" in m["last"]["message"], m["last"]
        assert min(costs) < 50, costs


class Listener(http.server.BaseHTTPRequestHandler):
    """Keeps what it was sent; answers as its server says."""

    def do_GET(self):
        self.server.heard.append(self.headers.get("Authorization"))
        self.send_response(302 if self.server.onward else 200)
        if self.server.onward:
            self.send_header("Location", self.server.onward)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def listener(onward=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.heard, server.onward = [], onward
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


def acceptance__07_a_redirect_loop_shows_its_hops_and_credentials_stay_at_home():
    with BadServer() as bad, Daemon() as d:
        add(d, "loop", f"http://127.0.0.1:{bad.ports['http']}/loop-a")
        m = d.wait_state("loop", "down")
        assert incidents(d, "loop", 1)[0]["cause"] == "redirect_loop"
        hops = [h["url"].rsplit("/", 1)[1] for h in m["last"]["redirects"]]
        assert hops == ["loop-a", "loop-b"], m["last"]
        other = listener()
        home = listener(f"http://127.0.0.1:{other.server_address[1]}/")
        d.request("PUT", "/v1/secrets/token/value", b"hush-hush")
        add(d, "shop", f"http://127.0.0.1:{home.server_address[1]}/", bearer={"secret": "token"})
        d.wait_state("shop", "up")
        assert home.heard == ["Bearer hush-hush"] and other.heard == [None], (home.heard, other.heard)
        for server in (home, other):
            server.shutdown()
            server.server_close()


def acceptance__09_a_window_at_half_past_two_opens_once_on_both_nights():
    if not FAKETIME:
        print("# libfaketime is not installed, skipped")
        return
    with SteppedDaemon() as d:
        def begin_at(*when):
            """A life of the daemon that begins then: a clock that is set is another situation."""
            if d.process:
                d.stop()
            d.step(f"{calendar.timegm((*when, 0, 0, 0)) - int(time.time()):+d}")
            d.start()

        def opened(day):
            found = d.get("/v1/events?limit=200&topic=maintenance.started").data
            return [e["data"]["starts_at"][:16] for e in found if e["data"]["starts_at"].startswith(day)]

        def past(now):
            wait_until(lambda: d.get("/v1/overview").data["now"] > now, f"the clock to pass {now}")

        begin_at(2027, 3, 27, 12, 0, 0)
        add(d, "shop", "tcp://127.0.0.1:1", tags=["shop"])
        d.cli("maintenance", "add", "night", "--tag", "shop", "--cron", "30 2 * * *", "--for", "10m", "--zone",
              "Europe/Berlin", check=0)
        # In the night that has no half past two: at the end of the gap.
        begin_at(2027, 3, 28, 0, 29, 58)
        past("2027-03-28T00:30:00.5")
        assert opened("2027-03-28") == [] and d.monitor("shop")["state"] != "maintenance"
        begin_at(2027, 3, 28, 0, 59, 58)
        d.wait_state("shop", "maintenance")
        wait_until(lambda: opened("2027-03-28") == ["2027-03-28T01:00"], "the window")
        begin_at(2027, 3, 28, 1, 9, 58)
        wait_until(lambda: d.monitor("shop")["state"] != "maintenance", "its end")
        # In the night that has it twice: at the first.
        begin_at(2027, 10, 31, 0, 29, 58)
        d.wait_state("shop", "maintenance")
        wait_until(lambda: opened("2027-10-31") == ["2027-10-31T00:30"], "the window")
        begin_at(2027, 10, 31, 1, 29, 58)
        past("2027-10-31T01:30:00.5")
        assert opened("2027-10-31") == ["2027-10-31T00:30"] and d.monitor("shop")["state"] != "maintenance"
        assert opened("2027-03-28") == ["2027-03-28T01:00"]


def acceptance__10_a_kill_in_an_outage_keeps_it_and_the_recovery_is_told_once():
    with Origin() as o, Daemon() as d:
        add(d, "shop", o.url, interval="1s", retry_interval="1s", failures=2)
        d.wait_state("shop", "up")
        o.status = 500
        before = d.wait_state("shop", "down")
        first = incidents(d, "shop", 1)[0]
        for _ in range(2):  # still down when it is back, and again
            d.kill()
            d.start()
            hits = o.hits
            wait_until(lambda: o.hits > hits, "a check after the restart")
            m = d.monitor("shop")
            assert (m["since"], m["incident"]) == (before["since"], first["id"]), m
        d.kill()
        o.status = 200
        d.start()
        d.wait_state("shop", "up")
        told(d, "shop", ["monitor.up", "monitor.down", "monitor.up"])
        one, = incidents(d, "shop")
        assert one["id"] == first["id"] and one["opened_at"] == before["since"] and one["closed_at"], one


def outage__says_what_changed__and_not_what_did_not():
    with Origin() as o, Daemon() as d:
        add(d, "shop", o.url)
        for n, body in enumerate((b"hello shop", b"sorry"), 1):
            o.status, o.body = 200, b"hello shop"
            look(d, "shop")
            d.wait_state("shop", "up")
            o.status, o.body = 500, body
            look(d, "shop")
            found = incidents(d, "shop", n)[0]
            changes = {c["what"]: (c["from"], c["to"]) for c in found["changed"]}
            assert changes.pop("status") == ("200", "500"), found["changed"]
            if n == 1:
                assert changes == {}, changes
            else:
                before, after = changes["body hash"]
                assert len(before) == len(after) == 16 and before != after and before.strip("0"), changes


def acceptance__11_a_crash_about_the_transition_never_loses_or_doubles_its_event():
    with Origin() as o, Daemon() as d:
        for round_, wait_for in enumerate(("asked", "shown", "written")):
            name = f"shop-{round_}"
            o.status = 200
            add(d, name, o.url, interval="1s", retry_interval="1s", failures=2)
            d.wait_state(name, "up")
            hits, o.status = o.hits, 500
            if wait_for == "asked":
                wait_until(lambda: o.hits >= hits + 2, "the second bad answer")
            else:
                d.wait_state(name, "down")
            if wait_for == "written":
                incidents(d, name, 1)
            d.kill()
            d.start()
            m = d.wait_state(name, "down")
            told(d, name, ["monitor.up", "monitor.down"])
            one, = incidents(d, name, 1)
            assert one["id"] == m["incident"] and one["opened_at"] == m["since"], (one, m)


def acceptance__12_who_was_away_gets_what_was_missed_in_its_order():
    with Origin() as o, Daemon() as d:
        add(d, "shop", o.url)
        d.wait_state("shop", "up")
        told(d, "shop", ["monitor.up"])
        read = d.get("/v1/events?limit=1").data[0]["seq"]
        for status, state in ((500, "down"), (200, "up"), (500, "down"), (200, "up")):  # while nobody reads
            o.status = status
            look(d, "shop")
            d.wait_state("shop", state)
        told(d, "shop", ["monitor.up"] + 2 * ["monitor.down", "monitor.up"])
        d.kill()
        d.start()
        missed = [e for e in d.get("/v1/events?limit=500&topic=monitor").data if e["seq"] > read][::-1]
        assert [e["topic"] for e in missed] == 2 * ["monitor.down", "monitor.up"], missed
        assert [e["seq"] for e in missed] == sorted({e["seq"] for e in missed}), missed
        assert [e["at"] for e in missed] == sorted(e["at"] for e in missed), missed
        # Each end names the outage that it ends.
        ids = [e["data"]["incident"] for e in missed]
        assert ids[0] == ids[1] != ids[2] == ids[3], ids


def acceptance__13_a_mail_server_that_hangs_delays_no_other_check():
    with BadServer() as bad, Origin() as o, Daemon() as d:
        for i in range(5):
            add(d, f"mail-{i}", f"smtp://127.0.0.1:{bad.ports['silent']}", timeout="60s")
        add(d, "shop", o.url, interval="1s")
        wait_until(lambda: o.hits >= 5, "the shop to be checked")
        assert d.monitor("shop")["state"] == "up"
        assert not [i for i in range(5) if d.monitor(f"mail-{i}")["last"]], "they hang"
        assert d.stop() < 5.5, "and the daemon does not wait for them"


def checks_done(d):
    text = d.get("/metrics").body.decode()
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("sellersmart_checks_total{"))


def acceptance__14_ten_thousand_are_spread_over_their_interval_and_the_dashboard_answers():
    many = 10000
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))  # bound, and nobody listens: refused at once
        target = f"127.0.0.1:{s.getsockname()[1]}"
        with Daemon() as d:
            for first in range(0, many, 500):
                items = [{"kind": "monitor", "name": f"m{i}", "type": "tcp", "target": target, "interval": "300s",
                          "retry_interval": "300s", "failures": 10} for i in range(first, first + 500)]
                assert d.request("POST", "/v1/batch", {"items": items}, timeout=120).status == 200
            d.kill()
            took = d.start()
            asked = time.monotonic()
            counts = d.get("/v1/overview").data["counts"]["monitors"]
            answered = time.monotonic() - asked
            assert sum(counts.values()) == many, counts
            assert took < 10 and answered < 5, (took, answered)
            seen = wait_until(lambda: checks_done(d), "the first checks")
            assert seen < many / 4, f"{seen} checks at once"
            later = wait_until(lambda: (lambda n: n if n > seen else None)(checks_done(d)), "more checks")
            assert later < many / 2, f"{later} checks in no time"


def acceptance__16_answers_that_alternate_are_down_flapping_and_stable():
    with Origin() as o, Daemon() as d:
        add(d, "shop", o.url, failures=1, recoveries=2)
        d.wait_state("shop", "up")
        for i in range(30):
            o.status = 200 if i % 2 else 500
            look(d, "shop")
        m = d.wait_state("shop", "flapping")
        assert " changes in the last 20 checks; now " in m["reason"], m
        assert [x["level"] for x in d.get("/v1/overview").data["attention"]] == ["FLAPS"]
        assert d.get("/v1/monitors?filter[state]=flapping").data[0]["name"] == "shop"
        told(d, "shop", ["monitor.up", "monitor.down", "monitor.flapping"])
        d.kill()
        d.start()
        o.status = 200
        for _ in range(20):
            look(d, "shop")
        d.wait_state("shop", "up")
        told(d, "shop", ["monitor.up", "monitor.down", "monitor.flapping", "monitor.stable"])
        one, = incidents(d, "shop")
        assert one["closed_at"], one


def acceptance__19_a_black_hole_in_ipv6_is_a_warning_or_degraded():
    with BadServer() as bad, NameServer() as ns, Daemon(config=f"nameservers: {ns.address}\n") as d:
        target = f"deadv6.test:{bad.ports['black_hole6']}"
        add(d, "auto", target, type="tcp", timeout="3s")
        add(d, "both", target, type="tcp", ip="both", timeout="3s")
        assert "IPv6 did not answer, IPv4 did" in d.wait_state("auto", "up")["last"]["message"]
        assert "IPv6" in d.wait_state("both", "degraded")["reason"]


def acceptance__20_what_went_down_in_a_maintenance_is_told_at_its_end_with_its_true_start():
    with Origin() as o, Daemon() as d:
        add(d, "shop", o.url, tags=["shop"], interval="1s", retry_interval="1s", failures=2)
        d.wait_state("shop", "up")
        d.cli("maintenance", "add", "now", "--for", "30m", "--tag", "shop", check=0)
        d.wait_state("shop", "maintenance")
        o.status = 500
        one = incidents(d, "shop", 1)[0]  # recorded, and nobody is told
        assert topics(d, "shop") == ["monitor.up"], topics(d, "shop")
        d.cli("maintenance", "rm", "now", "--yes", check=0)
        m = d.wait_state("shop", "down")
        told(d, "shop", ["monitor.up", "monitor.down"])
        event = [e for e in d.get("/v1/events?topic=monitor.down").data][0]
        assert event["data"]["since"] == one["opened_at"] == m["since"], (event, one)
        assert "before the maintenance ended" in event["text"], event


def acceptance__21_a_job_that_does_not_finish_is_late_and_a_restart_keeps_its_deadline():
    with Daemon() as d:
        for name, limit in (("short", "1s"), ("long", "1h")):
            done = d.request("POST", "/v1/monitors", {"name": name, "type": "heartbeat", "period": "1d", "grace": "1h",
                                                      "max_runtime": limit, "failures": 1})
            assert done.status == 201, done.body
            url = done.data["ping_url"]
            assert d.get(url[url.index("/ping/"):] + "/start").status == 200
        m = d.wait_state("short", "down")
        assert "1s" in m["reason"], m["reason"]
        told(d, "short", ["monitor.down"])
        before = d.monitor("long")["deadline_at"]
        d.kill()
        d.start()
        m = d.monitor("long")
        assert m["deadline_at"] == before and m["state"] != "down", (m, before)
        assert d.monitor("short")["state"] == "down" and topics(d, "short") == ["monitor.down"]


if __name__ == "__main__":
    import acceptance_test
    main(acceptance_test)
