#!/usr/bin/env python3
"""Check types from the command line to the incident, against servers of their kind."""
import os
import socket
import subprocess

from lib import FAKES, Daemon, main, wait_until


class NameServer:
    """The fake name server; its answers are in the names (tests/fakes/fakedns.c)."""

    def __enter__(self):
        self.process = subprocess.Popen([os.path.join(FAKES, "fakedns")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.address = f"127.0.0.1:{self.process.stdout.readline().split()[1]}"
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def incident_of(d, name):
    return wait_until(lambda: d.get(f"/v1/incidents?filter[monitor]={name}").data, f"an incident of {name}")[0]


def dns__from_the_command_line__tells_what_is_wrong():
    with NameServer() as ns, Daemon() as d:
        d.cli("monitor", "add", "example.test", "--type", "dns", "--record", "MX", "--expect", "mx1.example.test",
              "--server", ns.address, "--name", "mail-dns", check=0)
        d.cli("monitor", "check", "mail-dns", check=0)
        m = d.monitor("mail-dns")
        assert m["state"] == "up" and m["expect"] == ["mx1.example.test"], m
        assert m["last"]["message"] == "2 MX records, TTL 300 s", m["last"]
        # Both must come, exactly; another type has a field of the same name that takes one text.
        d.cli("monitor", "edit", "mail-dns", "--expect", "mx1.example.test", "--expect", "mx9.example.test",
              "--match", "exact", "--failures", "1", check=0)
        d.cli("monitor", "check", "mail-dns", check=1)
        m = d.wait_state("mail-dns", "down")
        assert m["reason"].endswith("MX: missing mx9.example.test; unexpected 20 mx2.example.test"), m["reason"]
        incident = incident_of(d, "mail-dns")
        assert incident["cause"] == "records", incident
        assert incident["evidence"]["records"] == ["10 mx1.example.test", "20 mx2.example.test"], incident
        d.cli("monitor", "add", "dns://nx.test", "--server", ns.address, "--failures", "1", check=0)
        d.cli("monitor", "check", "nx-test", check=1)
        assert incident_of(d, "nx-test")["cause"] == "nxdomain"
        d.cli("monitor", "add", "dns://shop.example", "--expect", "1.2.3.4", "--expect", "1.2.3.5", check=0)
        assert d.monitor("shop-example")["expect"] == ["1.2.3.4", "1.2.3.5"]
        refused = d.cli("monitor", "add", "tcp://a.example:1", "--expect", "a", "--expect", "b", check=65)
        assert "expect" in refused.stderr, refused.stderr


def dns__of_a_resolver_that_is_silent__is_unknown():
    with NameServer() as ns, Daemon(config=f"nameservers: {ns.address}\n") as d:
        for name in ("silent", "servfail", "refused"):
            d.cli("monitor", "add", f"dns://{name}.test", "--name", name, "--timeout", "400ms", "--failures", "1",
                  check=0)
            d.cli("monitor", "check", name)
            m = d.monitor(name)
            assert m["state"] == "unknown" and m["last"]["outcome"] == "unknown", m
        assert d.get("/v1/incidents").data == []


def may_ping():
    """As the daemon: an ICMP datagram socket, else a raw one."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
            return True
        except OSError:
            pass
    return False


def ping__of_this_machine__tells_loss_and_times():
    with Daemon() as d:
        d.cli("monitor", "add", "127.0.0.1", "--type", "ping", "--name", "router", "--gap", "10ms", check=0)
        done = d.cli("monitor", "check", "router")
        m = d.monitor("router")
        if may_ping():
            assert done.returncode == 0 and m["state"] == "up", m
            assert m["last"]["message"].startswith("3 of 3 answered, "), m["last"]
            assert m["last"]["address"] == "127.0.0.1" and 0 < m["last"]["duration_ms"] < 1000, m["last"]
        else:
            assert m["state"] == "unknown" and "net.ipv4.ping_group_range" in m["last"]["message"], m
        assert d.monitor("router")["target"] == "127.0.0.1"


if __name__ == "__main__":
    import checks_test
    main(checks_test)
