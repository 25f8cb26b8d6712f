#pragma once
/* A message: what one notifier is told at one time, as a JSON document that is stored in the outbox
 * and rendered when it is sent. Texts in it are safe; nothing in it is a secret.
 *
 *   { "type": "alert.opened" | "alert.changed" | "alert.resolved" | "alert.reminder" |
 *       "alert.group" | "alert.summary" | "brief" | "test" |
 *       "store.readonly" | an event's topic (subscriptions),
 *     "at": RFC 3339, "severity": "critical", "title": one line for people, <= 200 bytes,
 *     "alerts": [ALERT...]   at most MESSAGE_ALERTS_MAX, the worst and newest first
 *     "total": 7, "counts": {"open": 5, "resolved": 2},
 *     "lines": ["..."]       of a brief, a summary or a test: ready sentences, in order
 *     "sections": [{"title", "lines": [{"level", "text", "at"}]}]   of a brief
 *     "data": {...} }        of an event
 *
 *   ALERT: { "number": 14, "id": "alr_...", "what": "opened|changed|resolved|reminder", "rule",
 *     "severity", "state", "topic", "subject": name, "subject_id", "subject_kind", "text",
 *     "since", "opened_at", "changed_at", "resolved_at" | null, "duration_ms",
 *     "incident": "inc_..." | null, "condition": "down" | null (the state its subject is in),
 *     "reason" | null, "cause" | null, "changed": [{"what", "from", "to"}],
 *     "evidence": {...} | null, "labels": {...}, "tags": [...], "runbook" | null (of its rule,
 *     else of its subject), "acknowledged_by" | null, "note" | null,
 *     "ended": what ended it | null, "ack": "sellersmart ack 14" | null (it is not open) } */
#include <jansson.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/json.h"
#include "shared/tz.h"

enum { MESSAGE_ALERTS_MAX = 20, MESSAGE_BYTES_MAX = 16 * 1024, MESSAGE_TITLE_MAX = 200 };

/** How a person wants numbers and times written. */
struct wording {
	/** Of numbers and dates (shared/languages.h); sentences are English. One that is not among
	 *  them is written as "en"; of "de-AT" the "de" counts. */
	const char *language;
	const struct tz *zone; /* NULL: UTC */
	int64_t now_ms;
};

/* ---- numbers and dates (wording.c) ---------------------------------------------------------- */

/** "1,234.50" "1.234,50" "1 234,50": scaled by 10^decimals. */
void wording_number(const struct wording *w, struct buf *out, int64_t scaled, unsigned decimals);
/** "Mon 23 Nov 07:42 CET", "Mo, 23. Nov., 07:42 CET"; only the time for the same day, with the year
 *  for another one. */
void wording_time(const struct wording *w, struct buf *out, int64_t ms);
/** "Mon 23 Nov 07:11 CET to 07:42 CET": the day of its end only when it is another one. */
void wording_span(const struct wording *w, struct buf *out, int64_t from_ms, int64_t until_ms);
/** "2 h 5 min": the two largest units; nothing below a second. */
void wording_duration(const struct wording *w, struct buf *out, int64_t ms);

/* ---- rendering: pure; out is bounded by its max, what does not fit is left out whole --------- */

/** The title anew in the language of w ("DOWN garden for 2 h: HTTP 502 Bad Gateway"): one line of
 *  at most MESSAGE_TITLE_MAX bytes, no control characters. */
void message_title(const json_t *message, const struct wording *w, struct buf *out);
/** For people, lines of at most 78 columns (only a link is never broken): what, since when, what
 *  changed, evidence, what to do next, runbook, the command to acknowledge; then the others. */
void message_text(const json_t *message, const struct wording *w, struct buf *out);
/** The same as HTML (inline styles, no images, readable without colours), escaped. */
void message_html(const json_t *message, const struct wording *w, struct buf *out);
/** The same in the small markup of chats; nothing in a text becomes markup, a link or a mention. */
enum message_markup { MARKUP_SLACK, MARKUP_DISCORD, MARKUP_TELEGRAM_HTML, MARKUP_MARKDOWN };
void message_markup(const json_t *message, const struct wording *w, enum message_markup how,
		    struct buf *out);

/* ---- making (message.c) --------------------------------------------------------------------- */

/** One alert, as memory has it. Everything is borrowed; NULL and 0: there is none. */
struct message_alert {
	uint64_t id;
	int64_t number;
	const char *what; /* "opened", "changed", "resolved", "reminder" */
	const char *rule, *state, *topic, *subject, *subject_kind;
	int severity; /* enum severity */
	uint64_t subject_id;
	const char *text;
	/** The latest event's data, our own compact JSON: condition (its "state"), reason, cause,
	 *  changed and evidence are its. */
	const char *data;
	const char *labels, *tags; /* JSON object, JSON array */
	const char *runbook, *acknowledged_by, *note;
	const char *ended; /* what ended it: "garden is up again after 31m" */
	int64_t since_ms, opened_ms, changed_ms, resolved_ms;
	int64_t now_ms; /* of duration_ms while it is open */
	uint64_t incident;
};
/** The ALERT of messages. @return the caller's */
json_t *message_alert(const struct message_alert *a);

/** A message about alerts. Everything is borrowed. */
struct message_parts {
	const char *type; /* NULL: by what the alerts are, "alert.group" for several */
	int64_t at_ms;
	int severity;
	const char *title;            /* NULL: by what the alerts are */
	json_t *alerts;               /* array of ALERT: the worst and newest first */
	size_t total, open, resolved; /* of all, also of those that are not listed */
	json_t *lines;                /* ready sentences, or NULL */
	size_t total_lines;           /* 0: as many as there are */
};
/** A message as the outbox takes it. */
struct message {
	char type[48];
	int severity;
	char *title; /* English, <= MESSAGE_TITLE_MAX bytes */
	char *json;
};
/** The one way to make it: at most MESSAGE_ALERTS_MAX alerts in MESSAGE_BYTES_MAX. Where there is
 * no room evidence and what changed go first, from the least alert on, then labels, then alerts and
 *  lines; the rest is counted. */
void message_make(const struct message_parts *p, struct message *out);
void message_fini(struct message *m);
/** The document of a test ("notifier test"). @return the caller's */
char *message_test(const char *notifier, int64_t now_ms);
