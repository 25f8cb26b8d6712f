#!/usr/bin/env python3
"""Programs as checks: what their exit status means, what may run at all, and that nothing of them stays."""
import json
import os
import shutil
import signal
import socket
import tempfile
import time

from lib import Daemon, Origin, main, wait_until

PLUGINS = "/usr/lib/nagios/plugins"
QUICK = ["--failures", "1", "--recoveries", "1"]


class House:
    """A daemon that allows the programs of one directory."""

    def __init__(self, config="commands: [{}]\n"):
        self.programs = tempfile.mkdtemp(prefix="sellersmart-programs-")
        self.daemon = Daemon(config=config.format(self.programs))

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.daemon.__exit__(*exc)
        shutil.rmtree(self.programs)

    def script(self, name, text, mode=0o755):
        path = os.path.join(self.programs, name)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def run(self, name, program, *fields):
        """Add it and look at its first verdict."""
        d = self.daemon
        d.cli("monitor", "add", "--type", "command", "--name", name, "--program", program, "--paused", "true", *QUICK,
              *fields, check=0)
        d.cli("monitor", "resume", name, check=0)
        d.cli("monitor", "check", name)
        return d.monitor(name)

    def children(self):
        found = []
        for pid in os.listdir("/proc"):
            try:
                with open(f"/proc/{pid}/stat") as f:
                    if pid.isdigit() and int(f.read().rsplit(")", 1)[1].split()[1]) == self.daemon.process.pid:
                        found.append(int(pid))
            except (OSError, IndexError):
                pass
        return found

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.daemon.process.pid}/fd"))


def program__says_how_it_is__by_exit_status_and_first_line():
    cases = [  # name, script, fields, state, message
        ("fine", "echo 'OK: 3 orders waiting | orders=3;10;20;0'", [], "up", "OK: 3 orders waiting"),
        ("warn", "echo 'WARNING: 12 orders waiting|orders=12;10;20'; exit 1", [], "degraded", "WARNING: 12 orders waiting"),
        ("crit", "echo 'CRITICAL: 30 orders'; echo 'oldest: 9 h'; exit 2", [], "down", "CRITICAL: 30 orders"),
        ("unknown", "echo 'UNKNOWN: no database'; exit 3", [], "unknown", "UNKNOWN: no database"),
        ("mute", "exit 2", [], "down", "CRITICAL (exit status 2), without a word"),
        ("odd", "echo strange; exit 42", [], "unknown", 'exit status 42, expected 0 to 3; it said "strange"'),
        ("calls", "exec no-such-program-here", [], "unknown",
         "exit status 127, expected 0 to 3: something that it calls is not there"),
        ("shot", "kill -SEGV $$", [], "unknown", "ended by signal 11 (Segmentation fault)"),
        ("stderr", "echo 'it fell over' >&2; exit 2", [], "down", "it fell over"),
        ("slow", "echo begun; sleep 60", ["--timeout", "300ms"], "down",
         'killed: it did not end within 300ms; it said "begun"'),
        ("slowish", "sleep 60", ["--timeout", "300ms", "--timeout-state", "unknown"], "unknown",
         "killed: it did not end within 300ms"),
        ("escape", "printf '\\033[31mred\\n'; exit 2", [], "down", "[31mred"),
    ]
    with House() as h:
        for name, text, fields, state, message in cases:
            m = h.run(name, h.script(name, "#!/bin/sh\n" + text + "\n"), *fields)
            assert m["state"] == state, (name, m["state"], m["last"])
            said = m["last"]["message"]
            assert "\033" not in said
            assert said.startswith(message) if name in ("calls", "shot") else said.replace("\ufffd", "") == message, (name, said)


def program__that_cannot_or_may_not_run__is_unknown_and_says_what_to_do():
    with House() as h, tempfile.TemporaryDirectory(prefix="sellersmart-other-") as other:
        outside = os.path.join(other, "check")
        with open(outside, "w") as f:
            f.write("#!/bin/sh\necho ran; touch " + os.path.join(other, "ran") + "\n")
        os.chmod(outside, 0o755)
        os.symlink(outside, os.path.join(h.programs, "link"))
        os.mkdir(os.path.join(h.programs, "sub"))
        open_dir = os.path.join(h.programs, "open")
        os.mkdir(open_dir)
        shutil.copy(outside, os.path.join(open_dir, "check"))
        os.chmod(open_dir, 0o777)
        cases = [
            ("outside", outside, f'{outside} is not allowed; to allow it: "commands: [{other}]" in sellersmart.yaml'),
            ("linked", os.path.join(h.programs, "link"), f"{outside} is not allowed"),
            ("dots", f"{h.programs}/../{os.path.basename(other)}/check", f"{outside} is not allowed"),
            ("absent", os.path.join(h.programs, "absent"), "No such file or directory; is the package with it installed?"),
            ("plain", h.script("plain", "#!/bin/sh\n", 0o644), "may not be executed; try chmod +x"),
            ("folder", os.path.join(h.programs, "sub"), "is not a program"),
            ("everyones", h.script("everyones", "#!/bin/sh\n", 0o777), "everybody may write to"),
            ("open", os.path.join(open_dir, "check"), f"everybody may write to {open_dir}; try chmod o-w"),
            ("nothing", h.script("nothing", "not a program\n"), "a script begins with #! and its interpreter"),
            ("lost", h.script("lost", "#!/no/such/interpreter\n"), "its interpreter is not there; see its first line"),
        ]
        if os.geteuid() == 0:
            strangers = h.script("strangers", "#!/bin/sh\n")
            os.chown(strangers, 12345, 12345)
            cases.append(("strangers", strangers, "belongs to another user; chown it to root"))
        for name, program, message in cases:
            m = h.run(name, program)
            assert m["state"] == "unknown" and message in m["last"]["message"], (name, m["state"], m["last"])
        assert not os.path.exists(os.path.join(other, "ran"))


def nothing_runs__unless_the_configuration_allows_it__also_after_a_reload():
    with House(config="log_level: info\n") as h:
        path = h.script("check", "#!/bin/sh\necho fine\n")
        m = h.run("check", path)
        assert m["state"] == "unknown", m
        assert m["last"]["message"] == ('no program may be run; to allow this one: "commands: [%s]" in sellersmart.yaml'
                                        % h.programs), m["last"]
        file = os.path.join(h.daemon.dir, "sellersmart.yaml")
        with open(file, "w") as f:
            f.write(f"commands: [{path}]\n")
        h.daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "configuration reloaded" in h.daemon.log_text(), "the reload")
        h.daemon.cli("monitor", "check", "check", check=0)
        assert h.daemon.monitor("check")["state"] == "up"
        with open(file, "w") as f:
            f.write("commands: [relative/path]\n")
        h.daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: 'commands: "relative/path" is no absolute path' in h.daemon.log_text(), "the refusal")


def environment__has_what_was_given_and_nothing_of_the_daemons__and_no_shell_reads_arguments():
    with House() as h:
        d = h.daemon
        d.cli("secret", "set", "token", input="s3cr3t-value\n", check=0)
        out = os.path.join(h.programs, "out")
        path = h.script("env", f"""#!/bin/sh
{{ env; echo "args: $*"; pwd; ls -l /proc/self/fd | wc -l; cat; ps -o pgid= -p $$; echo $$; cat /proc/$$/cmdline | tr '\\0' ' '; }} > {out}
echo fine
""")
        m = h.run("env", path, "--env", "API_TOKEN=secret:token", "--env", "SHOP=lamps & more", "--arguments=$(touch /tmp/x)",
                  "--arguments=-H")
        assert m["state"] == "up", m["last"]
        with open(out) as f:
            text = f.read()
        assert "API_TOKEN=s3cr3t-value\n" in text and "SHOP=lamps & more\n" in text, text
        assert "SELLERSMART" not in text and "XDG_" not in text, text
        assert "args: $(touch /tmp/x) -H\n/\n" in text, text
        assert text.count("s3cr3t-value") == 1, text
        everything = json.dumps(d.monitor("env")) + d.log_text() + d.cli("config", "export").stdout
        assert "s3cr3t-value" not in everything
        for bad in ("LD_PRELOAD=/x.so", "PATH=/x", "BASH_ENV=/x", "A B=c"):
            refused = d.cli("monitor", "add", "--type", "command", "--name", "bad", "--program", path, "--env", bad)
            assert refused.returncode != 0 and "env:" in refused.stderr, (bad, refused.stderr)


def what_was_measured__is_in_the_evidence_of_an_incident():
    with House() as h:
        path = h.script("check", "#!/bin/sh\necho \"BAD | 'free space'=5%;10;5;0;100 time=0.012s\"; exit 2\n")
        h.run("check", path)
        d = h.daemon
        incident = wait_until(lambda: d.get("/v1/incidents").data, "an incident")[0]
        whole = d.get(f"/v1/incidents/{incident['id']}").data
        assert '"label":"free space","value":5,"unit":"%","warn":"10","crit":"5"' in json.dumps(whole, separators=(",", ":")), whole


def nothing_stays__no_child_no_descriptor__also_of_programs_that_leave_others_behind():
    with House() as h:
        marks = os.path.join(h.programs, "marks")
        os.mkdir(marks)
        leave = h.script("leave", f"#!/bin/sh\nsleep 300 & echo $! > {marks}/leave; echo left\n")
        hang = h.script("hang", f"#!/bin/sh\nsleep 300 & echo $! > {marks}/hang; sleep 300\n")
        flood = h.script("flood", "#!/bin/sh\nhead -c 3000000 /dev/zero | tr '\\0' x; exit 1\n")
        assert h.run("leave", leave)["state"] == "up"
        assert h.run("hang", hang, "--timeout", "300ms")["state"] == "down"
        m = h.run("flood", flood)
        assert m["state"] == "degraded" and len(m["last"]["message"]) < 200, m["last"]
        before = h.descriptors()
        for _ in range(5):
            for name in ("leave", "hang", "flood"):
                h.daemon.cli("monitor", "check", name)
        wait_until(lambda: not h.children(), "no child to be left")
        wait_until(lambda: h.descriptors() <= before, "no descriptor to be left")
        for name in ("leave", "hang"):
            with open(os.path.join(marks, name)) as f:
                left = int(f.read())
            wait_until(lambda: not os.path.exists(f"/proc/{left}") or open(f"/proc/{left}/stat").read().split()[2] == "Z",
                       f"what {name} started to be gone")


def daemon__ends_at_once__and_takes_its_programs_along():
    with House() as h:
        pid = os.path.join(h.programs, "pid")
        path = h.script("hang", f"#!/bin/sh\necho $$ > {pid}.new; mv {pid}.new {pid}; sleep 300\n")
        h.daemon.cli("monitor", "add", "--type", "command", "--name", "hang", "--program", path, check=0)
        wait_until(lambda: os.path.exists(pid), "it to run")
        assert h.daemon.stop() < 4
        with open(pid) as f:
            number = int(f.read())
        wait_until(lambda: not os.path.exists(f"/proc/{number}"), "it to be gone")


def ten_programs_at_once__do_not_delay_other_checks():
    with House() as h, Origin() as shop:
        d = h.daemon
        for i in range(10):
            path = h.script(f"slow{i}", "#!/bin/sh\nsleep 300\n")
            d.cli("monitor", "add", "--type", "command", "--name", f"slow{i}", "--program", path, check=0)
        wait_until(lambda: len(h.children()) == 10, "ten programs to run")
        d.cli("monitor", "add", shop.url, "--name", "shop", *QUICK, check=0)
        d.wait_state("shop", "up")
        started = time.monotonic()
        for _ in range(20):
            d.cli("monitor", "check", "shop", check=0)
        assert time.monotonic() - started < 5
        assert d.monitor("shop")["last"]["duration_ms"] < 500, d.monitor("shop")["last"]
        assert len(h.children()) == 10


def plugins_of_the_distribution__are_understood():
    if not os.path.exists(os.path.join(PLUGINS, "check_tcp")):
        print("# no monitoring-plugins here")
        return
    with House(config=f"commands: [{PLUGINS}]\n") as h, Origin() as shop:
        dummy, tcp = os.path.join(PLUGINS, "check_dummy"), os.path.join(PLUGINS, "check_tcp")
        for number, state in enumerate(("up", "degraded", "down", "unknown")):
            m = h.run(f"dummy{number}", dummy, f"--arguments={number}", "--arguments=so it is")
            assert m["state"] == state and m["last"]["message"].endswith(": so it is"), m["last"]
        port = f"--arguments={shop.port}"
        m = h.run("tcp", tcp, "--arguments=-H", "--arguments=127.0.0.1", "--arguments=-p", port)
        assert m["state"] == "up" and "TCP OK" in m["last"]["message"] and "|" not in m["last"]["message"], m["last"]
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            closed = f"--arguments={s.getsockname()[1]}"
            m = h.run("closed", tcp, "--arguments=-H", "--arguments=127.0.0.1", "--arguments=-p", closed)
        assert m["state"] == "down" and "refused" in m["last"]["message"].lower(), m["last"]


if __name__ == "__main__":
    import sys
    main(sys.modules[__name__])
