#include "shared/hist.h"

#include <math.h>

#include "shared/hist_bounds.h"
#include "shared/varint.h"

_Static_assert(sizeof bucket_low / sizeof bucket_low[0] == HIST_BUCKETS, "one bound a bucket");

/* A cheap logarithm lands at most one bucket away; the table of bounds decides. */
unsigned hist_bucket(int64_t us)
{
	const double per_octave = 35.00278878017; /* 1 / log2(1.02) */
	uint64_t v = (uint64_t)us;
	int octave;
	double m;
	unsigned i;

	if (us <= 0)
		return 0;
	if (v >= bucket_low[HIST_BUCKETS - 1])
		return HIST_BUCKETS - 1;
	octave = 63 - __builtin_clzll(v);
	m = (double)v / (double)(UINT64_C(1) << octave);
	/* log2(m) on 1..2 within 0.01 by a parabola through both ends */
	i = 1 + (unsigned)(((double)octave + (2.0 - m / 3.0) * m - 5.0 / 3.0) * per_octave);
	while (v < bucket_low[i])
		i--;
	while (i + 1 < HIST_BUCKETS && v >= bucket_low[i + 1])
		i++;
	return i;
}

int64_t hist_value(unsigned bucket)
{
	if (bucket == 0)
		return 0;
	if (bucket >= HIST_BUCKETS)
		bucket = HIST_BUCKETS - 1;
	return llround(pow(1.02, (double)bucket - 1.0) * 1.01);
}

/* Counts stop at their maximum instead of starting again at 0; total stays their sum. */
static void add(struct hist *h, unsigned bucket, uint32_t n)
{
	uint32_t room = UINT32_MAX - h->count[bucket];

	if (n > room)
		n = room;
	h->count[bucket] += n;
	h->total += n;
}

void hist_add(struct hist *h, int64_t us)
{
	add(h, hist_bucket(us), 1);
}

void hist_merge(struct hist *into, const struct hist *from)
{
	for (unsigned i = 0; i < HIST_BUCKETS; i++)
		add(into, i, from->count[i]);
}

int64_t hist_quantile(const struct hist *h, double q)
{
	uint64_t rank, seen = 0;

	if (!h->total)
		return -1;
	if (!(q > 0))
		q = 0;
	else if (q > 1)
		q = 1;
	rank = (uint64_t)ceil(q * (double)h->total);
	if (rank < 1)
		rank = 1;
	if (rank > h->total)
		rank = h->total;
	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		seen += h->count[i];
		if (seen >= rank)
			return hist_value(i);
	}
	return hist_value(HIST_BUCKETS - 1);
}

/* The number of buckets in use, then for each: how many were skipped, and the count. */
size_t hist_encode(const struct hist *h, uint8_t *out, size_t cap)
{
	struct bytes_writer w = {.data = out, .cap = cap};
	unsigned used = 0, next = 0;

	for (unsigned i = 0; i < HIST_BUCKETS; i++)
		used += h->count[i] != 0;
	put_uvarint(&w, used);
	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		if (!h->count[i])
			continue;
		put_uvarint(&w, i - next);
		put_uvarint(&w, h->count[i]);
		next = i + 1;
	}
	return w.overflow ? 0 : w.len;
}

bool hist_decode_add(struct hist *h, const uint8_t *data, size_t n)
{
	struct bytes_reader r = {.data = data, .len = n};
	uint64_t used = get_uvarint(&r), next = 0;

	if (used > HIST_BUCKETS)
		return false;
	for (uint64_t k = 0; k < used; k++) {
		uint64_t skipped = get_uvarint(&r), count = get_uvarint(&r);

		if (r.bad || skipped >= HIST_BUCKETS - next || !count || count > UINT32_MAX)
			return false;
		next += skipped;
		add(h, (unsigned)next++, (uint32_t)count);
	}
	return !r.bad && r.at == r.len;
}
