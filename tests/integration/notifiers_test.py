#!/usr/bin/env python3
"""Each type of notifier against a receiver that is really there, through `notifier test`."""
import email
import email.policy
import json
import os
import shlex
import shutil
import stat
import tempfile

from lib import Daemon, UnixConnection, main
from receivers import MailServer, Missing, WebhookServer, missing, standardwebhooks, why_not_signed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="


def write(d, name, text):
    path = os.path.join(d.dir, name)
    with open(path, "w") as f:
        f.write(text)
    return path


def add_ops(d, hooks, *flags, name="ops", secret=SECRET):
    return d.cli("notifier", "add", name, "--type", "webhook", "--url", hooks.url("/" + name), "--secret-file",
                 write(d, "F", secret + "\n"), *flags, check=0)


def answer(d, name, status):
    """The answer of `notifier test NAME`, as JSON; status: the exit status that must come."""
    return json.loads(d.cli("notifier", "test", name, "-o", "json", check=status).stdout)


def webhook__is_signed_so_that_the_specifications_own_package_takes_it():
    with WebhookServer(secrets=[SECRET]) as hooks, Daemon() as d:
        add_ops(d, hooks)
        said = d.cli("notifier", "test", "ops", check=0)
        assert said.stdout.startswith("ops: sent: 200 OK, "), said.stdout
        got = hooks.got("/ops")
        assert len(got) == 1 and got[0].headers["webhook-id"].startswith("msg_"), got
        assert got[0].json["type"] == "test" and got[0].json["timestamp"], got[0].body
        assert why_not_signed([SECRET], got[0].headers, got[0].body) is None
        assert why_not_signed([OTHER], got[0].headers, got[0].body)
        package, why = standardwebhooks()
        if not package:
            return missing(why)
        package.Webhook(SECRET).verify(got[0].body, dict(got[0].headers))


def webhook__signs_with_both_secrets_while_one_replaces_the_other():
    with WebhookServer() as hooks, Daemon() as d:
        add_ops(d, hooks)
        new = d.cli("secret", "generate", "ops-new", check=0).stdout.strip()
        assert new.startswith("whsec_") and len(new) == 50, new
        d.cli("notifier", "edit", "ops", "--secret", "secret:ops-new", "--secret-previous", "secret:ops-secret", check=0)
        answer(d, "ops", 0)
        got = hooks.got("/ops")[0]
        assert len(got.headers["webhook-signature"].split()) == 2
        for secret in (SECRET, new):
            assert why_not_signed([secret], got.headers, got.body) is None, secret
        assert d.cli("secret", "generate", "ops-new").returncode != 0


def webhook__says_what_came_back_and_exits_1():
    with WebhookServer() as hooks, Daemon() as d:
        add_ops(d, hooks, "--timeout", "1s")
        for word, status, text, hint in (
                ("500", 500, "500 Internal Server Error", ""), ("410", 410, "410 Gone", "nothing more"),
                ("401", 401, "401 Unauthorized", "secret"), ("redirect", 302, "302 Found", "no redirect"),
                ("never", 0, "no answer within 1s", ""), ("reset", 0, "", ""), ("garbage", 0, "", "")):
            hooks.script("/ops", word)
            a = answer(d, "ops", 1)
            assert not a["ok"] and a["status"] == status and text in a["text"] and hint in (a["hint"] or ""), (word, a)
            assert hooks.url("/ops") not in json.dumps(a), a
        hooks.script("/ops", "endless")
        assert answer(d, "ops", 0)["ok"], "the status was there, the body is nobody's business"
        hooks.stop()
        a = answer(d, "ops", 1)
        assert "connection refused" in a["text"], a


def what_cannot_be__is_refused_with_field_and_hint_and_nothing_is_half_stored():
    with Daemon() as d:
        f, bad = write(d, "F", SECRET), write(d, "B", "hunter2")
        hook = ["notifier", "add", "ops", "--type", "webhook"]
        for flags, words in (
                ([*hook, "--url", "http://127.0.0.1:9/", "--secret-file", bad], ["--secret-file", "base64", "whsec_"]),
                ([*hook, "--url", "http://127.0.0.1:9/", "--secret-file", f + "x"], ["No such file"]),
                ([*hook, "--url", "http://127.0.0.1:9/"], ["secret: missing"]),
                ([*hook, "--url", "http://a/\r\nX: y", "--secret-file", f], ["url:", "control characters"]),
                ([*hook, "--url", "http://a/", "--headers", "webhook-id: 1", "--secret-file", f], ["headers", "webhook-id"]),
                ([*hook, "--url", "http://a/", "--secret-file", f, "--min-severity", "bad"], ["min_severity", "critical"]),
                ([*hook, "--url", "http://a/", "--secret-file", f, "--colour", "red"], ["unknown flag --colour"]),
                (["notifier", "add", "t", "--type", "template", "--service", "slak", "--url", "http://a/"],
                 ["service", "slack?"]),
                (["notifier", "add", "t", "--type", "template", "--service", "custom", "--url", "http://a/", "--body",
                  '{"a": "{{titel}}"}'], ["{{titel}}", "{{title}}", "severity"]),
                (["notifier", "add", "t", "--type", "template", "--service", "custom", "--url", "http://a/", "--body",
                  '{"a": {{title}}x}'], ["not JSON"]),
                (["notifier", "add", "t", "--type", "template", "--service", "telegram", "--recipient", "1"],
                 ["token", "--token-file"]),
                (["notifier", "add", "m", "--type", "smtp", "--host", "mail.example", "--from", "a@b.example\nBcc: x@y",
                  "--to", "c@d.example"], ["from"]),
                (["notifier", "add", "m", "--type", "smtp", "--host", "mail.example", "--from", "a@b.example", "--to",
                  "c@d.example>, <x@y.example"], ["to:", "no mail address"]),
                (["notifier", "add", "x", "--type", "exec", "--command", "tell"], ["command", "absolute path"])):
            done = d.cli(*flags)
            assert done.returncode != 0, flags
            for word in words:
                assert word in done.stderr, (flags, word, done.stderr)
            assert "hunter2" not in done.stderr
        assert d.get("/v1/notifiers").data == [] and d.get("/v1/secrets").data == []


def a_secret__is_never_overwritten_for_somebody_else_and_is_waited_for():
    with WebhookServer() as hooks, Daemon() as d:
        d.cli("secret", "set", "ops-secret", input=SECRET, check=0)
        refused = d.cli("notifier", "add", "ops", "--type", "webhook", "--url", hooks.url("/ops"), "--secret-file",
                        write(d, "F", OTHER))
        assert refused.returncode != 0 and "there is a secret ops-secret already" in refused.stderr, refused.stderr
        done = d.cli("notifier", "add", "ops", "--type", "webhook", "--url", hooks.url("/ops"), "--secret", "secret:later",
                     check=0)
        assert "sellersmart secret set later" in done.stderr, done.stderr
        a = answer(d, "ops", 1)
        assert "later" in a["text"] and not hooks.got(), a
        d.cli("secret", "set", "later", input="no webhook secret", check=0)
        a = answer(d, "ops", 1)
        assert "secret" in a["text"] and "generate" in a["hint"] and "no webhook" not in a["text"].replace(
            "is no webhook secret", ""), a


def mail__is_one_mail_with_text_and_html_after_a_login_through_starttls():
    try:
        mail = MailServer()
    except Missing as why:
        return missing(why)
    with mail, Daemon() as d:
        d.cli("notifier", "add", "mail", "--type", "smtp", "--host", "127.0.0.1", "--port", str(mail.ports["auth"]),
              "--user", "seller", "--password-file", write(d, "P", "hunter2 & co"), "--verify", "no",
              "--from", "Gärten & Söhne <watch@shop.example>", "--to", "me@shop.example", "--to", "you@shop.example",
              check=0)
        a = answer(d, "mail", 0)
        assert a["status"] == 250, a
        got = mail.got("auth")[0]
        assert got["tls"] and got["login"] == "seller" and got["from"] == "watch@shop.example", got
        assert got["to"] == ["me@shop.example", "you@shop.example"], got
        assert all(len(line) <= 78 for line in got["data"].split("\r\n")), got["data"]
        m = email.message_from_string(got["data"], policy=email.policy.default)
        assert m["Subject"] == "Test of the notifier mail" and m["Auto-Submitted"] == "auto-generated", dict(m)
        assert m["From"].addresses[0].display_name == "Gärten & Söhne", m["From"]
        assert m["Message-ID"].startswith("<msg_") and m["Message-ID"].endswith("@shop.example>") and m["Date"]
        assert m.get_content_type() == "multipart/alternative"
        text, html = m.iter_parts()
        assert "This is only a test" in text.get_content() and "<h1" in html.get_content()
        assert text.get_content_type() == "text/plain" and html.get_content_type() == "text/html"


def mail__that_is_not_taken__says_why():
    try:
        mail = MailServer(hang=30)
    except Missing as why:
        return missing(why)
    with mail, Daemon() as d:
        cases = [("greylisting", [], 450, "greylisted"), ("refusing-rcpt", [], 550, "nobody of that name"),
                 ("full", [], 452, "no room"), ("hanging-greeting", ["--timeout", "1s"], 0, "within 1s"),
                 ("receiving", ["--tls", "starttls"], 0, "STARTTLS")]
        for name, flags, status, text in cases:
            tls = [] if "--tls" in flags else ["--tls", "none"]
            d.cli("notifier", "add", name, "--type", "smtp", "--host", "127.0.0.1", "--port", str(mail.ports[name]),
                  "--from", "watch@shop.example", "--to", "me@shop.example", *tls, *flags, check=0)
            a = answer(d, name, 1)
            assert a["status"] == status and text in a["text"], (name, a)
        d.cli("notifier", "add", "wrong", "--type", "smtp", "--host", "127.0.0.1", "--port", str(mail.ports["auth"]),
              "--verify", "no", "--user", "seller", "--password-file", write(d, "P", "wrong"), "--from",
              "watch@shop.example", "--to", "me@shop.example", check=0)
        a = answer(d, "wrong", 1)
        assert "wrong" not in a["text"] and not a["ok"], a


def program__gets_the_message_and_answers_by_its_exit_status():
    folder = tempfile.mkdtemp(prefix="sellersmart-programs-")
    try:
        with Daemon(config=f"notify_programs: [{folder}]\n") as d:
            def tell(name, script, *flags, status=1):
                path = os.path.join(folder, name)
                with open(path, "w") as f:
                    f.write("#!/bin/sh\n" + script)
                os.chmod(path, 0o755)
                d.cli("notifier", "add", name, "--type", "exec", "--command", path, "--command", "a b", *flags, check=0)
                return answer(d, name, status)

            out = os.path.join(folder, "out")
            a = tell("fine", f'cat > {out}; env > {out}.env; echo "told $1: $SELLERSMART_TITLE"; echo more', status=0)
            assert a["text"] == "exit status 0: told a b: Test of the notifier fine" and a["status"] == 0, a
            with open(out) as f:
                told = json.load(f)
            assert told["title"] == "Test of the notifier fine" and told["message"]["type"] == "test", told
            assert told["id"].startswith("msg_") and "only a test" in told["text"], told
            with open(out + ".env") as f:
                names = {line.split("=")[0] for line in f}
            assert names <= {"PATH", "HOME", "LANG", "TZ", "PWD", "SHLVL", "_", "OLDPWD", "SELLERSMART_ID",
                             "SELLERSMART_TYPE", "SELLERSMART_SEVERITY", "SELLERSMART_TITLE"}, names
            assert tell("later", "echo busy >&2; exit 75")["text"] == "exit status 75: busy"
            assert tell("no", "exit 3")["hint"].startswith("exit status 0 says told")
            a = tell("slow", "echo begun; sleep 60 & sleep 60", "--timeout", "1s")
            assert a["text"] == "killed: it did not end within 1s: begun" and a["took_ms"] < 5000, a
            assert len(tell("loud", "yes | head -c 1000000", status=0)["text"]) < 240
            assert "signal 9" in tell("shot", "kill -9 $$")["text"]
            os.chmod(os.path.join(folder, "no"), stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)
            assert "everybody may write" in answer(d, "no", 1)["text"]
        with Daemon() as d:
            d.cli("notifier", "add", "fine", "--type", "exec", "--command", os.path.join(folder, "fine"), check=0)
            a = answer(d, "fine", 1)
            assert "notify_programs: [" in a["text"], a
    finally:
        shutil.rmtree(folder)


def services__are_asked_in_their_own_way_and_their_answers_understood():
    with WebhookServer() as hooks, Daemon() as d:
        token = write(d, "T", "123:abcdef\n")
        base = ["notifier", "add"]
        for name, flags in (
                ("slack", []), ("mattermost", []), ("discord", []), ("teams", []), ("ntfy", ["--token-file", token]),
                ("gotify", ["--token-file", token]), ("pagerduty", ["--token-file", token]),
                ("telegram", ["--token-file", token, "--recipient=-100"]),
                ("pushover", ["--token-file", token, "--recipient", "u1"])):
            d.cli(*base, name, "--type", "template", "--service", name, "--url", hooks.url("/" + name), *flags, check=0)
            assert answer(d, name, 0)["status"] == 200, name
        got = {}
        for r in hooks.got():
            got.setdefault(r.path, []).append(r)
        assert got["/slack"][0].json["blocks"][0]["text"]["type"] == "mrkdwn"
        assert got["/discord"][0].json["allowed_mentions"] == {"parse": []}
        card = got["/teams"][0].json["attachments"][0]
        assert card["contentType"] == "application/vnd.microsoft.card.adaptive" and card["content"]["body"]
        assert got["/"][0].json["topic"] == "ntfy" and got["/"][0].headers["authorization"] == "Bearer 123:abcdef"
        assert got["/gotify/message"][0].headers["x-gotify-key"] == "123:abcdef"
        assert [r.json["event_action"] for r in got["/pagerduty"]] == ["trigger", "resolve"]
        assert got["/pagerduty"][0].json["dedup_key"] == got["/pagerduty"][1].json["dedup_key"]
        assert got["/telegram/bot123:abcdef/sendMessage"][0].json["parse_mode"] == "HTML"
        assert got["/pushover"][0].json["user"] == "u1" and got["/pushover"][0].json["token"] == "123:abcdef"
        hooks.script("/slack", "404")
        assert not answer(d, "slack", 1)["ok"]


def examples__of_each_type__work_as_they_are_written():
    with Daemon() as d:
        f = write(d, "F", SECRET)
        types = set()
        for noun in ("notifier", "subscription"):
            lines = [line.strip() for line in d.cli(noun, "add", "--help", check=0).stdout.splitlines()
                     if line.startswith(f"  sellersmart {noun} add ")]
            assert lines, noun
            for line in lines:
                words = shlex.split(line)[1:]
                words = [f if i and words[i - 1].endswith("-file") else w for i, w in enumerate(words)]
                done = d.cli(*words)
                assert done.returncode == 0, f"{line}\n{done.stderr}"
                made = d.get(f"/v1/{noun}s").data
                assert len(made) == 1, (line, made)
                types.add(made[0].get("type", noun))
                d.cli(noun, "rm", made[0]["name"], check=0)
                for secret in d.get("/v1/secrets").data:
                    d.cli("secret", "rm", secret["name"], check=0)
        assert types == {"webhook", "smtp", "template", "exec", "bell", "subscription"}, types


def bell__is_told_only_where_somebody_hears_it():
    with Daemon() as d:
        d.cli("notifier", "add", "bell", "--type", "bell", check=0)
        a = answer(d, "bell", 1)
        assert "no dashboard is open" in a["text"], a
        stream = UnixConnection(d.socket)
        stream.request("GET", "/v1/stream")
        reply = stream.getresponse()
        assert reply.status == 200, reply.status
        assert answer(d, "bell", 0)["text"].startswith("rung in 1 dashboard")
        line = b""
        while b"notifier.bell" not in line:
            line = reply.readline()
            assert line, "the stream ended without a bell"
        stream.close()


if __name__ == "__main__":
    import notifiers_test
    main(notifiers_test)
