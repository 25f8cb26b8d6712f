#!/usr/bin/env python3
"""The truth about ourselves: what is our own fault is not the target's."""
import socket

from lib import Daemon, main, wait_until


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


if __name__ == "__main__":
    import truth_test
    main(truth_test)
