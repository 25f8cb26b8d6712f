#!/usr/bin/env python3
"""Golden screens: every screen as text, on a real emulator. UPDATE=1 writes them anew."""
import os

from rig import HERE, Fake, run, shot


def golden(name):
    return "golden:" + os.path.join(HERE, "golden", name + ".txt")


def screen(name, fixture, *steps, **options):
    def test():
        with Fake(fixture) as fake:
            shot(fake.socket, *steps, golden(name), **options)

    test.__name__ = name
    return test


OPEN_MONITOR = ("text:garden", "key:3", "text:nightly", "key:jjj\\n", "text:address 203")
OPEN_STEPS = ("text:lamps", "key:3", "text:garden-way", "key:/way\\n", "key:\\n", "text:basket")
OPEN_DIFF = ("text:lamps-price", "key:\\d\\n", "text:+++ version 3")
OPEN_TREE = ("text:router", "key:3", "text:stock-feed", "key:t", "text:depend on each other")
OPEN_HISTORY = ("text:router", "key:3", "text:stock-feed", "key:H", "text:checks  ")
OPEN_REPORT = ("text:router", "key::report 2026-10\\n", "text:missed")
OPEN_DOCTOR = ("text:router", "key::doctor\\n", "text:authorities")
OPEN_ALERTS = ("text:garden-che", "key:2", "text:LATE: no")
OPEN_ALERT = (*OPEN_ALERTS, "key:\\n", "text:what happened")
NOTIFIER = ("text:Nothing can wake", "key:nw\\tops\\t", "text:Where it is sent")
OPEN_JOBS = ("text:lamps", "key::jobs\\n", "text:store-check")
OPEN_JOB = (*OPEN_JOBS, "key:\\n", "text:page 24")
OPEN_RIVALS = ("text:lamps", "key::rivals\\n", "text:lampworld")
OPEN_RIVAL = (*OPEN_RIVALS, "key:j\\n", "text:LMP-101", "text:undercuts", "text:2m to go")
OPEN_PRICE = (*OPEN_RIVAL, "key:/desk\\n\\n", "text:was 36.99", "text:y/n stock")
FORM = ("text:garden", "key:3", "text:nightly", "key:n", "text:Address to ask")

TESTS = [
    screen("overview", "house", "text:garden-checkout"),
    screen("overview-wide", "house", "text:garden-checkout", size="120x40"),
    screen("overview-small", "house", "text:garden-che", size="40x12"),
    screen("overview-ascii", "house", "text:garden-checkout", env={"LC_ALL": "C"}),
    screen("overview-mono", "house", "text:garden-checkout", env={"NO_COLOR": "1"}),
    screen("overview-empty", "empty", "text:Which site"),
    screen("overview-refused", "empty", "text:Which site", "key:not a site\\n", "text:has a space"),
    screen("overview-added", "empty", "text:Which site", "key:shop.example\\n", "text:watching"),
    screen("overview-quiet", "quiet", "text:Nothing needs you"),
    screen("monitors", "house", "text:garden", "key:3", "text:nightly"),
    screen("monitors-wide", "house", "text:garden", "key:3", "text:nightly", size="120x40"),
    screen("monitors-small", "house", "text:garden", "key:3", "text:uk-api", size="40x12"),
    screen("monitors-ascii", "house", "text:garden", "key:3", "text:nightly", env={"LC_ALL": "C"}),
    screen("monitors-filter", "house", "text:garden", "key:3", "text:nightly", "key:/garden",
           "gone:nightly"),
    screen("monitors-marked", "house", "text:garden", "key:3", "text:nightly", "key:  d",
           "text:Delete 2 monitors"),
    screen("monitors-hostile", "hostile", "text:Nothing", "key:3", "text:evil"),
    screen("monitor", "house", *OPEN_MONITOR),
    screen("monitor-wide", "house", *OPEN_MONITOR, "text:last answers", size="120x40"),
    screen("monitor-small", "house", "text:garden", "key:3", "text:mail", "key:jjj\\n", "text:address 203",
           size="40x12"),
    screen("monitor-ascii", "house", *OPEN_MONITOR, env={"LC_ALL": "C"}),
    screen("monitor-braille", "house", *OPEN_MONITOR, "text:p50", env={"SELLERSMART_GRAPH": "braille"}),
    screen("monitor-end", "house", *OPEN_MONITOR, "text:p50", "key:sG", "text:timeout"),
    screen("steps", "steps", *OPEN_STEPS),
    screen("steps-ascii", "steps", *OPEN_STEPS, env={"LC_ALL": "C"}),
    screen("steps-form", "steps", *OPEN_STEPS, "key:e", "text:login, search, basket"),
    screen("incidents", "house", "text:garden", "key:4", "text:changed since"),
    screen("incident", "house", "text:garden", "key:4", "text:changed since", "key:\\n",
           "text:evidence"),
    screen("events", "house", "text:garden", "key::events\\n", "text:the daemon started"),
    screen("secrets", "house", "text:garden", "key::secrets\\n", "text:shop-token"),
    screen("maintenance", "house", "text:garden", "key::maintenance\\n", "text:night"),
    screen("maintenance-one", "house", "text:garden", "key::maintenance\\n", "text:night", "key:\\n", "text:Sat 2026-11-28"),
    screen("maintenance-form", "house", "text:garden", "key::maintenance\\n", "text:night", "key:n", "text:rrule"),
    screen("monitors-next", "shop", "text:router", "key:3", "text:stock-feed", "key:/stock-f\\n", "gone:router",
           "text:maintenance until"),
    screen("diff", "shop", *OPEN_DIFF),
    screen("diff-ascii", "shop", *OPEN_DIFF, env={"LC_ALL": "C"}),
    screen("diff-older", "shop", *OPEN_DIFF, "key:[", "text:+++ version 2"),
    screen("versions", "shop", *OPEN_DIFF, "key:v", "text:newest first"),
    screen("tree", "shop", *OPEN_TREE),
    screen("tree-ascii", "shop", *OPEN_TREE, env={"LC_ALL": "C"}),
    screen("history", "shop", *OPEN_HISTORY),
    screen("history-ascii", "shop", *OPEN_HISTORY, env={"LC_ALL": "C"}),
    screen("history-year", "shop", *OPEN_HISTORY, "key:www", "text:[365d]", "text:Mon 23 Nov "),
    screen("report", "shop", *OPEN_REPORT),
    screen("report-wide", "shop", *OPEN_REPORT, size="120x40"),
    screen("report-ascii", "shop", *OPEN_REPORT, env={"LC_ALL": "C"}),
    screen("doctor", "shop", *OPEN_DOCTOR),
    screen("doctor-ascii", "shop", *OPEN_DOCTOR, env={"LC_ALL": "C"}),
    screen("alerts", "alerts", *OPEN_ALERTS),
    screen("alerts-wide", "alerts", *OPEN_ALERTS, size="120x40"),
    screen("alerts-small", "alerts", *OPEN_ALERTS[:2], "text:lamps-mail", size="40x12"),
    screen("alerts-ascii", "alerts", *OPEN_ALERTS, env={"LC_ALL": "C"}),
    screen("alerts-mono", "alerts", *OPEN_ALERTS, env={"NO_COLOR": "1"}),
    screen("alerts-empty", "untold", "text:Nothing can wake", "key:2", "text:Nothing waits for you"),
    screen("alerts-silenced", "alerts", *OPEN_ALERTS, "key:ww", "text:old-shop"),
    screen("alerts-resolved", "alerts", *OPEN_ALERTS, "key:W", "text:resolved 01:19"),
    screen("alerts-snooze", "alerts", *OPEN_ALERTS, "key:z", "text:30 minutes"),
    screen("alert", "alerts", *OPEN_ALERT),
    screen("alert-wide", "alerts", *OPEN_ALERT, size="120x40"),
    screen("alert-small", "alerts", *OPEN_ALERTS[:2], "text:lamps-mail", "key:\\n", "text:OPEN", size="40x12"),
    screen("alert-ascii", "alerts", *OPEN_ALERT, env={"LC_ALL": "C"}),
    screen("overview-alerts", "alerts", "text:told you"),
    screen("overview-alerts-wide", "alerts", "text:told you", size="120x40"),
    screen("overview-alerts-small", "alerts", "text:have not left", size="40x12"),
    screen("overview-alerts-ascii", "alerts", "text:told you", env={"LC_ALL": "C"}),
    screen("overview-alerts-mono", "alerts", "text:told you", env={"NO_COLOR": "1"}),
    screen("silence-form", "alerts", *OPEN_ALERTS, "key:S", "text:comment"),
    screen("silence-form-small", "alerts", *OPEN_ALERTS[:2], "text:lamps-mail", "key:S", "text:until", size="40x12"),
    screen("notifier-form", "untold", *NOTIFIER),
    screen("notifier-form-wide", "untold", *NOTIFIER, size="120x40"),
    screen("notifier-form-small", "untold", "text:Alerts", "text:Nothing needs", "key:nw\\t", "text:webhook",
           "text:How commands", size="40x12"),
    screen("notifier-form-ascii", "untold", *NOTIFIER, env={"LC_ALL": "C"}),
    screen("notifier-secret", "untold", *NOTIFIER, "key:http://127.0.0.1:9000/hook^s", "text:is new"),
    screen("notifiers", "alerts", "text:told you", "key::notifiers\\n", "text:smtp"),
    screen("jobs", "jobs", *OPEN_JOBS),
    screen("jobs-wide", "jobs", *OPEN_JOBS, size="120x40"),
    screen("jobs-small", "jobs", "text:lamps", "key::jobs\\n", "text:scan-glow", size="40x12"),
    screen("jobs-ascii", "jobs", *OPEN_JOBS, env={"LC_ALL": "C"}),
    screen("jobs-mono", "jobs", *OPEN_JOBS, env={"NO_COLOR": "1"}),
    screen("jobs-failed", "jobs", *OPEN_JOBS, "key:ww", "gone:store-check", "text:captcha"),
    screen("jobs-cancel", "jobs", *OPEN_JOBS, "key:x", "text:any other key"),
    screen("job", "jobs", *OPEN_JOB),
    screen("job-wide", "jobs", *OPEN_JOB, size="120x40"),
    screen("job-small", "jobs", "text:lamps", "key::jobs\\n", "text:scan-glow", "key:\\n", "text:page 24",
           size="40x12"),
    screen("job-ascii", "jobs", *OPEN_JOB, env={"LC_ALL": "C"}),
    screen("job-given-up", "jobs", *OPEN_JOB, "key:w", "text:HTTP 500"),
    screen("job-runs", "jobs", *OPEN_JOB, "key:ww", "text:refused eve"),
    screen("schedules", "jobs", *OPEN_JOBS, "key:o", "text:30 4"),
    screen("form-new", "house", *FORM),
    screen("form-type", "house", *FORM, "key:tcp://mail.example:25\\t", "text:tcp"),
    screen("form-fault", "house", *FORM, "key:https://shop.example/\\d\\d\\d99y^s", "text:not saved"),
    screen("form-small", "house", "text:garden", "key:3", "text:mail", "key:n", "text:Address",
           size="40x12"),
    screen("form-daemon-fault", "house", "text:garden", "key:3", "text:nightly", "key:jjje",
           "text:edit lamps", "key:\\d\\d^u13s^s", "text:unlucky"),
    screen("help", "house", "text:garden", "key:3", "text:nightly", "key:?", "text:cursor-down"),
    screen("command", "house", "text:garden", "key::the", "text:theme"),
    screen("delete", "house", "text:garden", "key:3", "text:nightly", "key:d", "text:any other key"),
    screen("undo", "house", "text:garden", "key:3", "text:nightly", "key:dy", "text:u undo"),
    screen("tiny", "house", "text:enlarge", size="19x5"),
    screen("grown", "house", "text:enlarge", "size:60x16", "text:garden-checkout", size="19x5"),
]

run(TESTS, together=4)
