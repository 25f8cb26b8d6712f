#include <stdlib.h>
#include <string.h>

#include "daemon/store/series_state.h"
#include "shared/mem.h"

/* All monitors together keep about this many samples, 20 bytes each. */
enum { MEMORY_SAMPLES = 1200 * 1000, MEMORY_MIN = 128, MEMORY_MAX = 3600 };
/* When nothing can be moved for long, the oldest go from memory (the journal still has them). */
/* Dropping from a small buffer costs nothing; from a large one it has to be worth the move. */
enum { MEMORY_HARD_BYTES = 1024 * 1024, SMALL_BYTES = 1024 };

size_t series_place(const struct series *s, uint64_t id)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->slots[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct series_monitor *series_find(const struct series *s, uint64_t id)
{
	size_t i = series_place(s, id);

	return i < s->count && s->slots[i].id == id ? s->slots[i].monitor : NULL;
}

static struct series_monitor *monitor_new(uint64_t id)
{
	struct series_monitor *m = mem_zalloc(sizeof *m);

	m->id = id;
	m->minute = -1;
	return m;
}

/* With the lock held. Slots move once, however many are new. */
static void merge(struct series *s, const uint64_t *fresh, size_t n)
{
	size_t from = s->count, to = s->count + n;

	while (to > s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->slots = mem_array(s->slots, s->cap, sizeof *s->slots);
	}
	s->count = to;
	while (n) {
		if (from && s->slots[from - 1].id > fresh[n - 1])
			s->slots[--to] = s->slots[--from];
		else {
			n--;
			s->slots[--to] = (struct series_slot){fresh[n], monitor_new(fresh[n])};
		}
	}
}

void series_get_all(struct series *s, const uint64_t *ids, size_t n)
{
	uint64_t *fresh = NULL, last = 0;
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		if ((i && ids[i] == last) || series_find(s, ids[i]))
			continue;
		if (!fresh)
			fresh = mem_array(NULL, n, sizeof *fresh);
		fresh[found++] = last = ids[i];
	}
	if (found) {
		pthread_mutex_lock(&s->lock);
		merge(s, fresh, found);
		pthread_mutex_unlock(&s->lock);
	}
	free(fresh);
}

struct series_monitor *series_get(struct series *s, uint64_t id)
{
	series_get_all(s, &id, 1);
	return series_find(s, id);
}

void series_drop(struct series *s, uint64_t id)
{
	size_t i = series_place(s, id);
	struct series_monitor *m;

	if (i == s->count || s->slots[i].id != id)
		return;
	pthread_mutex_lock(&s->lock);
	m = s->slots[i].monitor;
	s->count--;
	memmove(s->slots + i, s->slots + i + 1, (s->count - i) * sizeof *s->slots);
	pthread_mutex_unlock(&s->lock);
	series_monitor_free(m);
}

void series_monitor_free(struct series_monitor *m)
{
	cells_fini(&m->cells);
	free(m->data);
	free(m);
}

uint32_t series_limit(const struct series *s)
{
	size_t share = s->count ? MEMORY_SAMPLES / s->count : MEMORY_MAX;

	return share < MEMORY_MIN ? MEMORY_MIN : share > MEMORY_MAX ? MEMORY_MAX : (uint32_t)share;
}

/* Forget samples that have moved and are older than an hour or too many. @return bytes won */
static size_t drop_old(struct series_monitor *m, const struct sample *newest, uint32_t limit)
{
	struct bytes_reader r = {.data = m->data, .len = m->len};
	struct sample_context context = m->before;
	size_t won = 0;

	while (m->dropped < m->added) {
		struct sample s;
		bool hard = m->len - won > MEMORY_HARD_BYTES;

		if (m->dropped >= m->moved && !hard)
			break;
		if (!sample_get(&r, &context, &s))
			break;
		/* either way: a clock that went back leaves samples from its future */
		if (llabs(newest->at_ms - s.at_ms) < SERIES_HOUR_MS &&
		    m->added - m->dropped < limit && !hard)
			break;
		won = r.at;
		m->before = context;
		m->dropped++;
		if (m->moved < m->dropped)
			m->moved = m->dropped;
	}
	if (won) {
		memmove(m->data, m->data + won, m->len - won);
		m->len -= (uint32_t)won;
	}
	return won;
}

/* Room for n more bytes. */
static void make_room(struct series_monitor *m, const struct sample *newest, uint32_t limit,
		      size_t n)
{
	size_t won = drop_old(m, newest, limit);

	if (m->cap - m->len >= n && (m->cap < SMALL_BYTES || won * 8 >= m->cap))
		return;
	/* up to where the allocator's own steps of 16 end */
	m->cap = (m->len + (uint32_t)n + m->cap / 8 + 7) / 16 * 16 + 8;
	m->data = mem_realloc(m->data, m->cap);
}

static int32_t cut_us(int64_t us)
{
	return us > INT32_MAX ? INT32_MAX : (int32_t)us;
}

void monitor_set_last(struct series_monitor *m, const struct sample *s)
{
	m->before = m->after = (struct sample_context){.at_ms = s->at_ms, .span_ms = s->span_ms};
	m->last_us = cut_us(s->total_us);
	m->last_outcome = (uint8_t)s->outcome;
	m->last_len = 0;
}

void monitor_add(struct series_monitor *m, const struct sample *s, uint32_t limit, bool moved)
{
	uint8_t encoded[SAMPLE_ENCODED_MAX];
	struct bytes_writer w = {.data = encoded, .cap = sizeof encoded};

	sample_put(&w, &m->after, s);
	if (m->cap - m->len < w.len)
		make_room(m, s, limit, w.len);
	memcpy(m->data + m->len, encoded, w.len);
	m->len += (uint32_t)w.len;
	m->added++;
	if (moved)
		m->moved = m->added;
	else
		cells_add(&m->cells, s);
	m->last_us = cut_us(s->total_us);
	m->last_outcome = (uint8_t)s->outcome;
	m->last_len = (uint8_t)w.len;
	m->unread += m->unread < UINT8_MAX;
}

size_t monitor_samples(const struct series_monitor *m, bool moved_too, struct sample **out)
{
	struct bytes_reader r = {.data = m->data, .len = m->len};
	struct sample_context context = m->before;
	size_t n = 0, skip = moved_too ? 0 : (size_t)(m->moved - m->dropped);
	size_t kept = (size_t)(m->added - m->dropped);

	*out = NULL;
	if (kept == skip)
		return 0;
	*out = mem_array(NULL, kept - skip, sizeof **out);
	for (size_t i = 0; i < kept; i++) {
		struct sample s;

		if (!sample_get(&r, &context, &s))
			break;
		s.monitor = m->id;
		if (i >= skip)
			(*out)[n++] = s;
	}
	return n;
}

/* ---- the summary -------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int64_t rank(const uint32_t *sorted, size_t n, unsigned percent)
{
	return n ? (int64_t)sorted[(n * percent + 99) / 100 - 1] : -1;
}

/* The percentiles move with every sample and with time; a list asks for many at once. */
static void work_out(struct series_monitor *m, int64_t now_ms)
{
	struct bytes_reader r = {.data = m->data, .len = m->len};
	struct sample_context context = m->before;
	uint32_t total[MEMORY_MAX];
	size_t n = 0;

	for (uint32_t i = m->dropped; i < m->added; i++) {
		struct sample s;

		if (!sample_get(&r, &context, &s))
			break;
		if (s.total_us < 0 || s.at_ms <= now_ms - SERIES_HOUR_MS ||
		    s.at_ms > now_ms + SERIES_HOUR_MS)
			continue;
		/* the newest win when there are more than fit */
		total[n % MEMORY_MAX] = s.total_us > UINT32_MAX ? UINT32_MAX : (uint32_t)s.total_us;
		n++;
	}
	n = n > MEMORY_MAX ? MEMORY_MAX : n;
	qsort(total, n, sizeof *total, compare);
	m->p50_1h_us = cut_us(rank(total, n, 50));
	m->p95_1h_us = cut_us(rank(total, n, 95));
}

static struct sample last_of(const struct series_monitor *m)
{
	struct sample last;

	if (!m->last_len ||
	    !sample_get_measured(m->data + m->len - m->last_len, m->last_len, &last))
		for (int i = 0; i < PHASE_COUNT; i++)
			last.phase_us[i] = -1;
	last.monitor = m->id;
	last.at_ms = m->after.at_ms;
	last.span_ms = 0;
	last.outcome = (enum outcome)m->last_outcome;
	last.total_us = m->last_us;
	return last;
}

bool series_summary(struct store *store, uint64_t monitor, struct series_summary *out)
{
	struct series *s = store_series(store);
	int64_t now_ms = clock_wall_ms(store_clock(store));
	struct series_monitor *m;

	pthread_mutex_lock(&s->lock);
	m = series_find(s, monitor);
	if (m) {
		/* One sample in 64 moves them by less than they vary. */
		if (m->minute != now_ms / 60000 || m->unread * 64U > m->added - m->dropped) {
			work_out(m, now_ms);
			m->minute = (int32_t)(now_ms / 60000);
			m->unread = 0;
		}
		out->p50_1h_us = m->p50_1h_us;
		out->p95_1h_us = m->p95_1h_us;
		out->last = last_of(m);
		cells_read(&m->cells, now_ms, out);
	}
	pthread_mutex_unlock(&s->lock);
	return m != NULL;
}
