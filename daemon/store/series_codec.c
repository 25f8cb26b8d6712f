#include "daemon/store/series_codec.h"

#include <stdlib.h>

enum {
	HEAD_OUTCOME = 0x07,
	HEAD_TOTAL = 0x08,
	HEAD_PHASES = 0x10,
	HEAD_SAME_SPAN = 0x20,
	HEAD_IN_TURN =
		0x40,    /* time is told from the end of the span before, the span from that span */
	HEAD_SUM = 0x80, /* the total is told from the sum of the phases */
};

static int64_t between(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

struct sample sample_clamp(const struct sample *s)
{
	struct sample c = *s;

	if ((unsigned)c.outcome >= OUTCOME_COUNT)
		c.outcome = OUTCOME_UNKNOWN;
	c.at_ms = between(c.at_ms, 0, SAMPLE_AT_MAX_MS);
	c.span_ms = between(c.span_ms, 0, SAMPLE_SPAN_MAX_MS);
	c.total_us = between(c.total_us, -1, SAMPLE_TIME_MAX_US);
	for (int p = 0; p < PHASE_COUNT; p++)
		c.phase_us[p] = between(c.phase_us[p], -1, SAMPLE_TIME_MAX_US);
	return c;
}

static int64_t sum_of(const int64_t phase_us[static PHASE_COUNT])
{
	int64_t sum = 0;

	for (int p = 0; p < PHASE_COUNT; p++)
		sum += phase_us[p] > 0 ? phase_us[p] : 0;
	return sum;
}

/* One monitor's samples come in turn; in a row of the journal neighbours are of the same second. */
static bool in_turn(const struct sample_context *c, const struct sample *s)
{
	return llabs(s->at_ms - c->at_ms - c->span_ms) < llabs(s->at_ms - c->at_ms);
}

void sample_put(struct bytes_writer *w, struct sample_context *c, const struct sample *s)
{
	bool turn = in_turn(c, s);
	unsigned head = s->outcome | (turn ? HEAD_IN_TURN : 0U);

	if (s->total_us >= 0)
		head |= HEAD_TOTAL;
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (s->phase_us[p] >= 0)
			head |= HEAD_PHASES;
	}
	if (head & HEAD_TOTAL && head & HEAD_PHASES)
		head |= HEAD_SUM;
	if (s->span_ms == c->span_ms)
		head |= HEAD_SAME_SPAN;
	put_byte(w, (uint8_t)head);
	put_svarint(w, s->at_ms - c->at_ms - (turn ? c->span_ms : 0));
	if ((head & (HEAD_TOTAL | HEAD_SUM)) == HEAD_TOTAL)
		put_uvarint(w, (uint64_t)s->total_us);
	for (int p = 0; head & HEAD_PHASES && p < PHASE_COUNT; p++)
		put_uvarint(w, (uint64_t)(s->phase_us[p] + 1));
	if (head & HEAD_SUM)
		put_svarint(w, s->total_us - sum_of(s->phase_us));
	if (!(head & HEAD_SAME_SPAN) && turn)
		put_svarint(w, s->span_ms - c->span_ms);
	else if (!(head & HEAD_SAME_SPAN))
		put_uvarint(w, (uint64_t)s->span_ms);
	c->at_ms = s->at_ms;
	c->span_ms = s->span_ms;
}

/* A number no larger than max; anything else marks the bytes as malformed. */
static int64_t get_at_most(struct bytes_reader *r, int64_t max)
{
	uint64_t v = get_uvarint(r);

	if (v > (uint64_t)max) {
		r->bad = true;
		return 0;
	}
	return (int64_t)v;
}

/* A number from min to max, told from base. */
static int64_t get_from(struct bytes_reader *r, int64_t base, int64_t min, int64_t max)
{
	int64_t v;

	if (__builtin_add_overflow(base, get_svarint(r), &v) || v < min || v > max) {
		r->bad = true;
		return min;
	}
	return v;
}

static void get_phases(struct bytes_reader *r, unsigned head, struct sample *s)
{
	for (int p = 0; p < PHASE_COUNT; p++)
		s->phase_us[p] =
			head & HEAD_PHASES ? get_at_most(r, SAMPLE_TIME_MAX_US + 1) - 1 : -1;
}

/* Before there was a sum the total came first. */
static void get_measured(struct bytes_reader *r, unsigned head, struct sample *s)
{
	s->total_us = -1;
	if ((head & (HEAD_TOTAL | HEAD_SUM)) == HEAD_TOTAL)
		s->total_us = get_at_most(r, SAMPLE_TIME_MAX_US);
	get_phases(r, head, s);
	if (head & HEAD_SUM)
		s->total_us = get_from(r, sum_of(s->phase_us), 0, SAMPLE_TIME_MAX_US);
}

bool sample_get_measured(const uint8_t *data, size_t n, struct sample *s)
{
	struct bytes_reader r = {.data = data, .len = n};
	unsigned head = get_byte(&r);

	get_svarint(&r); /* its time */
	*s = (struct sample){.outcome = (enum outcome)(head & HEAD_OUTCOME)};
	get_measured(&r, head, s);
	return !r.bad && s->outcome < OUTCOME_COUNT;
}

bool sample_get(struct bytes_reader *r, struct sample_context *c, struct sample *s)
{
	unsigned head = get_byte(r);
	bool turn = head & HEAD_IN_TURN;

	s->monitor = 0;
	s->outcome = (enum outcome)(head & HEAD_OUTCOME);
	s->at_ms = get_from(r, c->at_ms + (turn ? c->span_ms : 0), 0, SAMPLE_AT_MAX_MS);
	if (s->outcome >= OUTCOME_COUNT)
		r->bad = true;
	get_measured(r, head, s);
	if (head & HEAD_SAME_SPAN)
		s->span_ms = c->span_ms;
	else if (turn)
		s->span_ms = get_from(r, c->span_ms, 0, SAMPLE_SPAN_MAX_MS);
	else
		s->span_ms = get_at_most(r, SAMPLE_SPAN_MAX_MS);
	if (r->bad)
		return false;
	c->at_ms = s->at_ms;
	c->span_ms = s->span_ms;
	return true;
}

void journal_put(struct bytes_writer *w, struct sample_context *c, uint64_t *previous,
		 const struct sample *s)
{
	put_uvarint(w, s->monitor - *previous);
	*previous = s->monitor;
	sample_put(w, c, s);
}

bool journal_get(struct bytes_reader *r, struct sample_context *c, uint64_t *previous,
		 struct sample *s)
{
	uint64_t step = get_uvarint(r);

	if (r->bad || __builtin_add_overflow(*previous, step, previous) || !sample_get(r, c, s))
		return false;
	s->monitor = *previous;
	return true;
}
