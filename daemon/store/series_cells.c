#include "daemon/store/series_cells.h"

#include <stdlib.h>

#include "daemon/store/series_codec.h"
#include "daemon/store/series_rollup.h"
#include "shared/mem.h"

enum { HOUR_MS = 3600 * 1000 };

/* Bit 0, OUTCOME_NONE, is not kept. */
static unsigned seen_of(const struct cells *c, unsigned i)
{
	return (c->cell[i] & ((1U << CELL_SEEN_BITS) - 1)) << 1;
}

static uint32_t known_of(const struct cells *c, unsigned i)
{
	return c->cell[i] >> CELL_SEEN_BITS;
}

static void set(struct cells *c, unsigned i, unsigned seen, uint32_t known_ms)
{
	c->cell[i] = known_ms << CELL_SEEN_BITS | (seen >> 1 & ((1U << CELL_SEEN_BITS) - 1));
}

static uint32_t sum(uint32_t ms, int64_t more)
{
	return more > CELL_KNOWN_MAX_MS - (int64_t)ms ? CELL_KNOWN_MAX_MS : ms + (uint32_t)more;
}

static void clear(struct cells *c, int64_t hour)
{
	unsigned i = (unsigned)(hour % CELL_COUNT);

	c->cell[i] = 0;
	if (c->down_ms)
		c->down_ms[i] = 0;
}

void cells_fini(struct cells *c)
{
	free(c->down_ms);
	*c = (struct cells){0};
}

static void add_down(struct cells *c, unsigned i, int64_t ms)
{
	if (!c->down_ms)
		c->down_ms = mem_zalloc(CELL_COUNT * sizeof *c->down_ms);
	c->down_ms[i] = sum(c->down_ms[i], ms);
}

static uint32_t down_of(const struct cells *c, unsigned i)
{
	return c->down_ms ? c->down_ms[i] : 0;
}

void cells_add(struct cells *c, const struct sample *s)
{
	int64_t hour = s->at_ms / HOUR_MS;
	unsigned i = (unsigned)(hour % CELL_COUNT);
	bool known;

	if (hour > c->last_hour + CELL_COUNT || hour <= c->last_hour - CELL_COUNT) {
		cells_fini(c);
		c->last_hour = (int32_t)hour;
	} else {
		while (c->last_hour < hour)
			clear(c, ++c->last_hour);
	}
	known = outcome_known(s->outcome);
	set(c, i, seen_of(c, i) | 1U << s->outcome, sum(known_of(c, i), known ? s->span_ms : 0));
	if (known && !outcome_up(s->outcome) && s->span_ms)
		add_down(c, i, s->span_ms);
}

/* The worst that is known; only when nothing is, that it was not. */
static char spark(unsigned seen)
{
	if (seen & 1U << OUTCOME_DOWN)
		return 'x';
	if (seen & 1U << OUTCOME_DEGRADED)
		return 'o';
	if (seen & 1U << OUTCOME_UP)
		return '.';
	return seen & 1U << OUTCOME_UNKNOWN ? '?' : ' ';
}

void cells_read(const struct cells *c, int64_t now_ms, struct series_summary *out)
{
	int64_t now_hour = now_ms / HOUR_MS, known = 0, up = 0;

	for (int k = 0; k < CELL_COUNT; k++) {
		int64_t hour = now_hour - CELL_COUNT + 1 + k;
		unsigned i = (unsigned)(hour < 0 ? 0 : hour % CELL_COUNT);
		bool kept = hour >= 0 && hour <= c->last_hour && hour > c->last_hour - CELL_COUNT;

		out->spark[k] = kept ? spark(seen_of(c, i)) : ' ';
		known += kept ? known_of(c, i) : 0;
		up += kept ? known_of(c, i) - down_of(c, i) : 0;
	}
	out->spark[CELL_COUNT] = '\0';
	/* After a clock went back an hour has been lived twice. */
	if (known > (int64_t)CELL_COUNT * HOUR_MS) {
		up = (int64_t)((double)up / (double)known * CELL_COUNT * HOUR_MS);
		known = (int64_t)CELL_COUNT * HOUR_MS;
	}
	out->known_24h_ms = known;
	out->up_24h_ms = up < known ? up : known;
}

/* An hour is the outcomes seen, then its known time, told from the hour after it: hours are much
 * alike; then its down time when there is any. Without TOLD both times are there in full, which
 * older versions wrote. */
enum { HEAD_DOWN = 0x40, HEAD_TOLD = 0x80 };

size_t cells_encode(const struct cells *c, uint8_t *out, size_t cap)
{
	struct bytes_writer w = {.data = out, .cap = cap};
	uint32_t after = 0;

	put_uvarint(&w, (uint64_t)c->last_hour);
	for (int64_t hour = c->last_hour; hour > c->last_hour - CELL_COUNT && hour >= 0; hour--) {
		unsigned i = (unsigned)(hour % CELL_COUNT), seen = seen_of(c, i);
		uint32_t known = known_of(c, i), down = down_of(c, i);

		put_byte(&w, (uint8_t)(seen ? seen | HEAD_TOLD | (down ? HEAD_DOWN : 0) : 0));
		if (!seen)
			continue;
		put_svarint(&w, (int64_t)known - after);
		if (down)
			put_uvarint(&w, down);
		after = known;
	}
	return w.overflow ? 0 : w.len;
}

static void get_cell(struct bytes_reader *r, struct cells *c, unsigned i, uint32_t *after)
{
	unsigned head = get_byte(r);
	uint64_t down = 0;
	int64_t known;

	if (!head)
		return;
	if (head & HEAD_TOLD) {
		if (__builtin_add_overflow((int64_t)*after, get_svarint(r), &known))
			known = -1;
		if (head & HEAD_DOWN)
			down = get_uvarint(r);
	} else {
		uint64_t full = get_uvarint(r);

		known = full > UINT32_MAX ? -1 : (int64_t)full;
		down = get_uvarint(r);
	}
	if (known < 0 || known > UINT32_MAX || down > (uint64_t)known) {
		r->bad = true;
		return;
	}
	*after = (uint32_t)known;
	/* an older version's sums stopped later */
	set(c, i, head & (HEAD_DOWN - 1), sum(0, known));
	if (down && !r->bad)
		add_down(c, i, (int64_t)down);
}

bool cells_decode(struct cells *c, const uint8_t *data, size_t n)
{
	struct bytes_reader r = {.data = data, .len = n};
	uint64_t last = get_uvarint(&r);
	uint32_t after = 0;

	*c = (struct cells){0};
	if (last > SAMPLE_AT_MAX_MS / HOUR_MS)
		return false;
	c->last_hour = (int32_t)last;
	for (int64_t hour = c->last_hour; hour > c->last_hour - CELL_COUNT && hour >= 0; hour--)
		get_cell(&r, c, (unsigned)(hour % CELL_COUNT), &after);
	if (r.bad || r.at != r.len) {
		cells_fini(c);
		return false;
	}
	return true;
}
