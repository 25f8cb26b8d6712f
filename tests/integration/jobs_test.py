#!/usr/bin/env python3
"""Jobs and schedules as a user has them: run, watch, list, log, cancel; a damaged store is said."""
import json
import os
import sqlite3
import subprocess

from lib import CLIENT, Daemon, main, wait_until


def job_run__watches__until_it_is_done():
    with Daemon() as d:
        done = d.cli("job", "run", "store-check", "--watch", check=0)
        assert "store-check: done" in done.stdout, done.stdout
        job = d.get("/v1/jobs").data[0]
        assert (job["state"], job["left"], job["failed"], job["cause"]) == ("done", 0, 0, "person"), job
        assert job["found"] == job["done"] > 20, job
        lines = d.cli("job", "log", job["id"], "--last", "3", check=0).stdout.splitlines()
        assert len(lines) == 3, lines
        assert json.loads(d.cli("job", "show", job["id"], "-o", "json", check=0).stdout)["log"]
        topics = [e["topic"] for e in d.get("/v1/events?filter[topic]=job").data]
        assert topics == ["job.done", "job.started"], topics
        event = d.get("/v1/events?filter[topic]=job").data[0]
        assert event["subject"] == job["owner"], event


def job_cancel__says__that_it_is_over():
    with Daemon() as d:
        d.cli("job", "run", "store-check", "--watch", check=0)
        job = d.get("/v1/jobs").data[0]
        refused = d.cli("job", "cancel", job["id"], "--yes")
        assert refused.returncode == 65 and "over already: done" in refused.stderr, refused
        assert d.cli("job", "run", "nothing").returncode == 65
        assert d.cli("job", "log", "job_0000000000000").returncode == 65


def schedule__starts_its_job__once_for_what_was_missed():
    with Daemon() as d:
        d.cli("schedule", "add", "often", "--job", "store-check", "--every", "1m", check=0)
        d.cli("schedule", "add", "lazy", "--job", "store-check", "--every", "1m", "--catch-up", "skip", check=0)
        wait_until(lambda: slots(d) >= 2, "schedules to be seen")
        d.stop()
        db = sqlite3.connect(os.path.join(d.data, "store.db"))
        db.execute("UPDATE schedule_slot SET slot_ms = slot_ms - 86400000")
        db.execute("UPDATE resource SET updated_ms = updated_ms - 86400000 WHERE kind = 'schedule'")
        db.commit()
        db.close()
        d.start()
        job = wait_until(lambda: d.get("/v1/jobs?filter[name]=often").data, "the missed run")[0]
        assert job["cause"] == "schedule" and job["scheduled_at"], job
        wait_until(lambda: d.get("/v1/jobs?filter[name]=often").data[0]["state"] == "done", "its end")
        assert len(d.get("/v1/jobs?filter[name]=often").data) == 1


def slots(d):
    db = sqlite3.connect(f"file:{d.data}/store.db?mode=ro", uri=True)
    n = db.execute("SELECT count(*) FROM schedule_slot").fetchone()[0]
    db.close()
    return n


def schedule__can_be_paused_and_refuses_nonsense():
    with Daemon() as d:
        assert d.get("/v1/schedules/store-check").data["state"] == "waits"
        d.cli("schedule", "pause", "store-check", check=0)
        shown = d.get("/v1/schedules/store-check").data
        assert shown["state"] == "paused" and not shown["next_at"], shown
        bad = d.cli("schedule", "add", "x", "--job", "store-check")
        assert bad.returncode == 65 and "--every 6h" in bad.stderr, bad.stderr
        assert d.cli("schedule", "run", "store-check").returncode == 0


def store_check__fails__when_the_store_is_damaged():
    with Daemon() as d:
        d.cli("monitor", "add", "--type", "heartbeat", "--name", "a", "--period", "1d", check=0)
        d.stop()
        db = sqlite3.connect(os.path.join(d.data, "store.db"))
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("INSERT INTO alert_step (alert, at_ms, what, text) VALUES (999, 1, 'x', 'y')")
        db.commit()
        db.close()
        d.start()
        done = d.cli("job", "run", "store-check", "--watch")
        assert done.returncode == 1, done
        assert "failed" in done.stdout and "alert_step" in done.stdout, done.stdout
        job = d.get("/v1/jobs").data[0]
        given_up = d.get("/v1/jobs/" + job["id"]).data["given_up"]
        assert [g["item"] for g in given_up] == ["alert_step"], given_up


def progress__comes_over_the_stream():
    with Daemon() as d:
        ids = [d.request("POST", "/v1/jobs/run", {"name": "store-check"}).data["id"]]
        wait_until(lambda: d.get("/v1/jobs/" + ids[0]).data["state"] == "done", "its end")
        p = subprocess.Popen([CLIENT, "job", "list", "--watch", "-o", "jsonl"], stdout=subprocess.PIPE,
                             env=d.environment(), text=True)
        try:
            assert p.stdout.readline()
            ids.append(d.request("POST", "/v1/jobs/run", {"name": "store-check"}).data["id"])
            seen = ""
            while not (ids[1] in seen and '"done"' in seen):
                seen = p.stdout.readline()
                assert seen
        finally:
            p.kill()
            p.wait()


if __name__ == "__main__":
    main(__import__("__main__"))
