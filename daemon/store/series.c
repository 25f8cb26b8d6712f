#include <assert.h>
#include <stdlib.h>

#include "daemon/store/series_state.h"
#include "daemon/store/store_internal.h"
#include "shared/mem.h"

static const char *const outcome_names[OUTCOME_COUNT] = {
	[OUTCOME_NONE] = "none",         [OUTCOME_UP] = "up",
	[OUTCOME_DEGRADED] = "degraded", [OUTCOME_DOWN] = "down",
	[OUTCOME_UNKNOWN] = "unknown",   [OUTCOME_MAINTENANCE] = "maintenance",
};

static const char *const phase_names[PHASE_COUNT] = {
	[PHASE_RESOLVE] = "resolve",       [PHASE_CONNECT] = "connect",   [PHASE_TLS] = "tls",
	[PHASE_FIRST_BYTE] = "first_byte", [PHASE_TRANSFER] = "transfer",
};

const char *outcome_name(enum outcome o)
{
	assert((unsigned)o < OUTCOME_COUNT);
	return outcome_names[o];
}

const char *phase_name(enum phase p)
{
	assert((unsigned)p < PHASE_COUNT);
	return phase_names[p];
}

struct series *series_new(struct store *store)
{
	struct series *s = mem_zalloc(sizeof *s);

	s->store = store;
	s->next_seq = 1;
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void series_free(struct series *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++) {
		series_monitor_free(s->slots[i].monitor);
	}
	free(s->slots);
	free(s->crowded);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* ---- append ------------------------------------------------------------------------------- */

/* One journal row that is not committed yet; its samples are sorted by monitor. */
struct batch {
	struct series *series;
	uint64_t seq;
	size_t n;
	struct sample samples[];
};

struct place {
	uint64_t monitor;
	size_t index;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->monitor != y->monitor)
		return x->monitor < y->monitor ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static struct batch *make_batch(struct series *s, const struct sample *samples, size_t n)
{
	struct batch *b = mem_alloc(sizeof *b + n * sizeof *samples);
	struct place places[JOURNAL_ROW_SAMPLES];

	for (size_t i = 0; i < n; i++)
		places[i] = (struct place){.monitor = samples[i].monitor, .index = i};
	qsort(places, n, sizeof *places, compare_places);
	for (size_t i = 0; i < n; i++)
		b->samples[i] = sample_clamp(&samples[places[i].index]);
	b->series = s;
	b->n = n;
	b->seq = s->next_seq++;
	return b;
}

/* Readers wait for the lock, so it is given back after every few samples. */
enum { APPLY_AT_ONCE = 64 };

static void apply(struct series *s, const struct batch *b, size_t from, size_t until)
{
	uint32_t limit = series_limit(s);

	pthread_mutex_lock(&s->lock);
	for (size_t i = from; i < until; i++) {
		struct series_monitor *m = series_find(s, b->samples[i].monitor);

		if (!m->first_seq)
			m->first_seq = b->seq;
		monitor_add(m, &b->samples[i], limit, false);
		series_note_crowded(s, m);
	}
	pthread_mutex_unlock(&s->lock);
}

/* The number of a row that was rolled back is not used again. It also does not count as applied:
 * an earlier row of the same transaction may not be yet. */
static void batch_end(void *arg, bool committed)
{
	struct batch *b = arg;
	struct series *s = b->series;

	if (committed) {
		uint64_t ids[JOURNAL_ROW_SAMPLES];

		for (size_t i = 0; i < b->n; i++)
			ids[i] = b->samples[i].monitor;
		series_get_all(s, ids, b->n);
		for (size_t i = 0; i < b->n; i += APPLY_AT_ONCE)
			apply(s, b, i, b->n - i < APPLY_AT_ONCE ? b->n : i + APPLY_AT_ONCE);
		s->applied_seq = b->seq;
		series_schedule(s);
	}
	free(b);
}

static enum err write_row(struct txn *t, const struct batch *b, struct error *e)
{
	uint8_t *data = mem_alloc(b->n * JOURNAL_ENCODED_MAX);
	struct bytes_writer w = {.data = data, .cap = b->n * JOURNAL_ENCODED_MAX};
	struct sample_context context = {0};
	uint64_t previous = 0;
	sqlite3_stmt *st;
	enum err err = ERR_STORE;

	for (size_t i = 0; i < b->n; i++)
		journal_put(&w, &context, &previous, &b->samples[i]);
	assert(!w.overflow);
	st = txn_prepare(t, "INSERT INTO sample_journal (seq, at_ms, samples) VALUES (?1, ?2, ?3)",
			 e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)b->seq);
		sqlite3_bind_int64(st, 2, clock_wall_ms(store_clock(txn_store(t))));
		sqlite3_bind_blob64(st, 3, data, w.len, SQLITE_STATIC);
		err = txn_exec(t, st, e);
	}
	free(data);
	return err;
}

enum err series_append(struct txn *t, const struct sample *samples, size_t n, struct error *e)
{
	struct series *s = store_series(txn_store(t));

	while (n) {
		size_t part = n < JOURNAL_ROW_SAMPLES ? n : JOURNAL_ROW_SAMPLES;
		struct batch *b = make_batch(s, samples, part);
		enum err err = write_row(t, b, e);

		if (err) {
			free(b);
			return err;
		}
		txn_on_end(t, batch_end, b);
		samples += part;
		n -= part;
	}
	return ERR_NONE;
}

/* ---- forget ------------------------------------------------------------------------------- */

struct forgotten {
	struct series *series;
	uint64_t monitor;
};

static void forgotten_end(void *arg, bool committed)
{
	struct forgotten *f = arg;

	if (committed)
		series_drop(f->series, f->monitor);
	free(f);
}

/* The journal may still hold samples of it: a row without content remembers the position, so that a
 * replay leaves them out. Loading removes such rows once the journal is past them. */
enum err series_forget(struct txn *t, uint64_t monitor, struct error *e)
{
	static const char *const steps[] = {
		"DELETE FROM sample_chunk WHERE monitor = ?1",
		"DELETE FROM sample_hour WHERE monitor = ?1",
		"DELETE FROM sample_day WHERE monitor = ?1",
		"INSERT OR REPLACE INTO sample_open"
		" (monitor, moved_seq, forgotten_seq, cells, chunk, rollups)"
		" VALUES (?1, ?2, ?2, x'', x'', x'')",
	};
	struct series *s = store_series(txn_store(t));
	struct forgotten *f;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		sqlite3_stmt *st = txn_prepare(t, steps[i], e);
		enum err err;

		if (!st)
			return ERR_STORE;
		sqlite3_bind_int64(st, 1, (int64_t)monitor);
		if (sqlite3_bind_parameter_count(st) > 1)
			sqlite3_bind_int64(st, 2, (int64_t)s->next_seq - 1);
		err = txn_exec(t, st, e);
		if (err)
			return err;
	}
	f = mem_alloc(sizeof *f);
	*f = (struct forgotten){.series = s, .monitor = monitor};
	txn_on_end(t, forgotten_end, f);
	return ERR_NONE;
}
