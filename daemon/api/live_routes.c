/* Opening a stream, resuming it, and saying what it watches. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/live_internal.h"
#include "shared/mem.h"
#include "shared/topic.h"

static void on_heartbeat(uv_timer_t *t)
{
	struct live *l = t->data;
	struct shared_bytes *b = shared_bytes_new(": \n\n", 4);

	for (struct live_stream *s = l->streams; s; s = s->next)
		live_send(s, b);
	shared_bytes_unref(b);
}

static void on_timer_closed(uv_handle_t *h)
{
	struct live_timers *t = uv_handle_get_data(h);

	if (--t->open == 0)
		free(t);
}

static void timers_open(struct live *l)
{
	struct live_timers *t = mem_zalloc(sizeof *t);

	uv_timer_init(loop_uv(l->d->api), &t->later);
	uv_timer_init(loop_uv(l->d->api), &t->heartbeat);
	t->later.data = t->heartbeat.data = l;
	t->open = 2;
	uv_timer_start(&t->heartbeat, on_heartbeat, LIVE_HEARTBEAT_MS, LIVE_HEARTBEAT_MS);
	l->timers = t;
}

static void timers_close(struct live *l)
{
	struct live_timers *t = l->timers;

	l->timers = NULL;
	t->later.data = t->heartbeat.data = t;
	uv_close((uv_handle_t *)&t->later, on_timer_closed);
	uv_close((uv_handle_t *)&t->heartbeat, on_timer_closed);
}

/* ---- a stream's life
 * -------------------------------------------------------------------------------- */

static void stream_free(struct live_stream *s)
{
	free(s->topics);
	free(s);
}

static void on_close(void *arg)
{
	struct live_stream *s = arg;
	struct live *l = s->live;

	if (s->prev)
		s->prev->next = s->next;
	else
		l->streams = s->next;
	if (s->next)
		s->next->prev = s->prev;
	pthread_mutex_lock(&l->lock);
	watch_remove(&l->watches, NULL, s);
	atomic_store(&l->n_watched, l->watches.n);
	pthread_mutex_unlock(&l->lock);
	atomic_fetch_sub(&l->n_streams, 1);
	s->closed = true;
	if (!s->replaying)
		stream_free(s);
	if (!l->streams)
		timers_close(l);
}

/* ---- catching up
 * -------------------------------------------------------------------------------------- */

struct replay {
	struct live_stream *stream;
	struct live *live;
	char *topics; /* the stream's may be freed meanwhile */
	uint64_t after, last;
	size_t n;
	bool too_many, failed;
	struct buf text;
};

static bool on_missed(const struct event *ev, void *arg)
{
	struct replay *p = arg;
	struct json_writer w;

	if (++p->n > LIVE_REPLAY_MAX) {
		p->too_many = true;
		return false;
	}
	p->last = ev->seq;
	if (p->topics && !topic_in_words(p->topics, ev->topic))
		return true;
	buf_printf(&p->text, "id: %" PRIu64 "-%" PRIu64 "\nevent: event\ndata: ", p->live->epoch,
		   ev->seq);
	jw_init(&w, &p->text);
	event_write_json(&w, p->live->epoch, ev);
	buf_add_str(&p->text, "\n\n");
	return true;
}

static void replay_done(void *arg);

static void replay_work(void *arg)
{
	struct replay *p = arg;
	struct live *l = p->live;
	struct error e;

	p->failed = feed_events_after(l->d->store, p->after, LIVE_REPLAY_MAX + 1, on_missed, p,
				      &e) != 0;
	loop_post(l->d->api, replay_done, p);
}

static void replay_free(struct replay *p)
{
	buf_fini(&p->text);
	free(p->topics);
	free(p);
}

static void replay_start(struct live_stream *s)
{
	struct replay *p = mem_zalloc(sizeof *p);
	struct live *l = s->live;

	p->stream = s;
	p->live = l;
	p->topics = s->topics ? mem_strdup(s->topics) : NULL;
	p->after = p->last = s->seq;
	p->text = BUF_INIT(HTTP_STREAM_BACKLOG);
	s->replaying = true;
	if (pool_submit(l->d->pool, replay_work, p))
		return;
	s->replaying = false;
	s->seq = l->event_seq > s->seq ? l->event_seq : s->seq;
	live_resync(s);
	replay_free(p);
}

/* What was committed while the worker read is either in what it read, or was handed out to the
 * others meanwhile (then once more), or is still to come. */
static void replay_done(void *arg)
{
	struct replay *p = arg;
	struct live_stream *s = p->stream;
	struct live *l = p->live;
	struct shared_bytes *b;

	s->replaying = false;
	if (s->closed) {
		stream_free(s);
	} else if (p->failed || p->too_many || p->text.overflow) {
		s->seq = l->event_seq > s->seq ? l->event_seq : s->seq;
		live_resync(s);
	} else {
		s->seq = p->last;
		if (p->text.len) {
			b = shared_bytes_new(p->text.data, p->text.len);
			live_send(s, b);
			shared_bytes_unref(b);
		}
		if (l->event_seq > s->seq)
			replay_start(s);
	}
	replay_free(p);
}

/* Last-Event-ID: EPOCH-SEQ. @return false: a position that cannot be resumed */
static bool resumable(struct live *l, const char *text, uint64_t *seq)
{
	uint64_t epoch, oldest = feed_oldest(l->d->store);
	int used = 0;

	return sscanf(text, "%" SCNu64 "-%" SCNu64 "%n", &epoch, seq, &used) == 2 && !text[used] &&
	       epoch == l->epoch && *seq <= atomic_load(&l->seq) && (!oldest || *seq + 1 >= oldest);
}

/* ---- routes
 * ------------------------------------------------------------------------------------------- */

static void hello(struct live_stream *s, uint64_t seq)
{
	char text[160];
	int n = snprintf(text, sizeof text,
			 "event: hello\ndata: {\"stream\":\"%s\",\"epoch\":%" PRIu64
			 ",\"seq\":%" PRIu64 "}\n\n",
			 s->id, s->live->epoch, seq);

	stream_send_copy(s->stream, text, (size_t)n);
}

static void name_stream(char out[static LIVE_ID_TEXT])
{
	unsigned char random[12];

	randombytes_buf(random, sizeof random);
	memcpy(out, "st_", 3);
	sodium_bin2hex(out + 3, LIVE_ID_TEXT - 3, random, sizeof random);
}

static struct answered stream_handle(struct request *r, void *ctx)
{
	struct live *l = ((struct api_state *)ctx)->d->live;
	const char *topics = request_query(r, "topics", ""),
		   *last = request_header(r, "last-event-id");
	struct live_stream *s = mem_zalloc(sizeof *s);
	struct answered a;
	uint64_t from = 0;
	bool resume;

	if (!last)
		last = request_query(r, "last_event_id", NULL);
	resume = last && *last;
	if (resume && !resumable(l, last, &from))
		from = UINT64_MAX;
	s->live = l;
	s->topics = *topics ? mem_strdup(topics) : NULL;
	name_stream(s->id);
	s->stream = reply_stream(r, on_close, s, &a);
	if (!s->stream) {
		stream_free(s);
		return a;
	}
	s->next = l->streams;
	if (l->streams)
		l->streams->prev = s;
	l->streams = s;
	atomic_fetch_add(&l->n_streams, 1);
	if (!l->timers)
		timers_open(l);
	s->seq = atomic_load(&l->seq);
	hello(s, s->seq);
	if (resume && from == UINT64_MAX) {
		live_resync(s);
	} else if (resume && from < s->seq) {
		s->seq = from;
		replay_start(s);
	}
	return a;
}

static struct live_stream *find_stream(struct live *l, const char *id)
{
	for (struct live_stream *s = l->streams; s; s = s->next) {
		if (!strcmp(s->id, id))
			return s;
	}
	return NULL;
}

static enum err watch_read(const json_t *body, const struct resource_kind **kind, struct error *e)
{
	const char *word = json_str(body, "kind", "");
	const json_t *ids = json_object_get(body, "ids"), *id;
	uint64_t number;
	size_t i;

	*kind = *word ? resource_kind_find(word) : NULL;
	if (!*kind)
		return error_field(e, ERR_INVALID, "kind", "kind: there is no kind \"%.64s\"",
				   word);
	if (!json_is_array(ids) || json_array_size(ids) > WATCH_IDS_MAX)
		return error_field(e, ERR_INVALID, "ids", "ids: a list of at most %d ids is needed",
				   WATCH_IDS_MAX);
	json_array_foreach(ids, i, id)
	{
		if (!json_is_string(id) ||
		    !id_parse(json_string_value(id), (*kind)->prefix, &number))
			return error_field(e, ERR_INVALID, "ids", "ids: item %zu is no id of a %s",
					   i + 1, (*kind)->kind);
	}
	return ERR_NONE;
}

static struct answered watch_handle(struct request *r, void *ctx)
{
	struct live *l = ((struct api_state *)ctx)->d->live;
	struct live_stream *s = find_stream(l, request_param(r, "id"));
	const struct resource_kind *kind = NULL;
	struct error e;
	json_t *body = request_json(r, &e), *ids, *id;
	uint64_t number;
	size_t i;

	if (!s) {
		error_set(&e, ERR_NOT_FOUND, "there is no such stream");
		error_hint(&e, "the id is in the stream's first message, hello");
		return reply_error(r, &e);
	}
	if (!body || watch_read(body, &kind, &e))
		return reply_error(r, &e);
	ids = json_object_get(body, "ids");
	pthread_mutex_lock(&l->lock);
	watch_remove(&l->watches, kind, s);
	json_array_foreach(ids, i, id)
	{
		id_parse(json_string_value(id), kind->prefix, &number);
		watch_add(&l->watches, kind, number, s);
	}
	atomic_store(&l->n_watched, l->watches.n);
	pthread_mutex_unlock(&l->lock);
	buf_printf(reply_body(r), "{\"data\":{\"watching\":%zu}}", json_array_size(ids));
	return reply_send(r, 200);
}

struct route_set live_routes(void)
{
	static const struct route routes[] = {
		{"GET", "/v1/stream", ROUTE_INLINE, ACCESS_READ, stream_handle, 0},
		/* Only what the asker himself is sent changes, so who may read may say it. */
		{"PUT", "/v1/streams/:id/watch", ROUTE_INLINE, ACCESS_READ, watch_handle, 0},
	};

	return (struct route_set){routes, ARRAY_LEN(routes)};
}
