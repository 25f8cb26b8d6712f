#include "daemon/store/resources.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/resource_cache.h"
#include "daemon/store/store_internal.h"
#include "daemon/store/txn.h"
#include "shared/log.h"
#include "shared/mem.h"

#define COLUMNS "id, kind, name, labels, spec, version, created_ms, updated_ms"

static const char *text_of(sqlite3_stmt *st, int i)
{
	const char *s = (const char *)sqlite3_column_text(st, i);

	return s ? s : "";
}

/* NULL for a kind this program does not know: the row is left alone. */
static struct resource *from_row(sqlite3_stmt *st)
{
	const struct resource_kind *k = resource_kind_find(text_of(st, 1));
	struct resource *r;

	if (!k)
		return NULL;
	r = resource_make(k, (uint64_t)sqlite3_column_int64(st, 0), text_of(st, 2), text_of(st, 3),
			  text_of(st, 4));
	r->version = (uint64_t)sqlite3_column_int64(st, 5);
	r->created_ms = sqlite3_column_int64(st, 6);
	r->updated_ms = sqlite3_column_int64(st, 7);
	return r;
}

enum err resources_load(struct store *s, struct error *e)
{
	enum err rc = ERR_NONE;
	size_t unknown = 0;
	sqlite3_stmt *st;
	int code = sqlite3_prepare_v2(s->db, "SELECT " COLUMNS " FROM resource ORDER BY kind, name",
				      -1, &st, NULL);

	while (!code && (code = sqlite3_step(st)) == SQLITE_ROW) {
		struct resource *r = from_row(st);

		s->has_links = s->has_links || (r && resource_has_links(r));
		if (r)
			resource_cache_apply(s->cache, NULL, r);
		else
			unknown++;
		resource_unref(r);
		code = SQLITE_OK;
	}
	if (code != SQLITE_DONE)
		rc = store_error(code, s->db, "read the resources", e);
	sqlite3_finalize(st);
	if (!rc)
		resource_cache_add_builtins(s->cache);
	if (unknown)
		log_warn("store",
			 "%zu resources of kinds this program does not know are kept aside",
			 unknown);
	return rc;
}

/* One row, or *out NULL. */
static enum err one_row(struct txn *t, sqlite3_stmt *st, struct resource **out, struct error *e)
{
	int code = sqlite3_step(st);
	enum err rc = ERR_NONE;

	*out = NULL;
	if (code == SQLITE_ROW)
		*out = from_row(st);
	else if (code != SQLITE_DONE)
		rc = store_error(code, txn_db(t), "read a resource", e);
	sqlite3_reset(st);
	return rc;
}

enum err resource_row_by_id(struct txn *t, uint64_t id, struct resource **out, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, "SELECT " COLUMNS " FROM resource WHERE id = ?", e);

	*out = NULL;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)id);
	return one_row(t, st, out, e);
}

static enum err row_by_name(struct txn *t, const struct resource_kind *k, const char *name,
			    struct resource **out, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t, "SELECT " COLUMNS " FROM resource WHERE kind = ? AND name = ?", e);

	*out = NULL;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_text(st, 1, k->kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, name, -1, SQLITE_TRANSIENT);
	return one_row(t, st, out, e);
}

/* The row of that name, or what is built in while there is none. */
static enum err find_by_name(struct txn *t, const struct resource_kind *k, const char *name,
			     struct resource **out, struct error *e)
{
	const struct builtin *b = resource_builtin(k, name, 0);
	enum err rc = row_by_name(t, k, name, out, e);

	if (!rc && !*out && b)
		*out = resource_make_builtin(k, b);
	return rc;
}

/* The same by id. */
static enum err find_by_id(struct txn *t, const struct resource_kind *k, uint64_t id,
			   struct resource **out, struct error *e)
{
	const struct builtin *b = resource_builtin(k, NULL, id);
	enum err rc = resource_row_by_id(t, id, out, e);

	if (rc || *out || !b)
		return rc;
	rc = find_by_name(t, k, b->name, out, e);
	if (!rc && *out && (*out)->id != id) { /* a row took its place under an id of its own */
		resource_unref(*out);
		*out = NULL;
	}
	return rc;
}

const struct resource *resource_find_row(struct txn *t, const struct resource_kind *k,
					 const char *name, struct error *e)
{
	struct resource *r;

	return find_by_name(t, k, name, &r, e) ? NULL : r;
}

static enum err exists(const struct resource_kind *k, const char *name, struct error *e)
{
	error_field(e, ERR_EXISTS, "name", "there is a %s \"%s\" already", k->kind, name);
	error_hint(e, "choose another name, or change that one");
	return ERR_EXISTS;
}

static enum err not_found(const struct resource_kind *k, const char *name, struct error *e)
{
	error_set(e, ERR_NOT_FOUND, "there is no %s \"%s\"", k->kind, name);
	error_hint(e, "see `sellersmart %s list`", k->kind);
	return ERR_NOT_FOUND;
}

static enum err check_version(const struct resource *old, uint64_t if_version, struct error *e)
{
	if (!if_version || old->version == if_version)
		return ERR_NONE;
	error_set(e, ERR_CONFLICT,
		  "%s \"%s\" was changed meanwhile: it is at version %llu, not %llu",
		  old->kind->kind, old->name, (unsigned long long)old->version,
		  (unsigned long long)if_version);
	error_hint(e, "look at it again and repeat the change");
	return ERR_CONFLICT;
}

/* ---- who refers to a secret ----------------------------------------------------------------- */

struct secret_search {
	const char *name;
	bool found;
};

static void compare_secret(const char *name, void *arg)
{
	struct secret_search *search = arg;

	search->found |= !strcmp(name, search->name);
}

/* Text search finds the candidates, so that only few specs are parsed. */
static enum err check_unused(struct txn *t, const struct resource *secret, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t,
			    "SELECT kind, name, spec FROM resource WHERE kind <> 'secret' "
			    "AND instr(spec, '\"secret\"') AND instr(spec, ?) "
			    "ORDER BY kind, name",
			    e);
	struct secret_search search = {.name = secret->name};
	int code = SQLITE_DONE;
	enum err rc = ERR_NONE;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_text(st, 1, secret->name, -1, SQLITE_STATIC);
	while (!rc && (code = sqlite3_step(st)) == SQLITE_ROW) {
		const char *spec = text_of(st, 2);
		json_t *json = json_read(spec, strlen(spec), JSON_BODY_MAX, NULL);

		spec_each_secret(json, compare_secret, &search);
		json_decref(json);
		if (search.found) {
			rc = error_set(e, ERR_IN_USE, "secret \"%s\" is used by %s \"%s\"",
				       secret->name, text_of(st, 0), text_of(st, 1));
			error_hint(e, "change that %s first", text_of(st, 0));
		}
	}
	if (!rc && code != SQLITE_DONE)
		rc = store_error(code, txn_db(t), "read the resources", e);
	sqlite3_reset(st);
	return rc;
}

static bool is_secret(const struct resource_kind *k)
{
	return !strcmp(k->kind, "secret");
}

/* ---- put ------------------------------------------------------------------------------------ */

/* What is there now and which name it will have. */
static enum err find_old(struct txn *t, const struct resource_put *p, struct resource **old,
			 struct error *e)
{
	struct resource *other = NULL;
	enum err rc;

	if (p->id) {
		rc = find_by_id(t, p->kind, p->id, old, e);
		if (!rc && (!*old || (*old)->kind != p->kind)) {
			char id[ID_TEXT];

			rc = not_found(p->kind, id_format(id, p->kind->prefix, p->id), e);
		}
		if (rc || !p->name || !strcmp(p->name, (*old)->name))
			return rc;
		rc = find_by_name(t, p->kind, p->name, &other, e);
		if (!rc && other)
			rc = exists(p->kind, p->name, e);
		resource_unref(other);
		return rc;
	}
	rc = find_by_name(t, p->kind, p->name, old, e);
	/* An applied file says where a name came from for ever; it matters only the first time. */
	if (!rc && !*old && p->renamed_from && p->renamed_from[0])
		rc = find_by_name(t, p->kind, p->renamed_from, old, e);
	if (!rc && *old && p->mode == PUT_CREATE)
		rc = exists(p->kind, (*old)->name, e);
	return rc;
}

static enum err write_row(struct txn *t, const struct resource *r, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO resource(" COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
		"ON CONFLICT(id) DO UPDATE SET name = ?3, labels = ?4, spec = ?5, version = ?6, "
		"updated_ms = ?8",
		e);

	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)r->id);
		sqlite3_bind_text(st, 2, r->kind->kind, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 3, r->name, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 4, r->labels, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 5, r->spec, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 6, (int64_t)r->version);
		sqlite3_bind_int64(st, 7, r->created_ms);
		sqlite3_bind_int64(st, 8, r->updated_ms);
	}
	return txn_exec(t, st, e);
}

enum err resource_replace(struct txn *t, const struct resource *old, struct resource *now,
			  struct error *e)
{
	enum err rc;

	now->version = old ? old->version + 1 : 1;
	/* What is built in comes back when its row is deleted: versions go on from the feed, so
	 * that no two rows ever share one. */
	if (now->id < BUILTIN_ID_END && now->version == BUILTIN_VERSION + 1)
		now->version += t->seq + 1;
	now->updated_ms = txn_now_ms(t);
	now->created_ms = old ? old->created_ms : now->updated_ms;
	t->store->has_links = t->store->has_links || resource_has_links(now);
	rc = write_row(t, now, e);
	if (!rc)
		rc = feed_change(t, now->kind->kind, now->id, false, e);
	if (!rc)
		txn_resource_changed(t, old ? resource_ref(old) : NULL, resource_ref(now));
	return rc;
}

enum err resource_touch(struct txn *t, const struct resource *old, struct error *e)
{
	struct resource *now = resource_make(old->kind, old->id, old->name, old->labels, old->spec);
	enum err rc = resource_replace(t, old, now, e);

	resource_unref(now);
	return rc;
}

enum err resource_put(struct txn *t, struct resource_put *p, struct error *e)
{
	struct resource *old = NULL, *now = NULL;
	const char *name, *labels;
	enum err rc;

	assert(p->id || p->name);
	p->result = NULL;
	rc = find_old(t, p, &old, e);
	if (rc)
		goto out;
	if (!old && p->mode == PUT_REPLACE) {
		rc = not_found(p->kind, p->name, e);
		goto out;
	}
	if (!old && p->if_version) {
		error_set(e, ERR_CONFLICT, "%s \"%s\" was deleted meanwhile", p->kind->kind,
			  p->name);
		rc = ERR_CONFLICT;
		goto out;
	}
	if (old && (rc = check_version(old, p->if_version, e)))
		goto out;

	name = p->name ? p->name : old->name;
	if (old && strcmp(old->name, name) && resource_builtin(p->kind, old->name, 0)) {
		rc = error_field(e, ERR_INVALID, "name",
				 "name: %s \"%s\" is built in and keeps its name", p->kind->kind,
				 old->name);
		error_hint(e, "make another one, and pause this one");
		goto out;
	}
	labels = p->labels ? p->labels : old ? old->labels : "{}";
	if (old && !strcmp(old->name, name) && !strcmp(old->labels, labels) &&
	    !strcmp(old->spec, p->spec)) {
		p->outcome = PUT_UNCHANGED;
		p->result = old;
		old = NULL;
		goto out;
	}
	if (old && is_secret(p->kind) && strcmp(old->name, name) != 0 &&
	    (rc = check_unused(t, old, e)))
		goto out;

	now = resource_make(p->kind, old ? old->id : txn_new_id(t), name, labels, p->spec);
	rc = resource_replace(t, old, now, e);
	if (!rc && old && strcmp(old->name, name) != 0)
		rc = links_follow(t, old, now, e);
	if (!rc) {
		p->outcome = old ? PUT_CHANGED : PUT_CREATED;
		p->result = now;
		now = NULL;
	}
out:
	resource_unref(old);
	resource_unref(now);
	return rc;
}

enum err resource_delete(struct txn *t, const struct resource_kind *k, uint64_t id,
			 uint64_t if_version, const struct resource **gone, struct error *e)
{
	struct resource *old;
	sqlite3_stmt *st;
	enum err rc;

	const struct builtin *beneath = NULL;

	if (gone)
		*gone = NULL;
	rc = find_by_id(t, k, id, &old, e);
	if (!rc && (!old || old->kind != k)) {
		char text[ID_TEXT];

		rc = not_found(k, id_format(text, k->prefix, id), e);
	}
	if (!rc)
		rc = check_version(old, if_version, e);
	if (!rc && is_secret(k))
		rc = check_unused(t, old, e);
	if (!rc && resource_is_builtin(old)) {
		rc = error_set(e, ERR_INVALID, "%s \"%s\" is built in and cannot be deleted",
			       k->kind, old->name);
		error_hint(e, "sellersmart %s pause %s", k->kind, old->name);
	}
	if (rc)
		goto out;
	beneath = resource_builtin(k, old->name, 0);
	st = txn_prepare(t, "DELETE FROM resource WHERE id = ?", e);
	if (st)
		sqlite3_bind_int64(st, 1, (int64_t)id);
	rc = txn_exec(t, st, e);
	if (!rc)
		rc = feed_change(t, k->kind, id, !beneath || beneath->id != id, e);
	if (!rc && beneath && beneath->id != id)
		rc = feed_change(t, k->kind, beneath->id, false, e);
	if (rc)
		goto out;
	if (is_secret(k))
		secrets_forget(t, id);
	if (gone)
		*gone = resource_ref(old);
	txn_resource_changed(t, old, beneath ? resource_make_builtin(k, beneath) : NULL);
	return ERR_NONE;
out:
	resource_unref(old);
	return rc;
}

void resource_listen(struct store *s, resource_listener_fn *fn, void *arg)
{
	listener_set_add(&s->resource_listeners, (listener_fn *)fn, arg);
}

void resource_unlisten(struct store *s, resource_listener_fn *fn, void *arg)
{
	listener_set_remove(&s->resource_listeners, (listener_fn *)fn, arg);
}
