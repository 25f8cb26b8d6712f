"""aiosmtpd with several characters, each on a port of its own; prints "NAME PORT" lines and serves
until its standard input ends. Its first argument is a folder with good.pem, expired.pem and other.pem.

Some are only looked at (starttls expired other plain refusing implicit). Others take mail, and print
what they took as "mail NAME JSON" with from, to, data and login:
  receiving         whatever comes, as it comes        receiving-tls      the same, by TLS from the beginning
  auth              only after a login (seller, "hunter2 & co") that came through STARTTLS
  greylisting       each recipient gets 450 the first time
  refusing-rcpt     550 to every recipient             full               452 to every message
  hanging-greeting, hanging-data
                    nothing for as many seconds as the second argument says (60), then as receiving"""
import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

LOGIN = (b"seller", b"hunter2 & co")


class Plain:
    """Takes no mail; says so when a client tries."""

    async def handle_MAIL(self, server, session, envelope, address, options):
        return "550 this server is only looked at"


class Refusing(Plain):
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        return ["550 5.7.1 no service for you"]


class Offering(Plain):
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return responses[:-1] + ["250-AUTH PLAIN LOGIN"] + responses[-1:]


class Receiving:
    def __init__(self, name):
        self.name = name

    async def handle_DATA(self, server, session, envelope):
        login = session.auth_data.decode() if session.authenticated else None
        tls = server.transport.get_extra_info("ssl_object") is not None
        took = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "login": login, "tls": tls,
                "data": envelope.original_content.decode("utf-8", "surrogateescape")}
        print("mail", self.name, json.dumps(took), flush=True)
        return "250 2.0.0 taken"


class Greylisting(Receiving):
    known = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address not in self.known:
            self.known.add(address)
            return "450 4.2.0 greylisted, come back soon"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"


class RefusingRecipient(Receiving):
    async def handle_RCPT(self, server, session, envelope, address, options):
        return "550 5.1.1 nobody of that name"


class Full(Receiving):
    async def handle_DATA(self, server, session, envelope):
        return "452 4.3.1 no room"


class HangingData(Receiving):
    def __init__(self, name, seconds):
        super().__init__(name)
        self.seconds = seconds

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.seconds)
        return await super().handle_DATA(server, session, envelope)


class LateServer(SMTP):
    """Its greeting comes after a while."""

    def __init__(self, seconds, *args, **kw):
        self.seconds = seconds
        super().__init__(*args, **kw)

    async def _handle_client(self):
        await asyncio.sleep(self.seconds)
        await super()._handle_client()


def authenticate(server, session, envelope, mechanism, data):
    ok = (data.login, data.password) == LOGIN
    return AuthResult(success=ok, handled=False, auth_data=data.login if ok else None)


def context(folder, name):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(os.path.join(folder, name + ".pem"))
    return made


async def serve(folder, seconds):
    loop = asyncio.get_running_loop()
    good, expired, other = (context(folder, n) for n in ("good", "expired", "other"))
    names = {"hostname": "mail.test", "ident": "ready"}
    for name, tls, make in (
            ("starttls", None, lambda: SMTP(Offering(), **names, tls_context=good)),
            ("expired", None, lambda: SMTP(Plain(), **names, tls_context=expired)),
            ("other", None, lambda: SMTP(Plain(), **names, tls_context=other)),
            ("plain", None, lambda: SMTP(Plain(), **names)),
            ("refusing", None, lambda: SMTP(Refusing(), **names)),
            ("implicit", good, lambda: SMTP(Plain(), **names)),
            ("receiving", None, lambda: SMTP(Receiving("receiving"), **names, enable_SMTPUTF8=True)),
            ("receiving-tls", good, lambda: SMTP(Receiving("receiving-tls"), **names, enable_SMTPUTF8=True)),
            ("auth", None, lambda: SMTP(Receiving("auth"), **names, tls_context=good, auth_required=True,
                                        authenticator=authenticate)),
            ("greylisting", None, lambda: SMTP(Greylisting("greylisting"), **names)),
            ("refusing-rcpt", None, lambda: SMTP(RefusingRecipient("refusing-rcpt"), **names)),
            ("full", None, lambda: SMTP(Full("full"), **names)),
            ("hanging-greeting", None, lambda: LateServer(seconds, Receiving("hanging-greeting"), **names)),
            ("hanging-data", None, lambda: SMTP(HangingData("hanging-data", seconds), **names))):
        server = await loop.create_server(make, "127.0.0.1", 0, ssl=tls)
        print(name, server.sockets[0].getsockname()[1], flush=True)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)  # connections that are open need no goodbye


asyncio.run(serve(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 60))
