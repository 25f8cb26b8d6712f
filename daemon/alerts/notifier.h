#pragma once
/* A notifier type: daemon/alerts/notifiers/NAME.c exports `const struct notifier_type
 * notifier_NAME`; its fields are in shared/resources/notifiers/NAME.c (`const struct variant
 * notifier_variant_NAME`). */
#include <jansson.h>
#include <stdatomic.h>
#include <stdint.h>

#include "daemon/alerts/text/message.h"
#include "daemon/store/resources.h"
#include "shared/err.h"

struct config;
struct sender;
struct live;

/** One attempt. Everything is borrowed until send returns. */
struct notifier_send {
	struct store *store;              /* secrets by name */
	struct sender *sender;            /* net/send.h: HTTP and mail, with warm connections */
	const struct config *config;      /* what the configuration file allows (exec, wall) */
	const struct resource_kind *kind; /* notifier or subscription */
	const char *name;
	const json_t *spec;    /* canonical: spec_*(kind, spec, field) */
	uint64_t id;           /* of the delivery: "msg_..." is the same at each attempt */
	const json_t *message; /* message.h */
	struct wording wording;
	int attempt;    /* 1, 2, ... */
	int64_t now_ms; /* wall clock: of the signature */
	int64_t timeout_ms;
	const atomic_bool *cancel; /* the daemon ends: return soon with NOTIFIER_RETRY */
	struct live *live;         /* dashboards that look; NULL: unknown */
};

enum notifier_end {
	NOTIFIER_SENT,
	NOTIFIER_RETRY, /* it may work later: refused connection, 5xx, 429, time out, greylisting */
	NOTIFIER_REFUSED, /* it will not by itself: 400, 401, no such secret, a template's error */
	NOTIFIER_GONE,    /* 410: the receiver wants nothing more */
};

struct notifier_answer {
	enum notifier_end end;
	int status;             /* HTTP or SMTP status, exit status; 0: none */
	int64_t retry_after_ms; /* what the receiver asked for, 0: nothing; at most a day */
	int64_t took_ms;
	char text[240]; /* safe, one line, no secret: what it said or what failed */
	char hint[160]; /* what to try, "" */
};

struct notifier_type {
	const char *name;
	bool unheard; /* it fails when nobody is there to hear it: that is no news for others */
	/** On a thread of the outbox; blocks for at most timeout_ms. */
	void (*send)(const struct notifier_send *s, struct notifier_answer *a);
};

/** Generated from daemon/alerts/notifiers/, NULL-terminated. */
extern const struct notifier_type *const notifier_table[];
const struct notifier_type *notifier_type_find(const char *name);
