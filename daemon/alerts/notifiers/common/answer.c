#include "daemon/alerts/notifiers/common/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shared/text_safe.h"

enum { BODY_SHOWN = 120, SECRET_SHORTEST = 6 };

void answer_set(struct notifier_answer *a, enum notifier_end end, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	a->end = end;
	text_safe(a->text, sizeof a->text, text, strlen(text), 0, 0, NULL);
}

void answer_hint(struct notifier_answer *a, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (a->hint[0])
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	text_safe(a->hint, sizeof a->hint, text, strlen(text), 0, 0, NULL);
}

void answer_refuse(struct notifier_answer *a, const struct error *e)
{
	answer_set(a, NOTIFIER_REFUSED, "%s", e->text);
	if (e->hint[0])
		answer_hint(a, "%s", e->hint);
}

/* ---- HTTP ----------------------------------------------------------------------------------- */

static bool holds_secret(const char *body, const char *const *secrets)
{
	for (; secrets && *secrets; secrets++) {
		if (strlen(*secrets) >= SECRET_SHORTEST && strstr(body, *secrets))
			return true;
	}
	return false;
}

/* The first line that says something, when it is text for people. */
static void add_body(struct notifier_answer *a, const struct send_answer *http,
		     const char *const *secrets)
{
	const char *line = http->body + strspn(http->body, " \t\r\n");
	size_t n = strcspn(line, "\r\n");
	char shown[BODY_SHOWN * 4 + 1], before[sizeof a->text];

	if (!n || *line == '<' || holds_secret(http->body, secrets))
		return;
	text_safe(shown, sizeof shown, line, n, BODY_SHOWN, 0, NULL);
	memcpy(before, a->text, sizeof before);
	answer_set(a, a->end, "%s: %s", before, shown);
}

static enum notifier_end end_of_status(int status)
{
	if (status >= 200 && status < 300)
		return NOTIFIER_SENT;
	if (status == 410)
		return NOTIFIER_GONE;
	if (status == 408 || status == 425 || status == 429 || status >= 500)
		return NOTIFIER_RETRY;
	return NOTIFIER_REFUSED;
}

static void hint_of_status(struct notifier_answer *a, int status)
{
	if (status >= 300 && status < 400)
		answer_hint(a, "no redirect is followed: give the address it leads to");
	else if (status == 401 || status == 403)
		answer_hint(a, "it does not know the secret, or the login in the headers");
	else if (status == 404 || status == 405)
		answer_hint(a, "is the path of the address right?");
	else if (status == 410)
		answer_hint(a, "the receiver wants nothing more from here");
}

void answer_http(struct notifier_answer *a, const struct send_answer *http,
		 const char *const *secrets)
{
	a->status = http->status;
	a->took_ms = http->took_ms;
	a->retry_after_ms = http->retry_after_ms;
	switch (http->end) {
	case SEND_ANSWERED:
		answer_set(a, end_of_status(http->status), "%s", http->text);
		if (a->end != NOTIFIER_SENT)
			add_body(a, http, secrets);
		hint_of_status(a, http->status);
		return;
	case SEND_FAILED:
	case SEND_CANCELLED: answer_set(a, NOTIFIER_RETRY, "%s", http->text); return;
	case SEND_INVALID: answer_set(a, NOTIFIER_REFUSED, "%s", http->text); return;
	}
}

/* ---- mail ----------------------------------------------------------------------------------- */

void answer_mail(struct notifier_answer *a, const struct send_answer *mail)
{
	int status = mail->status;

	a->status = status;
	a->took_ms = mail->took_ms;
	a->retry_after_ms = mail->retry_after_ms;
	if (mail->end == SEND_INVALID || (mail->end == SEND_ANSWERED && status >= 500))
		answer_set(a, NOTIFIER_REFUSED, "%s", mail->text);
	else if (mail->end == SEND_ANSWERED && status >= 200 && status < 300)
		answer_set(a, NOTIFIER_SENT, "%s", mail->text);
	else
		answer_set(a, NOTIFIER_RETRY, "%s", mail->text);
	if (status == 535 || status == 534 || status == 530)
		answer_hint(a, "check user and password: sellersmart secret set NAME < file");
	else if (status == 550 || status == 553 || status == 554)
		answer_hint(a, "does the server know from and to?");
}
