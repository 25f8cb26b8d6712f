#pragma once
/* A message: what one notifier is told at one time, as a JSON document that is stored in the outbox
 * and rendered when it is sent. Texts in it are safe; nothing in it is a secret.
 *
 *   { "type": "alert.opened" | "alert.changed" | "alert.resolved" | "alert.reminder" |
 * "alert.group" | "alert.summary" | "brief" | "test" | an event's topic (subscriptions), "at": RFC
 * 3339, "severity": "critical", "title": one line for people, <= 200 bytes, "alerts": [ALERT...] at
 * most MESSAGE_ALERTS_MAX, the worst and newest first "total": 7, "counts": {"open": 5, "resolved":
 * 2}, "lines": ["..."]          of a brief or a summary: ready sentences, in order "data": {...} }
 * of an event
 *
 *   ALERT: { "number": 14, "id": "alr_...", "what": "opened|changed|resolved|reminder", "rule",
 *     "severity", "state", "topic", "subject": name, "subject_id", "subject_kind", "text",
 *     "since", "opened_at", "resolved_at", "duration_ms", "incident": "inc_..." | null,
 *     "reason", "changed": [{"what", "from", "to"}], "evidence": {...} | null, "labels", "tags",
 *     "runbook" | null, "acknowledged_by" | null, "ack": "sellersmart ack 14" }
 */
#include <jansson.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/tz.h"

enum { MESSAGE_ALERTS_MAX = 20, MESSAGE_BYTES_MAX = 16 * 1024, MESSAGE_TITLE_MAX = 200 };

/** How a person wants numbers and times written. */
struct wording {
	const char *language;  /* "en", "de", ...: of numbers and dates; sentences are English */
	const struct tz *zone; /* NULL: UTC */
	int64_t now_ms;
};

/* ---- numbers and dates (wording.c) ---------------------------------------------------------- */

/** "1,234.50" "1.234,50" "1 234,50": scaled by 10^decimals. */
void wording_number(const struct wording *w, struct buf *out, int64_t scaled, unsigned decimals);
/** "Mon 23 Nov 07:42 CET", "Mo, 23. Nov., 07:42 CET"; only the time for the same day. */
void wording_time(const struct wording *w, struct buf *out, int64_t ms);
/** "2 h 5 min": the two largest units. */
void wording_duration(const struct wording *w, struct buf *out, int64_t ms);
extern const char *const wording_languages[]; /* NULL-terminated; also the choices of a notifier */

/* ---- rendering (text.c): pure; out is bounded by its max ------------------------------------- */

/** The title anew in the language of w ("DOWN garden for 2 h: HTTP 502 Bad Gateway"). */
void message_title(const json_t *message, const struct wording *w, struct buf *out);
/** For people, lines of at most 78 columns: what, since when, what changed, evidence, runbook, the
 *  command to acknowledge. */
void message_text(const json_t *message, const struct wording *w, struct buf *out);
/** The same as HTML (inline styles, no images, readable without colours), escaped. */
void message_html(const json_t *message, const struct wording *w, struct buf *out);
/** The same in the small markup of chats. */
enum message_markup { MARKUP_SLACK, MARKUP_DISCORD, MARKUP_TELEGRAM_HTML, MARKUP_MARKDOWN };
void message_markup(const json_t *message, const struct wording *w, enum message_markup how,
		    struct buf *out);

/* ---- making (message.c) --------------------------------------------------------------------- */

/** The document of a test ("notifier test"). */
char *message_test(const char *notifier, int64_t now_ms);
/** Titles of what is no alert come ready; of alerts they are made here: "DOWN garden: HTTP 502",
 *  "7 alerts: 5 down, 2 resolved". */
void message_make_title(const json_t *alerts, size_t total, struct buf *out);
