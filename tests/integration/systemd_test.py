#!/usr/bin/python3
"""The systemd units: how exposed they are, and that the daemon does all its work under what they forbid."""
import ctypes
import os
import re
import shutil
import subprocess
import tempfile

from lib import BUILD, ROOT, Daemon, Origin, main, wait_until

UNITS = os.path.join(ROOT, "contrib")
EXPOSURE_MAX = 1.1
PR_CAPBSET_DROP = 24


def lines(unit, key):
    with open(os.path.join(UNITS, unit)) as f:
        return [line.split("=", 1)[1].strip() for line in f if line.startswith(key + "=")]


def installed(into):
    """The units as `make install` writes them, for programs that exist."""
    paths = []
    for unit in ("sellersmartd.service", "sellersmartd.socket", "sellersmartd-user.service"):
        with open(os.path.join(UNITS, unit)) as f:
            text = f.read().replace("@PREFIX@/sbin", os.path.join(ROOT, BUILD))
        assert "@PREFIX@" not in text, unit
        paths.append(os.path.join(into, unit))
        with open(paths[-1], "w") as f:
            f.write(text)
    return paths


def system_unit__is_exposed__little():
    if not shutil.which("systemd-analyze"):
        return print("# no systemd-analyze on this machine")
    with tempfile.TemporaryDirectory() as into:
        service = installed(into)[0]
        out = subprocess.run(["systemd-analyze", "security", "--offline=true", service], capture_output=True, text=True)
        level = re.search(r"Overall exposure level for .*: ([\d.]+)", out.stdout)
        assert level and float(level.group(1)) <= EXPOSURE_MAX, out.stdout[-400:] + out.stderr


def units__say__what_systemd_understands():
    if not shutil.which("systemd-analyze"):
        return print("# no systemd-analyze on this machine")
    with tempfile.TemporaryDirectory() as into:
        service, socket, user = installed(into)
        for args in ([service, socket], ["--user", user]):
            out = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *args],
                                 capture_output=True, text=True)
            faults = [line for line in out.stderr.splitlines() if "sellersmart" in line]
            assert not faults, out.stderr


def units__agree__on_sockets_users_and_filters():
    assert lines("sellersmartd.service", "User") == ["sellersmart"]
    assert lines("sellersmartd.socket", "SocketGroup") == ["sellersmart"]
    with open(os.path.join(UNITS, "sellersmart.sysusers")) as f:
        assert re.search(r"^u sellersmart ", f.read(), re.M)
    # A dynamic group does not exist yet when the socket is made, and nobody can be put into it.
    assert not lines("sellersmartd.service", "DynamicUser")
    # The socket is below a directory that stopping the service would remove.
    assert not lines("sellersmartd.service", "RuntimeDirectory")
    assert lines("sellersmartd.socket", "ListenStream") == ["/run/sellersmart/api.sock"]
    for key in ("SystemCallFilter", "RestrictAddressFamilies", "WatchdogSec", "Type"):
        assert lines("sellersmartd.service", key) == lines("sellersmartd-user.service", key), key


def calls_of(name, seen):
    """Names of system calls in a set of systemd's."""
    if not name.startswith("@"):
        return {name}
    if name in seen:
        return set()
    seen.add(name)
    out = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
    words = [line.strip() for line in out.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return set().union(*(calls_of(w, seen) for w in words))


def confinement():
    """A function that puts the calling process under the unit's filters, or None where they cannot be had."""
    try:
        import seccomp
    except ImportError:
        return None
    if not shutil.which("systemd-analyze"):
        return None
    allowed = calls_of("@default", set())
    for words in lines("sellersmartd.service", "SystemCallFilter"):
        calls = set().union(*(calls_of(w, set()) for w in words.lstrip("~").split()))
        allowed = allowed - calls | calls_of("@default", set()) if words.startswith("~") else allowed | calls
    families = lines("sellersmartd.service", "RestrictAddressFamilies")[0].split()
    numbers = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}

    def confine():
        libc = ctypes.CDLL(None)
        for capability in range(64):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        f = seccomp.SyscallFilter(defaction=seccomp.ERRNO(1))
        special = {"socket", "mmap", "mprotect"}
        for call in allowed - special:
            try:
                f.add_rule(seccomp.ALLOW, call)
            except (RuntimeError, ValueError):
                continue  # of another architecture
        for family in families:
            f.add_rule(seccomp.ALLOW, "socket", seccomp.Arg(0, seccomp.EQ, numbers[family]))
        # MemoryDenyWriteExecute
        f.add_rule(seccomp.ALLOW, "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, 4, 0))
        f.add_rule(seccomp.ALLOW, "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, 6, 4))
        f.add_rule(seccomp.ALLOW, "mprotect", seccomp.Arg(2, seccomp.MASKED_EQ, 4, 0))
        f.load()
    return confine


def daemon__under_the_units_filters__does_everything():
    confine = confinement()
    if not confine:
        return print("# no systemd-analyze or no seccomp for Python on this machine")
    with Daemon(start=False, config="commands: [/bin/true]\nwitnesses: none\n") as d, Origin() as o:
        o.headers, o.body = {"Content-Type": "text/html"}, b"<html><body><p id=price>9</p></body></html>"
        d.start(preexec=confine)
        with open(f"/proc/{d.process.pid}/status") as f:
            status = f.read()
        assert re.search(r"^Seccomp:\s+2$", status, re.M) and re.search(r"^CapBnd:\s+0+$", status, re.M), status
        assert re.search(r"^NoNewPrivs:\s+1$", status, re.M), status
        d.cli("monitor", "add", o.url, "--name", "http", check=0)
        d.cli("monitor", "add", o.url.replace("127.0.0.1", "localhost"), "--name", "named", check=0)
        d.cli("monitor", "add", o.url, "--type", "content", "--css", "#price", "--name", "worker", check=0)
        d.cli("monitor", "add", "--type", "command", "--program", "/bin/true", "--name", "program", check=0)
        d.cli("monitor", "add", "127.0.0.1", "--type", "ping", "--name", "ping", check=0)
        for name in ("http", "named", "worker", "program"):
            d.wait_state(name, "up")
        kept = wait_until(lambda: d.get("/v1/monitors/worker/versions?text=true").data, "what the worker found")
        assert kept[0]["text"].strip() == "9", kept
        permitted = {f["check"]: f["level"] for f in d.get("/v1/doctor").data}["ping"] == "ok"
        # Who may ping is the kernel's word (net.ipv4.ping_group_range), not the unit's: doctor and check agree.
        last = wait_until(lambda: d.monitor("ping")["last"], "the ping")
        assert last["outcome"] == ("up" if permitted else "unknown"), (permitted, last)
        d.cli("secret", "set", "token", input="x", check=0)
        found = {f["check"]: f for f in d.get("/v1/doctor").data}
        # What the unit hides is no fault of the machine.
        assert all(found[c]["level"] == "ok" for c in ("seccomp", "store", "memory", "clock", "descriptors")), found
        assert d.stop() < 5


if __name__ == "__main__":
    main(__import__("__main__"))
