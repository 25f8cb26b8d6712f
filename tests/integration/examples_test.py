#!/usr/bin/env python3
"""Every check type is described in the manual, and what its examples say works as it is written there."""
import os
import re
import shlex
import shutil

from lib import ROOT, Daemon, main

CHECKOUT = os.path.join(ROOT, "contrib", "examples", "checkout.yaml")


def check_types(d):
    """From what the daemon says about itself."""
    refused = d.request("POST", "/v1/monitors", {"name": "x", "type": "no-such-type"})
    return set(refused.json["detail"].split(" is not one of ")[1].split(", "))


def examples(d):
    lines = d.cli("monitor", "add", "--help", check=0).stdout.splitlines()
    return [line.strip() for line in lines if line.startswith("  sellersmart monitor add ")]


def check_types__each_has__two_examples_that_work():
    with Daemon() as d:
        types = check_types(d)
        assert {"http", "dns", "heartbeat", "steps"} <= types, types
        shutil.copy(CHECKOUT, os.path.join(d.dir, "checkout.yaml"))
        made = {name: [] for name in types}
        for line in examples(d):
            arguments = [a.replace("checkout.yaml", os.path.join(d.dir, "checkout.yaml"))
                         for a in shlex.split(line)[1:]]
            done = d.cli(*arguments, "--paused", "true", "--label", "from=example")
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            found = d.get("/v1/monitors?filter[labels.from]=example").data
            assert len(found) == 1, (line, found)
            made[found[0]["type"]].append(line)
            assert d.request("DELETE", f"/v1/monitors/{found[0]['name']}").status in (200, 204)
        few = {name: lines for name, lines in made.items() if len(lines) < 2}
        assert not few, few


def check_types__each_has__its_part_of_the_manual_and_its_fields():
    with Daemon() as d:
        with open(os.path.join(ROOT, "man", "sellersmart.1")) as f:
            checks = f.read().split("\n.SH CHECKS\n")[1].split("\n.SH ")[0]
        parts = dict(zip(re.findall(r"^\.SS (\S+)$", checks, re.M), re.split(r"^\.SS \S+$", checks, flags=re.M)[1:]))
        assert set(parts) == check_types(d), set(parts) ^ check_types(d)
        for name, text in parts.items():
            assert len(text) > 200 and "down" in text, f"{name}: {text}"


if __name__ == "__main__":
    import examples_test
    main(examples_test)
