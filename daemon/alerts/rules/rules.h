#pragma once
/* Rules: which events (and measures, and silences of events) open, change and resolve alerts.
 * Compiled from `rule` resources, the built-in ones among them. The alerts thread's alone. */
#include "daemon/alerts/subject.h"
#include "daemon/store/feed.h"
#include "shared/matcher.h"

struct daemon;
struct resource_kind;
struct rules;
struct rule;

enum { FINGERPRINT_TEXT = 160, ALERT_TEXT_MAX = 320 };

/** What a rule makes of something. Texts borrowed until the callback returns. */
struct rule_hit {
	const char *rule;
	enum rule_what { RULE_OPENS, RULE_RESOLVES } what;
	const char *fingerprint; /* "rule/kind/id", for a rule with `each: none` "rule" */
	int severity;
	int64_t since_ms; /* when it began */
	int64_t at_ms;    /* when it was known */
	const char *topic, *text;
	const char *data; /* JSON object or NULL */
	uint64_t incident, seq;
	int64_t hold_ms, cool_down_ms, expire_ms; /* expire: resolved by itself then; 0: never */
	const char *runbook;                      /* NULL: none */
	const json_t *labels;                     /* of the rule, added to the subject's */
	const json_t *notify;                     /* names of notifiers; NULL: all that take it */
	bool changes; /* also when it is open: another state, worth telling again */
	const char
		*inhibits; /* "a,b": rules whose alerts on the same subject are not told, or NULL */
	const struct subject *subject;
};
typedef void rule_hit_fn(const struct rule_hit *hit, void *arg);

/** service.check: figures and notifiers that a rule names are there. */
enum err rule_check(struct daemon *d, const struct resource_kind *k, const json_t *spec,
		    const json_t *coming, struct error *e);

/** All rule resources, compiled. A faulty one cannot be there: validation compiles it, too. */
struct rules *rules_new(struct daemon *d);
void rules_free(struct rules *r);
/** Rules came, went or changed: windows that are still the same keep their counts. */
void rules_reload(struct rules *r);
/** After a start: fill windows and last-seen times from the log, up to and with seq. Blocks. */
enum err rules_warm(struct rules *r, uint64_t seq, struct error *e);
void rules_event(struct rules *r, const struct event *ev, const struct subject *s, rule_hit_fn *fn,
		 void *arg);
/** Measures, absences, windows that ran empty. @return the wall time of the next call, 0: none */
int64_t rules_tick(struct rules *r, int64_t now_ms, rule_hit_fn *fn, void *arg);
