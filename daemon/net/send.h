#pragma once
/* One message out, one answer back, on the caller's thread: HTTP(S) and SMTP(S) for what leaves the
 * house by itself (webhooks, mail). Private addresses are fine here. No redirect is followed, no
 * proxy is asked, no compressed answer is wanted.
 *
 * An address is a secret (the path of a webhook is its password): no text here has more of it than
 * scheme and host, and never a header, a login or a body. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/core/clock.h"
#include "shared/err.h"

enum {
	SEND_KEPT_MAX = 4096,      /* of an answer's body */
	SEND_READ_MAX = 64 * 1024, /* then the answer is cut */
	SEND_HEADERS_MAX = 64,
	SEND_RECIPIENTS_MAX = 64,
	SEND_TEXT = 240,
};

struct sender;

/** @param ca_file  PEM bundle; NULL: the system's */
struct sender *sender_new(const struct clock *clock, const char *ca_file, struct error *e);
/** Nothing may be under way. */
void sender_free(struct sender *s);
/** Close kept connections that were not used for idle_ms.
 *  @return ms until the next one is so old, -1: none is kept. Thread: any. */
int64_t sender_trim(struct sender *s, int64_t idle_ms);

enum send_end {
	SEND_ANSWERED,  /* there is a status */
	SEND_FAILED,    /* no answer: text says why; another try may fare better */
	SEND_INVALID,   /* it cannot be sent like this: a bad address, a line end in a header */
	SEND_CANCELLED, /* nothing is known of what arrived */
};

struct send_answer {
	enum send_end end;
	int status;             /* HTTP's, or that of the last SMTP reply; 0: none */
	int64_t retry_after_ms; /* what the answer asked for, at most a day; 0: nothing */
	int64_t took_ms;
	/** Safe, one line: "503 Service Unavailable", "https://x.example: certificate expired". Of
	 *  mail the last reply: "250 2.0.0 queued as 4711". */
	char text[SEND_TEXT];
	bool cut;                     /* the body was longer */
	size_t body_len;              /* of body; HTTP only */
	char body[SEND_KEPT_MAX + 1]; /* as it came, NUL after it: not safe to show */
};

struct send_header {
	const char *name, *value;
};

struct send_http {
	const char *method; /* NULL: POST */
	const char *url;    /* http:// or https:// */
	const struct send_header *headers;
	size_t n_headers;
	const char *body; /* NULL: none */
	size_t body_len;
	const char *user, *password; /* Basic; NULL: none */
	bool insecure;               /* do not look at the certificate */
	int64_t timeout_ms;          /* for all of it */
	const atomic_bool *cancel;   /* may be NULL; heeded within 100 ms */
};
/** Blocks. Any status is an answer, also a redirect. Thread: any but a loop's. */
void send_http(struct sender *s, const struct send_http *m, struct send_answer *a);

enum send_tls {
	SEND_STARTTLS, /* required */
	SEND_STARTTLS_TRY,
	SEND_TLS_OFF,
	SEND_TLS_WRAPPED, /* smtps, from the first byte */
};
struct send_mail {
	const char *host;
	uint16_t port;
	enum send_tls tls;
	const char *user, *password; /* NULL: none */
	const char *from;            /* "shop@example.org" */
	const char *const *to;
	size_t n_to;
	const char *message; /* head and body, lines end with CR LF; dots are not doubled yet */
	size_t message_len;
	bool insecure;
	int64_t timeout_ms;
	const atomic_bool *cancel;
};
/** Blocks. Sent when status is 250; of several recipients some may be refused, which text says.
 *  Thread: any but a loop's. */
void send_mail(struct sender *s, const struct send_mail *m, struct send_answer *a);

/** "https://hooks.example" or "http://127.0.0.1:9000" of an address: all of it that may be shown.
 *  "" when it is none. */
const char *send_origin(const char *url, char *out, size_t cap);
