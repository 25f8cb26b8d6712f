#!/usr/bin/env python3
"""The commands as a user types them, against the real daemon and a real server."""
import json
import os
import re
import subprocess

from lib import CLIENT, DAEMON, Daemon, Origin, free_port, main, wait_until


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def add__makes__what_fits_the_address_once():
    with Daemon() as d, Origin() as o:
        out = d.cli("add", o.url, "--mine", check=0).stdout
        assert "created" in out and "http" in out
        assert "is there already" in d.cli("add", o.url, "--mine", check=0).stdout
        rows = lines(d.cli("monitor", "list", "-o", "jsonl", check=0).stdout)
        assert [r["type"] for r in rows] == ["http"] and rows[0]["labels"] == {"owner": "mine"}
        d.cli("add", f"https://127.0.0.1:{free_port()}/", "--name", "secure", check=0)
        types = sorted(r["type"] for r in lines(d.cli("monitor", "list", "-o", "jsonl").stdout))
        assert types == ["http", "http", "tls"]


def monitor_add__shows__state_since_and_phases():
    with Daemon() as d, Origin() as o:
        d.cli("monitor", "add", o.url, "--name", "shop", "--interval", "2s", "--retry-interval", "1s",
              "--failures", "2", check=0)
        d.wait_state("shop", "up")
        m = json.loads(d.cli("monitor", "show", "shop", "-o", "json", check=0).stdout)
        assert (m["name"], m["type"], m["target"], m["state"]) == ("shop", "http", o.url, "up")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", m["since"])
        assert re.match(r"\d{4}-", m["last"]["at"]) and m["last"]["duration_ms"] > 0
        phases = m["last"]["phases_ms"]
        assert set(phases) == {"resolve", "connect", "tls", "first_byte", "transfer"}
        assert phases["connect"] is not None and phases["first_byte"] >= 0
        assert m["interval"] == "2s" and m["failures"] == 2


def monitor_check__exits__1_when_not_up():
    with Daemon() as d, Origin() as o:
        d.cli("monitor", "add", o.url, "--name", "shop", check=0)
        out = d.cli("monitor", "check", "shop", check=0).stdout
        assert "first byte" in out and "connect" in out
        o.status = 502
        assert "502" in d.cli("monitor", "check", "shop", check=1).stdout


def outage__opens__one_incident_and_closes_it():
    with Daemon() as d, Origin() as o:
        d.cli("monitor", "add", o.url, "--name", "shop", "--interval", "1s", "--retry-interval", "1s",
              "--failures", "2", "--recoveries", "2", check=0)
        d.wait_state("shop", "up")
        o.status = 503
        down = d.wait_state("shop", "down")
        assert "503" in down["reason"]
        incidents = json.loads(d.cli("incident", "list", "-o", "json", check=0).stdout)
        assert len(incidents) == 1 and incidents[0]["state"] == "open" and incidents[0]["cause"] == "http_status"
        assert incidents[0]["opened_at"] == down["since"] <= incidents[0]["confirmed_at"]
        assert any(c["what"] == "status" for c in incidents[0]["changed"]), incidents[0]["changed"]
        o.status = 200
        d.wait_state("shop", "up")
        closed = wait_until(lambda: [i for i in d.get("/v1/incidents").data if i["state"] == "closed"], "closing")
        assert len(closed) == 1 and closed[0]["duration_ms"] > 0
        h = json.loads(d.cli("monitor", "history", "shop", "--since", "1h", "-o", "json", check=0).stdout)
        assert {"uptime_pct", "p50_ms", "p95_ms", "p99_ms", "points", "incidents"} <= set(h)
        assert 0 < h["uptime_pct"] < 100 and len(h["incidents"]) == 1 and h["points"]
        topics = [e["topic"] for e in lines(d.cli("event", "list", "--since", "1h", "-o", "jsonl", check=0).stdout)]
        assert topics.count("monitor.down") == 1 and topics.count("monitor.up") >= 1, topics


def apply__is__idempotent_and_exports_itself():
    text = """monitors:
  - name: shop
    target: http://127.0.0.1:1/
    interval: 30s
    labels: {owner: mine}
  - name: mail
    type: tcp
    target: 127.0.0.1:25
    send: 'EHLO no\\r\\n'
  - name: nightly
    type: heartbeat
    cron: "0 3 * * *"
    zone: UTC
"""
    with Daemon() as d, Daemon() as empty:
        path = os.path.join(d.dir, "shop.yaml")
        with open(path, "w") as f:
            f.write(text)
        assert "created 3, changed 0, unchanged 0" in d.cli("apply", "-f", path, check=0).stdout
        assert "created 0, changed 0, unchanged 3" in d.cli("apply", "-f", path, check=0).stdout
        d.cli("diff", "-f", path, check=0)
        changed = text.replace("interval: 30s", "interval: 45s")
        out = d.cli("diff", "-f", "-", input=changed, check=1).stdout
        assert "interval: 30s -> 45s" in out, out
        assert "changed 1" in d.cli("apply", "-f", "-", input=changed, check=0).stdout
        export = d.cli("config", "export", check=0).stdout
        assert "created 3" in empty.cli("apply", "-f", "-", input=export, check=0).stdout
        assert empty.cli("config", "export", check=0).stdout == export


def large_file(names):
    return "".join(f"kind: monitor\nname: {name}\ntarget: http://127.0.0.1:1/\npaused: true\n"
                   + (f"depends_on: [{parent}]\n" if parent else "") + "---\n" for name, parent in names)


def apply__of_a_large_file__may_name_parents_after_their_children():
    many = [(f"m{i}", "router" if i % 3 == 0 else None) for i in range(1100)]
    with Daemon() as d:
        text = large_file(many + [("router", "line"), ("line", None)])
        out = d.cli("diff", "-f", "-", input=text, check=1).stdout
        assert out.count("+ monitor") == 1102, out[-300:]
        assert "created 1102" in d.cli("apply", "-f", "-", input=text, check=0).stdout
        assert "unchanged 1102" in d.cli("apply", "-f", "-", input=text, check=0).stdout
        refused = d.cli("apply", "-f", "-", input=large_file(many + [("router", "line"), ("line", "m3")]), check=65)
        assert "circle" in refused.stderr, refused.stderr
        refused = d.cli("diff", "-f", "-", input=large_file(many + [("new", "nowhere")]), check=65)
        assert "no such monitor" in refused.stderr, refused.stderr


def apply__refuses__a_bad_file_whole_with_its_lines():
    bad = """monitors:
  - name: fine
    target: http://127.0.0.1:1/
  - name: wrong
    target: http://127.0.0.1:1/
    intervall: 30s
  - name: short
    target: http://127.0.0.1:1/
    interval: 5
"""
    with Daemon() as d:
        done = d.cli("apply", "-f", "-", input=bad, check=65)
        assert "line 6" in done.stderr and "interval" in done.stderr, done.stderr
        assert "line 9" in done.stderr, done.stderr
        assert d.get("/v1/monitors").json["meta"]["total"] == 0


def apply__renames__and_keeps_history():
    with Daemon() as d, Origin() as o:
        d.cli("monitor", "add", o.url, "--name", "old", check=0)
        d.wait_state("old", "up")
        before = d.monitor("old")
        text = f"monitors:\n  - name: fresh\n    renamed_from: old\n    target: {o.url}\n"
        d.cli("apply", "-f", "-", input=text, check=0)
        after = d.monitor("fresh")
        assert after["id"] == before["id"] and after["last"]
        assert d.get("/v1/monitors/old").status == 404
        assert "unchanged 1" in d.cli("apply", "-f", "-", input=text, check=0).stdout


def secrets__stay__out_of_everything():
    value = "correct-horse-battery-staple"
    with Daemon("--log-level", "debug") as d, Origin() as o:
        text = f"monitors:\n  - name: shop\n    target: {o.url}\n    bearer: {{secret: token}}\n"
        done = d.cli("apply", "-f", "-", input=text, check=0)
        assert "missing secret token" in done.stderr
        wait_until(lambda: d.monitor("shop")["state"] == "paused", "the monitor to wait for its secret")
        d.cli("secret", "set", "token", input=value + "\n", check=0)
        d.wait_state("shop", "up")
        refused = d.cli("monitor", "edit", "shop", "--bearer", value, check=65).stderr
        assert value not in refused and "secret set" in refused, refused
        shown = d.cli("secret", "show", "token", "-o", "json", check=0).stdout
        shown += d.cli("config", "export", check=0).stdout + json.dumps(d.monitor("shop")) + d.log_text()
        d.stop()
        for root, _, names in os.walk(d.data):
            for name in names:
                with open(os.path.join(root, name), "rb") as f:
                    assert value.encode() not in f.read(), name
        assert value not in shown


def heartbeat_wrap__reports__exit_status_and_duration():
    with Daemon() as d:
        d.cli("monitor", "add", "--type", "heartbeat", "--name", "nightly", "--period", "1d", check=0)
        assert d.monitor("nightly")["state"] == "new"
        d.cli("heartbeat", "wrap", "nightly", "--", "/bin/true", check=0)
        d.wait_state("nightly", "up")
        assert d.monitor("nightly")["last"]["duration_ms"] is not None
        d.cli("heartbeat", "wrap", "nightly", "--", "/bin/sh", "-c", "exit 3", check=3)
        down = d.wait_state("nightly", "down")
        assert "3" in down["reason"]
        pings = json.loads(d.cli("monitor", "pings", "nightly", "-o", "json", check=0).stdout)
        assert [(p["kind"], p["exit_status"]) for p in pings] == [("fail", 3), ("start", None), ("success", 0),
                                                                  ("start", None)], pings
        assert pings[0]["duration_ms"] is not None and pings[0]["exit_status"] == 3
        d.cli("monitor", "add", "127.0.0.1:9", "--name", "port", check=0)
        out = d.cli("monitor", "pings", "port")
        assert out.returncode != 0 and "only heartbeats get pings" in out.stderr


def heartbeat_wrap__runs_the_command__also_without_a_daemon():
    with Daemon(start=False) as d:
        done = d.cli("heartbeat", "wrap", "nightly", "--", "/bin/echo", "ran", check=0)
        assert done.stdout == "ran\n" and "error:" in done.stderr


def status__says__what_needs_me():
    with Daemon() as d, Origin() as o:
        assert "Nothing is watched yet" in d.cli("status", check=0).stdout
        d.cli("monitor", "add", o.url, "--name", "shop", "--failures", "1", check=0)
        d.wait_state("shop", "up")
        assert d.cli("status", "-o", "line", check=0).stdout.startswith("1 up")
        o.status = 500
        d.cli("monitor", "check", "shop", check=1)
        d.wait_state("shop", "down")
        assert "1 DOWN: shop" in d.cli("status", "-o", "line", check=0).stdout
        overview = json.loads(d.cli("status", "-o", "json", check=0).stdout)
        assert overview["attention"][0]["name"] == "shop" and overview["counts"]["monitors"]["down"] == 1
        d.cli("status", "--exit-status", check=1)
        assert d.cli(check=0).stdout == d.cli("status", check=0).stdout  # no terminal: status


def once__checks__what_is_due_and_exits_by_it():
    with Daemon() as d, Origin() as o:
        d.cli("monitor", "add", o.url, "--name", "shop", "--interval", "1s", "--retry-interval", "1s",
              "--failures", "2", check=0)
        beside = subprocess.run([DAEMON, "--data-dir", d.data, "--socket", d.socket, "--once"], capture_output=True,
                                text=True, timeout=60, env=d.environment())
        assert beside.returncode == 0 and "shop" in beside.stdout, beside
        elsewhere = {k: v for k, v in d.environment().items() if k != "SELLERSMART_SOCKET"}
        beside = subprocess.run([DAEMON, "--data-dir", d.data, "--once", "sitemonitor"], capture_output=True,
                                text=True, timeout=60, env=elsewhere)
        assert beside.returncode == 0 and "shop" in beside.stdout, beside
        wrong = subprocess.run([DAEMON, "--data-dir", d.data, "--once", "shop"], capture_output=True, text=True,
                               timeout=60, env=elsewhere)
        assert wrong.returncode == 64 and 'no service "shop"' in wrong.stderr and "sitemonitor" in wrong.stderr, wrong
        d.stop()
        alone = [DAEMON, "--data-dir", d.data, "--once"]
        good = subprocess.run(alone, capture_output=True, text=True, timeout=60, env=d.environment())
        assert good.returncode == 0 and "shop" in good.stdout, good
        o.status = 500
        bad = subprocess.run(alone, capture_output=True, text=True, timeout=60, env=d.environment())
        assert bad.returncode == 1 and "500" in bad.stdout, bad


def errors__say__what_why_and_what_to_try():
    with Daemon(start=False) as d:
        done = d.cli("monitor", "list", check=69)
        assert done.stdout == "" and "error: " in done.stderr and "try: sellersmart daemon start" in done.stderr
        assert "did you mean monitor" in d.cli("monitr", "list", check=64).stderr
        assert "did you mean --interval" in d.cli("monitor", "add", "x", "--intervall", "3s", check=64).stderr
        assert "-o json5" in d.cli("monitor", "list", "-o", "json5", check=64).stderr


def validation__is__the_same_by_flag_file_and_api():
    with Daemon() as d:
        flag = d.cli("monitor", "add", "http://127.0.0.1/", "--name", "x", "--interval", "5", check=65).stderr
        file = d.cli("apply", "-f", "-", input="monitors:\n- {name: x, target: 'http://127.0.0.1/', interval: 5}\n",
                     check=65).stderr
        api = d.request("POST", "/v1/monitors", {"name": "x", "target": "http://127.0.0.1/", "interval": "5"})
        assert api.status == 422 and api.json["field"] == "interval" and api.json["code"] == "invalid"
        for text in (flag, file, api.json["detail"]):
            assert "interval" in text and "1s" in text, text


def edit__changes__only_what_is_named():
    with Daemon() as d:
        d.cli("monitor", "add", "http://127.0.0.1:1/", "--name", "x", "--interval", "30s", check=0)
        d.cli("monitor", "edit", "x", "--timeout", "3s", check=0)
        m = d.monitor("x")
        assert (m["interval"], m["timeout"], m["version"]) == ("30s", "3s", 2)
        d.cli("monitor", "edit", "x", "--unset", "interval", check=0)
        assert d.monitor("x")["interval"] == "60s" or d.monitor("x")["interval"] == "1m"
        d.cli("monitor", "pause", "x", check=0)
        d.wait_state("x", "paused")
        d.cli("monitor", "resume", "x", check=0)
        wait_until(lambda: d.monitor("x")["state"] != "paused", "resuming")
        d.cli("monitor", "rm", "x", check=0)
        d.cli("monitor", "show", "x", check=65)


def output__is__plain_for_pipes():
    with Daemon() as d:
        d.cli("monitor", "add", "http://127.0.0.1:1/", "--name", "x", check=0)
        plain = d.cli("monitor", "list", check=0).stdout
        assert "\033" not in plain and plain.count("\n") == 1 and "\t" in plain
        csv = d.cli("monitor", "list", "-o", "csv", check=0).stdout.splitlines()
        assert len(csv) == 2 and "name" in csv[0].split(",")
        only = json.loads(d.cli("monitor", "list", "--json", "name,type", check=0).stdout)
        assert only == [{"name": "x", "type": "http"}]
        table = d.cli("monitor", "list", "-o", "table", check=0).stdout.splitlines()
        assert len(table) == 2


def daemon_start__and_stop__manage_one_in_the_background():
    with Daemon(start=False) as d:
        d.cli("daemon", "start", check=0)
        try:
            assert "running already" in d.cli("daemon", "start", check=0).stderr
            d.cli("daemon", "status", check=0)
            assert "interval" in d.cli("monitor", "add", "--help", check=0).stdout
        finally:
            d.cli("daemon", "stop", check=0)
        d.cli("daemon", "status", check=69)


def help__is_there__for_every_command():
    with Daemon(start=False) as d:
        overview = d.cli("--help", check=0).stdout
        for words in re.findall(r"^  ([a-z]+(?: [a-z]+)?)  +\S", overview.split("commands:")[1], re.M):
            text = d.cli(*words.split(), "--help", check=0).stdout
            assert "usage: sellersmart " + words.split()[0] in text, words
        for noun in ("monitor", "secret", "event", "incident"):
            assert "verbs:" in d.cli(noun, "--help", check=0).stdout
        lines = d.cli("complete", "--", "mon", check=0).stdout.splitlines()
        assert "monitor" in [line.split("\t")[0] for line in lines]
        lines = d.cli("complete", "--", "monitor", "add", "--int", check=0).stdout.splitlines()
        assert "--interval" in [line.split("\t")[0] for line in lines]


def config_show__names__each_origin():
    with Daemon("--log-level", "warn", config="node: 7\n") as d:
        out = d.cli("config", "show", "--origin", check=0).stdout
        assert re.search(r"^node +7 +\S+sellersmart\.yaml:1$", out, re.M), out
        assert re.search(r"^log_level +warn +flag$", out, re.M), out
        assert re.search(r"^checks_max +1000 +default$", out, re.M), out


if __name__ == "__main__":
    main(__import__("__main__"))
