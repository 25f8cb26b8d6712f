#!/usr/bin/env python3
"""Wall clock steps: no transition, no negative span, uptime at most 100 %."""
import glob
import os

from lib import Daemon, Origin, main, wait_until

FAKETIME = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")


class SteppedDaemon(Daemon):
    """A daemon whose wall clock is set by step(); its boot clock goes on."""

    def __init__(self):
        super().__init__(start=False)
        self.offset = os.path.join(self.dir, "clock")
        self.step("+0")

    def step(self, offset):
        with open(self.offset + ".new", "w") as f:
            f.write(offset)
        os.rename(self.offset + ".new", self.offset)

    def environment(self):
        e = super().environment()
        e.update(LD_PRELOAD=FAKETIME[0], FAKETIME_TIMESTAMP_FILE=self.offset, FAKETIME_NO_CACHE="1",
                 FAKETIME_DONT_FAKE_MONOTONIC="1", DONT_FAKE_MONOTONIC="1")
        return e


def clock_steps__an_hour_back_and_forth__change_nothing():
    if not FAKETIME:
        print("# libfaketime is not installed, skipped")
        return
    with SteppedDaemon() as d, Origin() as o:
        d.start()
        d.request("POST", "/v1/monitors", {"name": "shop", "target": o.url, "interval": "1s"})
        d.request("POST", "/v1/monitors", {"name": "beat", "type": "heartbeat", "period": "1d", "grace": "10m"})
        ping = d.monitor("beat")["ping_url"]
        assert d.get(ping[ping.index("/ping/"):]).status == 200
        d.wait_state("shop", "up")
        before = [e["topic"] for e in d.get("/v1/events").data]
        for offset in ("+1h", "+0", "-1h", "+0"):
            hits = o.hits
            d.step(offset)
            wait_until(lambda: o.hits > hits + 2, "checks to go on at their interval", 10)
            now = d.get("/v1/overview").data["now"]
            for name in ("shop", "beat"):
                m = d.monitor(name)
                assert m["state"] == "up" and m["since"] <= now, (offset, now, m)
                assert m["uptime_24h_pct"] is None or m["uptime_24h_pct"] <= 100, m
            history = d.get("/v1/monitors/shop/history?since=6h").data
            assert history["uptime_pct"] == 100 and history["known_s"] >= 0, history
            assert all(p["count"] >= 0 for p in history["points"])
        after = [e["topic"] for e in d.get("/v1/events").data if e["topic"].startswith("monitor.")]
        assert sorted(after) == sorted(before), (before, after)


if __name__ == "__main__":
    main(__import__("__main__"))
