#!/usr/bin/python3
"""How other people's hosts are treated, as the configuration and the API have it."""
import os
import subprocess
import tempfile

from lib import BUILD, Daemon, main


def check_config(text, *flags):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
        f.write(text)
        f.flush()
        return subprocess.run([os.path.join(BUILD, "sellersmartd"), "--config", f.name, "--check-config", *flags],
                              capture_output=True, text=True)


def allow_private__of_flag_and_file__is_checked_before_the_start():
    assert check_config("net:\n  allow_private: [127.0.0.0/8]\n").returncode == 0
    assert check_config("", "--allow-private", "127.0.0.0/8", "--allow-private", "::1").returncode == 0
    for text, flags in (("net:\n  allow_private: [127.0.0.1/8]\n", ()), ("net.allow_private: [0.0.0.0/0]\n", ()),
                        ("", ("--allow-private", "localhost"))):
        done = check_config(text, *flags)
        assert done.returncode == 78, (text, done)
        assert "no range of addresses" in done.stderr and "try: for example 192.168.1.0/24" in done.stderr, done.stderr


def allow_private__is_shown__with_where_it_comes_from():
    with Daemon("--allow-private", "127.0.0.0/8,::1", config="net:\n  pace: 2s\n") as d:
        config = d.get("/v1/config").data
        assert config["values"]["net.allow_private"] == ["127.0.0.0/8", "::1"], config
        assert config["origins"]["net.allow_private"] == "flag"
        assert config["values"]["net.pace"] == "2s" and config["origins"]["net.pace"].endswith(":2"), config


def hosts__of_a_daemon_that_fetched_nothing__are_none():
    with Daemon() as d:
        assert d.get("/v1/hosts").data == []
        assert d.cli("host", "list", "-o", "json", check=0).stdout.strip() == "[]"
        gone = d.cli("host", "reset", "shop.example")
        assert gone.returncode and 'no host "shop.example"' in gone.stderr, gone


if __name__ == "__main__":
    main(__import__("__main__"))
