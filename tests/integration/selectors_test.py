#!/usr/bin/env python3
"""What oracles have written down for selectors and for HTML's named references is what they say today."""
import os
import subprocess

import lib

ORACLE = os.path.join(lib.ROOT, "tests/fixtures/selectors/oracle.py")


def oracle__asked_today__says_what_is_stored():
    if subprocess.run(["/usr/bin/python3", "-c", "import lxml.etree, cssselect"], capture_output=True).returncode:
        print("# python3-lxml or python3-cssselect is not installed: the stored answers stand alone")
        return
    done = subprocess.run(["/usr/bin/python3", ORACLE, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def entities__written_today__are_what_is_stored():
    done = subprocess.run(["python3", os.path.join(lib.ROOT, "contrib/html-entities"), "--check"])
    assert done.returncode == 0, "daemon/extract/html_entity_table.c differs; try: contrib/html-entities"


if __name__ == "__main__":
    lib.main(lib.sys.modules[__name__])
