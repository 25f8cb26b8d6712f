#!/usr/bin/env python3
"""Taking over from other programs: what becomes what, what is said about the rest, what is never changed."""
import json
import os
import sqlite3

from lib import Daemon, main

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "import")


def fixture(name):
    return os.path.join(FIXTURES, name)


def imported(d, *args):
    """What `import` says of each thing, by name."""
    reply = json.loads(d.cli("import", *args, "-o", "json", check=0).stdout)
    return {item["name"]: item for item in reply["items"]}, reply


def import__a_backup_of_kuma_becomes_monitors_with_secrets():
    with Daemon() as d:
        items, reply = imported(d, "--from", "kuma", fixture("kuma-backup.json"))
        shop, basket = d.monitor("lampen-shop"), d.monitor("lampen-shop-2")
        assert shop["target"] == "https://lamps.example/" and shop["status"] == "200-299,301"
        assert shop["failures"] == 3 and shop["retry_interval"] == "30s"
        assert shop["headers"]["Authorization"] == {"secret": "lampen-shop-authorization"}
        assert basket["keyword"] == "Warenkorb" and basket["verify"] is False
        assert basket["basic_user"] == "shop" and basket["basic_password"] == {"secret": "lampen-shop-2-password"}
        assert d.monitor("pg")["target"] == "pg.example:5433"
        assert d.monitor("router")["state"] == "paused"
        assert d.monitor("nightly")["type"] == "heartbeat" and d.monitor("nightly")["period"] == "1d"
        assert d.monitor("api")["json_expect"] == ['(.status.db | tostring) == "ok"'] and d.monitor("api")["tags"] == [
            "backend"]
        assert shop["tags"] == ["shop", "country-de"]
        assert d.monitor("mail")["starttls"] == "required"
        assert d.monitor("mx")["record"] == "MX" and d.monitor("mx")["server"] == "192.0.2.53:53"
        assert "there is no check of that kind" in items["game"]["notes"][0] and items["game"]["outcome"] == "skipped"
        assert items["must-be-off"]["outcome"] == "skipped", "upside down would alarm the wrong way"
        assert any("$sum" in note for note in items["complex"]["notes"])
        assert sorted(reply["secrets"]) == [
            "bot-token", "hook-url", "hook-x-api-key", "lampen-shop-2-password", "lampen-shop-authorization",
            "mail-an-alle-password", "pager-token", "phone-authorization", "team-url"]
        assert "s3cret" not in d.cli("config", "export", check=0).stdout + d.log_text() + json.dumps(reply)


def import__notifications_of_kuma_become_notifiers_with_secrets():
    with Daemon() as d:
        items, reply = imported(d, "--from", "kuma", fixture("kuma-backup.json"))

        def notifier(name):
            return d.get(f"/v1/notifiers/{name}").data

        mail = notifier("mail-an-alle")
        assert (mail["type"], mail["host"], mail["port"], mail["tls"], mail["user"]) == (
            "smtp", "mail.lamps.example", 465, "tls", "watch")
        assert mail["password"] == {"secret": "mail-an-alle-password"} and "match" not in mail, "all had it"
        assert mail["to"] == ["me@lamps.example", "you@lamps.example"]
        team = notifier("team")
        assert team["service"] == "discord" and team["url_secret"] == {"secret": "team-url"}
        assert team["match"] == ["subject=lampen-shop,lampen-shop-2"]
        assert notifier("pager")["service"] == "pagerduty" and notifier("pager")["match"] == ["subject=lampen-shop"]
        phone = notifier("phone")
        assert phone["url"] == "https://ntfy.sh/lamps-7c1" and phone["paused"], "no monitor had it"
        assert phone["headers"] == {"Authorization": {"secret": "phone-authorization"}}
        bot = notifier("bot")
        assert bot["recipient"] == "-100123" and bot["token"] == {"secret": "bot-token"} and bot["paused"]
        hook = notifier("hook")
        assert hook["headers"] == {"X-Api-Key": {"secret": "hook-x-api-key"}, "X-Shop": "lamps"}
        assert any("its body has msg" in note for note in items["hook"]["notes"])
        assert any('"Elks" is not carried over: there is no notifier for 46elks' in n for n in reply["notes"])
        assert any('"broken" is not carried over: its settings are not there' in n for n in reply["notes"])
        assert "s3cret" not in d.cli("config", "export", check=0).stdout + d.log_text() + json.dumps(reply)


def import__imported_twice_nothing_changes():
    with Daemon() as d:
        imported(d, fixture("kuma-backup.json"))
        items, _ = imported(d, fixture("kuma-backup.json"))
        assert {i["outcome"] for i in items.values()} == {"unchanged", "skipped"}


def import__dry_run_writes_nothing():
    with Daemon() as d:
        items, _ = imported(d, fixture("gatus.yaml"), "--dry-run")
        assert items["shop-front"]["outcome"] == "created"
        assert d.get("/v1/monitors").json["meta"]["total"] == 0
        assert d.get("/v1/secrets").json["meta"]["total"] == 0


def import__what_came_from_elsewhere_is_not_overwritten():
    with Daemon() as d:
        d.cli("monitor", "add", "127.0.0.1:9", "--name", "db-port", "--paused", check=0)
        items, _ = imported(d, fixture("kuma-backup.json"))
        assert items["db-port"]["outcome"] == "skipped" and "--replace" in items["db-port"]["notes"][-1]
        assert d.monitor("db-port")["target"] == "127.0.0.1:9"
        items, _ = imported(d, fixture("kuma-backup.json"), "--prefix", "old-")
        assert items["old-db-port"]["outcome"] == "created"
        items, _ = imported(d, fixture("kuma-backup.json"), "--replace")
        assert d.monitor("db-port")["target"] == "db.example:5432"


def import__the_database_of_kuma():
    with Daemon() as d:
        path = os.path.join(d.dir, "kuma.db")
        db = sqlite3.connect(path)
        db.executescript("""
            CREATE TABLE monitor (id INTEGER PRIMARY KEY, name TEXT, active INT, interval INT, url TEXT, type TEXT,
              hostname TEXT, port INT, maxretries INT, ignore_tls INT, upside_down INT, maxredirects INT,
              accepted_statuscodes_json TEXT, retry_interval INT, method TEXT, headers TEXT, basic_auth_user TEXT,
              basic_auth_pass TEXT, keyword TEXT, timeout REAL, parent INT, auth_method TEXT);
            CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT, color TEXT);
            CREATE TABLE monitor_tag (id INTEGER PRIMARY KEY, monitor_id INT, tag_id INT, value TEXT);
            INSERT INTO monitor VALUES (1, 'Shop', 1, 60, 'https://shop.example/', 'keyword', NULL, NULL, 1, 0, 0, 3,
              '["200-299","401"]', 20, 'GET', NULL, NULL, NULL, 'basket', 48.0, NULL, NULL);
            INSERT INTO monitor VALUES (2, 'ssh', 0, 60, 'https://', 'port', 'box.example', 22, 0, 0, 0, 10,
              '["200-299"]', 60, 'GET', NULL, NULL, NULL, NULL, 48, NULL, NULL);
            CREATE TABLE notification (id INTEGER PRIMARY KEY, name TEXT, config TEXT, active INT, is_default INT);
            CREATE TABLE monitor_notification (id INTEGER PRIMARY KEY, monitor_id INT, notification_id INT);
            INSERT INTO notification VALUES (3, 'chat', '{"type":"slack","slackwebhookURL":"https://hooks.example/T"}',
              1, 0);
            INSERT INTO monitor_notification VALUES (1, 1, 3);
            INSERT INTO tag VALUES (1, 'shop', '#fff');
            INSERT INTO monitor_tag VALUES (1, 1, 1, 'de');""")
        db.commit()
        db.close()
        imported(d, path)
        shop, ssh = d.monitor("shop"), d.monitor("ssh")
        assert shop["keyword"] == "basket" and shop["status"] == "200-299,401" and shop["redirects"] == 3
        assert shop["timeout"] == "48s" and shop["failures"] == 2
        assert ssh["target"] == "box.example:22" and ssh["state"] == "paused"
        chat = d.get("/v1/notifiers/chat").data
        assert chat["service"] == "slack" and chat["match"] == ["subject=shop"] and not chat["paused"]


def import__conditions_of_gatus_become_fields():
    with Daemon() as d:
        items, reply = imported(d, fixture("gatus.yaml"))
        front = d.monitor("shop-front")
        assert front["status"] == "200" and front["keyword"] == "Add to basket" and front["slow"] == "800ms"
        assert front["cert_days"] == 10 and front["interval"] == "30s" and front["timeout"] == "5s"
        assert front["failures"] == 5 and front["recoveries"] == 3 and front["verify"] is False
        api = d.monitor("shop-api")
        assert api["status"] == "100-299" and api["headers"]["Authorization"] == {"secret": "shop-api-authorization"}
        assert api["json_expect"] == ['(.status | tostring) == "UP"', '((.items | length) | tonumber) > 3',
                                      ".errors == null", '.mode | tostring | IN("live", "test")']
        domain = d.monitor("shop-front-domain")
        assert domain["type"] == "domain" and domain["target"] == "shop.example" and domain["domain_days"] == 30
        window = d.get("/v1/maintenance/maintenance").data
        assert window["cron"] == "0 23 * * 1,4" and window["zone"] == "Europe/Berlin" and window["all"] is True
        assert api["tags"] == ["shop"]
        assert any("[IP]" in note for note in items["shop-api"]["notes"])
        dns = d.monitor("dns")
        assert dns["expect"] == ["192.0.2.80"] and dns["server"] == "192.0.2.53:53"
        assert d.monitor("jobs-nightly")["period"] == "25h"
        slack = d.get("/v1/notifiers/slack").data
        assert slack["service"] == "slack" and slack["url_secret"] == {"secret": "slack-url"}
        assert slack["match"] == ["subject=shop-front,shop-front-domain"] and not slack["paused"], slack
        mail = d.get("/v1/notifiers/email").data
        assert (mail["host"], mail["port"], mail["user"], mail["password"]) == (
            "mail.shop.example", 587, "watch", {"secret": "email-password"})
        assert mail["to"] == ["me@shop.example", "you@shop.example"] and mail["paused"], "no endpoint named it"
        assert any("sellersmart secret set telegram-token" in note for note in items["telegram"]["notes"])
        assert "alerting by opsgenie is not carried over" in reply["notes"]


def import__modules_and_scrape_lists_come_together():
    with Daemon() as d:
        items, reply = imported(d, "--from", "blackbox", fixture("blackbox.yml"), fixture("prometheus.yml"))
        shop = d.monitor("shop-example")
        assert shop["target"] == "https://shop.example/" and shop["status"] == "200,204" and shop["pattern"] == "In stock"
        assert shop["interval"] == "30s" and shop["ip"] == "4" and shop["labels"]["team"] == "web"
        assert shop["basic_password"] == {"secret": "shop-example-password"}
        assert d.monitor("garden-example")["target"] == "http://garden.example"
        assert d.monitor("shop-example-443")["type"] == "tls" and d.monitor("router-example")["type"] == "ping"
        assert d.monitor("mail-example-25")["starttls"] == "required"
        assert d.monitor("192-0-2-53")["record"] == "MX"
        assert items["rpc-example-443"]["outcome"] == "skipped"
        assert any("more.yml" in note for note in reply["notes"])


def import__jobs_of_healthchecks_become_heartbeats():
    with Daemon() as d:
        items, _ = imported(d, fixture("healthchecks.json"))
        nightly = d.monitor("nightly-export")
        assert nightly["cron"] == "0 3 * * *" and nightly["zone"] == "Europe/Berlin" and nightly["grace"] == "30m"
        assert d.monitor("heartbeat")["state"] == "paused" and d.monitor("heartbeat")["period"] == "5m"
        assert any("OnCalendar" in note for note in items["calendar"]["notes"])


def import__the_file_can_be_looked_at_first():
    with Daemon() as d:
        out = d.cli("import", fixture("kuma-backup.json"), "--yaml", check=0)
        assert "s3cret" not in out.stdout and "secret set lampen-shop-2-password" in out.stderr
        applied = d.cli("apply", "-f", "-", input=out.stdout)
        assert applied.returncode == 0 and d.monitor("router")["target"] == "192.0.2.1"


def import__wrong_files_are_told_apart():
    with Daemon() as d:
        for text, expected in (("{]", 64), ('{"checks": 1}', 65), ("", 64)):
            path = os.path.join(d.dir, "x.json")
            with open(path, "w") as f:
                f.write(text)
            args = ("--from", "healthchecks") if expected == 65 else ()
            out = d.cli("import", *args, path)
            assert out.returncode == expected and "try:" in out.stderr, (text, out)
        bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
            f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(12))
        path = os.path.join(d.dir, "bomb.yaml")
        with open(path, "w") as f:
            f.write(bomb + "endpoints: []\n")
        out = d.cli("import", "--from", "gatus", path)
        assert out.returncode == 65 and "aliases unfold to too much" in out.stderr
        assert d.cli("import", "/nonexistent/file").returncode != 0


if __name__ == "__main__":
    main(__import__("__main__"))
