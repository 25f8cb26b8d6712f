#!/usr/bin/env python3
"""Beginning and end: signals at every stage, sockets handed over, --once, reloads, modes of files."""
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

from lib import DAEMON, Daemon, Origin, UnixConnection, main, wait_until


class Silent:
    """Accepts and never answers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(20)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"

    def accept(self):
        return self.listener.accept()[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


def daemon_process(d, *flags, **kw):
    return subprocess.Popen([DAEMON, "--data-dir", d.data, "--socket", d.socket, *flags], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=d.environment(), **kw)


def ended(process, limit=5.5):
    started = time.monotonic()
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"not ended in {limit} s:\n{err[-2000:]}")
    return time.monotonic() - started, out, err


def sigterm__at_any_moment_of_the_start__ends_cleanly():
    with Daemon(start=False) as d:
        for delay_ms in (0, 1, 2, 4, 6, 8, 10, 15, 20, 30, 50, 80):
            p = daemon_process(d)
            time.sleep(delay_ms / 1000)
            p.send_signal(signal.SIGTERM)
            took, _, err = ended(p)
            assert p.returncode in (0, -signal.SIGTERM), (delay_ms, p.returncode, err)
            assert took < 5, took
        d.start()
        assert d.get("/v1/daemon").data["previous_end_clean"] is True


def sigterm__while_once_runs_on_a_worker__ends_in_time():
    with Daemon() as d, Silent() as slow:
        d.request("POST", "/v1/monitors", {"name": "slow", "target": slow.url, "timeout": "30s", "interval": "60s",
                                           "failures": 5})
        c = UnixConnection(d.socket)
        c.request("POST", "/v1/once", "{}")
        first = slow.accept()
        took = d.stop()
        first.close()
        assert took < 5 and d.process.returncode == 0, (took, d.process.returncode)


def sigterm__with_a_check_that_hangs_and_somebody_waiting__ends_in_time():
    with Daemon() as d, Silent() as slow:
        d.request("POST", "/v1/monitors", {"name": "slow", "target": slow.url, "timeout": "30s"})
        first = slow.accept()
        c = UnixConnection(d.socket)
        c.request("POST", "/v1/monitors/slow/check", "{}")
        took = d.stop()
        first.close()
        assert took < 5 and d.process.returncode == 0, (took, d.process.returncode)
        assert "still under way" not in d.log_text(), d.log_text()[-2000:]


def once__alone__ends_at_a_signal():
    with Daemon() as d, Silent() as slow:
        d.request("POST", "/v1/monitors", {"name": "slow", "target": slow.url, "timeout": "30s", "interval": "60s",
                                           "failures": 5})
        first = slow.accept()
        d.stop()
        first.close()
        for number in (signal.SIGTERM, signal.SIGINT):
            p = daemon_process(d, "--once")
            conn = slow.accept()
            p.send_signal(number)
            took, _, err = ended(p)
            conn.close()
            assert took < 5, took
            assert p.returncode == 75, (p.returncode, err)
        d.start()
        assert d.get("/v1/daemon").data["previous_end_clean"] is True


def once__beside_a_daemon__ends_at_a_signal():
    with Daemon() as d, Silent() as slow:
        d.request("POST", "/v1/monitors", {"name": "slow", "target": slow.url, "timeout": "30s", "interval": "60s",
                                           "failures": 5})
        first = slow.accept()
        p = daemon_process(d, "--once")
        time.sleep(0.3)
        p.send_signal(signal.SIGINT)
        took, _, _ = ended(p)
        assert took < 3 and p.returncode in (75, -signal.SIGINT, 130), (took, p.returncode)
        first.close()


def once__with_pending_failures__rechecks_until_down():
    with Daemon() as d, Origin() as o:
        d.request("POST", "/v1/monitors", {"name": "shop", "target": o.url, "interval": "1h", "retry_interval": "1s",
                                           "failures": 3})
        d.wait_state("shop", "up")
        d.stop()
        o.status = 500
        # Not due for an hour: --once leaves it, and says how it was.
        p = daemon_process(d, "--once")
        _, out, err = ended(p, 30)
        assert p.returncode == 0 and "up" in out, (out, err)
        d.start()
        d.request("POST", "/v1/monitors/shop/check", "{}", timeout=30)
        d.kill()
        p = daemon_process(d, "--once")
        _, out, err = ended(p, 30)
        assert p.returncode == 1 and "down" in out, (p.returncode, out, err)


def reloads__as_many_as_wanted__are_done():
    with Daemon(config="log_level: info\n") as d:
        path = os.path.join(d.dir, "sellersmart.yaml")
        for i in range(70):
            with open(path, "w") as f:
                f.write(f"log_level: info\nchecks_max: {100 + i}\n")
            d.process.send_signal(signal.SIGHUP)
            wait_until(lambda: d.get("/v1/config").data["values"].get("checks_max") == 100 + i, f"reload {i}")


def bad_configuration__at_reload__keeps_the_old_one():
    with Daemon(config="checks_max: 77\n") as d:
        with open(os.path.join(d.dir, "sellersmart.yaml"), "w") as f:
            f.write("checks_max: many\n")
        d.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "not reloaded" in d.log_text(), "the refusal in the log")
        assert d.get("/v1/config").data["values"]["checks_max"] == 77


def sockets__handed_over_by_systemd__are_served_and_stay():
    with Daemon(start=False) as d:
        unix = socket.socket(socket.AF_UNIX)
        unix.bind(d.socket)
        unix.listen(16)
        tcp = socket.create_server(("127.0.0.1", 0))
        program = ("import os,sys\n"
                   "a,b=int(sys.argv[1]),int(sys.argv[2])\n"
                   "x,y=os.dup(a),os.dup(b)\n"
                   "os.dup2(x,3); os.dup2(y,4)\n"
                   "os.environ['LISTEN_FDS']='2'; os.environ['LISTEN_PID']=str(os.getpid())\n"
                   "os.execv(sys.argv[3],sys.argv[3:])\n")
        with open(d.log_path, "wb") as log:
            d.process = subprocess.Popen([sys.executable, "-c", program, str(unix.fileno()), str(tcp.fileno()), DAEMON,
                                          "--data-dir", d.data, "--socket", d.socket], stderr=log,
                                         pass_fds=(unix.fileno(), tcp.fileno()), env=d.environment())
        wait_until(d.ready_or_dead, "an answer on the socket handed over")
        assert d.process.poll() is None, d.log_text()
        with socket.create_connection(tcp.getsockname()) as c:
            c.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            assert b" 200 " in c.recv(4096)
        d.stop()
        assert os.path.exists(d.socket), "the socket is systemd's"
        unix.close()
        tcp.close()


def notify__says_ready_alive_and_stopping():
    with Daemon(start=False) as d:
        path = os.path.join(d.dir, "notify")
        n = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        n.bind(path)
        n.settimeout(10)
        e = d.environment()
        e.update(NOTIFY_SOCKET=path, WATCHDOG_USEC="200000")
        d.environment = lambda: e
        d.start()
        words = [n.recv(256) for _ in range(4)]
        assert words[0].startswith(b"READY=1") and b"WATCHDOG=1" in words[1], words
        d.process.send_signal(signal.SIGHUP)
        seen = []
        wait_until(lambda: seen.append(n.recv(256)) or b"READY=1" in seen[-1], "READY after the reload")
        assert any(b"RELOADING=1" in s for s in seen), seen
        d.process.send_signal(signal.SIGTERM)
        wait_until(lambda: b"STOPPING=1" in n.recv(256), "STOPPING")
        d.process.wait(6)
        n.close()


def early_failures__leave_nothing_open():
    with Daemon(start=False) as d:
        def run(*flags):
            p = daemon_process(d, *flags)
            _, out, err = ended(p)
            assert p.returncode not in (0, -6, -11) and "error: " in err, (flags, p.returncode, err)
            assert "AddressSanitizer" not in err and "LeakSanitizer" not in err, err
            return err
        run("--listen", "127.0.0.1:99999")
        run("--listen", "nonsense")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            run("--listen", f"127.0.0.1:{taken.getsockname()[1]}")
        with open(d.socket, "w") as f:
            f.write("a file")
        run()
        os.unlink(d.socket)
        d.start()
        assert d.get("/v1/daemon").data["previous_end_clean"] is True
        run()
        p = daemon_process(d, "--once", "--socket", os.path.join(d.dir, "nobody"))
        _, out, err = ended(p)
        assert p.returncode == 0, ("the daemon of the directory is asked, wherever it listens", out, err)


def two_daemons__started_together__one_serves():
    with Daemon(start=False) as d:
        for _ in range(5):
            ps = [daemon_process(d) for _ in range(4)]
            wait_until(lambda: sum(p.poll() is None for p in ps) == 1, "three to give up")
            d.process = next(p for p in ps if p.poll() is None)
            wait_until(d.ready_or_dead, "the one to answer")
            d.process.send_signal(signal.SIGTERM)
            for p in ps:
                _, _, err = ended(p)
                assert p.returncode in (0, 75), (p.returncode, err)


def services__unknown__are_refused():
    with Daemon(start=False) as d:
        p = daemon_process(d, "--services", "sitemonitr")
        time.sleep(1)
        p.terminate()
        _, _, err = ended(p)
        assert p.returncode == 78 and "sitemonitr" in err and "sitemonitor" in err, (p.returncode, err)


def files__belong_to_the_user_alone():
    with Daemon() as d:
        d.request("PUT", "/v1/secrets/a/value", b"hunter2")
        assert stat.S_IMODE(os.stat(d.data).st_mode) == 0o700
        for name in os.listdir(d.data):
            mode = stat.S_IMODE(os.stat(os.path.join(d.data, name)).st_mode)
            assert mode == 0o600, (name, oct(mode))
        assert stat.S_IMODE(os.stat(d.socket).st_mode) == 0o660


def secrets__appear__nowhere():
    with Daemon("--log-level", "debug") as d, Origin() as o:
        words = ["hunter2secret", "bearerxyzsecret", "userinfosecret"]
        assert d.request("PUT", "/v1/secrets/pw/value", words[0].encode()).status in (200, 201)
        assert d.request("PUT", "/v1/secrets/tok/value", words[1].encode()).status in (200, 201)
        host = o.url.replace("http://", "")
        r = d.request("POST", "/v1/monitors", {"name": "basic", "target": o.url, "interval": "1s", "basic_user": "u",
                                               "basic_password": {"secret": "pw"}})
        r2 = d.request("POST", "/v1/monitors", {"name": "bearer", "target": o.url + "b", "interval": "1s",
                                                "bearer": {"secret": "tok"}})
        o.status = 500
        d.request("POST", "/v1/monitors", {"name": "failing", "target": o.url + "r", "interval": "1s", "failures": 1})
        r3 = d.request("POST", "/v1/monitors", {"name": "info", "target": f"http://u:{words[2]}@{host}",
                                                "interval": "1s"})
        hits = o.hits
        wait_until(lambda: o.hits > hits + 6, "checks")
        wait_until(lambda: d.get("/v1/incidents").data, "an incident")
        beat = d.request("POST", "/v1/monitors", {"name": "beat", "type": "heartbeat", "period": "1h"}).data
        words.append(beat["ping_url"].rsplit("/", 1)[1])
        assert d.get("/ping/" + words[-1]).status == 200 and d.get(f"/ping/{words[-1]}/start").status == 200
        texts = {"log": d.log_text(), "create": str([x.body for x in (r, r2)]), "create userinfo": str(r3.body)}
        for path in ("/metrics", "/v1/incidents", "/v1/events?limit=1000", "/v1/monitors/basic", "/v1/overview",
                     "/v1/monitors/failing/samples", "/v1/config", "/v1/daemon"):
            texts[path] = d.get(path).body.decode()
        for where, text in texts.items():
            for w in words:
                assert w not in text, (w, where, text[max(0, text.find(w) - 200):text.find(w) + 80])


if __name__ == "__main__":
    main(__import__("__main__"))
