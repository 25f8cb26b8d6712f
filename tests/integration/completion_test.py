#!/usr/bin/env python3
"""Completion as a person meets it: the real shells, each on a terminal of its own, with a daemon, without one, and
with one that does not answer."""
import os
import pty
import select
import shutil
import socket
import subprocess
import time

from lib import CLIENT, Daemon, main


class Shell:
    """An interactive shell that has loaded the completion."""

    def __init__(self, d, name):
        self.d = d
        bin = os.path.join(d.dir, "bin")
        if not os.path.isdir(bin):
            os.mkdir(bin)
            os.symlink(CLIENT, os.path.join(bin, "sellersmart"))
        script = os.path.join(d.dir, f"completion.{name}")
        with open(script, "w") as f:
            f.write(d.cli("completion", name, check=0).stdout)
        self.env = d.environment()
        self.env.update(PATH=bin + ":" + os.environ["PATH"], TERM="dumb", PS1="> ", HOME=d.dir, INPUTRC="/dev/null",
                        COLUMNS="200")
        start = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}[name]
        self.pid, self.leader = pty.fork()
        if self.pid == 0:
            os.chdir(d.dir)
            os.execvpe(start[0], start, self.env)
        self.seen = ""
        if name == "zsh":
            self.type("unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -D\n")
        else:
            self.type("bind 'set enable-bracketed-paste off'; bind 'set completion-query-items 0'; "
                      "bind 'set page-completions off'\n")
        self.type(f"source {script}; echo lo''aded\n")
        self.expect("loaded")

    def type(self, text):
        os.write(self.leader, text.encode())

    def expect(self, text, timeout=20):
        end = time.monotonic() + timeout
        while text not in self.seen:
            if time.monotonic() > end:
                raise AssertionError(f"waited for {text!r}, saw:\n{self.seen[-2000:]}")
            if select.select([self.leader], [], [], 0.1)[0]:
                self.seen += os.read(self.leader, 65536).decode(errors="replace").replace("\x07", "")

    def completed(self, line, to):
        """The line with Tab behind it becomes `to`: the shell runs `echo` with it, and says what it got."""
        self.seen = ""
        self.type(line + "\t")
        self.type("\x01echo '[' \x05 ']'\n")  # ^A, ^E: around what stands there
        self.expect("\n[ " + to)

    def shows(self, line, *words):
        self.seen = ""
        self.type(line + "\t\t\t")
        for word in words:
            self.expect(word)
        self.type("\x15")

    def close(self):
        os.close(self.leader)
        os.waitpid(self.pid, 0)


def shop(d):
    d.cli("monitor", "add", "--type", "heartbeat", "--name", "nightly-export", check=0)
    d.cli("monitor", "add", "--type", "heartbeat", "--name", "shop", check=0)
    d.cli("secret", "set", "token", input="x", check=0)
    open(os.path.join(d.dir, "all-shops.yaml"), "w").close()


def try_shell(name):
    if not shutil.which(name):
        return print(f"# no {name} on this machine")
    with Daemon() as d:
        shop(d)
        s = Shell(d, name)
        try:
            s.completed("sellersmart monitor show nig", "sellersmart monitor show nightly-export ]")
            s.completed("sellersmart heartbeat ping nig", "sellersmart heartbeat ping nightly-export ]")
            s.completed("sellersmart monitor add --type smt", "sellersmart monitor add --type smtp ]")
            s.completed("sellersmart monitor add --type=smt", "sellersmart monitor add --type=smtp ]")
            s.completed("sellersmart monitor edit shop --retry-int", "sellersmart monitor edit shop --retry-interval ]")
            s.completed("sellersmart import --from ku", "sellersmart import --from kuma ]")
            s.completed("sellersmart apply -f all-s", "sellersmart apply -f all-shops.yaml ]")
            s.completed("sellersmart maintenance add --zone Europe/Berl", "sellersmart maintenance add --zone Europe/Berlin ]")
            s.completed("sellersmart monitor che", "sellersmart monitor check ]")
            s.shows("sellersmart monitor show ", "nightly-export", "shop")
            s.shows("sellersmart monitor list --output ", "table", "plain", "jsonl", "csv")
            # The daemon is gone: the line stays as it is, nothing is printed into it.
            d.stop()
            s.completed("sellersmart monitor show nig", "sellersmart monitor show nig ]")
            assert "error" not in s.seen and "try:" not in s.seen, s.seen
        finally:
            s.close()


def bash__completes__from_the_daemon():
    try_shell("bash")


def zsh__completes__from_the_daemon():
    try_shell("zsh")


def fish__completes__from_the_daemon():
    if not shutil.which("fish"):
        return print("# no fish on this machine")
    with Daemon() as d:
        shop(d)
        os.mkdir(os.path.join(d.dir, "bin"))
        os.symlink(CLIENT, os.path.join(d.dir, "bin", "sellersmart"))
        env = d.environment()
        env["PATH"] = os.path.join(d.dir, "bin") + ":" + os.environ["PATH"]

        def candidates(line):
            done = subprocess.run(
                ["fish", "--no-config", "-c", f"sellersmart completion fish | source; complete -C '{line}'"],
                capture_output=True, text=True, env=env, cwd=d.dir, timeout=60, stdin=subprocess.DEVNULL)
            assert done.returncode == 0 and not done.stderr, done
            return dict((line.split("\t") + [""])[:2] for line in done.stdout.splitlines())

        assert set(candidates("sellersmart monitor show ")) == {"nightly-export", "shop"}
        assert candidates("sellersmart monitor add --type smt") == {"smtp": "Mail server (SMTP)"}
        assert set(candidates("sellersmart monitor add --type=smt")) == {"--type=smtp"}
        assert "kuma" in candidates("sellersmart import --from ")
        assert "all-shops.yaml" in candidates("sellersmart apply -f all")
        assert set(candidates("sellersmart monitor list --output js")) == {"json", "jsonl"}
        d.stop()
        assert candidates("sellersmart monitor show nig") == {}


def candidates__know__the_line():
    with Daemon() as d, Daemon() as other:
        shop(d)
        other.cli("monitor", "add", "--type", "heartbeat", "--name", "elsewhere", check=0)

        def words(*typed, **kw):
            out = d.cli("complete", "--", *typed, check=0, **kw)
            assert not out.stderr, out.stderr
            return [line.split("\t")[0] for line in out.stdout.splitlines()]
        assert words("--socket", other.socket, "monitor", "show", "") == ["elsewhere"]  # that daemon is meant
        assert words(f"--socket={other.socket}", "-o", "json", "monitor", "show", "") == ["elsewhere"]
        assert words("monitor", "edit", "--paused", "yes", "sh") == ["shop"]
        assert words("help", "monitor", "che") == ["check"]
        assert words("monitor", "show", "shop", "") == []  # takes one only
        assert words("monitor", "check", "shop", "ni") == ["nightly-export"]  # takes several
        assert words("monitor", "add", "--oauth-client-secret", "") == ["secret:token"]
        assert words("monitor", "add", "--depends-on", "sh") == ["shop"]
        assert words("maintenance", "add", "--monitor", "sh") == ["shop"]
        assert words("monitor", "history", "shop", "--by", "") == ["hour", "day"]
        assert words("monitor", "edit", "shop", "--unset", "slo_") == ["slo_window"]
        assert words("monitor", "list", "--sort", "wor") == ["worst"]
        assert words("monitor", "list", "--filter", "sta") == ["state="]
        assert words("heartbeat", "wrap", "shop", "--", "/bin/l") == [":files"]
        assert words("--context", "lo") == ["local"]
        assert words("nonsense", "") == [] and words("monitor", "nonsense", "") == []


def daemon_that_is_silent__costs__a_fifth_of_a_second():
    with Daemon(start=False) as d:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(d.socket)
        listener.listen(1)  # takes connections, answers none
        open(d.log_path, "w").close()
        with listener:
            started = time.monotonic()
            done = d.cli("complete", "--", "monitor", "show", "", check=0)
            spent = time.monotonic() - started
        assert done.stdout == done.stderr == "" and 0.19 < spent < 2, (done, spent)


if __name__ == "__main__":
    main(__import__("__main__"))
