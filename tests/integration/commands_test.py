#!/usr/bin/env python3
"""Commands as a person meets them: pages on a terminal, --watch, the editor, undo, completion, contexts."""
import atexit
import json
import os
import pty
import re
import select
import signal
import subprocess
import threading
import time

from lib import CLIENT, Daemon, Origin, main, wait_until


def on_terminal(d, *args, env=None, columns=100, typed=""):
    """Run the client on a terminal of its own. @return exit status, what it showed"""
    import fcntl
    import struct
    import termios
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    e = d.environment()
    e.update(TERM="xterm-256color", TZ="UTC", TMPDIR=d.dir, **(env or {}))
    p = subprocess.Popen([CLIENT, *args], stdin=follower, stdout=follower, stderr=follower, env=e,
                         start_new_session=True)
    os.close(follower)
    os.write(leader, typed.encode())
    shown, end = b"", time.monotonic() + 30
    while time.monotonic() < end:
        if select.select([leader], [], [], 0.05)[0]:
            try:
                data = os.read(leader, 65536)
            except OSError:
                break
            if not data:
                break
            shown += data
    status = p.wait(10)
    os.close(leader)
    return status, shown.decode().replace("\r\n", "\n")


class Watch:
    """A client that goes on; its lines as they come."""

    def __init__(self, d, *args):
        self.lines = []
        self.process = subprocess.Popen([CLIENT, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                        env=d.environment())
        atexit.register(self.process.kill)  # it outlives its daemon
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def end(self):
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(10)
        self.thread.join(10)
        return status


def shop(d, o, *more):
    d.cli("monitor", "add", o.url, "--name", "shop", "--interval", "1s", "--retry-interval", "1s", "--failures", "1",
          "--recoveries", "1", *more, check=0)
    d.wait_state("shop", "up")


def monitor_show__is__a_page_on_a_terminal():
    with Daemon() as d, Origin() as o:
        shop(d, o, "--keyword", "shop")
        o.status = 503
        d.wait_state("shop", "down")
        wait_until(lambda: d.get("/v1/monitors/shop/samples").data, "the first batch of answers")
        status, text = on_terminal(d, "monitor", "show", "shop")
        assert status == 0 and "shop: \x1b[1;31mDOWN\x1b[0m since 20" in text, text
        for word in ("HTTP 503", "connect", "first byte", "incidents", "changed since the last good check",
                     "status: 200 -> 503", "answers", "keyword: shop"):
            assert word in text, (word, text)
        status, text = on_terminal(d, "monitor", "show", "shop", env={"NO_COLOR": "1"})
        assert "\x1b" not in text and "shop: DOWN" in text, text
        status, text = on_terminal(d, "incident", "show", "1")
        for word in ("incident 1 of shop", "last good", "first bad", "confirmed", "not yet", "status: 200 -> 503"):
            assert word in text, (word, text)
        # In a pipe the same command gives a member a line.
        assert "state\tdown\n" in d.cli("monitor", "show", "shop", check=0).stdout


def hostile_headers__never__reach_the_terminal():
    with Daemon() as d, Origin() as o:
        o.headers = {"X-Evil": "a\x1b]0;owned\x07\x1b[31m"}
        d.cli("monitor", "add", o.url, "--name", "shop", "--expect-headers", "X-Evil=green", "--failures", "1", check=0)
        d.wait_state("shop", "down")
        for args in (("monitor", "show", "shop"), ("incident", "show", "1"), ("monitor", "check", "shop"),
                     ("event", "list"), ("status",), ("monitor", "list")):
            text = on_terminal(d, *args, env={"NO_COLOR": "1"})[1]
            assert "\x1b" not in text and "\x07" not in text, (args, text)


def table__gives__the_last_column_what_is_left():
    with Daemon() as d, Origin() as o:
        shop(d, o)
        o.status = 503
        d.wait_state("shop", "down")
        for columns in (40, 80, 100, 200):
            text = on_terminal(d, "monitor", "list", env={"NO_COLOR": "1"}, columns=columns)[1]
            assert max(len(line) for line in text.splitlines()) <= columns, text
            assert "DOWN" in text and "HTTP 503" in text, text


def watch__tells__what_changes_and_only_that():
    with Daemon() as d, Origin() as o:
        shop(d, o)
        rows = Watch(d, "monitor", "list", "--watch", "--json", "name,state")
        events = Watch(d, "event", "list", "--watch", "--topic", "monitor.down", "-o", "jsonl")
        wait_until(lambda: len(rows.lines) == 1, "the first row")
        o.status = 500
        d.wait_state("shop", "down")
        wait_until(lambda: len(rows.lines) >= 2 and len(events.lines) == 1, "the change")
        assert [json.loads(x)["state"] for x in rows.lines] == ["up", "down"], rows.lines
        assert json.loads(events.lines[0])["topic"] == "monitor.down"
        assert rows.end() == -signal.SIGINT and events.end() == -signal.SIGINT  # a shell says 130


def watch__outlives__a_restart_of_the_daemon():
    with Daemon() as d, Origin() as o:
        shop(d, o)
        rows = Watch(d, "monitor", "list", "--watch", "--json", "name,state")
        events = Watch(d, "event", "list", "--watch", "--topic", "monitor.down", "-o", "jsonl")
        wait_until(lambda: len(rows.lines) == 1, "the first row")
        d.stop()
        o.status = 500
        d.start()
        d.wait_state("shop", "down")
        wait_until(lambda: len(rows.lines) >= 2 and len(events.lines) >= 1, "the change")
        assert [json.loads(x)["state"] for x in rows.lines] == ["up", "down"], rows.lines
        d.stop()
        o.status = 200
        d.start()
        d.wait_state("shop", "up")
        wait_until(lambda: len(rows.lines) >= 3, "the change back")
        assert len(events.lines) == 1, events.lines
        rows.end(), events.end()


def nothing_given__is_asked_for__on_a_terminal_only():
    with Daemon() as d, Origin() as o:
        refused = d.cli("monitor", "add", check=64)
        assert "nothing was given" in refused.stderr and "sellersmart monitor add" in refused.stderr, refused.stderr
        status, shown = on_terminal(d, "monitor", "add", typed=o.url + "\n")
        assert status == 0 and "target (" in shown and "created" in shown, shown
        assert d.get("/v1/monitors").data[0]["target"].rstrip("/") == o.url.rstrip("/")


def json_fields__that_do_not_exist__are_refused():
    with Daemon() as d, Origin() as o:
        shop(d, o)
        for verb in (("list",), ("show", "shop")):
            refused = d.cli("monitor", *verb, "--json", "name,stat", check=64)
            assert "stat: a monitor has no such member" in refused.stderr and "state" in refused.stderr, refused.stderr
        done = d.cli("monitor", "list", "--json", "name,target,last.duration_ms", check=0)
        assert "duration" in done.stdout, done.stdout


def sort__takes__the_path_of_a_column():
    with Daemon() as d, Origin() as o:
        shop(d, o)
        assert d.cli("monitor", "list", "--sort=-p95_1h_ms", check=0).stdout
        assert "cannot be sorted" in d.cli("monitor", "list", "--sort", "target", check=65).stderr


def daemon_status__is__a_page_on_a_terminal():
    with Daemon() as d:
        status, shown = on_terminal(d, "daemon", "status")
        assert status == 0 and re.search(r"^runs +sellersmartd ", shown, re.M), shown
        assert d.socket in shown and d.data in shown and "net loop answers" in shown, shown
        assert json.loads(d.cli("daemon", "status", "-o", "json", check=0).stdout)["socket"] == d.socket


def secret_add__takes__the_value_like_set():
    with Daemon() as d:
        refused = d.cli("secret", "add", "token", check=65)
        assert "nothing was given" in refused.stderr and "secret set token" in refused.stderr, refused.stderr
        assert d.cli("secret", "add", "token", "--description", "for tests", input="s3cret-value", check=0)
        shown = json.loads(d.cli("secret", "show", "token", "-o", "json", check=0).stdout)
        assert shown["stored"] and shown["description"] == "for tests" and "s3cret" not in str(shown), shown
        assert "token" in d.cli("secret", "add", "token", input="other", check=None).stderr


def editor__opens_again__until_the_text_is_accepted():
    with Daemon() as d, Origin() as o:
        shop(d, o)
        script = os.path.join(d.dir, "editor")
        with open(script, "w") as f:
            f.write(f"""#!/bin/sh
n=$(cat {d.dir}/n 2>/dev/null || echo 0); echo $((n+1)) > {d.dir}/n; cp "$1" {d.dir}/seen.$n
case $n in
0) sed -i 's/^    interval: .*/    interval: 7/' "$1" ;;
*) sed -i 's/^    interval: .*/    interval: 7s/; s/name: shop/name: store/' "$1" ;;
esac
""")
        os.chmod(script, 0o755)
        status, text = on_terminal(d, "monitor", "edit", "shop", env={"EDITOR": script})
        assert status == 0 and "changed" in text, text
        assert d.monitor("store")["interval"] == "7s"
        with open(os.path.join(d.dir, "seen.1")) as f:
            again = f.read().splitlines()
        fault = next(line for line in again if "no unit" in line)
        assert fault.startswith("#! line "), again
        number = int(fault.split()[2].rstrip(":"))
        assert "interval: 7" in again[number - 1], again  # the line it names is the line at fault
        status, text = on_terminal(d, "monitor", "edit", "store", env={"EDITOR": "true"})
        assert status == 0 and "nothing was changed" in text
        before = d.monitor("store")["version"]
        status, text = on_terminal(d, "monitor", "edit", "store", env={"EDITOR": "false"})
        assert status != 0 and d.monitor("store")["version"] == before
        status, text = on_terminal(d, "monitor", "edit", "store", env={"EDITOR": "truncate -s 0"})
        assert status == 130 and d.monitor("store")["version"] == before, (status, text)
        assert not [x for x in os.listdir(d.dir) if x.endswith(".yaml")]


def rm__says__how_to_undo():
    with Daemon() as d, Origin() as o:
        shop(d, o, "--label", "owner=mine")
        export = d.cli("config", "export", check=0).stdout
        done = d.cli("monitor", "rm", "shop", check=0)
        undo = next(line for line in done.stderr.splitlines() if line.startswith("undo: sellersmart "))
        assert d.get("/v1/monitors/shop").status == 404
        d.cli(*undo.split()[2:], check=0)
        assert d.cli("config", "export", check=0).stdout == export


def output__that_cannot_be_written__is_said():
    with Daemon() as d, Origin() as o:
        shop(d, o)
        for redirect in (">&-", ">/dev/full"):
            done = subprocess.run(["sh", "-c", f'"$0" monitor list {redirect}', CLIENT], env=d.environment(),
                                  capture_output=True, text=True, timeout=20)
            assert done.returncode == 74 and "standard output" in done.stderr, (redirect, done)


def usage__says__what_there_is():
    with Daemon() as d:
        for noun in ("daemon", "heartbeat", "config", "context"):
            assert "usage" in d.cli(noun, "--help", check=0).stdout or "verbs:" in d.cli(noun, "--help").stdout
        assert "start" in d.cli("daemon", check=64).stderr
        assert "did you mean start" in d.cli("daemon", "strat", check=64).stderr
        text = d.cli("monitor", "--help", check=0).stdout
        assert text.count("sellersmart monitor check NAME") == 1, text
        for flag in ("--topic", "--since", "--limit", "--query"):
            assert flag in d.cli("event", "list", "--help", check=0).stdout
        assert d.cli("help", "monitor", "add").stdout == d.cli("monitor", "add", "--help").stdout
        d.cli("monitor", "list", "--limit", "0", check=64)
        d.cli("monitor", "list", "-o", "line", check=64)
        d.cli("monitor", "list", "-o", "xml", check=64)
        assert "no such day" in d.cli("monitor", "add", "--name", "x", "--cron", "0 3 31 2 *", check=65).stderr


def completion__knows__values_and_names():
    with Daemon() as d:
        d.cli("monitor", "add", "--type", "heartbeat", "--name", "nightly", check=0)

        def words(*typed):
            return [line.split("\t")[0] for line in d.cli("complete", "--", *typed, check=0).stdout.splitlines()]
        assert {"http", "tcp", "tls", "heartbeat"} <= set(words("monitor", "add", "--type", ""))
        assert "nightly" in words("heartbeat", "ping", "") and "nightly" in words("monitor", "show", "n")
        assert "worst" in words("monitor", "list", "--sort", "") and "line" in words("status", "-o", "")
        assert words("daemon", "sta") == ["start", "status"] and words("context", "u") == ["use"]
        verbs = words("monitor", "")
        assert len(verbs) == len(set(verbs)) and "edit" in verbs


def context_away__does_not__lock_its_user_out():
    with Daemon() as d:
        home = os.path.join(d.dir, "bin")
        os.mkdir(home)
        with open(os.path.join(home, "ssh"), "w") as f:
            f.write("#!/bin/sh\nexit 255\n")
        os.chmod(os.path.join(home, "ssh"), 0o755)
        env = {"SELLERSMART_SOCKET": "", "PATH": home + ":" + os.environ["PATH"]}
        d.cli("context", "add", "vps", "--ssh", "me@vps.example", env=env, check=0)
        d.cli("context", "use", "vps", env=env, check=0)
        assert "vps.example" in d.cli("status", env=env, check=69).stderr
        d.cli("context", "list", env=env, check=0)
        d.cli("daemon", "stop", "--context", "vps", env=env, check=64)  # never a process of this machine
        d.cli("context", "use", "local", env=env, check=0)
        d.cli("--context", "nope", "status", env=env, check=65)


def daemon_install__writes__a_unit():
    with Daemon() as d:
        done = d.cli("daemon", "install", env={"PATH": "/nonexistent"})
        assert done.returncode == 69, done  # no session of systemd here
        with open(os.path.join(d.dir, "config", "systemd", "user", "sellersmartd.service")) as f:
            assert "Type=notify" in f.read()


if __name__ == "__main__":
    main(__import__("__main__"))
