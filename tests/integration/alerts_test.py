#!/usr/bin/env python3
"""Alerts as people and programs meet them: commands, lists, silences, deliveries."""
import json
import os
import sqlite3
import subprocess
import time

from lib import CLIENT, Daemon, main, wait_until
from receivers import WebhookServer

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
QUICK = ("--interval", "5s", "--retry-interval", "1s", "--failures", "1", "--recoveries", "1")


def lone(*flags):
    return Daemon(*flags, config="witnesses: none\n")


def dead(d, name, port, *more):
    d.cli("monitor", "add", "--type", "tcp", f"127.0.0.1:{port}", "--name", name, *QUICK, *more, check=0)


def alerts(d, query=""):
    return d.get("/v1/alerts" + query).data


def open_alerts(d, n):
    return wait_until(lambda: (lambda a: a if len(a) == n else None)(alerts(d, "?sort=number")), f"{n} alerts")


def one(d, ref):
    return d.get(f"/v1/alerts/{ref}").data


def ack__takes__the_only_one_and_names_several():
    with lone() as d:
        none = d.cli("ack", check=65)
        assert "no alert is open" in none.stderr
        dead(d, "garden", 1)
        first = open_alerts(d, 1)[0]
        assert first["state"] == "open" and first["subject"] == "garden" and first["severity"] == "critical"
        assert d.cli("ack", "--note", "on it", check=0).stdout == f"{first['number']} garden: acknowledged: on it\n"
        now = one(d, first["number"])
        assert (now["state"], now["note"], bool(now["acknowledged_at"])) == ("acknowledged", "on it", True), now
        assert now["acknowledged_by"] and now["id"] == first["id"] == one(d, first["id"])["id"]
        assert [s["what"] for s in now["steps"]] == ["opened", "acknowledged"]
        dead(d, "lamps", 2)
        dead(d, "chairs", 3)
        numbers = [str(a["number"]) for a in open_alerts(d, 3)[1:]]
        several = d.cli("ack", check=65)
        assert "2 alerts are open: which one?" in several.stderr
        assert "sellersmart ack " + " ".join(numbers) in several.stderr
        reply = d.request("POST", "/v1/alerts/ack")
        assert reply.status == 409 and reply.json["code"] == "not_now", reply.body
        d.cli("ack", *numbers, "--by", "anna", check=0)
        assert {a["acknowledged_by"] for a in alerts(d) if str(a["number"]) in numbers} == {"anna"}
        d.cli("unack", numbers[0], check=0)
        assert one(d, numbers[0])["state"] == "open" and one(d, numbers[0])["acknowledged_by"] is None


def actions__refuse__what_is_not_there_over_or_wrong():
    with lone() as d:
        dead(d, "garden", 1)
        number = open_alerts(d, 1)[0]["number"]
        for ref in ("99", "alr_01H5ZK3QW8F2A", "garden", "-1"):
            reply = d.request("POST", f"/v1/alerts/{ref}/ack")
            assert reply.status == 404 and "alert list" in reply.json["hint"], reply.body
        for verb, body, field, text in (("ack", {"nte": "x"}, "nte", "ack takes no such thing"),
                                        ("ack", {"note": 7}, "note", "7"), ("ack", {"note": "x" * 301}, "note", "x"),
                                        ("snooze", {"for": "2 hours"}, "for", "2 hours"),
                                        ("snooze", {"for": "99d"}, "for", "99d"), ("unack", {"note": "x"}, "note", "")):
            reply = d.request("POST", f"/v1/alerts/{number}/{verb}", body)
            assert reply.status == 422 and reply.json["field"] == field and text in reply.json["detail"], reply.body
        assert one(d, number)["state"] == "open" and len(one(d, number)["steps"]) == 1
        d.cli("alert", "resolve", str(number), "--note", "moved", check=0)
        assert one(d, number)["state"] == "resolved" and not alerts(d)
        for verb in ("ack", "unack", "snooze", "resolve"):
            reply = d.request("POST", f"/v1/alerts/{number}/{verb}")
            assert reply.status == 409 and "is resolved" in reply.json["detail"], (verb, reply.body)
        assert "is resolved" in d.cli("ack", str(number), check=65).stderr


def list__shows__what_lives_and_filters_the_rest():
    with lone() as d:
        dead(d, "garden", 1, "--tag", "shop")
        dead(d, "lamps", 2)
        garden, lamps = sorted(open_alerts(d, 2), key=lambda a: a["subject"])
        d.cli("alert", "resolve", str(lamps["number"]), check=0)

        def names(query):
            reply = d.get("/v1/alerts" + query)
            assert reply.status == 200, reply.body
            return [a["subject"] for a in reply.data]
        assert names("") == ["garden"] and names("?all=true") == ["garden", "lamps"]
        assert names("?filter[state]=resolved") == names("?filter[open]=false") == ["lamps"]
        for query in ("filter[tag]=shop", "filter[severity]=critical,warning", "filter[rule]=monitor-down",
                      "filter[topic]=monitor", "filter[topic]=monitor.*", "filter[topic]=monitor.down", "filter[subject]=garden",
                      "filter[subject]=" + garden["subject_id"], "filter[kind]=monitor", "filter[open]=true",
                      "filter[silenced]=false", "q=GARDEN"):
            assert names("?" + query) == ["garden"], query
        for query in ("filter[tag]=none", "filter[severity]=info", "filter[topic]=mon", "filter[silenced]=true",
                      "filter[subject]=gard", "filter[state]=pending"):
            assert names("?" + query) == [], query
        for query, text in (("filter[state]=opn", '"opn" is not one of pending, open, acknowledged, resolved'),
                            ("filter[severity]=bad", '"bad" is not one of info'), ("all=maybe", "true or false"),
                            ("filter[nme]=x", "no such filter"), ("sort=x", "cannot be sorted")):
            reply = d.get("/v1/alerts?" + query)
            assert reply.status == 422 and text in reply.json["detail"], reply.body
        assert [a["subject"] for a in d.get("/v1/monitors/alerts").data] == ["garden"]
        line = json.loads(d.cli("alert", "list", "-o", "jsonl", check=0).stdout)
        assert {"number", "id", "severity", "state", "topic", "subject", "since", "incident", "changed",
                "deliveries"} <= set(line)


def exit_status__is_1__while_one_is_open_that_nobody_sees_to():
    with lone() as d:
        d.cli("alert", "list", "--exit-status", check=0)
        watch = subprocess.Popen([CLIENT, "alert", "list", "--watch", "--exit-status", "-o", "jsonl"], env=d.environment(),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        dead(d, "garden", 1)
        assert watch.wait(15) == 1 and json.loads(watch.stdout.readline())["subject"] == "garden"
        watch.stdout.close()
        d.cli("alert", "list", "--exit-status", check=1)
        d.cli("alert", "list", "--exit-status", "--filter", "severity=warning", check=0)
        d.cli("ack", check=0)
        d.cli("alert", "list", "--exit-status", check=0)
        d.cli("unack", "1", check=0)
        d.cli("silence", "add", "--match", "subject=garden", "--for", "1h", check=0)
        wait_until(lambda: one(d, 1)["silenced"], "the silence to cover it")
        d.cli("alert", "list", "--exit-status", check=0)


def silence__covers_ends_and__is_refused_whole():
    with lone() as d:
        dead(d, "garden", 1, "--tag", "shop")
        open_alerts(d, 1)
        made = d.cli("silence", "add", "--match", "tag=shop", "--for", "2h", check=0)
        assert made.stdout.startswith("silence tag-shop-")
        silence = d.get("/v1/silences").data[0]
        assert silence["state"] == "active" and "for" not in silence and silence["ends_at"] == silence["until"]
        wait_until(lambda: d.get("/v1/silences").data[0]["covered"] == 1, "the silence to count its alert")
        assert [a["subject"] for a in alerts(d, "?filter[silenced]=true")] == ["garden"]
        d.cli("silence", "end", silence["name"], check=0)
        over = d.get("/v1/silences/" + silence["name"]).data
        assert over["state"] == "over" and over["ends_at"] < silence["ends_at"]
        wait_until(lambda: not one(d, 1)["silenced"], "the alert to be told again")
        assert d.request("POST", f"/v1/silences/{silence['name']}/end").status == 409
        assert d.request("POST", "/v1/silences/none/end").status == 404
        assert not d.get("/v1/silences?filter[state]=active").data
        for args, text in ((("--match", "tagg=shop", "--for", "1h"), "tagg"), (("--for", "1h"), "which alerts"),
                           (("--match", "tag=a"), "a silence has an end"), (("--match", "tag=a", "--for", "x"), '"x"'),
                           (("--match", "tag=a", "--until", "2020-01-01T00:00:00Z"), "is over"),
                           (("--match", "tag=a", "--all", "--for", "1h"), "not together")):
            refused = d.cli("silence", "add", "x", *args, check=65)
            assert text in refused.stderr and "try:" in refused.stderr, (args, refused.stderr)
        reply = d.request("POST", "/v1/silences", {"name": "x", "match": ["tag=a"], "until": "2020-01-01T00:00:00Z"})
        assert reply.status == 422 and reply.json["field"] == "until", reply.body
        assert len(d.get("/v1/silences").data) == 1
        d.cli("silence", "rm", silence["name"], "--yes", check=0)


def redeliver__sends__what_was_given_up_under_the_same_id():
    with WebhookServer(secrets=[SECRET]) as hooks, lone() as d:
        hooks.script("/ops", "400")
        d.cli("secret", "set", "hook", input=SECRET, check=0)
        d.cli("notifier", "add", "ops", "--type", "webhook", "--url", hooks.url("/ops"), "--secret", "secret:hook", check=0)
        dead(d, "garden", 1)
        number = str(open_alerts(d, 1)[0]["number"])
        tried = wait_until(lambda: (lambda l: l[0] if l and l[0]["attempts"] else None)(one(d, number)["deliveries"]),
                           "a first try")
        assert tried["state"] == "pending" and tried["status"] == 400 and tried["next_at"], tried
        assert one(d, number)["told"] == "ops fails"
        hooks.script("/ops", "200")
        assert d.cli("alert", "redeliver", number, check=0).stdout == "1 message goes again\n"
        sent = wait_until(lambda: (lambda x: x if x["state"] == "sent" else None)(one(d, number)["deliveries"][0]), "it to be sent")
        assert sent["id"] == tried["id"] and sent["attempts"] == 2 and sent["status"] == 200 and sent["sent_at"]
        assert one(d, number)["told"] == "ops"
        ids = {r["headers"]["webhook-id"] if isinstance(r, dict) else r.headers["webhook-id"] for r in hooks.got("/ops")}
        assert ids == {sent["id"]}, ids
        listed = json.loads(d.cli("delivery", "list", "--filter", "alert=" + number, "-o", "jsonl", check=0).stdout)
        assert listed["id"] == sent["id"] and listed["alerts"] == [int(number)] and listed["notifier"] == "ops"
        assert d.get("/v1/deliveries/" + sent["id"]).data["message"]["alerts"][0]["number"] == int(number)
        nothing = d.cli("alert", "redeliver", number, check=65)
        assert "nothing of it waits" in nothing.stderr
        assert d.cli("alert", "redeliver", "--dead", check=0).stdout == "0 messages go again\n"
        d.cli("alert", "redeliver", check=64)
        d.cli("alert", "redeliver", "--dead", number, check=64)
        assert d.request("POST", f"/v1/deliveries/{sent['id']}/redeliver").status == 409


def old_alerts(path, n):
    now = int(time.time() * 1000)
    with sqlite3.connect(path) as db:
        db.executemany(
            "INSERT INTO alert(id, fingerprint, rule, state, severity, topic, subject_kind, subject, name, labels, text, seq, rev,"
            " events, since_ms, opened_ms, changed_ms, acknowledged_ms, snoozed_until_ms, resolved_ms)"
            " VALUES(?, ?, 'monitor-down', 'resolved', ?, 'monitor.down', 'monitor', 0, ?, '{}', 'down', 0, 2, 2, ?, ?, ?, 0, 0, ?)",
            [(1 << 40 | i, f"x/{i}", i % 3, f"shop-{i:04}", now - i * 500, now - i * 500, now, now - i // 4 * 1000)
             for i in range(n)])
    db.close()


def pages__of_a_thousand__have_each_once():
    with lone() as d:
        d.stop()
        old_alerts(os.path.join(d.data, "store.db"), 1000)
        d.start()
        for sort in ("worst", "-worst", "-opened_at", "severity", "-number", "subject"):
            seen, query = [], ""
            while True:
                reply = d.get(f"/v1/alerts?all=true&limit=170&sort={sort}{query}").json
                seen += [a["number"] for a in reply["data"]]
                assert reply["meta"]["total"] == 1000
                if not reply["meta"]["next"]:
                    break
                query = "&after=" + reply["meta"]["next"]
            assert len(seen) == len(set(seen)) == 1000, sort
        assert not alerts(d)
        assert len(d.cli("alert", "list", "--all", "-o", "plain", check=0).stdout.splitlines()) == 1000


def overview__names__the_alert_of_a_line():
    with lone() as d:
        dead(d, "garden", 1)
        open_alerts(d, 1)

        def line():
            return d.get("/v1/overview").data["attention"][0]
        assert (line()["alert"], line()["key"], line()["acknowledged_by"]) == (1, "a", None), line()
        counts = d.get("/v1/overview").data["alerts"]
        assert counts == {"open": 1, "acknowledged": 0, "silenced": 0, "critical": 1, "warning": 0}, counts
        d.cli("ack", "--by", "anna", check=0)
        assert line()["acknowledged_by"] == "anna" and line()["key"] != "a"
        assert "(anna sees to it)" in d.cli("status", check=0).stdout
        dead(d, "lamps", 2)
        open_alerts(d, 2)
        assert [x["name"] for x in d.get("/v1/overview").data["attention"]] == ["lamps", "garden"]
        assert d.get("/v1/overview").data["outbox"]["pending"] == 0


def completion__offers__numbers_with_what_they_are_about():
    with lone() as d:
        dead(d, "garden", 1)
        open_alerts(d, 1)
        assert d.cli("complete", "--", "ack", "", check=0).stdout.startswith("1\tgarden is down")
        assert d.cli("complete", "--", "unack", "", check=0).stdout == ""
        assert d.cli("complete", "--", "alert", "show", "", check=0).stdout.startswith("1\tgarden")


if __name__ == "__main__":
    main(__import__("__main__"))
