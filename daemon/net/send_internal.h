#pragma once
/* What the files of the sender share; nobody else includes this. */
#include <curl/curl.h>
#include <stdbool.h>

#include "daemon/net/send.h"
#include "daemon/net/trust.h"
#include "shared/url.h"

enum { SEND_ORIGIN = HOST_MAX + 24 };

/* One handle with the connection it keeps. While it is lent out it is one thread's alone. */
struct send_slot {
	struct sender *owner;
	struct send_slot *next; /* idle ones, the last used first */
	CURLM *multi;
	CURL *easy;
	char origin[SEND_ORIGIN]; /* whose connection it keeps */
	int64_t idle_since_ms;

	/* of the exchange that is under way */
	struct send_answer *answer;
	const atomic_bool *cancel;
	struct tls_seen seen;
	int64_t deadline_ms;
	size_t header_bytes, body_bytes;
	bool headers_too_large, answered; /* answered: the status is final */
	char host[HOST_MAX];
	char error[CURL_ERROR_SIZE];
};

/** A handle, the one that has a connection to origin if there is one; NULL: none to be had. */
struct send_slot *send_slot_get(struct sender *s, const char *origin, const char *host);
/** keep: its connection may serve the next one to the same origin. */
void send_slot_put(struct send_slot *t, bool keep);
/** Run what the handle is set to until its end, the deadline or the cancel. */
enum send_run { RUN_ENDED, RUN_TIMEOUT, RUN_CANCELLED };
enum send_run send_slot_run(struct send_slot *t, int64_t timeout_ms, const atomic_bool *cancel,
			    CURLcode *code);
/** Say why there is no answer. */
void send_explain(struct send_slot *t, enum send_run run, CURLcode code, int64_t timeout_ms);
/** Fill text, safe. */
void send_say(struct send_answer *a, enum send_end end, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int64_t send_now_ms(const struct sender *s);
int64_t send_wall_ms(const struct sender *s);
