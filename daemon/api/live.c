/* Live streams. Everything here lives on the api loop but three ways in: live_touch and live_list
 * from any thread, and the feed from the writer's. They look whether anybody cares and leave a
 * note. */
#include "daemon/api/live_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/topic.h"

/* ---- ways in
 * ------------------------------------------------------------------------------------- */

size_t live_streams(const struct live *l)
{
	return atomic_load(&l->n_streams);
}

void live_touch(struct live *l, const char *kind, uint64_t id)
{
	const struct resource_kind *k;
	bool wake;

	if (!atomic_load_explicit(&l->n_watched, memory_order_relaxed))
		return;
	k = resource_kind_find(kind);
	if (!k)
		return;
	pthread_mutex_lock(&l->lock);
	wake = watch_mark(&l->watches, k, id) && !l->flush_posted;
	l->flush_posted |= wake;
	pthread_mutex_unlock(&l->lock);
	if (wake)
		loop_post(l->d->api, live_flush, l);
}

void live_list(struct live *l, const char *kind)
{
	const struct resource_kind *k;
	bool wake = false;

	if (!atomic_load_explicit(&l->n_streams, memory_order_relaxed))
		return;
	k = resource_kind_find(kind);
	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; k && i < l->n_lists; i++) {
		if (l->lists[i].kind == k && !l->lists[i].dirty) {
			l->lists[i].dirty = true;
			wake = !l->flush_posted;
			l->flush_posted |= wake;
		}
	}
	pthread_mutex_unlock(&l->lock);
	if (wake)
		loop_post(l->d->api, live_flush, l);
}

static void on_resource(const struct resource *old, const struct resource *now, void *arg)
{
	const struct resource *r = now ? now : old;

	if (!old || !now || strcmp(old->name, now->name))
		live_list(arg, r->kind->kind);
	if (old && now)
		live_touch(arg, r->kind->kind, r->id);
}

/* An event as every stream gets it, made once on the writer thread. */
static struct live_event *event_new(const struct live *l, const struct event *ev)
{
	struct live_event *e = mem_zalloc(sizeof *e);
	struct buf text = BUF_INIT(64 * 1024);
	struct json_writer w;

	buf_printf(&text, "id: %" PRIu64 "-%" PRIu64 "\nevent: event\ndata: ", l->epoch, ev->seq);
	jw_init(&w, &text);
	event_write_json(&w, l->epoch, ev);
	buf_add_str(&text, "\n\n");
	e->seq = ev->seq;
	snprintf(e->topic, sizeof e->topic, "%s", ev->topic);
	e->bytes = shared_bytes_new(text.data, text.len);
	buf_fini(&text);
	return e;
}

/* Facts (incidents, alerts) are read from tables, not here: who shows them is told to ask again.
 * What becomes of a delivery stands in its alert's row. */
static void tell_of_facts(struct live *l, const struct feed_commit *c)
{
	const char *last = "";

	for (size_t i = 0; i < c->n_notes; i++) {
		const char *kind = c->notes[i].kind;
		const struct resource_kind *k;

		if (!strcmp(kind, last))
			continue;
		last = kind;
		k = resource_kind_find(kind);
		if (k && !(k->ops & OP_ADD))
			live_list(l, kind);
		if (!strcmp(kind, "delivery"))
			live_list(l, "alert");
	}
}

/* The order matters: seq is stored before the streams are counted, and a stream is counted before
 * it reads seq; so an event is either before a new stream's position or comes to it. */
static void on_commit(const struct feed_commit *c, void *arg)
{
	struct live *l = arg;
	struct live_event *first = NULL, **tail = &first;
	bool wake = false;

	atomic_store(&l->seq, c->last_seq);
	if (!atomic_load(&l->n_streams))
		return;
	tell_of_facts(l, c);
	if (!c->n_events)
		return;
	for (size_t i = 0; i < c->n_events; i++) {
		*tail = event_new(l, &c->events[i]);
		tail = &(*tail)->next;
	}
	pthread_mutex_lock(&l->lock);
	if (l->n_pending + c->n_events > LIVE_PENDING_MAX) {
		l->overrun = true; /* the loop is behind by thousands: who listens reads anew */
	} else {
		*l->pending_tail = first;
		l->pending_tail = tail;
		l->n_pending += c->n_events;
		first = NULL;
	}
	wake = !l->flush_posted;
	l->flush_posted = true;
	pthread_mutex_unlock(&l->lock);
	live_events_free(first);
	if (wake)
		loop_post(l->d->api, live_flush, l);
}

void live_events_free(struct live_event *e)
{
	while (e) {
		struct live_event *next = e->next;

		shared_bytes_unref(e->bytes);
		free(e);
		e = next;
	}
}

/* ---- sending
 * ------------------------------------------------------------------------------------- */

static void on_drained(void *arg)
{
	struct live_stream *s = arg;

	if (stream_send_copy(s->stream, "event: resync\ndata: {}\n\n", 24))
		s->behind = false;
	else
		stream_on_drain(s->stream, on_drained, s);
}

void live_send(struct live_stream *s, struct shared_bytes *b)
{
	if (s->behind || stream_send(s->stream, b))
		return;
	s->behind = true; /* nothing more is queued for it; what it missed it asks for again */
	stream_on_drain(s->stream, on_drained, s);
}

void live_resync(struct live_stream *s)
{
	if (!s->behind && !stream_send_copy(s->stream, "event: resync\ndata: {}\n\n", 24)) {
		s->behind = true;
		stream_on_drain(s->stream, on_drained, s);
	}
}

static void send_events(struct live *l, struct live_event *events)
{
	for (struct live_event *e = events; e; e = e->next) {
		l->event_seq = e->seq;
		for (struct live_stream *s = l->streams; s; s = s->next) {
			if (s->replaying || e->seq <= s->seq)
				continue;
			s->seq = e->seq;
			if (!s->topics || topic_in_words(s->topics, e->topic))
				live_send(s, e->bytes);
		}
	}
}

void live_facts(struct live *l, const struct resource_kind *k,
		bool (*write)(struct json_writer *w, uint64_t id, void *ctx), void *ctx)
{
	for (size_t i = 0; i < l->n_lists; i++) {
		if (l->lists[i].kind == k) {
			l->lists[i].write = write;
			l->lists[i].ctx = ctx;
		}
	}
}

static bool write_row(struct live *l, const struct watch *w, struct json_writer *j)
{
	const struct resource *r;

	for (size_t i = 0; i < l->n_lists; i++) {
		if (l->lists[i].kind == w->kind && l->lists[i].write)
			return l->lists[i].write(j, w->id, l->lists[i].ctx);
	}
	r = resource_by_id(l->d->store, w->id);
	if (!r)
		return false;
	api_write_resource(l->d, j, r);
	resource_unref(r);
	return true;
}

/* One rendering for all who watch the row. */
static struct shared_bytes *row_bytes(struct live *l, const struct watch *w)
{
	struct shared_bytes *b = NULL;
	struct json_writer j;

	buf_reset(&l->text);
	buf_add_str(&l->text, "event: row\ndata: ");
	jw_init(&j, &l->text);
	jw_object(&j);
	jw_kv_str(&j, "kind", w->kind->kind);
	jw_key(&j, "row");
	if (!write_row(l, w, &j))
		return NULL;
	jw_object_end(&j);
	buf_add_str(&l->text, "\n\n");
	if (!l->text.overflow)
		b = shared_bytes_new(l->text.data, l->text.len);
	return b;
}

static void send_list(struct live *l, const struct resource_kind *k)
{
	struct shared_bytes *b;
	char text[96];
	int n = snprintf(text, sizeof text, "event: list\ndata: {\"kind\":\"%s\"}\n\n", k->kind);

	b = shared_bytes_new(text, (size_t)n);
	for (struct live_stream *s = l->streams; s; s = s->next)
		live_send(s, b);
	shared_bytes_unref(b);
}

/* Rows whose last sending is long enough ago go now; the timer comes back for the others. */
static uint64_t send_rows(struct live *l, uint64_t now)
{
	uint64_t next = UINT64_MAX;
	struct watch **due;
	size_t n;

	pthread_mutex_lock(&l->lock);
	n = watch_take_due(&l->watches, now, &due, &next);
	pthread_mutex_unlock(&l->lock);
	for (size_t i = 0; i < n; i++) {
		struct shared_bytes *b = row_bytes(l, due[i]);

		for (size_t k = 0; b && k < due[i]->n_streams; k++)
			live_send(due[i]->streams[k], b);
		shared_bytes_unref(b);
	}
	return next;
}

static uint64_t send_lists(struct live *l, uint64_t now)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < l->n_lists; i++) {
		struct live_kind *list = &l->lists[i];
		bool send = false;

		pthread_mutex_lock(&l->lock);
		if (list->dirty && now >= list->sent_ms + LIVE_LIST_MS) {
			list->dirty = false;
			list->sent_ms = now;
			send = true;
		} else if (list->dirty && list->sent_ms + LIVE_LIST_MS < next) {
			next = list->sent_ms + LIVE_LIST_MS;
		}
		pthread_mutex_unlock(&l->lock);
		if (send)
			send_list(l, list->kind);
	}
	return next;
}

static void on_later(uv_timer_t *t)
{
	live_flush(t->data);
}

void live_flush(void *arg)
{
	struct live *l = arg;
	struct live_event *events;
	uint64_t now = (uint64_t)clock_boot_ms(l->d->clock), rows, lists;
	bool overrun;

	pthread_mutex_lock(&l->lock);
	l->flush_posted = false;
	events = l->pending;
	overrun = l->overrun;
	l->pending = NULL;
	l->pending_tail = &l->pending;
	l->n_pending = 0;
	l->overrun = false;
	pthread_mutex_unlock(&l->lock);
	send_events(l, events);
	live_events_free(events);
	if (!l->streams)
		return;
	for (struct live_stream *s = overrun ? l->streams : NULL; s; s = s->next) {
		s->seq = atomic_load(&l->seq);
		live_resync(s);
	}
	rows = send_rows(l, now);
	lists = send_lists(l, now);
	rows = lists < rows ? lists : rows;
	if (rows != UINT64_MAX)
		uv_timer_start(&l->timers->later, on_later, rows > now ? rows - now : 0, 0);
}

/* ---- beginning and end
 * ---------------------------------------------------------------------------- */

struct live *live_new(struct daemon *d)
{
	struct live *l = mem_zalloc(sizeof *l);
	struct store_health h;

	store_health(d->store, &h);
	l->d = d;
	l->epoch = h.epoch;
	atomic_init(&l->seq, h.seq);
	pthread_mutex_init(&l->lock, NULL);
	l->pending_tail = &l->pending;
	l->text = BUF_INIT(1 << 20);
	while (resource_table[l->n_lists])
		l->n_lists++;
	l->lists = mem_zalloc((l->n_lists + 1) * sizeof *l->lists);
	for (size_t i = 0; i < l->n_lists; i++)
		l->lists[i].kind = resource_table[i];
	watch_init(&l->watches);
	feed_listen(d->store, on_commit, l);
	resource_listen(d->store, on_resource, l);
	return l;
}

void live_free(struct live *l)
{
	if (!l)
		return;
	live_events_free(l->pending);
	watch_fini(&l->watches);
	buf_fini(&l->text);
	free(l->lists);
	pthread_mutex_destroy(&l->lock);
	free(l);
}
