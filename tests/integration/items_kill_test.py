#!/usr/bin/env python3
"""kill -9 in the middle of a job: at each marked point, and 50 times in one run. Every item's fact is
there exactly once, the counts are those of the items, and the job ends."""
import os
import random
import re
import shutil
import subprocess
import tempfile

from lib import BUILD, ROOT, main

PROGRAM = os.path.join(ROOT, BUILD, "tests", "integration", "items_torture")
HOSTS = 7


class Run:
    """One job in a store of its own, by as many processes as it takes."""

    def __init__(self, items):
        self.items = items
        self.dir = tempfile.mkdtemp(prefix="sellersmart-items-")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir, ignore_errors=True)

    def process(self, fault=None, limit=None):
        """Run until it ends, or for limit seconds, then kill -9. Returns (status, output)."""
        e = {k: v for k, v in os.environ.items() if k != "SELLERSMART_FAULT"}
        if fault:
            e["SELLERSMART_FAULT"] = fault
        p = subprocess.Popen([PROGRAM, self.dir, str(self.items), str(HOSTS)], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, env=e)
        try:
            out, err = p.communicate(timeout=limit if limit else 60)
        except subprocess.TimeoutExpired:
            assert limit, "the job does not end"
            p.kill()
            out, err = p.communicate()
        assert p.returncode in (0, -9), f"it ended with {p.returncode}: {err}"
        return p.returncode, out

    def check(self, out, what):
        state, *numbers = out.split()
        found, done, failed, jobs, facts, distinct = map(int, numbers)
        assert (state, jobs, failed) == ("done", 1, 0), f"{what}: {out}"
        assert found == done == self.items, f"{what}: counts are wrong: {out}"
        assert facts == distinct == self.items, f"{what}: facts are lost or twice: {out}"


def points():
    out = subprocess.run(["grep", "-rhoE", r'fault_point\("items\.[a-z_]+"\)', os.path.join(ROOT, "daemon", "jobs")],
                         capture_output=True, text=True).stdout
    names = set(re.findall(r'"(items\.[a-z_]+)"', out))
    return sorted(names - {"items.slot"})  # a schedule's: not on this way


def job__survives_kill_at_each_point():
    assert len(points()) >= 6, points()
    for point in points():
        for nth in (1, 13):
            with Run(60) as run:
                status, out = run.process(f"{point}:{nth}")
                if nth == 1:
                    assert status == -9, f"{point}: it never came there"
                if status:
                    status, out = run.process()
                run.check(out, f"{point}:{nth}")


def job__survives_fifty_kills_in_one_run():
    rng = random.Random(7)
    kills = 0
    with Run(500) as run:
        for _ in range(50):
            point = rng.choice(["items.picked", "items.handled", "items.in_op", "items.op_end", "items.committed"])
            status, out = run.process(f"{point}:{rng.randint(3, 9)}")
            if not status:
                break
            kills += 1
        if status:
            _, out = run.process()
        run.check(out, f"after {kills} kills")
        assert kills == 50, f"the run was over after {kills} kills"


if __name__ == "__main__":
    main(__import__("__main__"))
