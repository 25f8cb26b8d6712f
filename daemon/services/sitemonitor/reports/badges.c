#include "daemon/services/sitemonitor/reports/badges.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/reports/badge_svg.h"
#include "daemon/services/sitemonitor/rows.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum { KEY_BYTES = 16, LABEL_MAX = 64, MESSAGE_MAX = 64 };

/* ---- keys in memory: under the table's lock ------------------------------------------------- */

static uint64_t hash_key(const struct badges *b, const uint8_t key[KEY_BYTES])
{
	uint64_t hash = 0;
	crypto_shorthash((unsigned char *)&hash, key, KEY_BYTES, b->seed);
	return hash;
}

/* The first place whose hash is not below. */
static size_t place_of(const struct badges *b, uint64_t hash)
{
	size_t low = 0, high = b->n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (b->all[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void enter(struct badges *b, const uint8_t key[KEY_BYTES], uint64_t monitor)
{
	struct badge_key k = {.hash = hash_key(b, key), .monitor = monitor};
	memcpy(k.key, key, KEY_BYTES);
	if (b->n == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 16;
		b->all = mem_array(b->all, b->cap, sizeof(*b->all));
	}
	size_t at = place_of(b, k.hash);
	memmove(&b->all[at + 1], &b->all[at], (b->n - at) * sizeof(*b->all));
	b->all[at] = k;
	b->n++;
}

static const struct badge_key *key_of(const struct badges *b, uint64_t monitor)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->all[i].monitor == monitor)
			return &b->all[i];
	return NULL;
}

static void leave(struct badges *b, uint64_t monitor)
{
	const struct badge_key *k = key_of(b, monitor);
	if (!k)
		return;
	size_t at = (size_t)(k - b->all);
	memmove(&b->all[at], &b->all[at + 1], (b->n - at - 1) * sizeof(*b->all));
	b->n--;
}

uint64_t badges_find(const struct badges *b, const char *text)
{
	uint8_t key[KEY_BYTES];
	size_t n = 0;
	if (strlen(text) != BADGE_KEY_TEXT - 1 ||
	    sodium_hex2bin(key, sizeof(key), text, BADGE_KEY_TEXT - 1, NULL, &n, NULL) ||
	    n != KEY_BYTES)
		return 0;
	uint64_t hash = hash_key(b, key);
	for (size_t i = place_of(b, hash); i < b->n && b->all[i].hash == hash; i++)
		if (!sodium_memcmp(b->all[i].key, key, KEY_BYTES))
			return b->all[i].monitor;
	return 0;
}

void badges_forget(struct sitemonitor *sm, uint64_t monitor)
{
	table_lock(&sm->table);
	leave(&sm->badges, monitor);
	table_unlock(&sm->table);
}

void badges_fini(struct badges *b)
{
	if (b->all)
		sodium_memzero(b->all, b->n * sizeof(*b->all));
	free(b->all);
	pthread_mutex_destroy(&b->changing);
	*b = (struct badges){0};
}

enum err badges_load(struct sitemonitor *sm, struct error *e)
{
	struct reader *reader = store_reader(sm->d->store, e);
	sqlite3_stmt *st =
		reader ? reader_prepare(reader, "SELECT monitor, key FROM monitor_badge", e) : NULL;
	int rc = SQLITE_ERROR;
	pthread_mutex_init(&sm->badges.changing, NULL);
	crypto_shorthash_keygen(sm->badges.seed);
	while (st && (rc = sqlite3_step(st)) == SQLITE_ROW)
		if (sqlite3_column_bytes(st, 1) == KEY_BYTES)
			enter(&sm->badges, sqlite3_column_blob(st, 1),
			      (uint64_t)sqlite3_column_int64(st, 0));
	enum err err = rc == SQLITE_DONE ? ERR_NONE
		       : st ? store_error(rc, sqlite3_db_handle(st), "reading badges", e)
			    : ERR_STORE;
	if (st)
		sqlite3_reset(st);
	if (reader)
		reader_done(reader);
	return err;
}

/* ---- making and revoking: POST /v1/monitors/REF/badge --------------------------------------- */

struct change_key {
	uint64_t monitor;
	uint8_t key[KEY_BYTES];
	bool revoke;
};

static enum err write_key(struct txn *t, void *arg, struct error *e)
{
	const struct change_key *c = arg;
	bool exists = false;
	enum err err = monitor_row_exists(t, c->monitor, &exists, e);
	if (err)
		return err;
	if (!exists)
		return error_set(e, ERR_NOT_FOUND, "the monitor was deleted meanwhile");
	sqlite3_stmt *st =
		c->revoke ? txn_prepare(t, "DELETE FROM monitor_badge WHERE monitor = ?1", e)
			  : txn_prepare(t,
					"INSERT INTO monitor_badge (monitor, key, made_ms)"
					" VALUES (?1, ?2, ?3) ON CONFLICT (monitor) DO UPDATE SET"
					" key = excluded.key, made_ms = excluded.made_ms",
					e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)c->monitor);
	if (!c->revoke) {
		sqlite3_bind_blob(st, 2, c->key, KEY_BYTES, SQLITE_STATIC);
		sqlite3_bind_int64(st, 3, clock_wall_ms(store_clock(txn_store(t))));
	}
	return txn_exec(t, st, e);
}

static enum err keep_change(struct sitemonitor *sm, struct change_key *c, struct error *e)
{
	enum err err = store_run(sm->d->store, OP_PEOPLE, write_key, c, e);
	if (err)
		return err;
	table_lock(&sm->table);
	leave(&sm->badges, c->monitor);
	if (!c->revoke && table_find(&sm->table, c->monitor))
		enter(&sm->badges, c->key, c->monitor);
	table_unlock(&sm->table);
	return ERR_NONE;
}

/* In c->key what is valid afterwards. */
static void change_key(struct sitemonitor *sm, struct change_key *c, bool rotate, struct error *e)
{
	table_lock(&sm->table);
	const struct badge_key *kept = key_of(&sm->badges, c->monitor);
	bool change = c->revoke ? kept != NULL : !kept || rotate;
	if (kept)
		memcpy(c->key, kept->key, KEY_BYTES);
	table_unlock(&sm->table);
	if (!change)
		return;
	if (!c->revoke)
		randombytes_buf(c->key, KEY_BYTES);
	if (keep_change(sm, c, e) && !e->code)
		error_set(e, ERR_STORE, "the badge's key was not kept");
}

static void write_paths(struct json_writer *w, const char *key)
{
	static const char *const what[] = {"status", "uptime/24h", "uptime/30d", "p95/24h"};
	static const char *const kinds[] = {"svg", "json"};
	char path[96];
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		jw_key(w, kinds[k]);
		jw_array(w);
		for (size_t i = 0; i < ARRAY_LEN(what); i++) {
			snprintf(path, sizeof(path), "/badge/%s/%s.%s", key, what[i], kinds[k]);
			jw_str(w, path);
		}
		jw_array_end(w);
	}
}

static bool take_body(struct request *r, bool *rotate, bool *revoke, struct error *e)
{
	size_t n = 0;
	request_body(r, &n);
	json_t *body = n ? request_json(r, e) : NULL;
	*rotate = json_bool(body, "rotate", false);
	*revoke = json_bool(body, "revoke", false);
	if (*rotate && *revoke)
		error_field(e, ERR_INVALID, "revoke", "revoke: not together with rotate");
	return !e->code;
}

struct answered route_badge_key(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct error e = {0};
	struct json_writer w;
	struct change_key c = {0};
	char text[BADGE_KEY_TEXT] = "";
	bool rotate = false;
	const struct resource *m = take_body(r, &rotate, &c.revoke, &e)
					   ? route_monitor(sm, request_param(r, "ref"), &e)
					   : NULL;
	if (!m)
		return reply_error(r, &e);
	c.monitor = m->id;
	pthread_mutex_lock(&sm->badges.changing);
	change_key(sm, &c, rotate, &e);
	pthread_mutex_unlock(&sm->badges.changing);
	if (!e.code) {
		if (!c.revoke)
			sodium_bin2hex(text, sizeof(text), c.key, KEY_BYTES);
		jw_init(&w, reply_body(r));
		jw_object(&w);
		jw_key(&w, "data");
		jw_object(&w);
		jw_kv_str(&w, "monitor", m->name);
		jw_kv_str(&w, "key", *text ? text : NULL);
		if (*text)
			write_paths(&w, text);
		jw_object_end(&w);
		jw_object_end(&w);
	}
	resource_unref(m);
	return e.code ? reply_error(r, &e) : reply_send(r, 200);
}

/* ---- a badge: GET /badge/KEY/WHAT[/WINDOW].svg ---------------------------------------------- */

struct badge {
	uint64_t monitor;
	char label[LABEL_MAX * 3 + 1], message[MESSAGE_MAX];
	enum badge_color color;
	enum monitor_state state;
	bool json;
};

static const struct {
	const char *name;
	int days;
} windows[] = {{"24h", 1}, {"7d", 7}, {"30d", 30}, {"90d", 90}, {"365d", 365}, {"1y", 365}};

/* "30d.svg" -> "30d"; false: neither .svg nor .json. */
static bool take_suffix(const char *text, char *stem, size_t cap, bool *json)
{
	const char *dot = text ? strrchr(text, '.') : NULL;
	if (!dot || (strcmp(dot, ".svg") && strcmp(dot, ".json")))
		return false;
	*json = !strcmp(dot, ".json");
	return snprintf(stem, cap, "%.*s", (int)(dot - text), text) < (int)cap;
}

static void say_status(struct badge *b)
{
	static const enum badge_color color[STATE_COUNT] = {
		[STATE_NEW] = BADGE_NONE,      [STATE_UP] = BADGE_GOOD,
		[STATE_DEGRADED] = BADGE_FAIR, [STATE_PENDING] = BADGE_FAIR,
		[STATE_DOWN] = BADGE_BAD,      [STATE_UNKNOWN] = BADGE_NONE,
		[STATE_PAUSED] = BADGE_NONE,   [STATE_MAINTENANCE] = BADGE_NONE,
		[STATE_FLAPPING] = BADGE_FAIR,
	};
	b->color = color[b->state];
	snprintf(b->message, sizeof(b->message), "%s", monitor_state_name(b->state));
}

static void say_uptime(struct badge *b, const struct series_point *p, const char *window)
{
	b->color = BADGE_NONE;
	if (p->known_ms <= 0) {
		snprintf(b->message, sizeof(b->message), "uptime unknown, %s", window);
		return;
	}
	long long pct = p->up_ms * 10000 / p->known_ms; /* never rounded up to 100 */
	b->color = pct >= 9990 ? BADGE_GOOD : pct >= 9900 ? BADGE_FAIR : BADGE_BAD;
	snprintf(b->message, sizeof(b->message), "%lld.%02lld%% up, %s", pct / 100, pct % 100,
		 window);
}

static void say_percentile(struct badge *b, const char *what, int64_t us, const char *window)
{
	b->color = us < 0 ? BADGE_NONE : BADGE_GOOD;
	if (us < 0)
		snprintf(b->message, sizeof(b->message), "%s unknown, %s", what, window);
	else if (us < 10000000)
		snprintf(b->message, sizeof(b->message), "%s %lld ms, %s", what,
			 (long long)((us + 500) / 1000), window);
	else
		snprintf(b->message, sizeof(b->message), "%s %lld s, %s", what,
			 (long long)((us + 500000) / 1000000), window);
}

/* @return false when there is no such badge, or e is filled */
static bool say_window(struct sitemonitor *sm, struct badge *b, const char *what,
		       const char *window, struct error *e)
{
	bool p50 = !strcmp(what, "p50"), p95 = !strcmp(what, "p95"), p99 = !strcmp(what, "p99");
	int days = 0;
	struct series_point p;
	int64_t now = clock_wall_ms(sm->d->clock) + 1;
	for (size_t i = 0; i < ARRAY_LEN(windows); i++)
		days = !strcmp(windows[i].name, window) ? windows[i].days : days;
	if (!days || (strcmp(what, "uptime") && !p50 && !p95 && !p99))
		return false;
	if (series_query(sm->d->store, b->monitor, now - days * INT64_C(86400000), now, 0, NULL, &p,
			 e) < 0)
		return false;
	if (p50 || p95 || p99)
		say_percentile(b, what, p50 ? p.p50_us : p95 ? p.p95_us : p.p99_us, window);
	else
		say_uptime(b, &p, window);
	return true;
}

/* Name and state of the key's owner. */
static bool find_owner(struct sitemonitor *sm, const char *key, struct badge *b)
{
	table_lock(&sm->table);
	b->monitor = key ? badges_find(&sm->badges, key) : 0;
	const struct monitor *m = b->monitor ? table_find(&sm->table, b->monitor) : NULL;
	if (m) {
		snprintf(b->label, sizeof(b->label), "%s", m->res->name);
		b->state = m->shown.state;
	}
	table_unlock(&sm->table);
	return m != NULL;
}

static void write_badge(struct request *r, const struct badge *b)
{
	struct buf *out = reply_body(r);
	struct json_writer w;
	uint64_t tag = 0;
	static const unsigned char seed[crypto_shorthash_KEYBYTES];
	if (b->json) {
		jw_init(&w, out);
		jw_object(&w);
		jw_kv_int(&w, "schemaVersion", 1);
		jw_kv_str(&w, "label", b->label);
		jw_kv_str(&w, "message", b->message);
		jw_kv_str(&w, "color", badge_color_name(b->color));
		jw_object_end(&w);
	} else {
		badge_svg(out, b->label, b->message, b->color);
		reply_header(r, "Content-Type", "image/svg+xml; charset=utf-8");
		reply_header(r, "Content-Security-Policy", "default-src 'none'");
	}
	crypto_shorthash((unsigned char *)&tag, (const unsigned char *)out->data, out->len, seed);
	reply_header(r, "Cache-Control", "public, max-age=60");
	reply_etag(r, tag);
}

struct answered route_badge(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct error e = {0};
	struct badge b = {0};
	char stem[16];
	const char *what = request_param(r, "what"), *window = request_param(r, "window");
	const char *label = request_query(r, "label", NULL);
	bool good = find_owner(sm, request_param(r, "key"), &b) &&
		    take_suffix(window ? window : what, stem, sizeof(stem), &b.json);
	if (good && !window) {
		good = !strcmp(stem, "status");
		say_status(&b);
	} else if (good) {
		good = say_window(sm, &b, what, stem, &e);
	}
	if (!good) {
		if (!e.code)
			error_set(&e, ERR_NOT_FOUND, "there is no badge at this address");
		return reply_error(r, &e);
	}
	if (label && *label)
		text_safe(b.label, sizeof(b.label), label, strlen(label), LABEL_MAX, 0, NULL);
	write_badge(r, &b);
	return reply_send(r, 200);
}
