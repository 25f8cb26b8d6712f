/* What other threads may look at. */
#include <stdio.h>
#include <string.h>

#include "daemon/alerts/hooks.h"
#include "daemon/alerts/internal.h"
#include "daemon/store/feed.h"
#include "shared/utf8.h"

static bool is_silent(const struct alerts *a, const struct alert *x)
{
	return x->silence || x->snoozed_ms > clock_wall_ms(a->d->clock);
}

void alerts_count(struct alerts *a, struct alert_counts *out)
{
	*out = (struct alert_counts){0};
	pthread_mutex_lock(&a->lock);
	for (const struct alert *x = a->book.first; x; x = x->next) {
		if (!alert_living(x))
			continue;
		out->acknowledged += x->state == ALERT_ACKNOWLEDGED;
		if (x->state != ALERT_OPEN)
			continue;
		out->open++;
		out->silenced += is_silent(a, x) || x->inhibited;
		out->critical += x->severity == SEVERITY_CRITICAL;
		out->warning += x->severity == SEVERITY_WARNING;
	}
	pthread_mutex_unlock(&a->lock);
}

static void view(const struct alerts *a, const struct alert *x, struct alert_view *out)
{
	*out = (struct alert_view){
		.id = x->id,
		.number = x->number,
		.severity = x->severity,
		.acknowledged = x->state == ALERT_ACKNOWLEDGED,
		.silenced = is_silent(a, x),
		.inhibited = x->inhibited,
	};
	snprintf(out->topic, sizeof(out->topic), "%s", x->topic);
	snprintf(out->rule, sizeof(out->rule), "%s", x->rule);
	snprintf(out->by, sizeof(out->by), "%s", x->by ? x->by : "");
}

static bool worse(const struct alert *x, const struct alert *y)
{
	if ((x->state == ALERT_OPEN) != (y->state == ALERT_OPEN))
		return x->state == ALERT_OPEN;
	return x->severity != y->severity ? x->severity > y->severity : x->number > y->number;
}

bool alerts_about(struct alerts *a, uint64_t subject, struct alert_view *out)
{
	const struct alert *worst = NULL;
	if (!subject)
		return false;
	pthread_mutex_lock(&a->lock);
	for (const struct alert *x = book_about(&a->book, subject); x; x = x->next_by_subject)
		if (x->subject == subject && alert_living(x) && (!worst || worse(x, worst)))
			worst = x;
	if (worst)
		view(a, worst, out);
	pthread_mutex_unlock(&a->lock);
	return worst != NULL;
}

bool alerts_view(struct alerts *a, uint64_t id, struct alert_view *out)
{
	pthread_mutex_lock(&a->lock);
	const struct alert *x = book_by_id(&a->book, id);
	bool living = x && alert_living(x);
	if (living)
		view(a, x, out);
	pthread_mutex_unlock(&a->lock);
	return living;
}

void alerts_each(struct alerts *a, alert_view_fn *fn, void *arg)
{
	struct alert_view v;
	pthread_mutex_lock(&a->lock);
	for (const struct alert *x = a->book.first; x; x = x->next) {
		if (!alert_living(x))
			continue;
		view(a, x, &v);
		fn(&v, arg);
	}
	pthread_mutex_unlock(&a->lock);
}

size_t alerts_covered(struct alerts *a, uint64_t silence)
{
	size_t n = 0;
	pthread_mutex_lock(&a->lock);
	for (const struct alert *x = a->book.first; x; x = x->next)
		n += x->state == ALERT_OPEN && x->silence == silence;
	pthread_mutex_unlock(&a->lock);
	return n;
}

/* ---- lines of the overview ------------------------------------------------------------------ */

static bool needs_a_line(const struct alerts *a, const struct alert *x)
{
	return alert_living(x) && !x->inhibited && !is_silent(a, x);
}

static bool is_worst_of_its_subject(const struct alerts *a, const struct alert *x)
{
	for (const struct alert *y = x->subject ? book_about(&a->book, x->subject) : NULL; y;
	     y = y->next_by_subject)
		if (y != x && y->subject == x->subject && needs_a_line(a, y) && worse(y, x))
			return false;
	return true;
}

static void write_attention(struct attention *line, const struct alert *x)
{
	const struct resource_kind *k = resource_kind_find(x->kind);
	*line = (struct attention){
		.level = x->severity == SEVERITY_CRITICAL  ? ATTENTION_CRITICAL
			 : x->severity == SEVERITY_WARNING ? ATTENTION_WARNING
							   : ATTENTION_NOTICE,
		.word = "ALERT",
		.since_ms = x->since_ms,
		.kind = k ? k->kind : "alert",
		.id = x->subject ? x->subject : x->id,
		.key = 'a',
		.remedy = "ack",
		.seq = x->seq,
	};
	snprintf(line->name, sizeof(line->name), "%.63s", x->name ? x->name : x->rule);
	snprintf(line->text, sizeof(line->text), "%.*s",
		 (int)utf8_floor(x->text, strnlen(x->text, sizeof(line->text) - 1)), x->text);
}

/* The worst of each level come first; the book is in order of numbers, so one pass a severity. */
size_t alerts_attention(void *state, struct attention *out, size_t max, size_t *total)
{
	struct alerts *a = state;
	size_t n = 0;
	*total = 0;
	pthread_mutex_lock(&a->lock);
	for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_INFO; severity--)
		for (const struct alert *x = a->book.first; x; x = x->next) {
			if (x->severity != severity || !needs_a_line(a, x) ||
			    !is_worst_of_its_subject(a, x))
				continue;
			++*total;
			if (n < max)
				write_attention(&out[n++], x);
		}
	pthread_mutex_unlock(&a->lock);
	return n;
}
