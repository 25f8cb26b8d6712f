"""Running the dashboard on a terminal that is not there, beside a fake daemon. For *_test.py here."""
import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
SHOT = os.path.join(BUILD, "tests/screens/shot")
DASH = os.path.join(BUILD, "tests/screens/dash")
NOW_MS = "1795416131000"  # 2026-11-23 07:42:11 in Berlin
DEADLINE_S = 10

work = tempfile.mkdtemp(prefix="screens-")
atexit.register(shutil.rmtree, work, True)


class Fake:
    """tests/fakes/fakeapi.py on a socket of its own; stops at the end of a with block."""

    numbers = count()

    def __init__(self, fixture, *args):
        self.socket = os.path.join(work, "api%d" % next(Fake.numbers))
        self.fixture = os.path.join(HERE, "data", fixture + ".json")
        self.args = args
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(ROOT, "tests/fakes/fakeapi.py"), self.socket,
             self.fixture, *self.args])
        end = time.monotonic() + DEADLINE_S
        while not os.path.exists(self.socket):
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("the fake daemon did not start")
            time.sleep(0.01)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        if os.path.exists(self.socket):
            os.unlink(self.socket)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def ask(self, path, body=""):
        out = subprocess.run(["curl", "-sS", "--unix-socket", self.socket, "-X", "POST",
                              "--data-binary", body, "http://localhost" + path],
                             capture_output=True, text=True, check=True)
        return json.loads(out.stdout)

    def requests(self):
        return self.ask("/fake/requests")["data"]


def environment(extra):
    env = {k: v for k, v in os.environ.items()
           if k in ("PATH", "HOME", "UPDATE") or k.startswith(("ASAN", "UBSAN", "LSAN"))}
    env.update({"LC_ALL": "C.UTF-8", "TZ": "Europe/Berlin", "HOME": work,
                "XDG_CONFIG_HOME": work + "/config", "XDG_STATE_HOME": work + "/state"})
    env.update(extra)
    return env


def command(socket, steps, size="80x24", term="xterm-256color", raw=None, screen=None, now=NOW_MS):
    line = [SHOT, "-s", size, "-t", term]
    if raw:
        line += ["-w", raw]
    line += list(steps) + ["--", DASH, socket, now]
    return line + ([screen] if screen else [])


def shot(socket, *steps, env=None, **options):
    """Run the steps; what they printed."""
    done = subprocess.run(command(socket, steps, **options), env=environment(env or {}),
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout


def golden(name):
    return "golden:" + os.path.join(HERE, "golden", name + ".txt")


def screen(name, fixture, *steps, **options):
    """A test that the screen reached by those steps is as the golden text of that name."""
    def test():
        with Fake(fixture) as fake:
            shot(fake.socket, *steps, golden(name), **options)

    test.__name__ = name
    return test


def background(socket, *steps, env=None, **options):
    return subprocess.Popen(command(socket, steps, **options), env=environment(env or {}),
                            stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)


def number(text, name):
    return float(re.search(name + r"=(-?[\d.]+)", text).group(1))


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def attempt(test):
    try:
        test()
        return None
    except (AssertionError, RuntimeError, subprocess.SubprocessError) as e:
        return str(e)


def run(tests, together=1):
    """Run functions, those named on the command line or all, some at a time; one line each."""
    chosen = [t for t in tests if len(sys.argv) == 1 or t.__name__ in sys.argv[1:]]
    failed = 0
    with ThreadPoolExecutor(together) as pool:
        for test, fault in zip(chosen, pool.map(attempt, chosen)):
            failed += fault is not None
            print("ok " + test.__name__ if fault is None else "not ok %s\n%s" % (test.__name__, fault),
                  flush=True)
    sys.exit(1 if failed else 0)
