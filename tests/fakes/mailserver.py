"""aiosmtpd with several characters, each on a port of its own; prints "NAME PORT" lines and serves
until its standard input ends. Its one argument is a folder with good.pem, expired.pem and other.pem."""
import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP


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


def context(folder, name):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(os.path.join(folder, name + ".pem"))
    return made


async def serve(folder):
    loop = asyncio.get_running_loop()
    good, expired, other = (context(folder, n) for n in ("good", "expired", "other"))
    for name, tls, make in (
            ("starttls", None, lambda: SMTP(Offering(), hostname="mail.test", ident="ready", tls_context=good)),
            ("expired", None, lambda: SMTP(Plain(), hostname="mail.test", ident="ready", tls_context=expired)),
            ("other", None, lambda: SMTP(Plain(), hostname="mail.test", ident="ready", tls_context=other)),
            ("plain", None, lambda: SMTP(Plain(), hostname="mail.test", ident="ready")),
            ("refusing", None, lambda: SMTP(Refusing(), hostname="mail.test", ident="ready")),
            ("implicit", good, lambda: SMTP(Plain(), hostname="mail.test", ident="ready"))):
        server = await loop.create_server(make, "127.0.0.1", 0, ssl=tls)
        print(name, server.sockets[0].getsockname()[1], flush=True)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)  # connections that are open need no goodbye


asyncio.run(serve(sys.argv[1]))
