#include "daemon/store/series_cells.h"

#include <stdlib.h>

#include "daemon/store/series_codec.h"
#include "daemon/store/series_rollup.h"
#include "shared/mem.h"

enum { HOUR_MS = 3600 * 1000 };

static void add(uint32_t *sum, int64_t v)
{
	*sum = v > (int64_t)(UINT32_MAX - *sum) ? UINT32_MAX : *sum + (uint32_t)v;
}

static void clear(struct cells *c, int64_t hour)
{
	unsigned i = (unsigned)(hour % CELL_COUNT);

	c->known_ms[i] = 0;
	c->seen[i] = 0;
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
	add(&c->down_ms[i], ms);
}

static uint32_t down_of(const struct cells *c, unsigned i)
{
	return c->down_ms ? c->down_ms[i] : 0;
}

void cells_add(struct cells *c, const struct sample *s)
{
	int64_t hour = s->at_ms / HOUR_MS;
	unsigned i = (unsigned)(hour % CELL_COUNT);

	if (hour > c->last_hour + CELL_COUNT || hour <= c->last_hour - CELL_COUNT) {
		cells_fini(c);
		c->last_hour = hour;
	} else {
		while (c->last_hour < hour)
			clear(c, ++c->last_hour);
	}
	c->seen[i] |= (uint8_t)(1U << s->outcome);
	if (!outcome_known(s->outcome))
		return;
	add(&c->known_ms[i], s->span_ms);
	if (!outcome_up(s->outcome) && s->span_ms)
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

		out->spark[k] = kept ? spark(c->seen[i]) : ' ';
		known += kept ? c->known_ms[i] : 0;
		up += kept ? c->known_ms[i] - down_of(c, i) : 0;
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

size_t cells_encode(const struct cells *c, uint8_t *out, size_t cap)
{
	struct bytes_writer w = {.data = out, .cap = cap};

	put_uvarint(&w, (uint64_t)c->last_hour);
	for (int64_t hour = c->last_hour; hour > c->last_hour - CELL_COUNT && hour >= 0; hour--) {
		unsigned i = (unsigned)(hour % CELL_COUNT);

		put_byte(&w, c->seen[i]);
		if (!c->seen[i])
			continue;
		put_uvarint(&w, c->known_ms[i]);
		put_uvarint(&w, down_of(c, i));
	}
	return w.overflow ? 0 : w.len;
}

bool cells_decode(struct cells *c, const uint8_t *data, size_t n)
{
	struct bytes_reader r = {.data = data, .len = n};
	uint64_t last = get_uvarint(&r);

	*c = (struct cells){0};
	if (last > SAMPLE_AT_MAX_MS / HOUR_MS)
		return false;
	c->last_hour = (int64_t)last;
	for (int64_t hour = c->last_hour; hour > c->last_hour - CELL_COUNT && hour >= 0; hour--) {
		unsigned i = (unsigned)(hour % CELL_COUNT);
		uint64_t known, down;

		c->seen[i] = get_byte(&r);
		if (!c->seen[i])
			continue;
		known = get_uvarint(&r);
		down = get_uvarint(&r);
		if (known > UINT32_MAX || down > known)
			r.bad = true;
		c->known_ms[i] = (uint32_t)known;
		if (down && !r.bad)
			add_down(c, i, (int64_t)down);
	}
	if (r.bad || r.at != r.len) {
		cells_fini(c);
		return false;
	}
	return true;
}
