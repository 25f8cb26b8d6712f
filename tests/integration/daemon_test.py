#!/usr/bin/env python3
"""The daemon under bad luck: kills, bad configuration, full disks, no descriptors, load at its end."""
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time

from lib import CLIENT, DAEMON, Daemon, Origin, UnixConnection, main, wait_until


def run_daemon(*flags, env=None):
    return subprocess.run([DAEMON, *flags], capture_output=True, text=True, timeout=30, env=env,
                          stdin=subprocess.DEVNULL)


def store_file(d):
    names = [n for n in os.listdir(d.data) if n.endswith(".db")]
    assert len(names) == 1, names
    return os.path.join(d.data, names[0])


def kill__in_mid_outage__keeps_incident_start_and_streak():
    with Daemon() as d, Origin() as o:
        d.cli("monitor", "add", o.url, "--name", "shop", "--interval", "1s", "--retry-interval", "1s",
              "--failures", "2", check=0)
        d.wait_state("shop", "up")
        o.status = 500
        before = d.wait_state("shop", "down")
        incident = wait_until(lambda: d.get("/v1/incidents").data, "the incident on disk")[0]
        d.kill()
        took = d.start()
        assert took < 3, took
        after = d.monitor("shop")
        assert after["state"] == "down" and after["since"] == before["since"], (before, after)
        assert after["incident"] == incident["id"]
        hits = o.hits
        wait_until(lambda: o.hits > hits + 1, "two more checks")
        incidents = d.get("/v1/incidents").data
        assert [i["id"] for i in incidents] == [incident["id"]]
        topics = [e["topic"] for e in d.get("/v1/events?limit=1000").data]
        assert topics.count("monitor.down") == 1, topics
        o.status = 200
        d.wait_state("shop", "up")
        wait_until(lambda: d.get("/v1/incidents").data[0]["state"] == "closed", "its end on disk")


def kill__before_confirmation__keeps_the_streak():
    with Daemon() as d, Origin() as o:
        d.cli("monitor", "add", o.url, "--name", "shop", "--interval", "1s", "--retry-interval", "1h",
              "--failures", "3", check=0)
        d.wait_state("shop", "up")
        o.status = 500
        pending = d.wait_state("shop", "pending")
        # The streak is written with the next batch of samples, within a second.
        store = sqlite3.connect(f"file:{store_file(d)}?mode=ro", uri=True)
        wait_until(lambda: store.execute("SELECT count(*) FROM monitor_state WHERE fails > 0").fetchone()[0] == 1,
                   "the streak on disk")
        store.close()
        d.kill()
        d.start()
        after = d.monitor("shop")
        assert after["since"] == pending["since"] and after["streak"]["fails"] >= 1, after


def sigterm__under_load__ends_within_five_seconds():
    with Daemon() as d, Origin() as o:
        for i in range(40):
            d.request("POST", "/v1/monitors", {"name": f"m{i}", "target": o.url + str(i), "interval": "1s"})
        slow = socket.create_server(("127.0.0.1", 0))  # accepts, never answers
        d.request("POST", "/v1/monitors", {"name": "slow", "target": f"http://127.0.0.1:{slow.getsockname()[1]}/"})
        stream = UnixConnection(d.socket)
        stream.request("GET", "/v1/stream")
        assert b"hello" in stream.getresponse().readline()
        going = threading.Event()

        def load():
            try:
                c = UnixConnection(d.socket)
                while not going.is_set():
                    c.request("GET", "/v1/monitors")
                    c.getresponse().read()
            except OSError:
                pass

        threads = [threading.Thread(target=load) for _ in range(8)]
        for t in threads:
            t.start()
        wait_until(lambda: o.hits > 40, "checks under way")
        took = d.stop()
        going.set()
        for t in threads:
            t.join()
        slow.close()
        assert took < 5, took
        assert d.process.returncode == 0


def second_daemon__is__refused():
    with Daemon() as d:
        second = run_daemon("--data-dir", d.data, "--socket", d.socket + "2", env=d.environment())
        assert second.returncode == 75 and str(d.process.pid) in second.stderr and "try: " in second.stderr, second
        other = tempfile.mkdtemp()
        try:
            taken = run_daemon("--data-dir", other, "--socket", d.socket, env=d.environment())
            assert taken.returncode == 75 and d.socket in taken.stderr, taken
        finally:
            shutil.rmtree(other)
        assert d.get("/healthz").status == 200


def dead_socket__is__replaced():
    with Daemon() as d:
        d.kill()
        assert os.path.exists(d.socket)
        d.start()


def socket_path__too_long__is_said():
    with Daemon(start=False) as d:
        done = run_daemon("--data-dir", d.data, "--socket", "/tmp/" + "x" * 120, env=d.environment())
        assert done.returncode == 78 and "107" in done.stderr + "107" and "socket" in done.stderr, done


def configuration__is_checked__with_line_and_reason():
    with Daemon(start=False) as d:
        path = os.path.join(d.dir, "c.yaml")
        for text, words in (("log_level: loud\n", ("log_level", "debug", ":1")),
                            ("node: 1\nchecks_max: many\n", ("checks_max", ":2")),
                            ("nodes: 1\n", ("nodes", "node")), ("a: [\n", ("c.yaml",)),
                            ("node: 1\nlisten: 8.8.8.8:80\n", ("c.yaml:2: listen", "loopback")),
                            ("listen: localhost\n", ("c.yaml:1: listen", "HOST:PORT")),
                            ("zzzzzzzz: 1\n", ("c.yaml:1: zzzzzzzz", "man sellersmart.yaml")),
                            ("services: shops\nnode: -1\ncommands: [ls]\nwitnesses: 'a:b:c'\n",
                             ("c.yaml:1: services", "c.yaml:2: node", "c.yaml:3: commands", "c.yaml:4: witnesses"))):
            with open(path, "w") as f:
                f.write(text)
            done = run_daemon("--config", path, "--check-config", env=d.environment())
            assert done.returncode == 78 and all(w in done.stderr for w in words), (text, done)
        with open(path, "w") as f:
            f.write("log_level: debug\n")
        assert run_daemon("--config", path, "--check-config", env=d.environment()).returncode == 0
        assert run_daemon("--bogus").returncode == 64


def listen__refuses__anything_but_loopback():
    with Daemon(start=False) as d:
        done = run_daemon("--data-dir", d.data, "--socket", d.socket, "--listen", "0.0.0.0:0", env=d.environment())
        assert done.returncode == 78 and "loopback" in done.stderr, done


def reload__keeps_the_old__when_the_new_is_bad():
    with Daemon(config="log_level: info\n") as d:
        path = d.flags[-1]
        with open(path, "w") as f:
            f.write("log_level: loud\n")
        d.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "old one stays" in d.log_text(), "the refusal in the log")
        with open(path, "w") as f:
            f.write("log_level: debug\n")
        d.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "configuration reloaded" in d.log_text(), "the reload in the log")
        assert d.get("/v1/config").data["values"]["log_level"] == "debug"


def newer_store__is_refused__untouched():
    with Daemon() as d:
        d.stop()
        path = store_file(d)
        db = sqlite3.connect(path)
        db.execute("PRAGMA user_version = 9999")
        db.commit()
        db.close()
        with open(path, "rb") as f:
            before = f.read()
        done = run_daemon("--data-dir", d.data, "--socket", d.socket, env=d.environment())
        assert done.returncode == 78 and "newer" in done.stderr and "try: " in done.stderr, done
        with open(path, "rb") as f:
            assert f.read() == before


def unreadable_store__is__said():
    with Daemon() as d:
        d.stop()
        with open(store_file(d), "r+b") as f:
            f.write(b"this is not a database, sorry" * 40)
        done = run_daemon("--data-dir", d.data, "--socket", d.socket, env=d.environment())
        assert done.returncode in (70, 78) and "store" in done.stderr and "try: " in done.stderr, done


def damaged_page__makes_the_store__read_only_and_says_so():
    with Daemon() as d:
        for i in range(300):
            d.request("POST", "/v1/monitors", {"name": f"m{i}", "target": "http://127.0.0.1:1/", "paused": True})
        d.stop()
        path = store_file(d)
        db = sqlite3.connect(path)
        root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'changes'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
        db.close()
        d.start()
        d.kill()  # an unclean end asks for a check
        with open(path, "r+b") as f:
            f.seek((root - 1) * size + 12)
            f.write(b"\xff" * 200)
        d.spawn()
        wait_until(lambda: answers(d), "the daemon to answer")
        wait_until(lambda: d.get("/v1/overview").data["store"]["readonly"], "the store to be read-only")
        refused = d.request("POST", "/v1/monitors", {"name": "more", "target": "http://127.0.0.1:1/"})
        assert refused.status == 503 and refused.json["code"] == "readonly" and refused.json["hint"], refused.body
        assert d.get("/v1/monitors").status == 200


def answers(d):
    try:
        return d.get("/healthz").status == 200
    except OSError:
        return False


def full_disk__refuses_writes__and_recovers():
    mount = tempfile.mkdtemp(prefix="sellersmart-full-")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", mount], capture_output=True).returncode:
        os.rmdir(mount)
        print("# full disk: no permission to mount, skipped")
        return
    try:
        d = Daemon(start=False)
        d.data = os.path.join(mount, "data")
        with d, Origin() as o:
            d.start()
            d.cli("monitor", "add", o.url, "--name", "shop", "--interval", "1s", check=0)
            d.wait_state("shop", "up")
            ballast = os.path.join(mount, "ballast")
            fd = os.open(ballast, os.O_WRONLY | os.O_CREAT)
            try:
                while True:
                    os.write(fd, b"x" * 4096)
            except OSError:
                os.close(fd)
            reply = wait_until(lambda: (lambda r: r if r.status >= 500 else None)(
                d.request("PUT", "/v1/secrets/big/value", os.urandom(60000))), "a write to be refused")
            assert reply.status in (503, 507) and reply.json["hint"], reply.body
            hits = o.hits
            wait_until(lambda: o.hits > hits + 1, "checks going on")
            assert d.get("/v1/monitors").status == 200
            os.unlink(ballast)
            wait_until(lambda: d.request("PUT", "/v1/secrets/big/value", b"x").status < 300, "writes again", 10)
            hits = o.hits
            wait_until(lambda: o.hits > hits, "checks")
    finally:
        subprocess.run(["umount", "-l", mount])
        os.rmdir(mount)


def descriptors__used_up__api_answers_and_nothing_is_down():
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    d = Daemon(start=False)
    with d, Origin() as o:
        d.start(preexec=few)
        d.cli("monitor", "add", o.url, "--name", "shop", "--interval", "1s", check=0)
        d.wait_state("shop", "up")
        idle = []
        for _ in range(80):
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(0.5)
            try:
                s.connect(d.socket)
                idle.append(s)
            except OSError:
                break
        time.sleep(2)
        for s in idle:
            s.close()
        wait_until(lambda: d.ready_or_dead() and d.process.poll() is None, "the API")
        d.wait_state("shop", "up")
        assert "monitor.down" not in [e["topic"] for e in d.get("/v1/events").data]


def idle_connections__five_thousand__leave_room_for_work():
    with Daemon() as d:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        idle = []
        for _ in range(5000):
            s = socket.socket(socket.AF_UNIX)
            s.connect(d.socket)
            idle.append(s)
        assert d.get("/v1/monitors").status == 200
        with open(f"/proc/{d.process.pid}/status") as f:
            rss = [int(line.split()[1]) for line in f if line.startswith("VmRSS")][0]
        assert rss < 100_000, rss
        for s in idle:
            s.close()


def ready__after_kill__within_a_second():
    with Daemon() as d:
        batch = [{"kind": "monitor", "name": f"m{i}", "target": f"http://127.0.0.1:1/{i}", "interval": "1h"}
                 for i in range(500)]
        assert d.request("POST", "/v1/batch", {"items": batch}).status == 200
        d.kill()
        d.start()
        assert d.get("/v1/monitors?limit=1").json["meta"]["total"] == 500


def group__may_read__but_not_write():
    if os.getuid() != 0:
        print("# needs root, skipped")
        return
    with Daemon() as d:
        os.chmod(d.dir, 0o755)
        mode = os.stat(d.socket).st_mode & 0o777
        assert mode == 0o660, oct(mode)
        os.chmod(d.socket, 0o666)  # the permission of the file stands for membership in the group

        def as_nobody():
            os.setgid(65534)
            os.setuid(65534)

        def ask(*flags):
            return subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", d.socket,
                                   *flags], capture_output=True, text=True, preexec_fn=as_nobody).stdout

        assert ask("http://localhost/v1/monitors") == "200"
        assert ask("-X", "POST", "-d", "{}", "http://localhost/v1/monitors") == "403"


if __name__ == "__main__":
    main(__import__("__main__"))
