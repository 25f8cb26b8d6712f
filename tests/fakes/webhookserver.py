#!/usr/bin/env python3
"""A receiver of webhooks that behaves as it is told, and remembers what it got.

In a test:    with WebhookServer() as hooks:
                  hooks.script("/ops", "500,500,200")    # one answer a request; the last one stays
                  ... hooks.url("/ops") ...
                  hooks.got("/ops")                      # the requests so far, in order
                  hooks.stop(); hooks.start()            # dead, and back on the same port
By hand:      tests/fakes/webhookserver.py [PORT [SECRET...]]    (serves until its standard input ends)
                  curl http://127.0.0.1:PORT/do/429:3,200        the script may be part of the path
                  curl http://127.0.0.1:PORT/_log                what came so far, as JSON; DELETE forgets it
                  curl -X PUT -d 500,200 http://127.0.0.1:PORT/_script/ops

Words of a script:
  200, 410, ...      that status                     429:3, 503:3   with Retry-After: 3
  429:date:3         Retry-After as a date           slow:MS        200 after so long
  never              no answer at all                late-body      status and headers, never a body
  endless            200 and a body without an end   endless-headers
  redirect[:URL]     302 (to /redirected)            reset, close   the connection, after the request
  garbage            what is not HTTP                text:WORDS     200 with these words
With secrets, a request whose signature (Standard Webhooks) is not by one of them gets 401.
"""
import base64
import email.utils
import hashlib
import hmac
import importlib
import json
import os
import socket
import struct
import sys
import threading
import time
import urllib.parse

TOLERANCE_S = 300
BODY_MAX = 1 << 20


# ---- signatures ------------------------------------------------------------------------------------------------

def secret_key(secret):
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def signature(secret, ident, timestamp, body):
    """By the specification, on its own: v1,BASE64(HMAC-SHA256(key, id.timestamp.body))."""
    signed = f"{ident}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret_key(secret), signed, hashlib.sha256).digest()).decode()


def why_not_signed(secrets, headers, body, now=None):
    """None when one of the secrets made one of the signatures, else what is wrong."""
    try:
        ident, timestamp, given = (headers["webhook-" + k] for k in ("id", "timestamp", "signature"))
    except KeyError as missing:
        return f"no header {missing}"
    if not timestamp.isdigit():
        return f"webhook-timestamp {timestamp!r} is not a number of seconds"
    if abs((now or time.time()) - int(timestamp)) > TOLERANCE_S:
        return "webhook-timestamp is more than five minutes away"
    wanted = [signature(s, ident, timestamp, body) for s in secrets]
    if any(hmac.compare_digest(w, g) for w in wanted for g in given.split(" ")):
        return None
    return "no signature matches"


def standardwebhooks():
    """The package of that name from PyPI and None, or None and why it is not there."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    for extra in (None, os.path.join(root, os.environ.get("BUILD", "build"), "python"), os.path.join(root, "build", "python")):
        if extra and extra not in sys.path:
            sys.path.append(extra)
        try:
            return importlib.import_module("standardwebhooks"), None
        except ImportError:
            pass
    return None, "standardwebhooks (PyPI) is not installed; try: make test, or pip install standardwebhooks"


# ---- what came -------------------------------------------------------------------------------------------------

class Request:
    def __init__(self, n, method, path, headers, body, answer):
        self.n, self.at, self.method, self.path, self.answer = n, time.time(), method, path, answer
        self.headers, self.body = headers, body  # names in lower case; bytes
        self.unsigned = None  # what is wrong with the signature, when secrets are known

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def id(self):
        return self.headers.get("webhook-id")

    def row(self):
        return {"n": self.n, "at": self.at, "method": self.method, "path": self.path, "answer": self.answer,
                "headers": self.headers, "body": self.body.decode("utf-8", "replace"), "unsigned": self.unsigned}

    def __repr__(self):
        return f"<{self.n} {self.method} {self.path} {self.answer} {self.body[:200]!r}>"


class Left(Exception):
    """The client went, or spoke no HTTP."""


def read_request(peer):
    data = b""
    while b"\r\n\r\n" not in data:
        more = peer.recv(65536)
        if not more or len(data) > 65536:
            raise Left
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    try:
        method, path, _ = lines[0].split(" ")
        headers = {k.strip().lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
        length = int(headers.get("content-length", 0))
    except ValueError:
        raise Left from None
    if headers.get("expect", "").lower() == "100-continue":
        peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    while len(body) < min(length, BODY_MAX):
        more = peer.recv(65536)
        if not more:
            raise Left
        body += more
    return method, path, headers, body


# ---- the server ------------------------------------------------------------------------------------------------

class WebhookServer:
    def __init__(self, port=0, secrets=(), host="127.0.0.1"):
        self.host, self.port, self.secrets = host, port, list(secrets)
        self.lock = threading.Lock()
        self.requests, self.scripts, self.used = [], {}, {}
        self.listener, self.peers = None, set()
        self.start()

    # -- for tests

    def url(self, path="/"):
        return f"http://{self.host}:{self.port}{path}"

    def script(self, path, words):
        """How path answers from now on: one word a request, the last one for ever."""
        for word in words.split(","):
            name = word.partition(":")[0]
            if not name.isdigit() and not hasattr(self, "do_" + name.replace("-", "_")):
                raise ValueError(f"no such word of a script: {word!r}")
        with self.lock:
            self.scripts[path], self.used[path] = words.split(","), 0

    def got(self, path=None):
        with self.lock:
            return [r for r in self.requests if path is None or r.path == path]

    def forget(self):
        with self.lock:
            self.requests.clear()

    def start(self):
        """Listen; again on the same port after stop()."""
        self.listener = socket.create_server((self.host, self.port), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        """Connections are refused from now on, and those that are open end."""
        listener, self.listener = self.listener, None
        if listener:
            try:
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            except OSError:
                pass
            listener.close()
        with self.lock:
            peers = list(self.peers)
        for peer in peers:
            try:
                peer.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    close = stop

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # -- connections

    def accept(self, listener):
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer, listener), daemon=True).start()

    def serve(self, peer, listener):
        with self.lock:
            self.peers.add(peer)
        try:
            while self.listener is listener and self.answer(peer, *read_request(peer)):
                pass
        except (OSError, Left):
            pass
        finally:
            with self.lock:
                self.peers.discard(peer)
            peer.close()

    def next_word(self, path):
        script = self.scripts.get(path)
        if not script and path.startswith("/do/"):
            script = urllib.parse.unquote(path.split("/")[2]).split(",")
        if not script:
            return "200"
        n = self.used[path] = self.used.get(path, 0) + 1
        return script[min(n, len(script)) - 1]

    def answer(self, peer, method, path, headers, body):
        """@return whether the connection may be used again"""
        if path.startswith("/_"):
            return self.control(peer, method, path, body)
        unsigned = why_not_signed(self.secrets, headers, body) if self.secrets else None
        with self.lock:
            word = "401" if unsigned else self.next_word(path)
            request = Request(len(self.requests), method, path, headers, body, word)
            request.unsigned = unsigned
            self.requests.append(request)
        name, _, value = word.partition(":")
        if name.isdigit():
            return self.status(peer, int(name), value, unsigned or "")
        behave = getattr(self, "do_" + name.replace("-", "_"), None)
        return behave(peer, value) if behave else self.reply(peer, 400, f"no such word of a script: {word}\n")

    def control(self, peer, method, path, body):
        if path.startswith("/_script/") and method == "PUT":
            try:
                self.script(path[len("/_script"):], body.decode())
            except ValueError as e:
                return self.reply(peer, 400, f"{e}\n")
        elif path == "/_log" and method == "DELETE":
            self.forget()
        elif path == "/_log":
            with self.lock:
                rows = [r.row() for r in self.requests]
            return self.reply(peer, 200, json.dumps(rows, indent=1), {"Content-Type": "application/json"})
        else:
            return self.reply(peer, 404, "there are /_log and /_script/PATH\n")
        return self.reply(peer, 204, "")

    # -- behaviours

    def reply(self, peer, status, text, headers=None):
        lines = [f"HTTP/1.1 {status} As-told"]
        lines += [f"{k}: {v}" for k, v in (headers or {}).items()]
        if status != 204:
            lines.append(f"Content-Length: {len(text.encode())}")
        peer.sendall(("\r\n".join(lines) + "\r\n\r\n" + text).encode())
        return True

    def status(self, peer, status, after, text):
        headers = {}
        if after.startswith("date:"):
            headers["Retry-After"] = email.utils.formatdate(time.time() + float(after[5:]), usegmt=True)
        elif after:
            headers["Retry-After"] = after
        return self.reply(peer, status, text or f"answer {status}\n", headers)

    def wait_for_end(self, peer):
        while peer.recv(65536):
            pass
        return False

    def do_never(self, peer, _):
        return self.wait_for_end(peer)

    def do_slow(self, peer, ms):
        peer.settimeout(float(ms) / 1000)
        try:
            if not peer.recv(1, socket.MSG_PEEK):
                return False  # it did not wait
        except TimeoutError:
            pass
        peer.settimeout(None)
        return self.reply(peer, 200, "at last\n")

    def do_late_body(self, peer, _):
        peer.sendall(b"HTTP/1.1 200 As-told\r\nContent-Length: 1000\r\n\r\nhalf of")
        return self.wait_for_end(peer)

    def do_endless(self, peer, _):
        peer.sendall(b"HTTP/1.1 200 As-told\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            peer.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")

    def do_endless_headers(self, peer, _):
        peer.sendall(b"HTTP/1.1 200 As-told\r\n")
        while True:
            peer.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")

    def do_redirect(self, peer, url):
        return self.reply(peer, 302, "", {"Location": url or self.url("/redirected")})

    def do_reset(self, peer, _):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def do_close(self, _peer, _):
        return False

    def do_garbage(self, peer, _):
        peer.sendall(b"\x00\x1b]0;owned\x07 this is not HTTP\r\n\r\n")
        return False

    def do_text(self, peer, words):
        return self.reply(peer, 200, urllib.parse.unquote(words))


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with WebhookServer(port, sys.argv[2:]) as hooks:
        print("webhook", hooks.port, flush=True)
        print("ready", flush=True)
        try:
            sys.stdin.read()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
