#include "daemon/store/series_codec.h"

enum { HEAD_OUTCOME = 0x07, HEAD_TOTAL = 0x08, HEAD_PHASES = 0x10, HEAD_SAME_SPAN = 0x20 };

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

void sample_put(struct bytes_writer *w, struct sample_context *c, const struct sample *s)
{
	unsigned head = s->outcome;

	if (s->total_us >= 0)
		head |= HEAD_TOTAL;
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (s->phase_us[p] >= 0)
			head |= HEAD_PHASES;
	}
	if (s->span_ms == c->span_ms)
		head |= HEAD_SAME_SPAN;
	put_byte(w, (uint8_t)head);
	put_svarint(w, s->at_ms - c->at_ms);
	if (head & HEAD_TOTAL)
		put_uvarint(w, (uint64_t)s->total_us);
	for (int p = 0; head & HEAD_PHASES && p < PHASE_COUNT; p++)
		put_uvarint(w, (uint64_t)(s->phase_us[p] + 1));
	if (!(head & HEAD_SAME_SPAN))
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

bool sample_get(struct bytes_reader *r, struct sample_context *c, struct sample *s)
{
	unsigned head = get_byte(r);

	s->monitor = 0;
	s->outcome = (enum outcome)(head & HEAD_OUTCOME);
	if (__builtin_add_overflow(c->at_ms, get_svarint(r), &s->at_ms) || s->at_ms < 0 ||
	    s->at_ms > SAMPLE_AT_MAX_MS || s->outcome >= OUTCOME_COUNT)
		r->bad = true;
	s->total_us = head & HEAD_TOTAL ? get_at_most(r, SAMPLE_TIME_MAX_US) : -1;
	for (int p = 0; p < PHASE_COUNT; p++)
		s->phase_us[p] =
			head & HEAD_PHASES ? get_at_most(r, SAMPLE_TIME_MAX_US + 1) - 1 : -1;
	s->span_ms = head & HEAD_SAME_SPAN ? c->span_ms : get_at_most(r, SAMPLE_SPAN_MAX_MS);
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
