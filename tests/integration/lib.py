"""What the integration tests share: a real daemon in a directory of its own, a client, waiting."""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

BUILD = os.environ.get("BUILD", "build")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DAEMON = os.path.join(ROOT, BUILD, "sellersmartd")
CLIENT = os.path.join(ROOT, BUILD, "sellersmart")
FAKES = os.path.join(ROOT, BUILD, "tests", "fakes")


def wait_until(condition, what, timeout=15.0):
    """Poll until condition() is true; its value is returned. Fails with what was waited for."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout} s for: {what}")
        time.sleep(0.01)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=30):
        super().__init__("localhost", timeout=timeout)
        self.unix_path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.unix_path)


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.json["data"]


class Daemon:
    """One sellersmartd. Everything it makes lies in self.dir."""

    def __init__(self, *flags, start=True, config=None):
        self.dir = tempfile.mkdtemp(prefix="sellersmart-")
        self.data = os.path.join(self.dir, "data")
        self.socket = os.path.join(self.dir, "s")
        self.log_path = os.path.join(self.dir, "log")
        self.flags = list(flags)
        if config is not None:
            path = os.path.join(self.dir, "sellersmart.yaml")
            with open(path, "w") as f:
                f.write(config)
            self.flags += ["--config", path]
        self.process = None
        if start:
            self.start()

    def environment(self):
        e = {k: v for k, v in os.environ.items() if not k.startswith(("SELLERSMART_", "XDG_"))}
        e.update(SELLERSMART_SOCKET=self.socket, HOME=self.dir, XDG_CONFIG_HOME=os.path.join(self.dir, "config"),
                 XDG_STATE_HOME=os.path.join(self.dir, "state"), LC_ALL="C.UTF-8")
        return e

    def spawn(self, preexec=None):
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [DAEMON, "--data-dir", self.data, "--socket", self.socket, *self.flags],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log, env=self.environment(),
            preexec_fn=preexec)

    def start(self, preexec=None):
        started = time.monotonic()
        self.spawn(preexec)
        wait_until(self.ready_or_dead, "the daemon to answer")
        if self.process.poll() is not None:
            raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{self.log_text()}")
        return time.monotonic() - started

    def ready_or_dead(self):
        if self.process.poll() is not None:
            return True
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False

    def request(self, method, path, body=None, headers=None, timeout=30):
        connection = UnixConnection(self.socket, timeout)
        try:
            data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
            connection.request(method, path, data, headers or {})
            reply = connection.getresponse()
            return Reply(reply.status, dict(reply.getheaders()), reply.read())
        finally:
            connection.close()

    def get(self, path, **kw):
        return self.request("GET", path, **kw)

    def cli(self, *args, input=None, check=None, timeout=60, env=None):
        """Run the client. check: the exit status that must come."""
        e = self.environment()
        e.update(env or {})
        done = subprocess.run([CLIENT, *args], input=input, capture_output=True, text=True, env=e,
                              timeout=timeout, stdin=None if input is not None else subprocess.DEVNULL)
        if check is not None:
            assert done.returncode == check, (
                f"sellersmart {' '.join(args)}: exit {done.returncode}, expected {check}\n{done.stdout}{done.stderr}")
        return done

    def monitor(self, name):
        return self.get(f"/v1/monitors/{name}").data

    def wait_state(self, name, state, timeout=20.0):
        return wait_until(lambda: (lambda m: m if m["state"] == state else None)(self.monitor(name)),
                          f"{name} to be {state}", timeout)

    def log_text(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, limit=5.5):
        """SIGTERM; the end must come in time. Returns seconds."""
        started = time.monotonic()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(limit)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"the daemon did not end in {limit} s:\n{self.log_text()[-3000:]}")
        return time.monotonic() - started

    def close(self):
        try:
            self.stop()
            if self.process:
                assert self.process.returncode in (0, -signal.SIGKILL), (
                    f"the daemon ended with {self.process.returncode}:\n{self.log_text()[-3000:]}")
        finally:
            shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind:
            sys.stderr.write("--- daemon's log ---\n" + self.log_text()[-4000:])
        self.close()


class Origin:
    """A small web server whose answers a test changes while it runs."""

    def __init__(self, port=0):
        import http.server
        import threading
        origin = self
        self.status, self.body, self.headers, self.hits = 200, b"hello shop", {}, 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                origin.hits += 1
                body = origin.body
                self.send_response(origin.status)
                for k, v in origin.headers.items():
                    self.send_header(k, v)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_POST = do_HEAD = do_GET

            def log_message(self, *_):
                pass

        http.server.ThreadingHTTPServer.daemon_threads = True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def main(module):
    """Run every function whose name begins with a word and two underscores; print TAP-like lines."""
    wanted = sys.argv[1:]
    failed = 0
    for name, test in list(vars(module).items()):
        if "__" not in name.strip("_") or not callable(test) or (wanted and name not in wanted):
            continue
        started = time.monotonic()
        try:
            test()
            print(f"ok {name} ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception:
            failed += 1
            print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
    sys.exit(1 if failed else 0)
