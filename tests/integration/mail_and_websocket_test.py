#!/usr/bin/env python3
"""A mail server with STARTTLS and a WebSocket, both small and written here, watched by a real daemon."""
import base64
import hashlib
import os
import socket
import ssl
import struct
import subprocess
import tempfile
import threading

from lib import Daemon, main


def certificate(directory, days=90):
    """A self-signed certificate for 127.0.0.1; trusted by nobody."""
    key, cert = os.path.join(directory, "key.pem"), os.path.join(directory, "cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", cert, "-days", str(days), "-subj", "/CN=mail.test",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


class Server:
    """Accepts on loopback; each connection is served in a thread of its own."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.guarded, args=(peer,), daemon=True).start()

    def guarded(self, peer):
        peer.settimeout(10)
        try:
            self.serve(peer)
        except OSError:
            pass
        finally:
            peer.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


class Mail(Server):
    def __init__(self, context):
        self.context, self.offers_tls, self.heard = context, True, []
        super().__init__()

    def serve(self, peer):
        peer.sendall(b"220 mail.test ESMTP\r\n")
        secure, data = False, b""
        while True:
            while b"\r\n" not in data:
                more = peer.recv(4096)
                if not more:
                    return
                data += more
            line, data = data.split(b"\r\n", 1)
            verb = line.split(b" ")[0].upper().decode()
            self.heard.append(verb)
            if verb == "EHLO":
                tls = b"" if secure or not self.offers_tls else b"250-STARTTLS\r\n"
                peer.sendall(b"250-mail.test\r\n" + tls + b"250-AUTH PLAIN\r\n250 SIZE 1000\r\n")
            elif verb == "STARTTLS":
                peer.sendall(b"220 go ahead\r\n")
                peer = self.context.wrap_socket(peer, server_side=True)
                secure, data = True, b""
            elif verb == "QUIT":
                peer.sendall(b"221 bye\r\n")
                peer.close()
                return
            else:
                peer.sendall(b"250 fine\r\n")


class WebSocket(Server):
    def __init__(self, context=None):
        self.context, self.reply, self.keys = context, None, []
        super().__init__()

    @staticmethod
    def exactly(peer, n):
        data = b""
        while len(data) < n:
            more = peer.recv(n - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    def frame(self, peer):
        first, length = self.exactly(peer, 2)
        assert length & 0x80, "a client masks"
        length &= 0x7F
        if length == 126:
            length, = struct.unpack(">H", self.exactly(peer, 2))
        mask = self.exactly(peer, 4)
        return first, bytes(b ^ mask[i % 4] for i, b in enumerate(self.exactly(peer, length)))

    def serve(self, peer):
        if self.context:
            peer = self.context.wrap_socket(peer, server_side=True)
        request = b""
        while b"\r\n\r\n" not in request:
            more = peer.recv(4096)
            if not more:
                return
            request += more
        headers = dict(line.split(b": ", 1) for line in request.split(b"\r\n")[1:] if line)
        self.keys.append(headers.get(b"X-Api-Key"))
        proof = hashlib.sha1(headers[b"Sec-WebSocket-Key"] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Accept: " + base64.b64encode(proof) + b"\r\n\r\n")
        while True:
            first, data = self.frame(peer)
            if first == 0x81:
                answer = data if self.reply is None else self.reply
                peer.sendall(bytes([0x81, len(answer)]) + answer)
            elif first == 0x88:
                peer.sendall(bytes([0x88, len(data)]) + data)
                return


QUICK = ["--timeout", "2s", "--failures", "1", "--recoveries", "1"]


def mail__is_watched__and_never_sent():
    with tempfile.TemporaryDirectory() as directory, Mail(certificate(directory)) as mail, Daemon() as d:
        d.cli("monitor", "add", f"smtp://127.0.0.1:{mail.port}", "--name", "mail", "--starttls", "required",
              "--verify", "false", "--capabilities", "AUTH PLAIN", *QUICK, check=0)
        d.cli("monitor", "check", "mail", check=0)
        m = d.monitor("mail")
        assert m["type"] == "smtp" and m["state"] == "up", m
        assert m["certificate"]["subject"] == "mail.test" and m["certificate"]["days_left"] >= 88
        assert set(m["last"]["phases_ms"]) >= {"connect", "tls", "first_byte", "transfer"}
        assert set(mail.heard) == {"EHLO", "STARTTLS", "QUIT"}, mail.heard

        d.cli("monitor", "edit", "mail", "--verify", "true", check=0)
        d.cli("monitor", "check", "mail", check=1)
        assert "self-signed" in d.monitor("mail")["reason"]

        mail.offers_tls = False
        d.cli("monitor", "check", "mail", check=1)
        incident, = d.get("/v1/incidents?filter[monitor]=mail&filter[open]=true").data
        assert incident["cause"] in ("tls_self_signed", "starttls_missing"), incident
        assert "STARTTLS is not offered" in d.monitor("mail")["last"]["message"]
        assert not {"MAIL", "RCPT", "DATA"} & set(mail.heard)


def websocket__is_opened__and_its_answer_is_judged():
    with tempfile.TemporaryDirectory() as directory, WebSocket(certificate(directory)) as secure, \
            WebSocket() as plain, Daemon() as d:
        d.request("PUT", "/v1/secrets/live-key/value", b"k1")
        d.cli("monitor", "add", f"ws://127.0.0.1:{plain.port}/live", "--name", "live", "--message", "ping",
              "--expect", "ping", "--headers", "X-Api-Key: secret:live-key", *QUICK, check=0)
        d.cli("monitor", "add", f"wss://127.0.0.1:{secure.port}/", "--name", "secure", *QUICK, check=0)
        d.cli("monitor", "check", "live", check=0)
        live = d.monitor("live")
        assert live["type"] == "websocket" and live["state"] == "up", live
        assert set(plain.keys) == {b"k1"}, plain.keys
        d.cli("monitor", "check", "secure", check=1)
        assert "self-signed" in d.monitor("secure")["last"]["message"]
        d.cli("monitor", "edit", "secure", "--verify", "false", check=0)
        d.cli("monitor", "check", "secure", check=0)
        assert d.monitor("secure")["certificate"]["subject"] == "mail.test"

        plain.reply = b"out of order"
        d.cli("monitor", "check", "live", check=1)
        d.wait_state("live", "down")
        incident, = d.get("/v1/incidents?filter[monitor]=live&filter[open]=true").data
        assert incident["cause"] == "reply" and 'the last: "out of order"' in incident["message"], incident
        plain.reply = None
        d.cli("monitor", "check", "live", check=0)
        d.wait_state("live", "up")


def targets__are_refused__with_a_way_out():
    with Daemon() as d:
        for arguments, words in [
                (["smtps://mail.test", "--name", "a"], "give tls: true"),
                (["smtp://mail.test", "--tls", "true", "--name", "a"], "usually 465"),
                (["smtp://mail.test:465", "--tls", "true", "--starttls", "off", "--name", "a"], "only one"),
                (["wss://", "--name", "a"], "host"),
                (["https://a/", "--type", "websocket", "--name", "a"], "neither ws:// nor wss://"),
                (["ws://a/", "--headers", "Upgrade: h2c", "--name", "a"], "set by the program")]:
            done = d.cli("monitor", "add", *arguments)
            assert done.returncode != 0 and words in done.stderr, (arguments, done.stderr)


if __name__ == "__main__":
    main(__import__("__main__"))
