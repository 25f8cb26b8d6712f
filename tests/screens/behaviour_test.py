#!/usr/bin/env python3
"""What the dashboard does to its terminal, under load, and when things go away."""
import os
import re
import signal
import subprocess
import time

import rig
from rig import Fake, background, check, command, environment, number, run, shot

READY = ("text:garden-checkout",)
LIST = ("text:garden", "key:3", "text:nightly")


def raw_bytes(name):
    with open(os.path.join(rig.work, name), "rb") as f:
        return f.read()


def raw(name):
    return os.path.join(rig.work, name)


def crash__puts_the_terminal_back():
    with Fake("house") as fake:
        for name, code in (("SEGV", signal.SIGSEGV), ("ABRT", signal.SIGABRT)):
            out = shot(fake.socket, *READY, "sig:" + name, "status", env={"ASAN_OPTIONS": "handle_segv=0:handle_abort=0"})
            check("state=K%d altscreen=0 caret=1 mouse=0 termios=restored" % code in out, out)


def term_and_hup_signals__end_it_with_their_status():
    with Fake("house") as fake:
        for name, code in (("TERM", signal.SIGTERM), ("HUP", signal.SIGHUP)):
            out = shot(fake.socket, *READY, "sig:" + name, "status")
            check("state=K%d altscreen=0 caret=1 mouse=0 termios=restored" % code in out, out)


def quit__leaves_with_0_and_a_restored_terminal():
    with Fake("house") as fake:
        out = shot(fake.socket, *READY, "key:q", "status")
        check("state=X0 altscreen=0 caret=1 mouse=0 termios=restored" in out, out)


def terminal_closed_without_a_signal__ends_within_a_second():
    with Fake("house") as fake:
        out = shot(fake.socket, *READY, "hup")
        check("within a second" in out, out)


def ctrl_z__gives_the_terminal_back_and_fg_repaints():
    with Fake("house") as fake:
        out = shot(fake.socket, *READY, "key:^Z", "status", "sig:CONT", "text:garden-checkout",
                   "key:3", "text:nightly", "snap")
        check("state=T" in out and "altscreen=0 caret=1 mouse=0 termios=restored" in out, out)
        check("nightly-export" in out, out)


def unknown_term__names_a_remedy():
    with Fake("house") as fake:
        for term in ("xterm-kitty-unheard-of", "dumb"):
            out = shot(fake.socket, "status", "snap", term=term)
            check("state=X69" in out and "error: cannot draw on this terminal" in out, out)
            check("--plain" in out, out)


def other_terms__show_the_same_text():
    with Fake("house") as fake:
        want = shot(fake.socket, *LIST, "quiet:200", "snap")
        for term in ("xterm", "tmux-256color", "screen-256color", "linux", "vt220"):
            if subprocess.run(["infocmp", term], capture_output=True).returncode:
                continue
            got = shot(fake.socket, *LIST, "quiet:200", "snap", term=term)
            check(got == want, term + "\n" + got)


def no_color__writes_no_colour_sequence():
    with Fake("house") as fake:
        shot(fake.socket, *LIST, "key:jjj\\n", "text:address 203", env={"NO_COLOR": "1"}, raw=raw("nc"))
        for match in re.findall(rb"\x1b\[([\d;]*)m", raw_bytes("nc")):
            for code in (int(c) for c in match.split(b";") if c):
                check(not (30 <= code <= 49 or 90 <= code <= 107), match)


def c_locale__writes_only_ascii():
    with Fake("house") as fake:
        shot(fake.socket, *LIST, "key:jjj\\n", "text:address 203", env={"LC_ALL": "C"}, raw=raw("c"))
        check(max(raw_bytes("c")) < 128, "a byte above 127")


def hostile_text__commands_nothing():
    with Fake("hostile") as fake:
        out = shot(fake.socket, "text:Nothing", "key:3", "text:evil", "key:\\n", "text:last check",
                   "snap", raw=raw("evil"))
        data = raw_bytes("evil")
        check(b"\x1b]52" not in data and b"\xc2\x9b" not in data, "an escape went through")
        check("‮".encode() not in data, "a bidi control went through")
        check("\r" not in out, "a carriage return went through")


def nothing_happens__nothing_is_written():
    with Fake("house") as fake:
        out = shot(fake.socket, *LIST, "quiet:500", "idle:5000")
        check("bytes=0 frames=0 wakeups=0" in out, out)


def events__are_shown_at_most_30_times_a_second():
    with Fake("house", "--monitors", "200") as fake:
        dash = background(fake.socket, *LIST[:2], "text:site-000", "snap", "load:3000", "latency:40")
        next_cursor_row(dash)
        fake.ask("/fake/rate?n=1000")
        out = dash.communicate()[0]
        check(number(out, "frames") <= 31, out)
        check(number(out, "frames") > 5, out)
        check(number(out, "bytes") <= 40 * 1024, out)


def next_cursor_row(dash):
    """Number and text of the cursor's row in the next snapshot of a background run."""
    found, number_of = None, -1
    for line in dash.stdout:
        number_of = 0 if line.startswith(" SellerSmart") else number_of + 1
        if line.startswith("›"):
            found = (number_of, line.split()[2])
        if number_of == 23:
            return found
    raise AssertionError("no snapshot")


def rows_inserted_above__cursor_keeps_its_id_and_line():
    with Fake("house", "--monitors", "300") as fake:
        dash = background(fake.socket, "text:garden", "key:3", "text:site-000", "key:s", "row:5:garden-checkout",
                          "key:\\P\\P", "quiet:300", "snap", "text:370:", "quiet:700", "snap")
        before = next_cursor_row(dash)
        for i in range(60):
            fake.ask("/v1/monitors", '{"name":"aaa-%d","type":"http","target":"https://a.example/"}' % i)
        after = next_cursor_row(dash)
        dash.communicate()
        check(before == after and before[1].startswith("site-000"), "%s became %s" % (before, after))


def freeze__holds_updates_and_counts_them():
    with Fake("house") as fake:
        dash = background(fake.socket, *LIST, "key:f", "text:FROZEN", "snap", "text:FROZEN, 3 held", "snap",
                          "key:f", "text:aaa-2")
        next_cursor_row(dash)
        for i in range(3):
            fake.ask("/v1/monitors", '{"name":"aaa-%d","type":"http","target":"https://a.example/"}' % i)
        text = dash.stdout.read()
        dash.wait()
        check(dash.returncode == 0, text)
        check("aaa-" not in text.split("› ")[0], "a frozen list moved")


def open_question__keeps_the_rows_it_was_asked_about():
    with Fake("house") as fake:
        dash = background(fake.socket, *LIST, "key:jjjd", "text:Delete the monitor lamps?", "snap", "text:zzz",
                          "key:y", "text:deleted lamps", "snap")
        next_cursor_row(dash)
        # The list moves while the question is open.
        fake.ask("/v1/monitors", '{"name":"zzz","state":"down","type":"http","target":"https://z.example/"}')
        out = dash.communicate()[0]
        check(dash.returncode == 0, out)
        gone = [r for r in fake.requests() if r.startswith("DELETE")]
        check(gone == ["DELETE /v1/monitors/mon_0000000000004"], str(gone))


def undo__brings_the_monitor_back():
    with Fake("house") as fake:
        shot(fake.socket, *LIST, "key:jjjdy", "text:u undo", "key:u", "text:lamps is back")


def long_list__end_is_one_request():
    with Fake("house", "--monitors", "10000") as fake:
        out = shot(fake.socket, "text:garden", "key:3", "text:site-00000", "key:G", "text:old-shop", "rss",
                   "key:g", "text:garden-checkout")
        asked = [r for r in fake.requests() if "last=1" in r]
        check(len(asked) == 1, str(asked))
        check(number(out, "rss") < 15 * 1024 or "ASAN" in os.environ.get("BUILD", "").upper()
              or "address" in os.environ.get("BUILD", ""), out)


def long_list__is_paged_not_loaded():
    with Fake("house", "--monitors", "10000") as fake:
        shot(fake.socket, "text:garden", "key:3", "text:site-00000", "key:" + "\\P" * 30, "text:site-003")
        for r in fake.requests():
            check("limit=" not in r or int(re.search(r"limit=(\d+)", r).group(1)) <= 100, r)


def daemon_away_at_the_start__is_said_at_once_and_it_recovers():
    fake = Fake("house")
    fake.stop()
    dash = background(fake.socket, "text:cannot reach the daemon", "text:sellersmart daemon start", "snap",
                      "text:garden-checkout")
    next_cursor_row(dash)
    fake.start()
    out = dash.communicate()[0]
    fake.stop()
    check(dash.returncode == 0, out)


def daemon_restarts__banner_then_the_same_place():
    fake = Fake("house")
    dash = background(fake.socket, *LIST, "key:jjj", "text:lamps.example", "snap", "text:daemon away", "text:lamps-checkout",
                      "gone:daemon away", "text:the daemon is back", "snap")
    next_cursor_row(dash)
    fake.stop()
    fake.start()
    out = dash.communicate()[0]
    fake.stop()
    check(dash.returncode == 0, out)
    row = [line for line in out.splitlines() if line.startswith("›")]
    check(len(row) == 1 and "lamps " in row[0], out)


def copy__writes_osc_52():
    with Fake("house") as fake:
        shot(fake.socket, *LIST, "key:y", "text:copied garden-checkout", raw=raw("osc"))
        check(b"\x1b]52;c;Z2FyZGVuLWNoZWNrb3V0\x07" in raw_bytes("osc"), "no OSC 52")


def mouse__is_off_until_asked_for():
    with Fake("house") as fake:
        shot(fake.socket, *LIST, raw=raw("mouse"))
        check(b"1000h" not in raw_bytes("mouse"), "the mouse is on")
        shot(fake.socket, *LIST, "key:m", "text:the mouse chooses", raw=raw("mouse2"))
        check(b"1000h" in raw_bytes("mouse2"), "the mouse is off")


def pasted_text__is_never_a_command():
    with Fake("house") as fake:
        shot(fake.socket, *LIST, "key:\\e[200~dyq\\e[201~", "key:/", "text:filter", "snap")
        check(not [r for r in fake.requests() if r.startswith("DELETE")], "deleted by a paste")


def key_file__rebinds_and_refuses_conflicts():
    config = os.path.join(rig.work, "config", "sellersmart")
    os.makedirs(config, exist_ok=True)
    path = os.path.join(config, "keys")
    with Fake("house") as fake:
        try:
            with open(path, "w") as f:
                f.write("# mine\nmonitors watch x\n")
            out = shot(fake.socket, *LIST, "key:x", "text:address to watch")
            with open(path, "w") as f:
                f.write("list sort g\n")
            out = shot(fake.socket, "status", "snap")
            check("state=X78" in out and "bound to both" in out, out)
        finally:
            os.unlink(path)


def session__comes_back_to_the_same_screen_and_row():
    with Fake("house") as fake:
        keep = {"SESSION": "1"}
        shot(fake.socket, *LIST, "key:jjj", "quiet:200", "key::theme light\\n", "key:q", "status", env=keep)
        out = shot(fake.socket, "text:nightly", "quiet:300", "snap", env=keep)
        row = [line for line in out.splitlines() if line.startswith("›")]
        check(row and "lamps " in row[0], out)


def plain__prints_lines_and_takes_commands():
    with Fake("house") as fake:
        done = subprocess.run([rig.DASH, fake.socket, rig.NOW_MS], env=environment({"PLAIN": "1"}),
                              input="monitors\nmonitor show lamps\n", capture_output=True, text=True,
                              timeout=20)
        check(done.returncode == 0, done.stderr)
        for want in ("Needs you: 13", "DOWN garden-checkout: HTTP 502", "Nothing can wake you yet",
                     "state: up", "certificate subject: CN=lamps.example", "last duration: 181ms"):
            check(want in done.stdout, want + " is missing in\n" + done.stdout)
        check("\x1b" not in done.stdout and "─" not in done.stdout, "it has decoration")


def plain__tells_events_as_lines():
    with Fake("house") as fake:
        dash = subprocess.Popen([rig.DASH, fake.socket, rig.NOW_MS], env=environment({"PLAIN": "1"}),
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        while "up 3d" not in dash.stdout.readline():
            pass
        while not [r for r in fake.requests() if "/v1/stream" in r]:
            time.sleep(0.02)
        fake.ask("/fake/emit", 'event: event\ndata: {"severity":"critical","text":"shop is down"}\n\n')
        line = ""
        while "shop is down" not in line:
            line = dash.stdout.readline()
            check(line, "it ended")
        dash.stdin.close()
        check(dash.wait(timeout=10) == 0, "status")


def first_screen__asks_for_the_address_by_keyboard_only():
    with Fake("empty") as fake:
        shot(fake.socket, "text:Which site", "key:shop.example\\n", "text:Nothing needs you",
             "text:Nothing can wake you yet")
        check([r for r in fake.requests() if r == "POST /v1/batch"], "no batch")


def form__saves_what_was_changed():
    with Fake("house") as fake:
        shot(fake.socket, *LIST, "key:jjje", "text:edit lamps", "key:\\d\\d^u30s^s", "text:saved lamps")
        check("PATCH /v1/monitors/mon_0000000000004" in fake.requests(), "no PATCH")


def changed_line__opens_the_diff_and_keys_walk_the_versions():
    with Fake("shop") as fake:
        shot(fake.socket, "text:lamps-price", "key:\\d\\n", "text:+++ version 3", "key:[", "text:+++ version 2",
             "key:[", "text:no older version", "key:]", "text:+++ version 3", "key:n", "text:the newest version",
             "key:v", "text:newest first", "key:\\d\\n", "text:+++ version 2", "key:\\e\\e\\e", "text:Needs you")
        check("GET /v1/monitors/mon_0000000000010/diff?to=2" in fake.requests(), "no second diff")


def changes__are_a_key_only_where_versions_are_kept():
    with Fake("shop") as fake:
        out = shot(fake.socket, "text:router", "key:3", "text:stock-feed", "quiet:200", "snap", "key:v", "text:v does nothing",
                   "key:/lamps-p", "gone:router", "key:\\n", "text:v changes", "key:v", "text:+++ version 3")
        check("v changes" not in out, out)
        shot(fake.socket, "text:router", "key::events\\n", "text:content.changed", "key:v", "text:+++ version 3")


def tree__toggles_and_keeps_the_monitor_under_the_cursor():
    with Fake("shop") as fake:
        out = shot(fake.socket, "text:router", "key:3", "text:stock-feed", "key:\\d\\d", "text:garden-checkout.example",
                   "key:t", "text:depend on each other", "quiet:200", "snap", "key:\\n", "text:last check", "key:\\e",
                   "text:depend on each other", "key:t", "text:sort: worst")
        row = [line for line in out.splitlines() if line.startswith("›")]
        check(len(row) == 1 and "garden-checkout" in row[0], out)


def history__changes_its_span_and_unit():
    with Fake("shop") as fake:
        shot(fake.socket, "text:router", "key:3", "text:stock-feed", "key:H", "text:by hour", "key:b", "text:by day of UTC",
             "key:w", "text:[30d]", "key:WW", "text:[24h]", "text:by hour", "text:19:21")
        for want in ("since=7d&by=hour", "since=7d&by=day", "since=30d&by=day", "since=24h&by=hour"):
            check([r for r in fake.requests() if want in r], want)


def form__renames():
    with Fake("house") as fake:
        shot(fake.socket, *LIST, "key:jjje", "text:edit lamps", "key:\\d^ulanterns^s", "text:saved lanterns",
             "text:lanterns  ", "gone:edit lamps")
        check("PATCH /v1/monitors/mon_0000000000004" in fake.requests(), "no PATCH")


def daemon_away_at_the_start__the_last_overview_is_shown_with_its_age():
    fake = Fake("house")
    keep = {"SESSION": "1"}
    try:
        shot(fake.socket, *READY, "key:1", "quiet:200", "key:q", "status", env=keep)
        fake.stop()
        later = str(int(rig.NOW_MS) + 5 * 3600 * 1000)
        out = shot(fake.socket, "text:garden-checkout", "snap", env=keep, screen="overview", now=later)
        check("as of 07:42:11, 5h ago" in out and "AWAY" in out, out)
        # Of another daemon nothing is shown.
        out = shot(fake.socket + ".other", "text:cannot reach", "quiet:200", "snap", env=keep, screen="overview")
        check("garden-checkout" not in out, out)
    finally:
        fake.stop()


def report__sorts_walks_the_months_and_opens_the_monitor():
    with Fake("shop") as fake:
        shot(fake.socket, "text:router", "key::report 2026-10\\n", "text:missed", "row:4:garden", "key:ss", "row:4:lamps",
             "key:S", "row:4:garden", "text:sort: -down", "key:p", "text:September 2026",
             "gone:payments", "key:n", "text:October 2026", "text:payments", "key:g\\n", "text:last check")
        asked = [r for r in fake.requests() if "month=2026-09" in r]
        check(len(asked) == 1, str(asked))


def secret__is_never_on_the_screen():
    with Fake("house") as fake:
        shot(fake.socket, "text:garden", "key::secrets\\n", "text:shop-token", "key:v", "text:value of", "key:s3cr3t-xyz",
             "text:(typed)", "key:\\n", "text:is stored", raw=raw("secret"))
        check(b"s3cr3t" not in raw_bytes("secret"), "the value was shown")


ALERTS = ("text:garden-che", "key:2", "text:LATE: no")


def asked(fake, request):
    check(request in fake.requests(), request + " was not asked: " + "\n".join(fake.requests()))


def overview__acknowledges_at_the_line_and_calms_it():
    with Fake("alerts") as fake:
        shot(fake.socket, "text:Alerts(5)", "key:a", "text:acknowledged 14, garden-checkout   u undo",
             "text:Alerts(4)", "key:a", "text:14 is acknowledged already")
        asked(fake, "POST /v1/alerts/14/ack")
        out = shot(fake.socket, "text:Alerts(4)", "quiet:200", "snap")
        line = [row for row in out.splitlines() if "garden-checkout" in row][0]
        check("by " in line and "ack" not in line, line)


def acknowledgement__is_taken_back_by_u():
    with Fake("alerts") as fake:
        shot(fake.socket, *ALERTS, "key:a", "text:u undo", "text:Alerts(4)", "key:u", "text:not acknowledged any more",
             "text:Alerts(5)")
        asked(fake, "POST /v1/alerts/alr_0000000000014/unack")


def acknowledged_view__shows_who_and_takes_it_back():
    with Fake("alerts") as fake:
        shot(fake.socket, *ALERTS, "key:w", "text:garden-cert", "text:acknowledged by anna 07:20:00",
             "text:note: the provider renews",
             "key:u", "text:not acknowledged any more", "text:Nobody has acknowledged")


def note__is_asked_for_and_sent():
    with Fake("alerts") as fake:
        shot(fake.socket, *ALERTS, "key:A", "text:note for others", "key:on it\\n", "text:acknowledged 14",
             "key:w", "text:acknowledged 2", "key:jk", "text:on it")


def snooze__by_menu_and_by_a_typed_time():
    with Fake("alerts") as fake:
        shot(fake.socket, *ALERTS, "key:z", "text:30 minutes", "key:2", "text:snoozed 14, garden-checkout until 08:42",
             "gone:garden-checkout  DOWN", "key:z5", "text:how long, or until", "key:9:15\\n",
             "text:snoozed 16, stock-feed until 09:15", "key:z", "text:4 hours", "key:5", "text:how long", "key:soon\\n",
             "text:is no time")
        asked(fake, "POST /v1/alerts/alr_0000000000016/snooze")
        shot(fake.socket, *ALERTS[:2], "text:lamps-mail", "key:ww", "text:snoozed", "text:snoozed until 08:42")


def snooze__is_left_by_esc():
    with Fake("alerts") as fake:
        shot(fake.socket, *ALERTS, "key:z", "text:30 minutes", "key:\\e", "gone:30 minutes", "text:garden-che")
        check(not [r for r in fake.requests() if "snooze" in r], "snoozed by Esc")


def marked_alerts__are_acknowledged_together():
    with Fake("alerts") as fake:
        shot(fake.socket, *ALERTS, "key:  a", "text:acknowledged 2 alerts", "text:Alerts(3)")
        asked(fake, "POST /v1/alerts/alr_0000000000014/ack")
        asked(fake, "POST /v1/alerts/alr_0000000000016/ack")


def silence__begins_with_the_subject_and_is_saved_by_keyboard():
    with Fake("alerts") as fake:
        shot(fake.socket, *ALERTS, "key:S", "text:subject=garden-checkout", "key:^s", "text:saved subject-garden-checkout")
        asked(fake, "POST /v1/silences")


def redeliver__sends_again_what_was_given_up():
    with Fake("alerts") as fake:
        shot(fake.socket, *ALERTS, "key:jr", "text:1 message of 16, stock-feed on the way again", "key:kr",
             "text:all that was told got out")
        asked(fake, "POST /v1/alerts/alr_0000000000016/redeliver")


def resolve__asks_first():
    with Fake("alerts") as fake:
        shot(fake.socket, *ALERTS, "key:x", "text:Is it over: 14, garden-checkout?", "key:n", "gone:Is it over",
             "key:xy", "text:resolved 14, garden-checkout", "text:Alerts(4)")


def alert__links_to_its_monitor_and_incident():
    with Fake("alerts") as fake:
        shot(fake.socket, *ALERTS, "key:o", "text:what happened", "key:i", "text:incident", "text:failures", "key:\\e", "text:what happened",
             "key:m", "text:last check", "key:\\e", "text:what happened", "key:y", "text:copied the text", raw=raw("alert"))
        check(b"\x1b]52;c;YWxlcnQgMTQs" in raw_bytes("alert"), "no OSC 52 with the text")


def first_notifier__by_keyboard_only():
    with Fake("untold") as fake:
        shot(fake.socket, "text:press n for a notifier", "key:nw", "text:webhook",
             "key:\\tops\\thttp://127.0.0.1:9000/hook^s", "text:ops-secret is new", "key:1", "text:test message now",
             "text:whsec_", "key:y", "text:ops took it: 200 ok in 41ms", "gone:Nothing can wake")
        for want in ("PUT /v1/secrets/ops-secret/value", "POST /v1/notifiers"):
            asked(fake, want)
        check([r for r in fake.requests() if r.endswith("/test")], "no test")


def notifier_test__shows_a_refusal_with_what_to_try():
    with Fake("alerts") as fake:
        fake.ask("/v1/notifiers", '{"name":"bad","type":"webhook"}')
        shot(fake.socket, "text:told you", "key::notifiers\\n", "text:bad", "key:t", "text:bad did not take it",
             "text:secret set ops-token", "key: ", "gone:did not take it")


def banner_and_count__follow_the_stream_on_every_screen():
    with Fake("alerts") as fake:
        dash = background(fake.socket, "text:told you", "key:3", "text:nightly", "text:have not left", "snap", "text:Alerts(4)",
                          "key::events\\n", "text:the daemon started", "text:Alerts(4)", "text:have not left")
        next_cursor_row(dash)
        fake.ask("/v1/alerts/14/ack", "{}")
        out = dash.communicate()[0]
        check(dash.returncode == 0, out)


def bell__rings_once_in_ten_seconds_and_not_when_off():
    ring = 'event: event\ndata: {"topic":"alerts.undelivered","severity":"warning","text":"nothing gets out"}\n\n'
    for off in (False, True):
        with Fake("alerts") as fake:
            steps = ("text:told you",) + (("key::bell off\\n", "text:the bell is off") if off else ())
            dash = background(fake.socket, *steps, "key:3", "text:nightly", "snap", "text:Alerts(4)", raw=raw("bell"))
            next_cursor_row(dash)
            fake.ask("/fake/emit", ring)
            fake.ask("/fake/emit", ring)
            fake.ask("/v1/alerts/14/ack", "{}")
            out = dash.communicate()[0]
            check(dash.returncode == 0, out)
            # An OSC ends with the same byte: there is none here.
            check(raw_bytes("bell").count(b"\x07") == (0 if off else 1), "%d" % raw_bytes("bell").count(b"\x07"))


def ten_thousand_alerts__end_is_one_request():
    with Fake("alerts", "--alerts", "10000") as fake:
        out = shot(fake.socket, "text:told you", "key:2", "text:site-00000", "key:G", "text:lamps-mail", "rss", "key:g",
                   "text:site-00000")
        check(len([r for r in fake.requests() if "last=1" in r]) == 1, "asked more than once")
        for r in fake.requests():
            check("limit=" not in r or int(re.search(r"limit=(\d+)", r).group(1)) <= 100, r)
        check(number(out, "rss") < 15 * 1024 or "address" in os.environ.get("BUILD", ""), out)


def plain__tells_alerts_and_asks_by_number():
    with Fake("alerts") as fake:
        done = subprocess.run([rig.DASH, fake.socket, rig.NOW_MS], env=environment({"PLAIN": "1"}),
                              input="alerts\nalert show 14\n", capture_output=True, text=True, timeout=20)
        check(done.returncode == 0, done.stderr)
        for want in ("2 messages have not left: mail: refused the connection", "told you: ops 07:11 ok",
                     "CERT garden-cert: the certificate ends in 19 days, for 1h, alert 10, acknowledged by anna",
                     "open Alerts: 5", "told mail fails, ops", "alert 14, critical: garden-checkout",
                     "told: 07:11:53 ops: ok, 200 in 41ms", "runbook: https://host.example/panel"):
            check(want in done.stdout, want + " is missing in\n" + done.stdout)


run([f for name, f in list(globals().items()) if "__" in name and not name.startswith("__")])
