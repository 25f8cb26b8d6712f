#!/usr/bin/env python3
"""What comes with the programs: examples that apply, pages that tell all, a dashboard of metrics that exist, and an
installation that is whole."""
import glob
import json
import os
import re
import shutil
import subprocess
import tempfile

from lib import BUILD, CLIENT, DAEMON, ROOT, Daemon, main, wait_until

EXAMPLES = sorted(glob.glob(os.path.join(ROOT, "contrib", "examples", "*.yaml")))


def read(*path):
    with open(os.path.join(ROOT, *path)) as f:
        return f.read()


def plain(page):
    """A manual page as a person reads it, on one line."""
    return " ".join(re.sub(r"\\f[A-Z]|\\&|^\.[A-Z]+ ", "", page.replace("\\-", "-"), flags=re.M).split())


def pages():
    return {name: read(BUILD, "man", name) for name in ("sellersmart.1", "sellersmartd.8", "sellersmart.yaml.5")}


def examples__applied_twice__are_unchanged():
    assert len(EXAMPLES) >= 7, EXAMPLES
    kinds = set()
    for path in EXAMPLES:
        with Daemon(config="commands: [/usr/lib/nagios/plugins]\nwitnesses: none\n") as d:
            dry = d.cli("apply", "--dry-run", "-f", path, check=0)
            assert "created" in dry.stdout and d.get("/v1/monitors").data == [], (path, dry.stdout)
            d.cli("apply", "-f", path, check=0)
            again = d.cli("apply", "-f", path, check=0)
            assert re.search(r"created 0, changed 0, unchanged [1-9]", again.stdout), (path, again.stdout)
            assert not d.cli("diff", "-f", path, check=0).stdout.strip().startswith(("+", "-")), path
            kinds |= {m["type"] for m in d.get("/v1/monitors").data}
    assert {"http", "tls", "content", "steps", "heartbeat", "dns", "smtp", "domain", "ping", "command"} <= kinds, kinds


def sample_configuration__is_accepted():
    done = subprocess.run([DAEMON, "--check-config", "--config", os.path.join(ROOT, "contrib", "sellersmart.yaml")],
                          capture_output=True, text=True)
    assert done.returncode == 0, done
    # Also with every line that is commented out.
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
        f.write(re.sub(r"^# (?=(  )?[a-z_]+:)", "", read("contrib", "sellersmart.yaml"), flags=re.M))
        f.flush()
        done = subprocess.run([DAEMON, "--check-config", "--config", f.name], capture_output=True, text=True)
        assert done.returncode == 0, done
    with Daemon() as d:
        known = set(d.get("/v1/config").data["origins"])
    named, section = set(), ""
    for indent, name, value in re.findall(r"^# (  )?([a-z_]+):(.*)", read("contrib", "sellersmart.yaml"), re.M):
        section = section if indent else ""
        if re.fullmatch(r" *(#.*)?", value):
            section = name + "."
        else:
            named.add(section + name)
    assert named <= known and len(named) > 8, named - known


def dashboard_and_rules__name__metrics_that_exist():
    board = json.loads(read("contrib", "grafana", "sellersmart.json"))
    asked = " ".join(t["expr"] for p in board["panels"] for t in p["targets"])
    asked += " ".join(v["query"] for v in board["templating"]["list"])
    asked += " ".join(re.findall(r"expr: (.*)", read("contrib", "grafana", "alerts.yaml")))
    names = set(re.findall(r"\b((?:sellersmart|process)_[a-z0-9_]+)", asked))
    labels = set(re.findall(r'\{([a-z]+)[=!]|,([a-z]+)=', asked))
    assert len(names) > 10, names
    assert len({p["id"] for p in board["panels"]}) == len(board["panels"])
    with Daemon() as d:
        d.cli("notifier", "add", "bell", "--type", "bell", check=0)
        d.cli("monitor", "add", "127.0.0.1:1", "--type", "tcp", "--name", "dead", "--failures", "1", check=0)
        wait_until(lambda: "sellersmart_deliveries_total{" in d.get("/metrics").body.decode(), "a message")
        wait_until(lambda: "sellersmart_probe_success" in d.get("/metrics").body.decode(), "its metrics")
        text = d.get("/metrics").body.decode()
    there = set(re.findall(r"^([a-z0-9_]+)", text, re.M))
    assert names <= there, names - there
    for a, b in labels - {("job", ""), ("monitor", "")}:
        assert f'{a or b}="' in text, (a, b)


def manual__passes__mandoc():
    if not shutil.which("mandoc"):
        return print("# no mandoc on this machine")
    for name in pages():
        out = subprocess.run(["mandoc", "-T", "lint", os.path.join(ROOT, BUILD, "man", name)], capture_output=True,
                             text=True)
        assert out.returncode == 0 and not out.stdout, out.stdout[:2000]
        shown = subprocess.run(["mandoc", "-T", "utf8", os.path.join(ROOT, BUILD, "man", name)], capture_output=True,
                               text=True)
        assert not re.search(r"@[A-Z]+@", shown.stdout), name  # a mark that nobody filled


def manual__tells__of_every_command_field_and_type():
    texts = {name: plain(page) for name, page in pages().items()}
    one, five, eight = texts["sellersmart.1"], texts["sellersmart.yaml.5"], texts["sellersmartd.8"]
    help = subprocess.run([CLIENT, "--help"], capture_output=True, text=True).stdout
    commands = re.search(r"\ncommands:\n(.*?)\n\n", help, re.S).group(1).splitlines()
    assert len(commands) > 20
    for line in commands:
        words = re.match(r"  (\S+(?: \S+)*?)(?:  | \S+ \S+.*$)", line + "  ").group(1)
        assert words in one, f"sellersmart.1 says nothing of: {words}"
    with Daemon() as d:
        document = d.get("/v1/openapi.json").json
        config = set(d.get("/v1/config").data["origins"])
    schemas = document["components"]["schemas"]
    types = [name.split("_", 1)[1] for name in schemas if re.fullmatch(r"Monitor_[a-z0-9]+", name) and
             name != "Monitor_input"]
    assert len(types) >= 10
    for name in types:
        assert f"Monitors {name}: " in one or f"Monitors: {name}" in one or f"{name}: " in one, f"check type {name}"
    for name, schema in schemas.items():
        if name.endswith("_input"):
            for field in schema.get("properties", {}):
                if field not in ("renamed_from", "name", "labels", "type"):
                    assert re.search(rf"\b{field}\b", one), f"sellersmart.1 says nothing of {name}.{field}"
    for path in document["paths"]:
        verb = re.fullmatch(r"/v1/(\w+)/\{ref\}/(\w+)", path)
        if verb and path != "/v1/secrets/{ref}/value":
            assert re.search(rf"\b{verb.group(2)}\b", one), path
    for field in config:
        assert re.search(rf"\b{field}\b", five), f"sellersmart.yaml.5 says nothing of {field}"
    for flag in re.findall(r"--[a-z-]+", subprocess.run([DAEMON, "--help"], capture_output=True, text=True).stdout):
        assert flag in eight or flag in ("--help", "--version"), f"sellersmartd.8 says nothing of {flag}"


def install__puts__everything_in_its_place():
    into = tempfile.mkdtemp(prefix="sellersmart-install-")
    try:
        # MAKEFLAGS: of the make that runs this test.
        env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        done = subprocess.run(["make", "-s", "-C", ROOT, "install", f"DESTDIR={into}", "PREFIX=/usr", "-o", "all", "-o",
                               "man"], capture_output=True, text=True, env=env)
        assert done.returncode == 0, done.stderr[-2000:]
        found = sorted(os.path.relpath(os.path.join(base, f), into) for base, _, files in os.walk(into) for f in files)
        for path in ("bin/sellersmart", "sbin/sellersmartd", "share/man/man1/sellersmart.1", "share/man/man5/sellersmart.yaml.5",
                     "share/man/man8/sellersmartd.8", "lib/systemd/system/sellersmartd.service",
                     "lib/systemd/system/sellersmartd.socket", "lib/systemd/user/sellersmartd.service",
                     "lib/sysusers.d/sellersmart.conf", "share/bash-completion/completions/sellersmart",
                     "share/zsh/site-functions/_sellersmart", "share/fish/vendor_completions.d/sellersmart.fish",
                     "share/doc/sellersmart/examples/checkout.yaml", "share/doc/sellersmart/grafana/sellersmart.json"):
            assert "usr/" + path in found, path
        for path in found:
            with open(os.path.join(into, path), "rb") as f:
                assert b"@PREFIX@" not in f.read() or path.endswith("/sellersmart"), path
        done = subprocess.run(["make", "-s", "-C", ROOT, "uninstall", f"DESTDIR={into}", "PREFIX=/usr"],
                              capture_output=True, text=True, env=env)
        left = [f for _, _, files in os.walk(into) for f in files]
        assert done.returncode == 0 and not left, (done.stderr, left)
    finally:
        shutil.rmtree(into)


def readme_and_setup__name__what_is_linked():
    """Each library that the build asks for is in the README's table, and in the lists of each distribution."""
    setup, readme = read("contrib", "setup"), read("README.md")
    lists = {name: re.search(rf"^{name}=\((.*?)\)", setup, re.S | re.M).group(1).lower().split()
             for name in ("debian_build", "fedora", "arch", "alpine")}
    modules = re.findall(r'^modules_(?:shared|daemon|tui)="(.*)"', setup, re.M)
    words = {"yaml-0.1": "yaml", "libutf8proc": "utf8proc", "libpcre2-8": "pcre2", "libcares": "c-ares",
             "libxml-2.0": "libxml2", "sqlite3": "sqlite", "libcurl": "curl", "openssl": "ssl", "ncursesw": "ncurses"}
    for module in {m for line in modules for m in line.split()} | {"jq", "llhttp"}:
        word = words.get(module, module)
        assert word.lower() in readme.lower(), f"the README has no {module}"
        for name, packages in lists.items():
            assert any(word in p for p in packages), f"{name} has nothing for {module}"
    control = read("contrib", "debian", "control")
    for package in lists["debian_build"]:
        if package.endswith("-dev"):
            assert package in control and package in read("contrib", "Dockerfile"), package


if __name__ == "__main__":
    main(__import__("__main__"))
