#!/usr/bin/env python3
"""The daemon's HTTP server under fire: the smuggling corpus, malformed requests by the thousand, slow
senders, crowds of idle connections. The daemon stays up, small, and answers others meanwhile."""
import random
import re
import resource
import socket
import threading
import time

from lib import Daemon, ROOT, main, wait_until

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def memory(d, what="VmRSS"):
    with open(f"/proc/{d.process.pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith(what))


def descriptors(d):
    import os
    return len(os.listdir(f"/proc/{d.process.pid}/fd"))


def dial(d, timeout=15):
    s = socket.socket(socket.AF_UNIX)
    s.connect(d.socket)  # waits while the queue is full; with a timeout it would fail at once
    s.settimeout(timeout)
    return s


def exchange(d, data):
    """Everything that comes until the daemon closes."""
    s = dial(d)
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # refused and closed meanwhile
    got = b""
    try:
        while chunk := s.recv(65536):
            got += chunk
    except ConnectionResetError:
        pass
    s.close()
    return got


def statuses(answer):
    return [int(s) for s in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def expand(text):
    out = bytearray()
    i = 0
    while i < len(text):
        m = re.match(r"\{(\d+)\*(.*?)\}", text[i:])
        if m:
            out += expand(m.group(2)) * int(m.group(1))
            i += m.end()
        elif text[i] == "\\" and text[i + 1] == "x":
            out.append(int(text[i + 2:i + 4], 16))
            i += 4
        elif text[i] == "\\":
            out += {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}[text[i + 1]]
            i += 2
        else:
            out += text[i].encode()
            i += 1
    return bytes(out)


def corpus():
    with open(f"{ROOT}/tests/fixtures/smuggling/cases.txt") as f:
        for line in f:
            if line.strip() and line[0] != "#":
                name, expected, data = line.rstrip("\n").split(" | ", 2)
                yield name, expected, expand(data)


def smuggling__none_accepted():
    refused = 0
    with Daemon() as d:
        for name, expected, data in corpus():
            if expected != "refuse":
                continue
            # The corpus aims at /hello and /echo; here they are a page and a resource.
            data = data.replace(b"/hello", b"/healthz").replace(b"/echo", b"/v1/batch")
            got = statuses(exchange(d, data))
            assert all(s >= 400 for s in got), (name, got)
            assert len(got) <= 1, (name, got)
            refused += 1
        assert refused >= 200, refused
        assert statuses(exchange(d, GET)) == [200]


def malformed__ten_thousand__no_crash_no_leak():
    seed = random.Random(7)
    good = [data for _, _, data in corpus() if len(data) < 2000]

    def spoiled():
        data = bytearray(seed.choice(good))
        for _ in range(seed.randint(1, 6)):
            at = seed.randrange(len(data)) if data else 0
            action = seed.randint(0, 3)
            if action == 0 and data:
                data[at] = seed.randrange(256)
            elif action == 1:
                data[at:at] = bytes([seed.choice(b"\r\n\0\t :%,;/0a\xff")])
            elif action == 2 and data:
                del data[at:at + seed.randint(1, 8)]
            else:
                data[at:at] = seed.choice(good)[:seed.randint(1, 60)]
        return bytes(data)

    with Daemon() as d:
        for _ in range(500):
            exchange(d, spoiled())
        before, files = memory(d), descriptors(d)
        fives = 0
        for _ in range(10000):
            got = statuses(exchange(d, spoiled()))
            fives += any(s >= 500 and s != 501 for s in got)
        assert fives == 0, f"{fives} answers of 5xx"
        assert memory(d) - before < 1024, f"{memory(d) - before} kB more"
        wait_until(lambda: descriptors(d) <= files, "descriptors to be closed")
        assert statuses(exchange(d, GET)) == [200]


def slow_loris__is_cut_off__others_are_served():
    with Daemon() as d:
        started = time.monotonic()
        slow = [dial(d, 30) for _ in range(1000)]
        stop = threading.Event()

        def drip():
            data = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"b" * 10000
            for byte in data:
                for s in slow:
                    try:
                        s.send(bytes([byte]))
                    except OSError:
                        pass
                if stop.wait(0.4):
                    return

        dripper = threading.Thread(target=drip)
        dripper.start()
        waits = []
        while time.monotonic() - started < 8:
            at = time.monotonic()
            assert statuses(exchange(d, GET)) == [200]
            waits.append(time.monotonic() - at)
            time.sleep(0.02)
        waits.sort()
        got = slow[0].recv(4096)
        stop.set()
        dripper.join()
        ended = time.monotonic() - started
        assert b" 408 " in got, got
        assert 8 < ended < 16, ended
        assert waits[len(waits) // 2] < 0.05, waits[len(waits) // 2]
        for s in slow:
            s.close()


def idle__five_thousand__small_and_gone_afterwards():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Daemon() as d:
        files = descriptors(d)
        before = memory(d)
        idle = [dial(d) for _ in range(5000)]
        for s in idle[:500]:
            s.sendall(GET)
        for s in idle[:500]:
            assert statuses(s.recv(4096)) == [200]
        assert statuses(exchange(d, GET)) == [200]
        each = (memory(d) - before) * 1024 / 5000
        assert each < 2048, f"{each:.0f} bytes a connection"
        for s in idle:
            s.close()
        wait_until(lambda: descriptors(d) <= files + 1, "descriptors to be closed")


def connections__beyond_the_limit__are_told():
    with Daemon(config="connections_max: 20\n") as d:
        wait_until(lambda: d.get("/v1/daemon").data["http"]["connections"] == 1, "only this connection")
        idle = []
        while len(idle) < 20:  # the one that asked may not be gone yet
            s = dial(d)
            try:
                s.sendall(GET)
                if statuses(s.recv(4096)) == [200]:
                    idle.append(s)
            except OSError:
                pass
        assert statuses(exchange(d, GET)) == [503]
        for s in idle:
            s.close()
        wait_until(lambda: statuses(exchange(d, GET)) == [200], "a place")


def tcp__names_of_others_and_pages__are_refused():
    with Daemon("--listen", "127.0.0.1:0") as d:
        port = int(re.search(r"port (\d+)", wait_until(d.log_text, "a log")).group(1))

        def ask(request):
            s = socket.create_connection(("127.0.0.1", port), 10)
            s.sendall(request)
            got = statuses(s.recv(65536))
            s.close()
            return got

        assert ask(b"GET /v1/monitors HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") == [200]
        assert ask(b"GET /v1/monitors HTTP/1.1\r\nHost: evil.example\r\n\r\n") == [403]
        assert ask(b"POST /v1/overview/seen HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n"
                   b"Content-Length: 0\r\n\r\n") == [403]
        assert ask(b"POST /v1/overview/seen HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n") == [200]


def streams__vanished_clients__are_forgotten():
    with Daemon() as d:
        files = descriptors(d)
        for _ in range(3):
            streams = [dial(d) for _ in range(200)]
            for s in streams:
                s.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            for s in streams:
                assert b"text/event-stream" in s.recv(4096)
            assert d.get("/v1/daemon").data["http"]["streams"] == 200
            for s in streams:
                s.close()
            wait_until(lambda: d.get("/v1/daemon").data["http"]["streams"] == 0, "streams to be forgotten")
        wait_until(lambda: descriptors(d) <= files + 1, "descriptors to be closed")


def idle_daemon__does_not_wake_up():
    """With nothing to watch and nobody connected the loop of the API never runs."""
    def switches(d):
        import os
        total = 0
        for task in os.listdir(f"/proc/{d.process.pid}/task"):
            with open(f"/proc/{d.process.pid}/task/{task}/comm") as f:
                if f.read().strip() != "api":
                    continue
            with open(f"/proc/{d.process.pid}/task/{task}/status") as f:
                total += sum(int(line.split()[1]) for line in f if "ctxt_switches" in line)
        return total

    with Daemon() as d:
        exchange(d, GET)
        time.sleep(0.3)
        before = switches(d)
        time.sleep(3)
        assert switches(d) == before, switches(d) - before


def methods__nobody_knows_here__are_405_with_what_is_possible():
    with Daemon() as d:
        for method in ("TRACE", "QUERY", "PROPFIND", "FROB"):
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(10)
                s.connect(d.socket)
                s.sendall(f"{method} /v1/monitors HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                head = s.recv(65536).decode()
            assert head.startswith("HTTP/1.1 405 "), (method, head)
            assert "\r\nAllow: " in head and "application/problem+json" in head, (method, head)
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(d.socket)
            s.sendall(b"\x16\x03\x01 / HTTP/1.1\r\n\r\n")
            assert s.recv(65536).startswith(b"HTTP/1.1 400 ")


def bodies__of_what_takes_none__are_refused():
    with Daemon() as d:
        for path in ("/v1/batch", "/v1/monitors/x/badge"):  # another method is the first thing to say
            assert d.request("GET", path, {"a": 1}).status == 405, path
        assert d.request("GET", "/v1/monitors", {"a": 1}).status == 400


def pages__with_unknown_values__are_refused():
    with Daemon() as d:
        for path in ("/v1/monitors", "/v1/events", "/v1/incidents", "/v1/maintenance", "/v1/secrets"):
            for query in ("last=null", "last=2", "sort=", "limit=0", "limit=x"):
                assert d.get(f"{path}?{query}").status == 422, (path, query)
        assert d.get("/v1/events?topic=" + "x" * 65).status == 422
        assert d.get("/v1/events?after_seq=9223372036854775808").status == 422


if __name__ == "__main__":
    main(__import__("__main__"))
