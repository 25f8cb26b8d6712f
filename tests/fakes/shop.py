"""A small shop: a form with a token, a session in a cookie, a redirect after the log-in, a basket by JSON,
a checkout page. Each of its faults is switched on by name."""
import http.server
import json
import secrets
import threading
import time
import urllib.parse

USER, PASSWORD = "probe", "s3cret&pass=word"


class Shop:
    def __init__(self, context=None):
        shop = self
        self.faults = {}  # path -> status, or a name below -> anything
        self.delay = {}  # path -> seconds
        self.sessions, self.baskets = {}, {}
        self.requests, self.connections, self.payments = [], 0, 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # head and body in one packet: no waiting for an acknowledgement

            def setup(self):
                shop.connections += 1
                super().setup()

            def log_message(self, *_):
                pass

            def handle(self):
                try:
                    super().handle()
                except OSError:
                    pass  # the peer went away, as a deadline wants it to

            def finish(self):
                try:
                    super().finish()
                except OSError:
                    pass

            def do_GET(self):
                shop.answer(self)

            do_POST = do_GET

        http.server.ThreadingHTTPServer.daemon_threads = True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.port}/"
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

    # ---- answers

    @staticmethod
    def send(h, status, body="", kind="text/html; charset=utf-8", **headers):
        data = body.encode() if isinstance(body, str) else body
        h.send_response(status)
        h.send_header("Content-Type", kind)
        h.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            h.send_header(name.replace("_", "-"), value)
        h.end_headers()
        h.wfile.write(data)

    def page(self, h, body, status=200, **headers):
        self.send(h, status, f"<!doctype html><title>Shop</title><body>{body}</body>", **headers)

    def session(self, h):
        for part in (h.headers.get("Cookie") or "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == "session" and value in self.sessions:
                return value, self.sessions[value]
        return None, None

    def answer(self, h):
        path = urllib.parse.urlsplit(h.path).path
        body = h.rfile.read(int(h.headers.get("Content-Length") or 0))
        self.requests.append((h.command, h.path, dict(h.headers), body))
        if self.faults.get("dies") == path:
            h.close_connection = True
            h.connection.shutdown(2)
            return
        if path in self.delay:
            time.sleep(self.delay[path])
        if path in self.faults:
            self.page(h, f"fault: {body.decode(errors='replace')}", self.faults[path])
            return
        known = {("GET", "/"): self.home, ("GET", "/login"): self.form, ("POST", "/login"): self.login,
                 ("GET", "/account"): self.account, ("GET", "/search"): self.search,
                 ("POST", "/api/basket"): self.basket, ("POST", "/pay"): self.pay}
        if path.startswith("/checkout/"):
            self.checkout(h, urllib.parse.unquote(path[len("/checkout/"):]))
        else:
            known.get((h.command, path), self.nothing)(h, body)

    def nothing(self, h, _):
        self.page(h, "no such page", 404)

    def home(self, h, _):
        self.page(h, '<a href="/login">Sign in</a>')

    def form(self, h, _):
        name, state = secrets.token_hex(8), {"csrf": secrets.token_urlsafe(12) + "+/=&", "user": None}
        self.sessions[name] = state
        field = f'<input type=hidden name=csrf value="{state["csrf"].replace("&", "&amp;")}">'
        if self.faults.get("no csrf"):
            field = "<input type=hidden name=other>"
        if self.faults.get("huge"):
            field += "x" * 300000
        if self.faults.get("bomb"):
            field += "<div>" * 200000
        self.page(h, f'<form method=post action=/login>{field}<input name=user></form>',
                  Set_Cookie=f"session={name}; Path=/; HttpOnly")

    def login(self, h, body):
        given = dict(urllib.parse.parse_qsl(body.decode()))
        name, state = self.session(h)
        if not state or given.get("csrf") != state["csrf"]:
            self.page(h, "the form has expired", 403)
            return
        if (given.get("user"), given.get("password")) != (USER, PASSWORD):
            self.page(h, f"wrong password for {given.get('user')}: {given.get('password')}")
            return
        state["user"] = given["user"]
        if self.faults.get("loop"):
            self.page(h, "", 302, Location="/account")
        else:
            cookie = "lost=1; Path=/elsewhere" if self.faults.get("no cookie") else f"session={name}; Path=/; HttpOnly"
            if self.faults.get("no cookie"):
                del self.sessions[name]
            self.page(h, "", 303, Location="/account", Set_Cookie=cookie)

    def account(self, h, _):
        _, state = self.session(h)
        if self.faults.get("loop"):
            self.page(h, "", 302, Location="/account?again=1")
        elif state and state["user"]:
            self.page(h, "<h1>Your account</h1><a href=/logout>Sign out</a>")
        else:
            self.page(h, "", 302, Location="/login")

    def search(self, h, _):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(h.path).query))
        self.page(h, f'<ul><li data-sku="L-1 &quot;big&quot;">{query.get("q", "")}</li><li data-sku="L-2">x</li></ul>',
                  X_Api_Token="t0ken")

    def basket(self, h, body):
        _, state = self.session(h)
        if not state or not state["user"] or h.headers.get("X-Api-Token") != "t0ken":
            self.send(h, 401, '{"error":"sign in"}', "application/json")
            return
        wanted = json.loads(body)
        self.baskets["b/7 ä"] = [] if self.faults.get("empty basket") else [wanted["sku"]]
        items = self.baskets["b/7 ä"]
        self.send(h, 201, json.dumps({"basket": {"id": "b/7 ä", "items": items, "total": 9.5 if items else 0}}),
                  "application/json")

    def checkout(self, h, name):
        items = self.baskets.get(name)
        if items is None:
            self.page(h, "no such basket", 404)
        else:
            self.page(h, f'<h1>Checkout</h1><p id=total>{"9.5" if items else "0"}</p>'
                         '<form method=post action=/pay><button>Pay now</button></form>')

    def pay(self, h, _):
        self.payments += 1
        self.page(h, "thank you")
