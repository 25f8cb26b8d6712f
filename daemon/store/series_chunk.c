#include "daemon/store/series_chunk.h"

#include "daemon/store/series_codec.h"

enum { STATE_OUTCOME = 0x07, STATE_TOTAL = 0x08, STATE_NEW_SPAN = 0x10 };

static int64_t distance(int64_t a, int64_t b)
{
	return a < b ? b - a : a - b;
}

bool chunk_add(struct chunk *c, const struct sample *s)
{
	int64_t at_s = (s->at_ms + 500) / 1000, span_ms = s->span_ms, low, high;
	unsigned n = c->n;

	if (n == CHUNK_SAMPLES)
		return false;
	if (n >= 2) {
		int64_t expected_s = 2 * c->at_s[n - 1] - c->at_s[n - 2];

		if (expected_s >= 0 && distance(expected_s * 1000, s->at_ms) < 1000)
			at_s = expected_s;
	}
	/* A span that was measured varies by the time a check takes; up to 1 % of that is dropped.
	 */
	if (n && distance(c->span_ms[n - 1], span_ms) * 100 < span_ms)
		span_ms = c->span_ms[n - 1];
	low = n && c->low_s < at_s ? c->low_s : at_s;
	high = n && c->high_s > at_s ? c->high_s : at_s;
	if (high - low > CHUNK_SPAN_S)
		return false;
	c->at_s[n] = at_s;
	c->span_ms[n] = span_ms;
	c->outcome[n] = (uint8_t)s->outcome;
	c->bucket[n] = s->total_us < 0 ? -1 : (int16_t)hist_bucket(s->total_us);
	c->low_s = low;
	c->high_s = high;
	c->n = n + 1;
	return true;
}

struct sample chunk_sample(const struct chunk *c, uint64_t monitor, unsigned i)
{
	struct sample s = {.monitor = monitor,
			   .at_ms = c->at_s[i] * 1000,
			   .outcome = (enum outcome)c->outcome[i],
			   .total_us = c->bucket[i] < 0 ? -1 : hist_value((unsigned)c->bucket[i]),
			   .span_ms = c->span_ms[i]};

	for (int p = 0; p < PHASE_COUNT; p++)
		s.phase_us[p] = -1;
	return s;
}

static unsigned state(const struct chunk *c, unsigned i)
{
	return c->outcome[i] | (c->bucket[i] < 0 ? 0 : STATE_TOTAL);
}

/* Runs of equal steps: how often, and by how much the step differs from the one before. */
static void put_times(struct bytes_writer *w, const struct chunk *c)
{
	int64_t step = 0;

	put_uvarint(w, (uint64_t)c->at_s[0]);
	for (unsigned i = 1, run; i < c->n; i += run) {
		int64_t next = c->at_s[i] - c->at_s[i - 1];

		for (run = 1; i + run < c->n && c->at_s[i + run] - c->at_s[i + run - 1] == next;)
			run++;
		put_uvarint(w, run);
		put_svarint(w, next - step);
		step = next;
	}
}

static void put_states(struct bytes_writer *w, const struct chunk *c)
{
	int64_t span_ms = -1;

	for (unsigned i = 0, run; i < c->n; i += run) {
		unsigned head = state(c, i);

		for (run = 1; i + run < c->n && state(c, i + run) == head &&
			      c->span_ms[i + run] == c->span_ms[i];)
			run++;
		if (c->span_ms[i] != span_ms)
			head |= STATE_NEW_SPAN;
		put_byte(w, (uint8_t)head);
		put_uvarint(w, run);
		if (head & STATE_NEW_SPAN)
			put_uvarint(w, (uint64_t)c->span_ms[i]);
		span_ms = c->span_ms[i];
	}
}

size_t chunk_encode(const struct chunk *c, uint8_t *out, size_t cap)
{
	struct bytes_writer w = {.data = out, .cap = cap};
	int previous = 0;

	if (!c->n)
		return 0;
	put_uvarint(&w, c->n);
	put_times(&w, c);
	put_states(&w, c);
	for (unsigned i = 0; i < c->n; i++) {
		if (c->bucket[i] < 0)
			continue;
		put_svarint(&w, c->bucket[i] - previous);
		previous = c->bucket[i];
	}
	return w.overflow ? 0 : w.len;
}

static bool get_times(struct bytes_reader *r, struct chunk *c, unsigned n)
{
	uint64_t first = get_uvarint(r);
	int64_t step = 0, at, low, high;

	if (first > SAMPLE_AT_MAX_MS / 1000 + 1)
		return false;
	at = low = high = c->at_s[0] = (int64_t)first;
	for (unsigned i = 1; i < n;) {
		uint64_t run = get_uvarint(r);
		int64_t change = get_svarint(r);

		/* steps lie within a chunk's 24 hours, so that no sum can pass its type */
		if (r->bad || !run || run > n - i || change < -2 * CHUNK_SPAN_S ||
		    change > 2 * CHUNK_SPAN_S)
			return false;
		step += change;
		while (run--) {
			at += step;
			low = at < low ? at : low;
			high = at > high ? at : high;
			if (at < 0 || high - low > CHUNK_SPAN_S)
				return false;
			c->at_s[i++] = at;
		}
	}
	c->low_s = low;
	c->high_s = high;
	return true;
}

static bool get_states(struct bytes_reader *r, struct chunk *c, unsigned n)
{
	int64_t span_ms = 0;

	for (unsigned i = 0; i < n;) {
		unsigned head = get_byte(r);
		uint64_t run = get_uvarint(r);

		if (head & STATE_NEW_SPAN) {
			uint64_t v = get_uvarint(r);

			if (v > (uint64_t)SAMPLE_SPAN_MAX_MS)
				return false;
			span_ms = (int64_t)v;
		}
		if (r->bad || !run || run > n - i || (head & STATE_OUTCOME) >= OUTCOME_COUNT)
			return false;
		for (; run--; i++) {
			c->outcome[i] = head & STATE_OUTCOME;
			c->span_ms[i] = span_ms;
			c->bucket[i] = head & STATE_TOTAL ? 0 : -1;
		}
	}
	return true;
}

bool chunk_decode(struct chunk *c, const uint8_t *data, size_t len)
{
	struct bytes_reader r = {.data = data, .len = len};
	uint64_t n;
	int64_t bucket = 0;

	c->n = 0;
	if (!len)
		return true;
	n = get_uvarint(&r);
	if (!n || n > CHUNK_SAMPLES || !get_times(&r, c, (unsigned)n) ||
	    !get_states(&r, c, (unsigned)n))
		return false;
	for (unsigned i = 0; i < n; i++) {
		int64_t change;

		if (c->bucket[i] < 0)
			continue;
		change = get_svarint(&r);
		if (r.bad || change < -HIST_BUCKETS || change > HIST_BUCKETS)
			return false;
		bucket += change;
		if (bucket < 0 || bucket >= HIST_BUCKETS)
			return false;
		c->bucket[i] = (int16_t)bucket;
	}
	if (r.at != r.len)
		return false;
	c->n = (unsigned)n;
	return true;
}
