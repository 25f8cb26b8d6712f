/* Resources as JSON. What a resource has by itself is the same until its next version, so its text
 * is kept for the next reader; what changes by itself comes from the service. */
#include <stdlib.h>
#include <string.h>

#include "daemon/api/internal.h"
#include "daemon/api/text.h"
#include "daemon/store/secrets.h"
#include "shared/mem.h"

enum { SLOTS = 2048, KEPT_MAX = 8192 /* bytes of one text */ };

struct slot {
	uint64_t id, version;
	char *text; /* members, without the braces */
	size_t len;
};

struct render_cache {
	pthread_mutex_t lock;
	struct slot slots[SLOTS];
};

struct render_cache *render_cache_new(void)
{
	struct render_cache *c = mem_zalloc(sizeof *c);

	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void render_cache_free(struct render_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		free(c->slots[i].text);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static struct slot *slot_of(struct render_cache *c, uint64_t id)
{
	return &c->slots[id * UINT64_C(0x9E3779B97F4A7C15) >> 53];
}

_Static_assert(SLOTS == 1 << (64 - 53), "the hash takes as many bits");

/* Append the kept members; false: not kept. */
static bool take(struct render_cache *c, const struct resource *r, struct buf *out)
{
	struct slot *s = slot_of(c, r->id);
	bool found;

	pthread_mutex_lock(&c->lock);
	found = s->text && s->id == r->id && s->version == r->version;
	if (found)
		buf_add(out, s->text, s->len);
	pthread_mutex_unlock(&c->lock);
	return found;
}

static void keep(struct render_cache *c, const struct resource *r, const char *text, size_t len)
{
	struct slot *s = slot_of(c, r->id);
	char *copy = mem_strndup(text, len), *old;

	pthread_mutex_lock(&c->lock);
	old = s->text;
	*s = (struct slot){r->id, r->version, copy, len};
	pthread_mutex_unlock(&c->lock);
	free(old);
}

const char *resource_origin(const struct resource *r)
{
	if (resource_is_builtin(r))
		return "built-in";
	return resource_builtin(r->kind, r->name, 0) ? "edited" : "own";
}

static void write_members(struct json_writer *w, const struct resource *r)
{
	char id[ID_TEXT];
	json_t *spec = resource_spec(r);

	jw_kv_str(w, "kind", r->kind->kind);
	jw_kv_str(w, "id", id_format(id, r->kind->prefix, r->id));
	jw_kv_str(w, "name", r->name);
	jw_key(w, "labels");
	jw_raw(w, r->labels && *r->labels ? r->labels : "{}",
	       r->labels && *r->labels ? strlen(r->labels) : 2);
	jw_kv_int(w, "version", (int64_t)r->version);
	jw_kv_time(w, "created_at", r->created_ms);
	jw_kv_time(w, "updated_at", r->updated_ms);
	if (r->kind->n_builtins)
		jw_kv_str(w, "origin", resource_origin(r));
	spec_write_effective(w, r->kind, spec);
	json_decref(spec);
}

void render_resource(struct api_kind *k, struct json_writer *w, const struct resource *r, bool live)
{
	struct render_cache *c = k->api->cache;
	size_t start;

	jw_object(w);
	start = w->out->len;
	if (take(c, r, w->out)) {
		w->first[w->depth] = false;
	} else {
		write_members(w, r);
		if (!w->out->overflow && w->out->len - start <= KEPT_MAX)
			keep(c, r, w->out->data + start, w->out->len - start);
	}
	if (live && k->live)
		k->live->write(w, r, k->live_ctx);
	else if (live && !strcmp(r->kind->kind, "secret"))
		jw_kv_bool(w, "stored", secret_exists(k->api->d->store, r->name));
	jw_object_end(w);
}

/* Whether key is one of fields; "last.duration_ms" asks for the member "last". */
static bool asked(const char *fields, const struct json_slice *key)
{
	for (const char *p = fields; *p;) {
		size_t n = strcspn(p, ","), top = strcspn(p, ",.");

		if (top == key->n && !memcmp(p, key->s, top))
			return true;
		p += n + (p[n] == ',');
	}
	return key->n == 2 && !memcmp(key->s, "id", 2);
}

void render_projection(struct buf *out, const char *object, size_t len, const char *fields)
{
	struct json_slice key, value;
	bool first = true;

	buf_add_char(out, '{');
	while (text_next_member(&object, &key, &value)) {
		if (!asked(fields, &key))
			continue;
		if (!first)
			buf_add_char(out, ',');
		first = false;
		buf_add_char(out, '"');
		buf_add(out, key.s, key.n);
		buf_add(out, "\":", 2);
		buf_add(out, value.s, value.n);
	}
	buf_add_char(out, '}');
}
