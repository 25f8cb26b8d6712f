#!/usr/bin/env python3
"""The receivers that other tests rely on do what they are told."""
import email.utils
import http.client
import smtplib
import socket
import time

from lib import main, wait_until
from receivers import MailServer, Missing, WebhookServer, missing, signature, standardwebhooks, why_not_signed

# The first vector of the specification's own libraries.
SECRET, IDENT, AT, BODY = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
                           b'{"test": 2432232314}')


def post(server, path, body=b"{}", headers=None, timeout=5):
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    try:
        c.request("POST", path, body, headers or {})
        reply = c.getresponse()
        return reply.status, reply.headers, reply.read()
    finally:
        c.close()


def signed(secret, body, at=None, ident="msg_1"):
    at = at or str(int(time.time()))
    return {"webhook-id": ident, "webhook-timestamp": at, "webhook-signature": signature(secret, ident, at, body)}


def webhook__answers_as_scripted_and_remembers_in_order():
    with WebhookServer() as hooks:
        hooks.script("/ops", "500,429:7,200")
        answers = [post(hooks, "/ops", f'{{"n":{n}}}'.encode(), {"X-N": str(n)}) for n in range(4)]
        assert [a[0] for a in answers] == [500, 429, 200, 200]
        assert answers[1][1]["Retry-After"] == "7"
        assert [(r.json["n"], r.headers["x-n"], r.answer) for r in hooks.got("/ops")] == [
            (0, "0", "500"), (1, "1", "429:7"), (2, "2", "200"), (3, "3", "200")]
        assert post(hooks, "/do/410/x")[0] == 410 and post(hooks, "/other")[0] == 200
        hooks.script("/ops", "503:date:60")
        after = email.utils.parsedate_to_datetime(post(hooks, "/ops")[1]["Retry-After"])
        assert 50 <= after.timestamp() - time.time() <= 61, after
        hooks.script("/ops", "redirect")
        status, headers, _ = post(hooks, "/ops")
        assert status == 302 and headers["Location"] == hooks.url("/redirected")
        try:
            hooks.script("/ops", "200,nonsense")
        except ValueError as e:
            assert "nonsense" in str(e)
        else:
            raise AssertionError("a script with a word that does not exist")


def webhook__can_be_read_and_told_from_outside():
    with WebhookServer() as hooks:
        c = http.client.HTTPConnection("127.0.0.1", hooks.port, timeout=5)
        c.request("PUT", "/_script/ops", "500,200")
        assert c.getresponse().read() == b""
        assert [post(hooks, "/ops")[0] for _ in range(2)] == [500, 200]
        c.request("GET", "/_log")
        assert b'"answer": "500"' in c.getresponse().read()
        c.request("DELETE", "/_log")
        assert c.getresponse().status == 204
        c.close()
        assert hooks.got() == []


def webhook__misbehaves_on_the_wire():
    with WebhookServer() as hooks:
        for word, expected in (("reset", ConnectionResetError), ("close", http.client.RemoteDisconnected),
                               ("garbage", http.client.BadStatusLine), ("never", TimeoutError)):
            hooks.script("/bad", word)
            try:
                post(hooks, "/bad", timeout=0.3)
            except expected:
                continue
            raise AssertionError(f"{word} was an answer")
        hooks.script("/bad", "slow:200")
        started = time.monotonic()
        assert post(hooks, "/bad")[0] == 200 and time.monotonic() - started >= 0.2
        hooks.script("/bad", "endless")
        s = socket.create_connection(("127.0.0.1", hooks.port), 5)
        s.sendall(b"POST /bad HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        n = 0
        while n < 1 << 20:
            n += len(s.recv(65536))
        s.close()


def webhook__dies_and_comes_back_on_its_port():
    with WebhookServer() as hooks:
        hooks.script("/ops", "never")
        waiting = socket.create_connection(("127.0.0.1", hooks.port), 5)
        waiting.sendall(b"POST /ops HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        wait_until(lambda: hooks.got("/ops"), "the request")
        hooks.stop()
        assert waiting.recv(1) == b"", "what was open has ended"
        waiting.close()
        try:
            post(hooks, "/ops")
        except ConnectionRefusedError:
            pass
        else:
            raise AssertionError("it is still there")
        hooks.start()
        hooks.script("/ops", "200")
        assert post(hooks, "/ops")[0] == 200
        assert [r.n for r in hooks.got("/ops")] == [0, 1]


def webhook__wants_signatures_by_one_of_its_secrets():
    other = "whsec_c2VjcmV0LW9mLXR3ZW50eS1mb3VyLWJ5"
    assert signature(SECRET, IDENT, AT, BODY) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    good = signed(SECRET, BODY)
    assert why_not_signed([SECRET], good, BODY) is None
    assert why_not_signed([other, SECRET], good, BODY) is None
    assert why_not_signed([other], good, BODY) == "no signature matches"
    assert why_not_signed([SECRET], good, BODY + b" ") == "no signature matches"
    assert "five minutes" in why_not_signed([SECRET], signed(SECRET, BODY, AT), BODY)
    assert "webhook-id" in why_not_signed([SECRET], {}, BODY)
    two = {**good, "webhook-signature": signed(other, BODY)["webhook-signature"] + " " + good["webhook-signature"]}
    assert why_not_signed([SECRET], two, BODY) is None
    with WebhookServer(secrets=[SECRET]) as hooks:
        assert post(hooks, "/ops", BODY, good)[0] == 200
        status, _, why = post(hooks, "/ops", BODY, signed(other, BODY))
        assert (status, why) == (401, b"no signature matches"), (status, why)
        assert [r.unsigned for r in hooks.got()] == [None, "no signature matches"]


def webhook__agrees_with_the_package_of_the_specification():
    package, why = standardwebhooks()
    if not package:
        return missing(why)
    headers = signed(SECRET, BODY)
    assert package.Webhook(SECRET).verify(BODY, headers) == {"test": 2432232314}
    try:
        package.Webhook(SECRET).verify(BODY + b" ", headers)
    except package.WebhookVerificationError:
        return None
    raise AssertionError("a changed body was verified")


def mail__is_taken_refused_and_late_as_each_server_says():
    try:
        server = MailServer(hang=1)
    except Missing as e:
        return missing(f"{e} is missing")

    def send(name, login=None, tls=False, make=smtplib.SMTP, timeout=5):
        with make("127.0.0.1", server.ports[name], timeout=timeout) as s:
            if tls:
                s.starttls()
            if login:
                s.login(*login)
            return s.sendmail("a@shop.test", ["b@shop.test"], "Subject: hello\r\n\r\nshop\r\n")

    with server:
        assert send("receiving") == {}
        assert "Subject: hello" in server.got("receiving")[0]["data"]
        assert send("receiving-tls", make=smtplib.SMTP_SSL) == {} and server.got("receiving-tls")[0]["tls"]
        send("auth", ("seller", "hunter2 & co"), tls=True)
        took, = server.got("auth")
        assert took["login"] == "seller" and took["tls"] and took["to"] == ["b@shop.test"], took
        for name, more, expected in (("auth", {}, smtplib.SMTPSenderRefused),
                                     ("auth", {"login": ("seller", "wrong"), "tls": True}, smtplib.SMTPAuthenticationError),
                                     ("greylisting", {}, smtplib.SMTPRecipientsRefused),
                                     ("refusing-rcpt", {}, smtplib.SMTPRecipientsRefused),
                                     ("full", {}, smtplib.SMTPDataError),
                                     ("hanging-greeting", {"timeout": 0.2}, smtplib.SMTPServerDisconnected),
                                     ("hanging-data", {"timeout": 0.2}, smtplib.SMTPServerDisconnected)):
            try:
                send(name, **more)
            except expected:
                continue
            raise AssertionError(f"{name} took it")
        assert send("greylisting") == {}, "the second time"
        assert send("hanging-greeting") == {} and send("hanging-data") == {}, "late, but they do"
    return None


if __name__ == "__main__":
    import receivers_test
    main(receivers_test)
