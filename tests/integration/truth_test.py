#!/usr/bin/env python3
"""The truth about ourselves: what is our own fault is not the target's."""
import json
import os
import resource
import socket

from lib import Daemon, Origin, main, wait_until


class Doorman:
    """A witness: takes connections until it is closed."""

    def __init__(self, port=0):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        self.socket.listen(64)
        self.port = self.socket.getsockname()[1]

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def closed_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def own_connection__lost_and_back__is_two_events_and_one_line():
    a, b = Doorman(), Doorman()
    silent = closed_port()  # a name server that nobody is
    config = f"witnesses: 127.0.0.1:{a.port}, 127.0.0.1:{b.port}\nnameservers: 127.0.0.1:{silent}\n" \
             "resolver_timeout: 100ms\n"
    with Daemon(config=config) as d:
        a.close()
        b.close()
        for name in ("one", "two", "three"):
            d.cli("monitor", "add", f"http://{name}.test/", "--name", name, "--interval", "1s", "--timeout", "500ms",
                  "--failures", "1", "--retry-interval", "1s", check=0)
        for name in ("one", "two", "three"):
            wait_until(lambda: "own connection is lost" in (d.monitor(name)["reason"] or ""), f"{name} to be cut off")
        overview = d.get("/v1/overview").data
        assert [x["level"] for x in overview["attention"]] == ["NETWORK"], overview["attention"]
        assert "3 monitors unknown" in overview["attention"][0]["text"], overview["attention"]
        # What is on this machine is judged as ever.
        d.cli("monitor", "add", f"tcp://127.0.0.1:{closed_port()}", "--name", "till", "--failures", "1", check=0)
        d.wait_state("till", "down")
        again = Doorman(a.port)
        wait_until(lambda: d.get("/v1/events?topic=network.back").data, "the connection to be back")
        lost = d.get("/v1/events?topic=network.lost").data
        assert len(lost) == 1 and lost[0]["severity"] == "critical", lost
        assert "none of 2 witnesses answered" in lost[0]["text"], lost
        wait_until(lambda: all(x["level"] != "NETWORK" for x in d.get("/v1/overview").data["attention"]),
                   "the line to go")
        wait_until(lambda: "own connection" not in d.monitor("two")["reason"], "two to be checked again")
        assert {i["monitor"] for i in d.get("/v1/incidents").data} == {"till"}
        again.close()


def item(name, *parents, **more):
    x = {"kind": "monitor", "name": name, "type": "tcp", "target": "127.0.0.1:1", "paused": True, **more}
    return {**x, "depends_on": list(parents)} if parents else x


def dependencies__hold__whatever_the_order_of_the_writes():
    with Daemon() as d:
        # The children first, in one batch, and as a trial.
        batch = {"items": [item("till", "switch"), item("switch", "router"), item("router")]}
        for dry in (True, False):
            done = d.request("POST", "/v1/batch", {**batch, "dry_run": dry})
            assert done.status == 200 and done.data["counts"]["created"] == 3, done.body
        # A circle is refused and named, in a batch as for one.
        for body in (d.request("POST", "/v1/batch", {"dry_run": True, "items": [item("router", "till")]}),
                     d.request("PATCH", "/v1/monitors/router", {"depends_on": ["till"]})):
            assert body.status == 422, body.body
            assert "router -> till -> switch -> router" in body.json["detail"], body.json
            assert body.json["field"] == "depends_on", body.json
        refused = d.request("PATCH", "/v1/monitors/router", {"depends_on": ["router"]})
        assert refused.status == 422 and "router -> router" in refused.json["detail"], refused.body
        refused = d.cli("monitor", "edit", "till", "--depends-on", "nobody", check=65).stderr
        assert 'till names "nobody"' in refused and "no such monitor" in refused, refused
        # A parent that is in use stays; a rename is followed.
        refused = d.cli("monitor", "rm", "router", "--yes").stderr
        assert 'monitor "switch" depends on monitor "router"' in refused, refused
        assert d.request("PATCH", "/v1/monitors/router", {"name": "gateway"}).status == 200
        assert d.monitor("switch")["depends_on"] == ["gateway"]
        # An applied file may rename, and name the new one, in any order.
        done = d.request("POST", "/v1/batch", {"items": [item("switch", "edge"), item("edge", renamed_from="gateway")]})
        assert done.status == 200, done.body
        assert d.monitor("switch")["depends_on"] == ["edge"]
        assert d.request("DELETE", "/v1/monitors/till").status == 200
        assert d.request("DELETE", "/v1/monitors/switch").status == 200
        assert d.request("DELETE", "/v1/monitors/edge").status == 200


def router__with_children_down__is_one_line():
    with Doorman() as router, Daemon() as d:
        quick = {"interval": "1s", "retry_interval": "1s", "timeout": "500ms", "failures": 2, "recoveries": 1,
                 "paused": False}
        items = [item("router", **{**quick, "target": f"127.0.0.1:{router.port}"})]
        items += [item(f"shop-{i}", "router", **{**quick, "target": f"127.0.0.1:{router.port}"}) for i in range(30)]
        assert d.request("POST", "/v1/batch", {"items": items[::-1]}).status == 200
        for i in range(30):
            d.wait_state(f"shop-{i}", "up")
        router.close()
        wait_until(lambda: d.get("/v1/overview").data["counts"]["monitors"]["down"] == 31, "all to be down", 30)
        lines = d.get("/v1/overview").data["attention"]
        assert [x["name"] for x in lines] == ["router"] and "+30 behind it" in lines[0]["text"], lines
        m = d.monitor("shop-7")
        assert m["reason"] == "router is down" and m["behind"] == "router", m
        def told():
            return d.get("/v1/events?topic=monitor.down&limit=100").data

        wait_until(lambda: len(told()) == 31, "an event of each")
        assert [e["name"] for e in told() if not e["data"].get("suppressed")] == ["router"]
        tree = d.cli("monitor", "tree", check=0).stdout.splitlines()
        assert tree[0].split()[0] == "router" and "DOWN" in tree[0], tree
        assert len(tree) == 31 and "shop-7" in "\n".join(tree) and "by router" in tree[1], tree
        again = Doorman(router.port)
        wait_until(lambda: d.get("/v1/overview").data["counts"]["monitors"]["up"] == 31, "all to be up", 30)
        wait_until(lambda: not d.get("/v1/incidents?filter[open]=true").data, "all incidents to be closed")
        ups = d.get("/v1/events?topic=monitor.up&limit=100").data
        plain = [e["name"] for e in ups if "incident" in e["data"] and not e["data"].get("suppressed")]
        assert plain == ["router"], plain
        again.close()


def doctor__says_what_is_wrong__with_and_without_a_daemon():
    with Doorman() as witness, Daemon(config=f"witnesses: 127.0.0.1:{witness.port}\nchecks_max: 10000\n"
                                      f"nameservers: 127.0.0.1:{closed_port()}\n") as d:
        done = d.cli("doctor", "-o", "json")
        found = {x["check"]: x for x in json.loads(done.stdout)}
        assert done.returncode == 1, done.stdout  # nobody answers as name server
        assert found["resolver"]["level"] == "fail" and found["resolver"]["remedy"], found["resolver"]
        assert found["store"]["level"] == "ok" and found["daemon"]["level"] == "ok", found
        assert found["witnesses"]["text"] == "1 witness, not asked yet", found["witnesses"]
        assert {"ping", "clock", "descriptors", "disk", "memory", "authorities", "zones", "seccomp", "terminal",
                "lingering"} <= set(found), found
        d.process.terminate()
        d.process.wait()
        away = d.cli("doctor", check=1).stdout
        assert away.startswith("FAIL  daemon") and "try: " in away and "zones" in away, away


def event__of_a_state__is_there_as_soon_as_the_state_is():
    with Daemon() as d, Origin() as o:
        o.status = 500
        for i in range(20):
            d.cli("monitor", "add", o.url, "--name", f"m{i}", "--failures", "1", check=0)
            d.wait_state(f"m{i}", "down")
            told = [e["name"] for e in d.get("/v1/events?topic=monitor.down&limit=50").data]
            assert f"m{i}" in told, (i, told)


def machine_events(d, topic):
    return [e["data"]["scarce"] for e in d.get(f"/v1/events?topic={topic}").data]


def memory_limit__passed__is_a_line_and_an_event_until_it_is_raised():
    with Daemon(config="memory_limit: 1MiB\n") as d, Origin() as o:
        d.cli("monitor", "add", o.url, "--interval", "1s", check=0)
        wait_until(lambda: machine_events(d, "machine.memory_limit") == [True], "an event")
        assert any("the memory_limit is 1 MB" in x["text"] for x in d.get("/v1/overview").data["attention"])
        with open(os.path.join(d.dir, "sellersmart.yaml"), "w") as f:
            f.write("memory_limit: 1GiB\n")
        d.request("POST", "/v1/reload")
        wait_until(lambda: sorted(machine_events(d, "machine.memory_limit")) == [False, True], "an event of the end")
        assert not d.get("/v1/overview").data["attention"]


def open_files__nearly_used_up__are_one_event_and_one_when_it_is_over():
    d = Daemon(start=False)
    with d, Origin() as o:
        d.start(preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300)))
        d.cli("monitor", "add", o.url, "--interval", "1s", check=0)
        held = []
        for _ in range(230):
            held.append(socket.socket(socket.AF_UNIX))
            held[-1].connect(d.socket)
        wait_until(lambda: machine_events(d, "machine.files") == [True], "an event about open files")
        for s in held:
            s.close()
        wait_until(lambda: sorted(machine_events(d, "machine.files")) == [False, True], "an event that it is over")


def open_files__nearly_used_up__are_a_line():
    d = Daemon(start=False)
    with d:
        d.start(preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300)))
        assert not d.get("/v1/overview").data["attention"]
        held = []
        for _ in range(235):
            held.append(socket.socket(socket.AF_UNIX))
            held[-1].connect(d.socket)
        lines = wait_until(lambda: d.get("/v1/overview").data["attention"], "a line about open files")
        assert lines[0]["level"] == "MACHINE" and "of 300 open files are in use" in lines[0]["text"], lines
        metrics = d.get("/metrics").body.decode()
        assert "\nprocess_max_fds 300\n" in metrics and int(metrics.split("\nprocess_open_fds ")[1].split()[0]) > 240
        for s in held:
            s.close()
        wait_until(lambda: not d.get("/v1/overview").data["attention"], "the line to go")


if __name__ == "__main__":
    import truth_test
    main(truth_test)
