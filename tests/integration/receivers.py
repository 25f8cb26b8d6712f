"""Who is told, for the tests: a receiver of webhooks (tests/fakes/webhookserver.py) and mail servers."""
import json
import os
import sys
import threading

from lib import ROOT, wait_until
from servers_test import Missing, Python

sys.path.insert(0, os.path.join(ROOT, "tests", "fakes"))
from webhookserver import WebhookServer, signature, standardwebhooks, why_not_signed  # noqa: E402, F401


class MailServer(Python):
    """tests/fakes/mailserver.py: self.ports["auth"], self.mails["auth"]. Raises Missing without aiosmtpd."""

    def __init__(self, hang=60):
        super().__init__("mailserver.py", "aiosmtpd", str(hang))
        self.mails = {}
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            if line.startswith("mail "):
                _, name, text = line.split(" ", 2)
                self.mails.setdefault(name, []).append(json.loads(text))

    def got(self, name, n=1, **kw):
        """Its first n mails, waited for."""
        return wait_until(lambda: (lambda m: m[:n] if len(m) >= n else None)(self.mails.get(name, [])),
                          f"{n} mails at {name}", **kw)


def missing(why):
    print(f"# {why}, skipped")


__all__ = ["MailServer", "Missing", "WebhookServer", "missing", "signature", "standardwebhooks", "why_not_signed"]
