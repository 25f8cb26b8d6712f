#pragma once
/* One HTTP request of a notifier: its address, its own and the user's headers, its secrets. */
#include "daemon/alerts/notifiers/common/answer.h"

enum { POST_HEADERS_MAX = 32, POST_SECRETS_MAX = 40 };

/** Everything in it is wiped by post_fini. */
struct post {
	const struct notifier_send *send;
	char *url;
	struct send_header headers[POST_HEADERS_MAX];
	size_t n_headers;
	/* What must not show in an answer; NULL-terminated. */
	char *secrets[POST_SECRETS_MAX + 1];
	size_t n_secrets;
};

void post_init(struct post *r, const struct notifier_send *s);
void post_fini(struct post *r);
/** Value of a FIELD_SECRET, borrowed from r; "" when the field is absent, NULL with e filled. */
const char *post_secret(struct post *r, const char *field, struct error *e);
/** Take the address from `url`, or the secret `url_secret`, and add the user's `headers`. */
enum err post_target(struct post *r, struct error *e) __attribute__((warn_unused_result));
/** The same with an address that the notifier made itself. */
enum err post_url(struct post *r, const char *url, struct error *e)
	__attribute__((warn_unused_result));
/** Copied. */
enum err post_header(struct post *r, const char *name, const char *value, struct error *e)
	__attribute__((warn_unused_result));
/** Send it and judge the answer with answer_http; http may be NULL. */
void post_send(struct post *r, const char *method, const char *body, size_t len,
	       struct send_answer *http, struct notifier_answer *a);
