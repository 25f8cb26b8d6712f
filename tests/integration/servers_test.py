#!/usr/bin/env python3
"""Check types against servers that people run: a name server, a mail server, WebSockets, a web server,
a proxy. Each with what it looks like when it is well and when it is not: state, reason, incident."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile

from lib import ROOT, Daemon, free_port, main, wait_until

PYTHON = "/usr/bin/python3"  # the one that distributions' packages belong to


class Missing(Exception):
    """A package is not there; `make test` installs it on Debian."""


def needs(*programs, module=None):
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    for program in programs:
        if not shutil.which(program, path=path):
            raise Missing(program)
    if module and subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True).returncode:
        raise Missing(module)


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Server:
    """A program in a folder of its own, which is gone afterwards."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="sellersmart-server-")
        self.process = None

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def run(self, *command, port=None, **kw):
        env = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin"}
        with open(os.path.join(self.dir, "log"), "ab") as log:
            self.process = subprocess.Popen(command, stderr=log, env=env, **{"stdout": log, "stdin": -3, **kw})
        if port:
            wait_until(lambda: self.process.poll() is not None or listens(port), f"{command[0]} to listen")
            assert self.process.poll() is None, open(os.path.join(self.dir, "log")).read()

    def silent(self):
        """It is there and connections are made, but it says nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def awake(self):
        self.process.send_signal(signal.SIGCONT)

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process and self.process.stdin, self.process and self.process.stdout):
            if pipe:
                pipe.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


ZONE = """\
listen-address=127.0.0.1
bind-interfaces
no-resolv
no-hosts
pid-file=
host-record=shop.test,192.0.2.10,2001:db8::10
host-record=mx1.shop.test,192.0.2.20
cname=www.shop.test,shop.test
mx-host=shop.test,mx1.shop.test,10
mx-host=shop.test,mx2.shop.test,20
txt-record=shop.test,v=spf1 mx -all
dns-rr=shop.test,257,000569737375656361
auth-server=ns1.shop.test,127.0.0.1
auth-zone=shop.test
auth-soa=2026112201,hostmaster.shop.test,7200,900,1209600
"""


class NameServer(Server):
    """dnsmasq as the authority of shop.test."""

    def __init__(self):
        needs("dnsmasq")
        super().__init__()
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        conf = self.write("conf", ZONE + f"port={self.port}\n")
        self.run("dnsmasq", "--keep-in-foreground", "--user=", "--log-facility=-", f"--conf-file={conf}",
                 port=self.port)


class Python(Server):
    """One of tests/fakes, run by the distribution's Python; self.ports from what it prints."""

    def __init__(self, program, module, *arguments):
        needs("openssl", "faketime", module=module)
        super().__init__()
        for name, host, ago in (("good", "127.0.0.1", 0), ("expired", "127.0.0.1", 40), ("other", "192.0.2.1", 0)):
            certificate(self.dir, name, host, ago)
        self.run(PYTHON, os.path.join(ROOT, "tests", "fakes", program), self.dir, *arguments,
                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ports = {}
        for line in self.process.stdout:
            if line == "ready\n":
                break
            name, port = line.split()
            self.ports[name] = int(port)
        assert self.ports, open(os.path.join(self.dir, "log")).read()


def certificate(folder, name, host, days_ago=0):
    """NAME.pem: a key and a self-signed certificate of 30 days."""
    path = os.path.join(folder, name)
    subprocess.run(["faketime", f"{days_ago} days ago", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", path + ".key", "-out", path + ".crt", "-days", "30",
                    "-subj", f"/CN={name}.test", "-addext", f"subjectAltName=IP:{host}"], check=True,
                   capture_output=True)
    with open(path + ".pem", "w") as out:
        for part in (path + ".key", path + ".crt"):
            with open(part) as f:
                out.write(f.read())


def closed_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def judge(d, kind, cases, **common):
    """Each case is a monitor of its own: what it is given, its state, its cause, words of the reason."""
    items = []
    for i, (fields, *_) in enumerate(cases):
        items.append({"kind": "monitor", "name": f"{kind}-{i}", "type": kind, "failures": 1, "recoveries": 1,
                      "interval": "1h", "timeout": "5s", **common, **fields})
    done = d.request("POST", "/v1/batch", {"items": items})
    assert done.status == 200, done.body
    wrong = []
    for i, (fields, state, cause, words) in enumerate(cases):
        name = f"{kind}-{i}"
        m = wait_until(lambda: (lambda m: m if m["last"] else None)(d.monitor(name)), f"{name} to be checked")
        found = ""
        if m["state"] == "down":
            found = wait_until(lambda: d.get(f"/v1/incidents?filter[monitor]={name}").data, "the incident")[0]["cause"]
        reason = m["reason"] if m["state"] != "up" else m["last"]["message"]
        if m["state"] != state or found != (cause or "") or words not in reason:
            wrong.append(f"{fields}: {m['state']} {found}: {reason}; expected {state} {cause}: {words}")
    for i in range(len(cases)):
        assert d.request("DELETE", f"/v1/monitors/{kind}-{i}").status in (200, 204)
    assert not wrong, "\n".join(wrong)


def dns__of_dnsmasq__every_record_and_every_fault():
    with NameServer() as ns, NameServer() as mute, Daemon() as d:
        mute.silent()

        def case(record, *expect, name="shop.test", server=ns.address, **more):
            fields = {"target": name, "record": record, "server": server, **more}
            return {**fields, "expect": list(expect)} if expect else fields

        judge(d, "dns", [
            (case("A", "192.0.2.10", match="exact"), "up", None, "A 192.0.2.10"),
            (case("AAAA", "2001:DB8:0::10"), "up", None, "AAAA 2001:db8::10"),
            (case("CNAME", "shop.test", name="www.shop.test"), "up", None, "CNAME shop.test"),
            (case("MX", "mx2.shop.test", "10 mx1.shop.test", match="exact"), "up", None, "2 MX records"),
            (case("TXT", "v=spf1 mx -all"), "up", None, "TXT v=spf1 mx -all"),
            (case("NS", "ns1.shop.test"), "up", None, "NS ns1.shop.test"),
            (case("SOA", "ns1.shop.test"), "up", None, "hostmaster.shop.test 2026112201 7200 900 1209600"),
            (case("CAA"), "up", None, 'CAA 0 issue "ca"'),
            (case("A", "192.0.2.10", name="www.shop.test"), "up", None, "192.0.2.10"),
            # and what can be wrong
            (case("A", name="nowhere.shop.test"), "down", "nxdomain", "nowhere.shop.test: no such name (NXDOMAIN)"),
            (case("AAAA", name="mx1.shop.test"), "down", "no_records", "mx1.shop.test has no AAAA records"),
            (case("A", "192.0.2.11"), "down", "records", "A: missing 192.0.2.11; unexpected 192.0.2.10"),
            (case("MX", "mx1.shop.test", match="exact"), "down", "records", "MX: unexpected 20 mx2.shop.test"),
            (case("MX", "mx8.shop.test", "mx9.shop.test", match="any"), "down", "records", "none of mx8.shop.test"),
            (case("A", name="shop.example"), "down", "refused", "answers: refused (REFUSED)"),
            (case("A", dnssec=True), "down", "dnssec", "no AD flag"),
            (case("A", server=f"127.0.0.1:{closed_port()}"), "down", "refused", "nothing listens there"),
            (case("A", server=mute.address, timeout="1s"), "down", "timeout", "did not answer within 1s"),
        ])
    with NameServer() as mute, Daemon(config=f"nameservers: {mute.address}\n") as d:
        mute.silent()
        judge(d, "dns", [({"target": "shop.test", "timeout": "1s"}, "unknown", None, "")])
        assert d.get("/v1/incidents").data == []


def smtp__of_aiosmtpd__from_banner_to_certificate():
    with Python("mailserver.py", "aiosmtpd") as mail, Daemon() as d:
        def case(port, **more):
            return {"target": f"127.0.0.1:{mail.ports.get(port, port)}", **more}

        cases = [
            (case("starttls", verify=False, starttls="required", capabilities=["AUTH LOGIN", "SIZE"]), "up", None,
             "220 mail.test, TLSv1."),
            (case("implicit", tls=True, verify=False), "up", None, "220 mail.test, TLSv1."),
            (case("plain", starttls="off"), "up", None, "220 mail.test, without TLS"),
            (case("starttls"), "down", "tls_self_signed", "self-signed"),
            (case("expired"), "down", "tls_self_signed", "self-signed"),
            (case("expired", verify=False), "degraded", None, "expired on"),
            (case("starttls", verify=False, cert_days=60), "degraded", None, "in 29 days"),
            (case("plain", starttls="required"), "down", "starttls_missing", "STARTTLS is not offered"),
            (case("plain", capabilities=["AUTH PLAIN"]), "down", "capability", "AUTH PLAIN is not offered"),
            (case("refusing", starttls="off"), "down", "smtp_status", "550 5.7.1 no service for you"),
            (case("implicit", timeout="1s"), "down", "timeout:first_byte", "no banner within 1s"),
            (case("plain", tls=True), "down", "tls_handshake", "TLS handshake failed"),
            (case(closed_port()), "down", "refused", "refused"),
        ]
        judge(d, "smtp", cases)
        mail.silent()
        judge(d, "smtp", [(case("plain", timeout="1s"), "down", "timeout:first_byte", "no banner within 1s"),
                          (case("implicit", tls=True, timeout="1s"), "down", "timeout:tls", "within 1s")])


def websocket__of_websockets__from_handshake_to_answer():
    with Python("websocketserver.py", "websockets") as server, Daemon() as d:
        def case(path, scheme="ws", **more):
            return {"target": f"{scheme}://127.0.0.1:{server.ports[scheme]}{path}", **more}

        judge(d, "websocket", [
            (case("/"), "up", None, "opened"),
            (case("/echo", message="ping 17", pattern="^ping [0-9]+$"), "up", None, "the expected message came"),
            (case("/hello", expect="hello shop"), "up", None, "came"),
            (case("/", subprotocol="chat"), "up", None, "opened"),
            (case("/key", headers={"X-Api-Key": "k1"}), "up", None, "opened"),
            (case("/", "wss", verify=False), "up", None, "TLSv1.3"),
            # and what can be wrong
            (case("/key"), "down", "handshake", "HTTP 401 Unauthorized, expected 101"),
            (case("/busy"), "down", "handshake", "HTTP 503 Service Unavailable"),
            (case("/", subprotocol="orders"), "down", "handshake", "did not choose the subprotocol orders"),
            (case("/hello", expect="bye", timeout="1s"), "down", "reply", 'none with "bye"; the last: "hello shop"'),
            (case("/", expect="x", timeout="1s"), "down", "timeout:transfer", "no expected message within 1s"),
            (case("/leave", expect="x"), "down", "closed", 'closed with 1013 "try later"'),
            (case("/", "wss"), "down", "tls_self_signed", "self-signed"),
            ({"target": f"wss://127.0.0.1:{server.ports['ws']}/"}, "down", "tls_handshake", "TLS handshake failed"),
            ({"target": f"ws://127.0.0.1:{closed_port()}/"}, "down", "refused", "refused"),
        ])
        server.silent()
        judge(d, "websocket", [(case("/", timeout="1s"), "down", "timeout:first_byte", "within 1s")])


NGINX = """\
daemon off;
master_process off;
worker_processes 1;
pid {dir}/pid;
error_log {dir}/error.log;
events {{ worker_connections 256; }}
http {{
	access_log off;
	client_body_temp_path {dir}/1; proxy_temp_path {dir}/2; fastcgi_temp_path {dir}/3;
	uwsgi_temp_path {dir}/4; scgi_temp_path {dir}/5;
	server {{
		listen 127.0.0.1:{port};
		location / {{ return 200 "Lamps for every room"; add_header X-Shop lamps; }}
		location /json {{ default_type application/json; return 200 '{{"stock": 3}}'; }}
		location /gone {{ return 404 "no such lamp"; }}
		location /broken {{ return 502; }}
		location /a {{ return 302 /b; }}
		location /b {{ return 302 /a; }}
		location /moved {{ return 301 /; }}
		location /cut {{ return 444; }}
		location /login {{ auth_basic shop; auth_basic_user_file {dir}/users; root {dir}; }}
		location /down {{ proxy_pass http://127.0.0.1:{closed}; }}
	}}
	server {{
		listen 127.0.0.1:{tls} ssl;
		ssl_certificate {dir}/good.pem;
		ssl_certificate_key {dir}/good.key;
		location / {{ return 200 "Lamps"; }}
	}}
	server {{
		listen 127.0.0.1:{tls_expired} ssl;
		ssl_certificate {dir}/expired.pem;
		ssl_certificate_key {dir}/expired.key;
		location / {{ return 200 "Lamps"; }}
	}}
}}
"""


class Nginx(Server):
    def __init__(self):
        needs("nginx", "openssl", "faketime")
        super().__init__()
        certificate(self.dir, "good", "127.0.0.1")
        certificate(self.dir, "expired", "127.0.0.1", 40)
        self.port, self.tls, self.tls_expired = free_port(), free_port(), free_port()
        self.write("users", "ann:{PLAIN}lamp\n")
        os.mkdir(os.path.join(self.dir, "login"))
        with open(os.path.join(self.dir, "login", "index.html"), "w") as f:
            f.write("welcome")
        conf = self.write("conf", NGINX.format(dir=self.dir, port=self.port, tls=self.tls, closed=closed_port(),
                                               tls_expired=self.tls_expired))
        self.run("nginx", "-e", os.path.join(self.dir, "error.log"), "-c", conf, "-p", self.dir, port=self.port)


def http_and_tls__of_nginx__status_text_redirect_certificate():
    with Nginx() as web, Daemon() as d:
        d.request("PUT", "/v1/secrets/ann/value", b"lamp")
        d.request("PUT", "/v1/secrets/bob/value", b"wrong")

        def case(path, **more):
            return {"target": f"http://127.0.0.1:{web.port}{path}", **more}

        def secure(port, **more):
            return {"target": f"https://127.0.0.1:{port}/", **more}

        judge(d, "http", [
            (case("/", keyword="every room", expect_headers={"X-Shop": "lamps"}), "up", None, "HTTP 200 OK"),
            (case("/moved"), "up", None, "HTTP 200 OK"),
            (case("/json", json_expect=[".stock > 0"]), "up", None, "HTTP 200 OK"),
            (case("/login/", basic_user="ann", basic_password={"secret": "ann"}, keyword="welcome"), "up", None, ""),
            (secure(web.tls, verify=False), "up", None, "HTTP 200 OK"),
            # and what can be wrong
            (case("/gone"), "down", "http_status", "HTTP 404 Not Found, expected 200-299"),
            (case("/broken"), "down", "http_status", "HTTP 502 Bad Gateway"),
            (case("/down"), "down", "http_status", "HTTP 502 Bad Gateway"),
            (case("/", keyword="sold out"), "down", "keyword", "sold out"),
            (case("/", keyword_absent="Lamps"), "down", "keyword_absent", "Lamps"),
            (case("/", expect_headers={"X-Shop": "chairs"}), "down", "header", "X-Shop"),
            (case("/json", json_expect=[".stock > 5"]), "down", "json", ".stock"),
            (case("/a"), "down", "redirect_loop", "redirect"),
            (case("/cut"), "down", "reset", "connection was closed without an answer"),
            (case("/login/"), "down", "http_status", "HTTP 401 Unauthorized"),
            (case("/login/", basic_user="bob", basic_password={"secret": "bob"}), "down", "http_status", "HTTP 401"),
            (secure(web.tls), "down", "tls_self_signed", "self-signed"),
            (secure(web.tls_expired, verify=False), "degraded", None, "expired on"),
            (secure(web.port), "down", "tls_handshake", "TLS"),
            ({"target": f"http://127.0.0.1:{closed_port()}/"}, "down", "refused", "refused"),
        ])
        judge(d, "tls", [
            ({"target": f"127.0.0.1:{web.tls}", "verify": False}, "up", None, "certificate until"),
            ({"target": f"127.0.0.1:{web.tls}", "verify": False, "cert_days": 60}, "degraded", None, "ends"),
            ({"target": f"127.0.0.1:{web.tls}"}, "down", "tls_self_signed", "self-signed"),
            ({"target": f"127.0.0.1:{web.tls_expired}", "verify": False}, "degraded", None, "expired on"),
            ({"target": f"127.0.0.1:{web.port}"}, "down", "tls_handshake", "TLS handshake failed"),
        ])
        judge(d, "tcp", [
            ({"target": f"127.0.0.1:{web.port}", "send": "HEAD / HTTP/1.0\\r\\n\\r\\n", "expect": "200 OK"}, "up", None,
             ""),
            ({"target": f"127.0.0.1:{web.port}", "send": "nonsense\\r\\n\\r\\n", "expect": "200 OK"}, "down", "expect",
             ""),
        ])
        web.silent()
        judge(d, "http", [(case("/", timeout="1s"), "down", "timeout:first_byte", "within 1s")])
        judge(d, "tls", [({"target": f"127.0.0.1:{web.tls}", "timeout": "1s"}, "down", "timeout:tls", "within 1s")])


class Proxy(Server):
    """tinyproxy; with a user when one is given."""

    def __init__(self, login=None, only=None):
        needs("tinyproxy")
        super().__init__()
        self.port = free_port()
        conf = f"Port {self.port}\nListen 127.0.0.1\nTimeout 20\nMaxClients 20\nLogLevel Error\n"
        if login:
            conf += f"BasicAuth {login}\n"
        if only:
            conf += f"FilterDefaultDeny Yes\nFilter \"{self.write('filter', only)}\"\n"
        self.run("tinyproxy", "-d", "-c", self.write("conf", conf), port=self.port)


def proxy__of_tinyproxy__its_faults_are_not_the_shops():
    with Nginx() as web, Proxy() as plain, Proxy("ann lamp") as login, Proxy(only="^nowhere$\n") as strict, \
            Daemon() as d:
        d.request("PUT", "/v1/secrets/ann/value", b"lamp")
        shop = f"http://127.0.0.1:{web.port}"
        secure = {"target": f"https://127.0.0.1:{web.tls}/", "verify": False}

        def by(proxy, path="/", **more):
            return {"target": shop + path, "proxy": f"http://127.0.0.1:{proxy.port}", **more}

        judge(d, "http", [
            (by(plain), "up", None, "HTTP 200 OK"),
            ({**by(plain), **secure}, "up", None, "HTTP 200 OK"),
            (by(login, proxy_user="ann", proxy_password={"secret": "ann"}), "up", None, "HTTP 200 OK"),
            # the shop's
            (by(plain, "/gone"), "down", "http_status", "HTTP 404 Not Found"),
            (by(plain, "/broken"), "down", "http_status", "HTTP 502 Bad Gateway"),
            # the proxy's
            (by(login), "unknown", None, "proxy"),
            ({**by(login), **secure}, "unknown", None, "proxy"),
            ({**by(strict), **secure}, "unknown", None, "proxy"),
            ({**by(plain), "proxy": f"http://127.0.0.1:{closed_port()}"}, "unknown", None, "proxy"),
        ])
        plain.silent()
        judge(d, "http", [(by(plain, timeout="1s"), "down", "timeout:first_byte", "within 1s"),
                          ({**by(plain, timeout="1s"), **secure}, "down", "timeout:connect",
                           "through the proxy within 1s")])


def ping__of_this_machine__by_both_families():
    def may_ping(family, proto):
        for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                with socket.socket(family, kind, proto):
                    return True
            except OSError:
                pass
        return False

    if not may_ping(socket.AF_INET, socket.IPPROTO_ICMP):
        raise Missing("permission to ping")
    cases = [({"target": "127.0.0.1", "gap": "10ms"}, "up", None, "3 of 3 answered"),
             ({"target": "127.0.0.1", "count": 5, "size": 1000, "gap": "10ms"}, "up", None, "5 of 5 answered"),
             ({"target": "127.0.0.1", "ip": "6"}, "down", "no_address", "")]
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        cases.append(({"target": "::1", "gap": "10ms"}, "up", None, "3 of 3 answered"))
    except OSError:
        pass
    with Daemon() as d:
        judge(d, "ping", cases)


if __name__ == "__main__":
    import sys
    for name, test in list(globals().items()):
        if "__" in name.strip("_") and callable(test):
            def quiet(test=test):
                try:
                    test()
                except Missing as what:
                    print(f"# not here: {what}")
            globals()[name] = quiet
    main(sys.modules[__name__])
