#include "daemon/net/send.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net/send_internal.h"
#include "shared/mem.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"

enum {
	IDLE_MAX = 16, /* connections that are kept */
	HEED_MS = 50,  /* how long a cancel may go unseen */
};

struct sender {
	const struct clock *clock;
	struct trust *trust;
	pthread_mutex_t lock;
	struct send_slot *idle;
	size_t n_idle;
};

int64_t send_now_ms(const struct sender *s)
{
	return clock_boot_ms(s->clock);
}

int64_t send_wall_ms(const struct sender *s)
{
	return clock_wall_ms(s->clock);
}

void send_say(struct send_answer *a, enum send_end end, const char *fmt, ...)
{
	char words[CURL_ERROR_SIZE + SEND_ORIGIN + 256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof words, fmt, ap);
	va_end(ap);
	a->end = end;
	text_safe(a->text, sizeof a->text, words, strlen(words), 0, 0, NULL);
}

/* ---- handles -------------------------------------------------------------------------------- */

static void slot_free(struct send_slot *t)
{
	if (!t)
		return;
	curl_easy_cleanup(t->easy);
	curl_multi_cleanup(t->multi);
	tls_seen_fini(&t->seen);
	free(t);
}

/* A connection's SSL_CTX does not outlive the slot, whose multi handle owns it. */
static int on_verify(X509_STORE_CTX *ctx, void *arg)
{
	struct send_slot *t = arg;

	return tls_seen_verify(&t->seen, ctx, true);
}

/* Only for handles that verify: the others take any certificate. */
static CURLcode on_tls(CURL *easy, void *ssl_ctx, void *arg)
{
	struct send_slot *t = arg;
	SSL_CTX *ctx = ssl_ctx;

	SSL_CTX_set1_cert_store(ctx, trust_store(t->owner->trust));
	if (SSL_CTX_get_verify_mode(ctx) != SSL_VERIFY_NONE)
		SSL_CTX_set_cert_verify_callback(ctx, on_verify, t);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
	return CURLE_OK;
}

/* What is asked while curl waits inside itself: for the answer to its goodbye. */
static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct send_slot *t = arg;

	return (t->cancel && atomic_load(t->cancel)) || send_now_ms(t->owner) > t->deadline_ms;
}

static void prepare(struct send_slot *t)
{
	CURL *c = t->easy;

	curl_easy_reset(c); /* keeps the connection, names and TLS sessions */
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	/* A name that is still being looked up must not hold up the end. */
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	/* Trust comes in on_tls; with a CAPATH curl would load everything each time. */
	curl_easy_setopt(c, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, on_tls);
	curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, t);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
	t->error[0] = '\0';
	t->header_bytes = t->body_bytes = 0;
	t->headers_too_large = t->answered = false;
	tls_seen_fini(&t->seen);
}

static struct send_slot *slot_make(struct sender *s)
{
	struct send_slot *t = mem_zalloc(sizeof *t);

	t->owner = s;
	t->easy = curl_easy_init();
	t->multi = curl_multi_init();
	if (!t->easy || !t->multi) {
		slot_free(t);
		return NULL;
	}
	curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, 1L);
	curl_multi_setopt(t->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	return t;
}

struct send_slot *send_slot_get(struct sender *s, const char *origin, const char *host)
{
	struct send_slot **at, *t;

	pthread_mutex_lock(&s->lock);
	for (at = &s->idle; (t = *at) && strcmp(t->origin, origin) != 0; at = &t->next)
		;
	if (t) {
		*at = t->next;
		s->n_idle--;
	}
	pthread_mutex_unlock(&s->lock);
	if (!t)
		t = slot_make(s);
	if (!t)
		return NULL;
	snprintf(t->origin, sizeof t->origin, "%s", origin);
	snprintf(t->host, sizeof t->host, "%s", host);
	prepare(t);
	return t;
}

void send_slot_put(struct send_slot *t, bool keep)
{
	struct sender *s = t->owner;
	struct send_slot *old = keep ? NULL : t;

	t->answer = NULL;
	t->cancel = NULL;
	if (keep) {
		curl_easy_reset(t->easy); /* nothing of the caller's stays behind */
		t->idle_since_ms = send_now_ms(s);
		pthread_mutex_lock(&s->lock);
		t->next = s->idle;
		s->idle = t;
		if (++s->n_idle > IDLE_MAX) {
			struct send_slot **at = &s->idle;

			while ((*at)->next)
				at = &(*at)->next;
			old = *at;
			*at = NULL;
			s->n_idle--;
		}
		pthread_mutex_unlock(&s->lock);
	}
	slot_free(old);
}

/* ---- the exchange --------------------------------------------------------------------------- */

static bool ended(struct send_slot *t, CURLcode *code)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(t->multi, &left))) {
		if (message->msg == CURLMSG_DONE) {
			*code = message->data.result;
			return true;
		}
	}
	return false;
}

enum send_run send_slot_run(struct send_slot *t, int64_t timeout_ms, const atomic_bool *cancel,
			    CURLcode *code)
{
	int64_t deadline_ms = send_now_ms(t->owner) + timeout_ms, left_ms = timeout_ms;
	enum send_run run = RUN_ENDED;
	int running;

	*code = CURLE_FAILED_INIT;
	t->cancel = cancel;
	t->deadline_ms = deadline_ms;
	if (curl_multi_add_handle(t->multi, t->easy) != CURLM_OK)
		return RUN_ENDED;
	for (;;) {
		if (cancel && atomic_load(cancel)) {
			run = RUN_CANCELLED;
			break;
		}
		left_ms = deadline_ms - send_now_ms(t->owner);
		if (left_ms <= 0) {
			run = RUN_TIMEOUT;
			break;
		}
		if (curl_multi_perform(t->multi, &running) != CURLM_OK || ended(t, code))
			break;
		curl_multi_poll(t->multi, NULL, 0, left_ms < HEED_MS ? (int)left_ms : HEED_MS,
				NULL);
	}
	/* curl notes an abort by on_progress and its own deadline as ends. */
	if (run == RUN_ENDED && *code == CURLE_ABORTED_BY_CALLBACK)
		run = cancel && atomic_load(cancel) ? RUN_CANCELLED : RUN_TIMEOUT;
	/* What is cut short here is closed without a goodbye, so nothing waits. */
	curl_multi_remove_handle(t->multi, t->easy);
	return run;
}

static void explain_tls(struct send_slot *t, CURLcode code)
{
	char cause[TLS_CAUSE], message[TLS_MESSAGE];

	tls_seen_explain(&t->seen, t->host,
			 code == CURLE_PEER_FAILED_VERIFICATION && !t->seen.verify_error, t->error,
			 cause, message);
	send_say(t->answer, SEND_FAILED, "%s: %s", t->origin, message);
}

static void explain_connect(struct send_slot *t)
{
	long os_error = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os_error);
	send_say(t->answer, SEND_FAILED, "%s: %s", t->origin,
		 os_error == ECONNREFUSED ? "connection refused"
		 : os_error               ? strerror((int)os_error)
					  : "cannot connect");
}

static void explain_timeout(struct send_slot *t, int64_t timeout_ms)
{
	char after[DURATION_TEXT];
	curl_off_t us = 0;

	curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &us);
	duration_format(after, timeout_ms);
	send_say(t->answer, SEND_FAILED, "%s: no %s within %s", t->origin,
		 us ? "answer" : "connection", after);
}

/* Only our words or curl's general ones: what it writes into its buffer may hold the address. */
static void explain_code(struct send_slot *t, CURLcode code, int64_t timeout_ms)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		send_say(t->answer, SEND_FAILED, "%s: the name cannot be looked up", t->origin);
		break;
	case CURLE_COULDNT_CONNECT: explain_connect(t); break;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CIPHER: explain_tls(t, code); break;
	case CURLE_USE_SSL_FAILED:
		send_say(t->answer, SEND_FAILED, "%s: the server does not offer STARTTLS",
			 t->origin);
		break;
	case CURLE_GOT_NOTHING:
		send_say(t->answer, SEND_FAILED, "%s: connection closed without an answer",
			 t->origin);
		break;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		send_say(t->answer, SEND_FAILED, "%s: connection lost", t->origin);
		break;
	case CURLE_OPERATION_TIMEDOUT: explain_timeout(t, timeout_ms); break;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		send_say(t->answer, SEND_FAILED, "%s: the answer is not understood", t->origin);
		break;
	default: /* an open set */
		send_say(t->answer, SEND_FAILED, "%s: %s", t->origin, curl_easy_strerror(code));
		break;
	}
}

void send_explain(struct send_slot *t, enum send_run run, CURLcode code, int64_t timeout_ms)
{
	switch (run) {
	case RUN_CANCELLED: send_say(t->answer, SEND_CANCELLED, "cancelled"); break;
	case RUN_TIMEOUT: explain_timeout(t, timeout_ms); break;
	case RUN_ENDED: explain_code(t, code, timeout_ms); break;
	}
}

/* ---- life ----------------------------------------------------------------------------------- */

struct sender *sender_new(const struct clock *clock, const char *ca_file, struct error *e)
{
	struct trust *trust;
	struct sender *s;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	trust = trust_new(ca_file, e);
	if (!trust)
		return NULL;
	s = mem_zalloc(sizeof *s);
	s->clock = clock;
	s->trust = trust;
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

/* Takes out the idle ones that are older. */
static struct send_slot *take_older(struct sender *s, int64_t than_ms, int64_t *oldest_ms)
{
	struct send_slot *out = NULL, **at = &s->idle, *t;

	while ((t = *at)) {
		if (t->idle_since_ms > than_ms) {
			if (t->idle_since_ms < *oldest_ms)
				*oldest_ms = t->idle_since_ms;
			at = &t->next;
			continue;
		}
		*at = t->next;
		s->n_idle--;
		t->next = out;
		out = t;
	}
	return out;
}

int64_t sender_trim(struct sender *s, int64_t idle_ms)
{
	int64_t now_ms = send_now_ms(s), oldest_ms = INT64_MAX;
	struct send_slot *old;

	pthread_mutex_lock(&s->lock);
	old = take_older(s, now_ms - idle_ms, &oldest_ms);
	pthread_mutex_unlock(&s->lock);
	while (old) {
		struct send_slot *next = old->next;

		slot_free(old);
		old = next;
	}
	return oldest_ms == INT64_MAX ? -1 : oldest_ms + idle_ms - now_ms;
}

void sender_free(struct sender *s)
{
	if (!s)
		return;
	sender_trim(s, INT64_MIN / 2);
	pthread_mutex_destroy(&s->lock);
	trust_free(s->trust);
	free(s);
}
