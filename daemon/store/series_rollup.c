#include "daemon/store/series_rollup.h"

#include "shared/varint.h"

bool outcome_known(enum outcome o)
{
	return o == OUTCOME_UP || o == OUTCOME_DEGRADED || o == OUTCOME_DOWN;
}

bool outcome_up(enum outcome o)
{
	return o == OUTCOME_UP || o == OUTCOME_DEGRADED;
}

/* Sums stop at the maximum instead of starting again at 0. */
static void add32(uint32_t *sum, uint64_t v)
{
	*sum = v > UINT32_MAX - *sum ? UINT32_MAX : *sum + (uint32_t)v;
}

static void add64(uint64_t *sum, uint64_t v)
{
	if (__builtin_add_overflow(*sum, v, sum))
		*sum = UINT64_MAX;
}

void rollup_add_bucket(struct rollup *r, enum outcome o, int64_t span_ms, int bucket)
{
	add32(&r->count[o], 1);
	if (outcome_known(o))
		add64(&r->known_ms, (uint64_t)span_ms);
	if (outcome_up(o))
		add64(&r->up_ms, (uint64_t)span_ms);
	if (bucket >= 0 && r->total.count[bucket] < UINT32_MAX) {
		r->total.count[bucket]++;
		r->total.total++;
	}
}

void rollup_add(struct rollup *r, const struct sample *s)
{
	rollup_add_bucket(r, s->outcome, s->span_ms,
			  s->total_us < 0 ? -1 : (int)hist_bucket(s->total_us));
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (s->phase_us[p] < 0)
			continue;
		add64(&r->phase_sum_us[p], (uint64_t)s->phase_us[p]);
		add32(&r->phase_n[p], 1);
	}
}

void rollup_merge(struct rollup *into, const struct rollup *from)
{
	for (int o = 0; o < OUTCOME_COUNT; o++)
		add32(&into->count[o], from->count[o]);
	add64(&into->known_ms, from->known_ms);
	add64(&into->up_ms, from->up_ms);
	for (int p = 0; p < PHASE_COUNT; p++) {
		add64(&into->phase_sum_us[p], from->phase_sum_us[p]);
		add32(&into->phase_n[p], from->phase_n[p]);
	}
	hist_merge(&into->total, &from->total);
}

/* Which outcomes were seen, their counts; known and up; which phases were measured, their numbers
 * and sums; the histogram. Most hours have one outcome and five phases. */
size_t rollup_encode(const struct rollup *r, uint8_t *out, size_t cap)
{
	struct bytes_writer w = {.data = out, .cap = cap};
	unsigned seen = 0, measured = 0;
	size_t n;

	for (int o = 0; o < OUTCOME_COUNT; o++)
		seen |= (r->count[o] != 0) << o;
	for (int p = 0; p < PHASE_COUNT; p++)
		measured |= (r->phase_n[p] != 0) << p;
	put_byte(&w, (uint8_t)seen);
	for (int o = 0; o < OUTCOME_COUNT; o++) {
		if (seen & 1U << o)
			put_uvarint(&w, r->count[o]);
	}
	put_uvarint(&w, r->known_ms);
	put_uvarint(&w, r->up_ms);
	put_byte(&w, (uint8_t)measured);
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!(measured & 1U << p))
			continue;
		put_uvarint(&w, r->phase_n[p]);
		put_uvarint(&w, r->phase_sum_us[p]);
	}
	if (w.overflow)
		return 0;
	n = hist_encode(&r->total, out + w.len, cap - w.len);
	return n ? w.len + n : 0;
}

static uint32_t get32(struct bytes_reader *b)
{
	uint64_t v = get_uvarint(b);

	if (v > UINT32_MAX)
		b->bad = true;
	return (uint32_t)v;
}

bool rollup_decode_add(struct rollup *r, const uint8_t *data, size_t n)
{
	struct bytes_reader b = {.data = data, .len = n};
	unsigned seen = get_byte(&b), measured;
	uint64_t known, up;

	for (int o = 0; o < OUTCOME_COUNT; o++) {
		if (seen & 1U << o)
			add32(&r->count[o], get32(&b));
	}
	known = get_uvarint(&b);
	up = get_uvarint(&b);
	measured = get_byte(&b);
	if (b.bad || up > known || seen >> OUTCOME_COUNT || measured >> PHASE_COUNT)
		return false;
	add64(&r->known_ms, known);
	add64(&r->up_ms, up);
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!(measured & 1U << p))
			continue;
		add32(&r->phase_n[p], get32(&b));
		add64(&r->phase_sum_us[p], get_uvarint(&b));
	}
	return !b.bad && hist_decode_add(&r->total, data + b.at, n - b.at);
}

void rollup_point(const struct rollup *r, int64_t at_ms, int64_t span_ms, struct series_point *p)
{
	uint64_t known = r->known_ms, up = r->up_ms, span = (uint64_t)span_ms;

	if (known > span) {
		up = (uint64_t)((double)up / (double)known * (double)span);
		known = span;
	}
	if (up > known)
		up = known;
	*p = (struct series_point){.at_ms = at_ms,
				   .span_ms = span_ms,
				   .known_ms = (int64_t)known,
				   .up_ms = (int64_t)up,
				   .p50_us = hist_quantile(&r->total, 0.50),
				   .p95_us = hist_quantile(&r->total, 0.95),
				   .p99_us = hist_quantile(&r->total, 0.99)};
	for (int o = 0; o < OUTCOME_COUNT; o++)
		p->count[o] = r->count[o];
	for (int i = 0; i < PHASE_COUNT; i++)
		p->phase_us[i] = r->phase_n[i] ? (int64_t)(r->phase_sum_us[i] / r->phase_n[i]) : -1;
}
