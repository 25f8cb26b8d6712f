#pragma once
/* A mail server that misbehaves on demand: what it does is in the name it is greeted with. */
#include <stdio.h>
#include <strings.h>

#include "tests/fakes/bad_peer.h"

enum { MAIL_LINE_MAX = 1024 };

static bool mail_line(struct peer *p, char line[static MAIL_LINE_MAX])
{
	size_t n = 0;

	while (n < MAIL_LINE_MAX - 1 && get(p, line + n, 1) == 1) {
		if (line[n++] != '\n')
			continue;
		line[n] = '\0';
		line[strcspn(line, "\r\n")] = '\0';
		return true;
	}
	return false;
}

static bool endless_reply(struct peer *p)
{
	while (put_text(p, "250-AND-ON and on and on and on and on\r\n"))
		;
	return false;
}

static bool mail_ehlo(struct peer *p, const char *mood)
{
	static const struct {
		const char *mood, *reply;
	} replies[] = {
		{"plain", "250-mail.test\r\n250 SIZE 1000\r\n"},
		{"reject", "550 5.7.1 go \033[31maway\r\n"},
		{"old", "502 5.5.1 what?\r\n"},
		{"talks", "250 mail.test\r\n250 SIZE 1000\r\n"},
		{"early", "250-mail.test\r\n250 STARTTLS\r\n220 go ahead\r\n"},
		{"babble", "250-mail.test\r\nSIZE 1000\r\n"},
	};

	for (size_t i = 0; i < sizeof replies / sizeof *replies && !p->ssl; i++) {
		if (!strcmp(mood, replies[i].mood))
			return put_text(p, replies[i].reply);
	}
	if (!strcmp(mood, "silent"))
		return hang(p);
	if (!strcmp(mood, "close"))
		return false;
	if (!strcmp(mood, "endless"))
		return endless_reply(p);
	if (p->ssl && !strcmp(mood, "lost"))
		return false;
	return put_text(p, "250-mail.test\r\n250-SIZE 1000\r\n") &&
	       (p->ssl || put_text(p, "250-STARTTLS\r\n")) &&
	       put_text(p, "250-AUTH LOGIN PLAIN\r\n250 8BITMIME\r\n");
}

static bool mail_starttls(struct peer *p, const char *mood)
{
	if (!strcmp(mood, "busy"))
		return put_text(p, "454 4.7.0 TLS is busy\r\n");
	if (!strcmp(mood, "inject"))
		return put_text(p, "220 go ahead\r\n250 and so on\r\n") && hang(p);
	if (!put_text(p, "220 go ahead\r\n"))
		return false;
	if (!strcmp(mood, "stuck"))
		return hang(p);
	if (!strcmp(mood, "clear"))
		return put_text(p, "250 still here\r\n") && hang(p);
	return turn_to_tls(p, p->starttls);
}

static inline void serve_smtp(struct peer *p)
{
	char line[MAIL_LINE_MAX], mood[MAIL_LINE_MAX] = "";

	put_text(p, "220-mail.test welcomes you\r\n220 mail.test ESMTP 1763840000.12345\r\n");
	while (mail_line(p, line)) {
		bool go_on = true;

		if (!strncasecmp(line, "EHLO ", 5)) {
			snprintf(mood, sizeof mood, "%s", line + 5);
			go_on = mail_ehlo(p, mood);
		} else if (!strncasecmp(line, "HELO ", 5)) {
			go_on = put_text(p, "250 mail.test\r\n");
		} else if (!strcasecmp(line, "STARTTLS")) {
			go_on = mail_starttls(p, mood);
		} else if (!strcasecmp(line, "QUIT")) {
			if (!strcmp(mood, "no-bye"))
				hang(p);
			put_text(p, "221 bye\r\n");
			return;
		} else {
			go_on = put_text(p, "503 nobody sends mail here\r\n");
		}
		if (!go_on)
			return;
	}
}

static inline void serve_ssh(struct peer *p)
{
	put_text(p, "SSH-2.0-x\r\n");
	hang(p);
}

static inline void serve_smtp_refusing(struct peer *p)
{
	put_text(p, "554 mail.test no service for you\r\n");
	hang(p);
}
