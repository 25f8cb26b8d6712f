#pragma once
/* What a message says, piece by piece, before it is drawn as text, HTML or a chat's markup. Texts
 * of pieces went through text_safe(): one line each, no control characters. */
#include "daemon/alerts/text/message.h"

enum piece_kind {
	PIECE_TITLE,   /* the first line: what and since when */
	PIECE_SAYS,    /* a sentence */
	PIECE_HEAD,    /* what follows belongs together */
	PIECE_FACT,    /* label and value */
	PIECE_CHANGE,  /* label, value: from -> to */
	PIECE_LINK,    /* label and an address (or a text when it is none) */
	PIECE_COMMAND, /* label and what is typed in a shell */
	PIECE_ITEM,    /* one of many; label: a word before it, or "" */
	PIECE_SMALL,   /* small print */
};

enum { PIECES_MAX = 160, PIECE_LABEL = 48, PIECE_TEXT = 512 };

struct piece {
	enum piece_kind kind;
	char label[PIECE_LABEL];
	char *text;
};

struct sheet {
	struct piece pieces[PIECES_MAX];
	size_t n;
};

/** Never fails: what is missing in the message or not what it should be is left out. */
struct sheet *sheet_new(const json_t *message, const struct wording *w);
void sheet_free(struct sheet *s);
void sheet_add(struct sheet *s, enum piece_kind kind, const char *label, const char *text);
/** An address that may become a link: http or https, nothing in it that could end it. */
bool sheet_is_address(const char *text);

/* ---- pieces of alerts (alert_pieces.c) ------------------------------------------------------ */

/** Everything about one: sentence, times, what changed, evidence, what to do. */
void sheet_add_alert(struct sheet *s, const json_t *alert, const struct wording *w);
/** One line about it. */
void sheet_add_other(struct sheet *s, const json_t *alert, const struct wording *w);

/* ---- words (title.c) ------------------------------------------------------------------------ */

/** "DOWN", "CERT", "WARNING": of an alert as it was when it was not resolved. */
const char *alert_word(const json_t *alert);
/** "DOWN garden for 2 h: HTTP 502 Bad Gateway"; resolved: "RESOLVED garden after 2 h: ...". */
void alert_title(const json_t *alert, const struct wording *w, struct buf *out);
/** The same with the time it began: "DOWN garden since 07:11 CET (2 h): HTTP 502 Bad Gateway". */
void alert_heading(const json_t *alert, const struct wording *w, struct buf *out);
/** How many alerts it is about, also those that are not in it. */
size_t message_total(const json_t *message);
/** What happened, without its subject: "HTTP 502 Bad Gateway". */
void alert_reason(const json_t *alert, char *out, size_t cap);
bool alert_is_resolved(const json_t *alert);
/** A member that is a time; 0: none. */
int64_t alert_time(const json_t *alert, const char *member);
/** What to do next about a cause; NULL: nothing is known (advice.c). */
const char *cause_advice(const char *cause);
