/* The decoders of samples: whatever a damaged file holds, they stay within their bounds, and what
 * they accept can be encoded and read again. The first byte chooses the decoder. */
#include "tests/fuzz/fuzz.h"

#include "daemon/store/series_cells.h"
#include "daemon/store/series_chunk.h"
#include "daemon/store/series_codec.h"
#include "daemon/store/series_open.h"
#include "daemon/store/series_rollup.h"

static bool same(const struct sample *a, const struct sample *b)
{
	return a->monitor == b->monitor && a->at_ms == b->at_ms && a->outcome == b->outcome &&
	       a->total_us == b->total_us && a->span_ms == b->span_ms &&
	       !memcmp(a->phase_us, b->phase_us, sizeof a->phase_us);
}

static void journal(const uint8_t *data, size_t size)
{
	struct bytes_reader r = {.data = data, .len = size};
	struct sample_context in = {0}, out = {0}, again = {0};
	uint64_t previous = 0, before, zero;
	struct sample s, t;

	while (before = previous, journal_get(&r, &in, &previous, &s)) {
		uint8_t bytes[JOURNAL_ENCODED_MAX];
		struct bytes_writer w = {.data = bytes, .cap = sizeof bytes};
		struct bytes_reader b = {.data = bytes};

		zero = before;
		journal_put(&w, &out, &zero, &s);
		MUST(!w.overflow);
		b.len = w.len;
		zero = before;
		MUST(journal_get(&b, &again, &zero, &t) && same(&s, &t));
	}
}

static void chunk(const uint8_t *data, size_t size)
{
	static struct chunk c, d;
	uint8_t bytes[CHUNK_ENCODED_MAX];
	struct sample s = {.at_ms = 1760000000000, .outcome = OUTCOME_UP, .total_us = 1};
	size_t n;

	if (!chunk_decode(&c, data, size)) {
		MUST(c.n == 0);
		return;
	}
	for (unsigned i = 0; i < c.n; i++)
		MUST(chunk_sample(&c, 1, i).outcome < OUTCOME_COUNT);
	n = chunk_encode(&c, bytes, sizeof bytes);
	MUST(n > 0 || c.n == 0);
	MUST(chunk_decode(&d, bytes, n) && c.n == d.n &&
	     !memcmp(c.at_s, d.at_s, c.n * sizeof c.at_s[0]) &&
	     !memcmp(c.bucket, d.bucket, c.n * sizeof c.bucket[0]) &&
	     !memcmp(c.outcome, d.outcome, c.n * sizeof c.outcome[0]));
	chunk_add(&c, &s);
}

static void rollup(const uint8_t *data, size_t size)
{
	struct rollup *r = mem_zalloc(sizeof *r);
	uint8_t *bytes = mem_alloc(ROLLUP_ENCODED_MAX);
	struct series_point p;

	if (rollup_decode_add(r, data, size)) {
		MUST(rollup_encode(r, bytes, ROLLUP_ENCODED_MAX) > 0);
		rollup_point(r, 0, 3600000, &p);
		MUST(p.known_ms >= 0 && p.known_ms <= 3600000 && p.up_ms >= 0 &&
		     p.up_ms <= p.known_ms);
		MUST(rollup_decode_add(r, data, size));
	}
	free(bytes);
	free(r);
}

static void cells(const uint8_t *data, size_t size)
{
	struct cells c;
	struct series_summary s;
	struct sample next = {.at_ms = 1760000000000, .outcome = OUTCOME_DOWN, .span_ms = 60000};
	uint8_t bytes[CELLS_ENCODED_MAX];

	if (!cells_decode(&c, data, size))
		return;
	MUST(cells_encode(&c, bytes, sizeof bytes) > 0);
	cells_read(&c, c.last_hour * INT64_C(3600000), &s);
	MUST(s.known_24h_ms >= s.up_24h_ms && s.known_24h_ms <= 24 * 3600000);
	cells_add(&c, &next);
	cells_fini(&c);
}

static void open_rollups(const uint8_t *data, size_t size)
{
	struct open_state *o = mem_alloc(sizeof *o);
	uint8_t *bytes = mem_alloc(OPEN_ROLLUPS_MAX);

	open_clear(o);
	if (open_decode(o, data, size)) {
		size_t n = open_encode(o, bytes, OPEN_ROLLUPS_MAX);

		MUST((n > 0) == (o->count > 0));
		open_clear(o);
		MUST(open_decode(o, bytes, n));
	}
	free(bytes);
	free(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const decoders[])(const uint8_t *, size_t) = {journal, chunk, rollup, cells,
								    open_rollups};

	if (size)
		decoders[data[0] % ARRAY_LEN(decoders)](data + 1, size - 1);
	return 0;
}
