#!/usr/bin/env python3
"""The brief as a person meets it: after an outage, twice, and by schedule."""
import json

from lib import Daemon, Origin, main, wait_until


def brief__tells_an_outage_once():
    with Daemon() as d, Origin() as o:
        d.cli("brief", check=0)
        # Somebody is told: that nobody is would be an alert of its own.
        d.cli("notifier", "add", "home", "--type", "bell", check=0)
        d.cli("monitor", "add", o.url, "--name", "shop", "--interval", "1s", "--retry-interval", "1s",
              "--failures", "1", "--recoveries", "1", check=0)
        d.wait_state("shop", "up")
        o.status = 503
        d.wait_state("shop", "down")
        wait_until(lambda: "is down" in d.cli("brief", "--peek", check=0).stdout, "the outage in the brief")
        o.status = 200
        d.wait_state("shop", "up")
        wait_until(lambda: [i for i in d.get("/v1/incidents").data if i["state"] == "closed"], "closing")
        # --peek and -o json leave it to be told again
        answer = json.loads(d.cli("brief", "-o", "json", check=0).stdout)
        assert not answer["quiet"] and answer["last"], answer
        assert [s for s in answer["sections"] if s["title"] == "Outages"], answer
        page = d.cli("brief", check=0).stdout
        assert "shop was down" in page and "503" in page, page
        assert max(map(len, page.splitlines())) <= 80, page
        again = wait_until(lambda: (lambda b: b if b.startswith("Quiet") else None)(d.cli("brief", check=0).stdout),
                           "a brief after everything was told")
        assert again.startswith("Quiet since ") and "1 monitor" in again, again
        # a span of one's own is not what was read
        assert "shop was down" in d.cli("brief", "--since", "1h", check=0).stdout


def brief__refuses_what_is_no_time():
    with Daemon() as d:
        bad = d.cli("brief", "--since", "tuesday")
        assert bad.returncode == 64 or bad.returncode == 65, bad.returncode
        assert "since" in bad.stderr and "last" in bad.stderr, bad.stderr
        assert d.get("/v1/brief?since=2030-01-01T00:00:00Z").status in (400, 422)
        assert d.get("/v1/brief?zone=Mars/Base").status in (400, 422)
        assert d.request("POST", "/v1/brief/seen", {"until": "2999-01-01T00:00:00Z"}).status in (400, 422)
        assert d.request("POST", "/v1/brief/seen").status == 200


def brief__outlives_a_restart():
    with Daemon() as d:
        seen = d.request("POST", "/v1/brief/seen", {"until": "2026-01-01T00:00:00Z"})
        assert seen.status == 200, seen.body
        d.stop()
        d.start()
        assert d.get("/v1/brief?since=last").data["since"] == "2026-01-01T00:00:00.000Z"


if __name__ == "__main__":
    main(__import__("__main__"))
