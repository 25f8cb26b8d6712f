#pragma once
/* What becomes of an attempt, in words. */
#include "daemon/alerts/notifier.h"
#include "daemon/net/send.h"

/** Fill a; the text is made safe. */
void answer_set(struct notifier_answer *a, enum notifier_end end, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** What to try; keeps an existing one. */
void answer_hint(struct notifier_answer *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** It cannot be sent as it is configured: e's text and hint. */
void answer_refuse(struct notifier_answer *a, const struct error *e);

/** What an HTTP answer means to most receivers: 2xx sent; 410 gone; 408, 425, 429, 5xx and no
 * answer at all may fare better later; the rest is refused. The text has the first line of the body
 * of what was not taken, unless one of the secrets (NULL-terminated, may be NULL) is in it. */
void answer_http(struct notifier_answer *a, const struct send_answer *http,
		 const char *const *secrets);
/** The same of mail: 2xx sent, 4xx later, 5xx refused. */
void answer_mail(struct notifier_answer *a, const struct send_answer *mail);
