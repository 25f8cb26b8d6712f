#include "daemon/alerts/outbox/emergency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/outbox/fallback.h"
#include "daemon/alerts/internal.h"
#include "shared/hash.h"
#include "shared/json.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum {
	PATIENCE_MS = 30000,
	FINE_MS =
		25000, /* so long it must write before it is over: a full disk lets small ones in */
	AGAIN_MS = 300000, /* between two of them */
	LINES_MAX = 20,
};

struct trouble {
	struct attention lines[LINES_MAX];
	size_t n;
	char reason[320];
};

static uint64_t hash_of(const struct attention *line)
{
	return line->id ? hash_id(line->id) : hash_text(line->name);
}

/* What is critical now, by those who watch. */
static void gather(const struct daemon *d, struct trouble *t)
{
	struct attention some[LINES_MAX];
	for (size_t i = 0; i < d->n_services; i++) {
		size_t total = 0, n = 0;
		if (d->services[i]->attention)
			n = d->services[i]->attention(d->service_states[i], some, LINES_MAX,
						      &total);
		for (size_t k = 0; k < n && t->n < LINES_MAX; k++)
			if (some[k].level == ATTENTION_CRITICAL)
				t->lines[t->n++] = some[k];
	}
}

/* @return whether there is something that was not named yet */
static bool remember(struct emergency *m, const struct trouble *t)
{
	bool more = false;
	for (size_t i = 0; i < t->n; i++) {
		uint64_t hash = hash_of(&t->lines[i]);
		unsigned k = 0;
		while (k < m->n_told && m->told[k] != hash)
			k++;
		if (k < m->n_told || m->n_told == EMERGENCY_TOLD_MAX)
			continue;
		m->told[m->n_told++] = hash;
		more = true;
	}
	return more;
}

/* ---- the message ---------------------------------------------------------------------------- */

static void write_title(const struct trouble *t, char *out, size_t cap)
{
	const struct attention *first = &t->lines[0];
	if (!t->n)
		snprintf(out, cap, "The store takes no writes: nothing new can be kept");
	else if (t->n == 1)
		snprintf(out, cap, "%s %s: %.90s; the store takes no writes", first->word,
			 first->name, first->text);
	else
		snprintf(out, cap, "%zu need you (%s %s, ...); the store takes no writes", t->n,
			 first->word, first->name);
}

static char *compose(const struct trouble *t, const char *title, int64_t now_ms)
{
	char at[TIME_TEXT];
	json_t *lines = json_array();
	for (size_t i = 0; i < t->n; i++)
		json_array_append_new(lines, json_sprintf("%s %s: %s", t->lines[i].word,
							  t->lines[i].name, t->lines[i].text));
	json_array_append_new(lines, json_sprintf("The store: %s", t->reason));
	json_array_append_new(lines, json_string("Checks go on. Alerts are told as usual once the "
						 "store takes writes again."));
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:[], s:i, s:o}", "type", "store.readonly",
			      "at", time_rfc3339(at, now_ms), "severity", "critical", "title",
			      title, "alerts", "total", 0, "lines", lines);
	char *text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return text;
}

/* Which of them would take what is down is not asked: too many are better told than nobody. */
static void tell(struct alerts *a, const struct trouble *t)
{
	char title[MESSAGE_TITLE_MAX];
	write_title(t, title, sizeof(title));
	char *json = compose(t, title, moment_now(a).wall_ms);
	size_t n = 0;
	for (const struct recipient *r = a->recipients.first; r && json; r = r->next) {
		if (r->paused || r->on_request)
			continue;
		const struct outbox_message m = {.notifier = r->id,
						 .notifier_name = r->name,
						 .topic = "store.readonly",
						 .title = title,
						 .json = json,
						 .severity = SEVERITY_CRITICAL};
		outbox_direct(a->outbox, &m);
		n++;
	}
	log_error("alerts", "%s (told past it: %zu)", title, n);
	fallback_here(a->outbox, title);
	free(json);
}

/* ---- looking -------------------------------------------------------------------------------- */

bool emergency_look(struct alerts *a)
{
	struct emergency *m = &a->emergency;
	int64_t now = moment_now(a).boot_ms;
	struct trouble *t = mem_zalloc(sizeof(*t));
	if (!store_refuses(a->d->store, t->reason, sizeof(t->reason))) {
		if (m->since_ms && !m->fine_ms)
			m->fine_ms = now;
		if (m->fine_ms && now - m->fine_ms >= FINE_MS)
			*m = (struct emergency){0};
		free(t);
		return m->since_ms != 0;
	}
	m->fine_ms = 0;
	if (!m->since_ms)
		m->since_ms = now;
	if (now - m->since_ms >= PATIENCE_MS && (!m->told_ms || now - m->told_ms >= AGAIN_MS)) {
		gather(a->d, t);
		if (remember(m, t) || !m->told_ms) {
			m->told_ms = now;
			tell(a, t);
		}
	}
	free(t);
	return true;
}
