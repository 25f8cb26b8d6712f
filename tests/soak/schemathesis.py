#!/usr/bin/python3
"""schemathesis (PyPI) against a daemon with one of everything: all its checks, inputs nobody thought of.
   python3 tests/soak/schemathesis.py [EXAMPLES]   BUILD as for the other tests; SCHEMATHESIS names the program"""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from lib import Daemon, Origin, free_port  # noqa: E402
from openapi_test import house, examples  # noqa: E402

# What is valid on its own may still be refused: rules between fields, bytes no name has, what somebody else made.
ACCEPTED = '["2xx", "400", "401", "403", "404", "409", "412", "422", "503"]'


def config(known):
    """Addresses that exist for what only looks; what changes and removes finds its own."""
    lines = ["[checks.positive_data_acceptance]", f"expected-statuses = {ACCEPTED}"]
    for path, name in (("/v1/monitors/{ref}", "shop"), ("/v1/monitors/{ref}/history", "shop"),
                       ("/v1/monitors/{ref}/samples", "shop"), ("/v1/monitors/{ref}/versions", "price"),
                       ("/v1/monitors/{ref}/diff", "price"), ("/v1/maintenance/{ref}", "night"),
                       ("/v1/maintenance/{ref}/preview", "night"), ("/v1/incidents/{ref}", "1"),
                       ("/v1/events/{ref}", known["/v1/events"][0])):
        lines += ["", "[[operations]]", f'include-path = "{path}"', 'include-method = "GET"',
                  f'parameters = {{ "path.ref" = "{name}" }}']
    for path, parameters in (("/badge/{key}/{what}", f'"path.key" = "{known["key"]}", "path.what" = "status.json"'),
                             ("/badge/{key}/{what}/{window}", f'"path.key" = "{known["key"]}", "path.what" = "uptime"'),
                             ("/ping/{key}", f'"path.key" = "{known["ping"]}"'),
                             ("/ping/{key}/{kind}", f'"path.key" = "{known["ping"]}", "path.kind" = "log"')):
        lines += ["", "[[operations]]", f'include-path = "{path}"', f"parameters = {{ {parameters} }}"]
    # Below /v1/monitors/ other methods mean a monitor of that name, and Allow says so.
    for path in ("create", "status", "history"):
        lines += ["", "[[operations]]", f'include-path = "/v1/monitors/{path}"',
                  "checks.unsupported_method.enabled = false"]
    return "\n".join(lines) + "\n"


def main():
    program = os.environ.get("SCHEMATHESIS") or shutil.which("schemathesis")
    if not program:
        sys.exit("schemathesis is not installed; try: pip install schemathesis (in a venv), SCHEMATHESIS=its path")
    port = free_port()
    with Daemon("--listen", f"127.0.0.1:{port}", config="witnesses: none\n") as d, Origin() as o:
        o.headers, o.body = {"Content-Type": "text/html"}, b"<p id=price>9</p>"
        house(d, o)
        path = os.path.join(d.dir, "schemathesis.toml")
        with open(path, "w") as f:
            f.write(config(examples(d)))
        # All checks are on by default; named on the command line they would win over the configuration.
        # The stream goes on for ever, and once waits for verdicts.
        status = subprocess.run(
            [program, "--config-file", path, "run", f"http://127.0.0.1:{port}/v1/openapi.json", "--exclude-path", "/v1/stream", "--exclude-path", "/v1/once", "--max-examples",
             sys.argv[1] if len(sys.argv) > 1 else "100", "--request-timeout", "20", "--no-color"],
            cwd=d.dir).returncode
        assert d.get("/healthz").status == 200
    sys.exit(status)


if __name__ == "__main__":
    main()
