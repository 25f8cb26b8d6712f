#include "daemon/store/series_open.h"

#include <string.h>

#include "daemon/store/series_codec.h"

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };

void open_clear(struct open_state *o)
{
	o->chunk.n = 0;
	o->count = 0;
}

static struct open_rollup *find(struct open_state *o, bool day, int64_t start)
{
	for (unsigned i = 0; i < o->count; i++) {
		if (o->rollups[i].day == day && o->rollups[i].start == start)
			return &o->rollups[i];
	}
	return NULL;
}

static struct open_rollup *make(struct open_state *o, bool day, int64_t start)
{
	struct open_rollup *r = &o->rollups[o->count++];

	memset(r, 0, sizeof *r);
	r->day = day;
	r->start = start;
	return r;
}

bool open_add(struct open_state *o, const struct sample *s, int64_t at_ms)
{
	struct open_rollup *hour = find(o, false, at_ms / HOUR_MS);
	struct open_rollup *day = find(o, true, at_ms / DAY_MS);

	if (o->count + !hour + !day > OPEN_ROLLUPS)
		return false;
	if (!hour)
		hour = make(o, false, at_ms / HOUR_MS);
	if (!day)
		day = make(o, true, at_ms / DAY_MS);
	rollup_add(&hour->rollup, s);
	rollup_add(&day->rollup, s);
	return true;
}

void open_remove(struct open_state *o, unsigned i)
{
	o->count--;
	if (i != o->count)
		memcpy(&o->rollups[i], &o->rollups[o->count], sizeof o->rollups[i]);
}

/* Each: its start, doubled, and one more for a day; its length; itself. */
size_t open_encode(const struct open_state *o, uint8_t *out, size_t cap)
{
	struct bytes_writer w = {.data = out, .cap = cap};

	for (unsigned i = 0; i < o->count; i++) {
		const struct open_rollup *r = &o->rollups[i];
		uint8_t bytes[ROLLUP_ENCODED_MAX];
		size_t n = rollup_encode(&r->rollup, bytes, sizeof bytes);

		put_uvarint(&w, (uint64_t)r->start << 1 | r->day);
		put_uvarint(&w, n);
		if (w.overflow || n > w.cap - w.len)
			return 0;
		memcpy(w.data + w.len, bytes, n);
		w.len += n;
	}
	return w.len;
}

bool open_next(struct bytes_reader *r, bool *day, int64_t *start, const uint8_t **data, size_t *n)
{
	uint64_t head, len;

	if (r->bad || r->at == r->len)
		return false;
	head = get_uvarint(r);
	len = get_uvarint(r);
	if (r->bad || len > r->len - r->at || head >> 1 > SAMPLE_AT_MAX_MS / HOUR_MS + 1) {
		r->bad = true;
		return false;
	}
	*day = head & 1;
	*start = (int64_t)(head >> 1);
	*data = r->data + r->at;
	*n = (size_t)len;
	r->at += (size_t)len;
	return true;
}

bool open_decode(struct open_state *o, const uint8_t *data, size_t len)
{
	struct bytes_reader r = {.data = data, .len = len};
	const uint8_t *bytes;
	int64_t start;
	size_t n;
	bool day;

	while (open_next(&r, &day, &start, &bytes, &n)) {
		struct open_rollup *into = find(o, day, start);

		if (!into && o->count == OPEN_ROLLUPS)
			return false;
		if (!into)
			into = make(o, day, start);
		if (!rollup_decode_add(&into->rollup, bytes, n))
			return false;
	}
	return !r.bad;
}
