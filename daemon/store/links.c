/* Resources that name others of their kind (a monitor and what it depends on). Checked at the end
 * of an operation, so that a batch may come in any order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/store_internal.h"
#include "daemon/store/txn.h"
#include "shared/mem.h"

enum { DEPTH_MAX = 16 };

bool resource_has_links(const struct resource *r)
{
	const struct field *f = resource_link_field(r->kind);
	char member[64];
	if (!f)
		return false;
	snprintf(member, sizeof(member), "\"%s\":[", f->name);
	return strstr(r->spec, member) != NULL;
}

/* A new array of what r names, or NULL. */
static json_t *links_of(const struct resource *r)
{
	if (!resource_has_links(r))
		return NULL;
	json_t *spec = resource_spec(r);
	json_t *list = json_incref(json_object_get(spec, resource_link_field(r->kind)->name));
	json_decref(spec);
	return list;
}

/* ---- no circle ------------------------------------------------------------------------------ */

struct walk {
	struct txn *t;
	const struct resource_kind *kind;
	const json_t *promised;
	const char *path[DEPTH_MAX + 1]; /* names, from where it began */
	int depth;
	json_t *done; /* names that lead nowhere: as keys */
	struct error *e;
};

static enum err refuse(struct walk *w, const char *again)
{
	char text[600] = "";
	size_t n = 0;
	bool circle = w->depth <= DEPTH_MAX;
	for (int i = 0; i < w->depth && n < sizeof(text) - 80; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s -> ", w->path[i]);
	snprintf(text + n, sizeof(text) - n, "%s", again);
	const char *field = resource_link_field(w->kind)->name;
	error_field(w->e, ERR_INVALID, field, "%s: %s%.400s", field,
		    circle ? "a circle: " : "more than 16 levels: ", text);
	error_hint(w->e, "leave one of them out");
	return ERR_INVALID;
}

static enum err visit(struct walk *w, const struct resource *r);

static enum err visit_name(struct walk *w, const char *name)
{
	for (int i = 0; i < w->depth; i++)
		if (!strcmp(w->path[i], name))
			return refuse(w, name);
	if (json_object_get(w->done, name))
		return ERR_NONE;
	const struct resource *next = resource_find_row(w->t, w->kind, name, w->e);
	if (!next && json_object_get(json_object_get(w->promised, w->kind->kind), name))
		return ERR_NONE;
	if (!next) {
		const char *field = resource_link_field(w->kind)->name;
		error_field(w->e, ERR_INVALID, field,
			    "%s: %s names \"%s\", and there is no such %s", field,
			    w->path[w->depth - 1], name, w->kind->kind);
		error_hint(w->e, "see `sellersmart %s list`", w->kind->kind);
		return ERR_INVALID;
	}
	enum err rc = visit(w, next);
	resource_unref(next);
	return rc;
}

static enum err visit(struct walk *w, const struct resource *r)
{
	enum err rc = ERR_NONE;
	json_t *links = links_of(r);
	if (links && w->depth == DEPTH_MAX)
		rc = refuse(w, r->name);
	w->path[w->depth++] = r->name;
	for (size_t i = 0; i < json_array_size(links) && !rc; i++)
		rc = visit_name(w, json_string_value(json_array_get(links, i)));
	w->depth--;
	json_object_set_new(w->done, r->name, json_true());
	json_decref(links);
	return rc;
}

static enum err check_written(struct txn *t, const struct resource *r, const json_t *promised,
			      json_t *done, struct error *e)
{
	struct walk w = {.t = t, .kind = r->kind, .promised = promised, .done = done, .e = e};
	struct resource *now = NULL;
	enum err rc = resource_row_by_id(t, r->id, &now, e); /* it may have changed since */
	if (!rc && now)
		rc = visit(&w, now);
	resource_unref(now);
	return rc;
}

/* ---- who names it --------------------------------------------------------------------------- */

struct ids {
	uint64_t *all;
	size_t n, cap;
};

/* Candidates by text, so that few specs are parsed. */
static enum err find_naming(struct txn *t, const struct resource *r, struct ids *out,
			    struct error *e)
{
	char quoted[NAME_MAX_BYTES + 3];
	int code;
	*out = (struct ids){0};
	if (!t->store->has_links)
		return ERR_NONE;
	sqlite3_stmt *st = txn_prepare(
		t, "SELECT id FROM resource WHERE kind = ? AND instr(spec, ?) AND instr(spec, ?)",
		e);
	if (!st)
		return ERR_STORE;
	snprintf(quoted, sizeof(quoted), "\"%s\"", r->name);
	sqlite3_bind_text(st, 1, r->kind->kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, resource_link_field(r->kind)->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, quoted, -1, SQLITE_TRANSIENT);
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		if (out->n == out->cap) {
			out->cap = out->cap ? 2 * out->cap : 16;
			out->all = mem_array(out->all, out->cap, sizeof(*out->all));
		}
		out->all[out->n++] = (uint64_t)sqlite3_column_int64(st, 0);
	}
	sqlite3_reset(st);
	return code == SQLITE_DONE ? ERR_NONE
				   : store_error(code, txn_db(t), "read the resources", e);
}

/* Where name stands in the links of r, -1: nowhere. */
static int place_of(json_t *links, const char *name)
{
	for (size_t i = 0; i < json_array_size(links); i++)
		if (!strcmp(json_string_value(json_array_get(links, i)), name))
			return (int)i;
	return -1;
}

static enum err check_deleted(struct txn *t, const struct resource *gone, struct error *e)
{
	struct ids ids;
	size_t others = 0;
	char first[NAME_MAX_BYTES + 1] = "";
	enum err rc = find_naming(t, gone, &ids, e);
	for (size_t i = 0; i < ids.n && !rc; i++) {
		struct resource *r = NULL;
		rc = resource_row_by_id(t, ids.all[i], &r, e);
		json_t *links = r ? links_of(r) : NULL;
		if (place_of(links, gone->name) >= 0 && !others++)
			snprintf(first, sizeof(first), "%s", r->name);
		json_decref(links);
		resource_unref(r);
	}
	free(ids.all);
	if (rc || !others)
		return rc;
	const struct resource *same = resource_find_row(t, gone->kind, gone->name, e);
	if (same) { /* another took its name */
		resource_unref(same);
		return ERR_NONE;
	}
	const char *kind = gone->kind->kind;
	if (others > 1)
		error_set(e, ERR_IN_USE, "%s \"%s\" and %zu more depend on %s \"%s\"", kind, first,
			  others - 1, kind, gone->name);
	else
		error_set(e, ERR_IN_USE, "%s \"%s\" depends on %s \"%s\"", kind, first, kind,
			  gone->name);
	error_hint(e, "change %s first: sellersmart %s edit %s", others > 1 ? "them" : "that one",
		   kind, first);
	return ERR_IN_USE;
}

enum err resource_links_check(struct txn *t, const json_t *promised, uint64_t *at_fault,
			      struct error *e)
{
	json_t *done = NULL;
	enum err rc = ERR_NONE;
	for (; t->n_linked < t->n_changes && !rc; t->n_linked++) {
		const struct resource *old = t->changes[t->n_linked].old,
				      *now = t->changes[t->n_linked].now;
		const struct resource *r = now ? now : old;
		if (at_fault)
			*at_fault = r->id;
		if (now && resource_has_links(now)) {
			done = done ? done : json_object();
			rc = check_written(t, now, promised, done, e);
		} else if (!now && resource_link_field(r->kind)) {
			rc = check_deleted(t, old, e);
		}
	}
	if (rc) /* nothing of it is kept, or who asked looks again */
		t->n_linked--;
	json_decref(done);
	return rc;
}

/* ---- a rename ------------------------------------------------------------------------------- */

static enum err rewrite(struct txn *t, const struct resource *r, const char *from, const char *to,
			struct error *e)
{
	json_t *spec = resource_spec(r), *links;
	enum err rc = ERR_NONE;
	links = json_object_get(spec, resource_link_field(r->kind)->name);
	int at = place_of(links, from);
	if (at >= 0) {
		json_array_set_new(links, (size_t)at, json_string(to));
		char *text = spec_dump(spec);
		struct resource *now = resource_make(r->kind, r->id, r->name, r->labels, text);
		rc = resource_replace(t, r, now, e);
		resource_unref(now);
		free(text);
	}
	json_decref(spec);
	return rc;
}

enum err links_follow(struct txn *t, const struct resource *old, const struct resource *now,
		      struct error *e)
{
	struct ids ids;
	if (!resource_link_field(old->kind))
		return ERR_NONE;
	enum err rc = find_naming(t, old, &ids, e);
	for (size_t i = 0; i < ids.n && !rc; i++) {
		struct resource *r = NULL;
		rc = resource_row_by_id(t, ids.all[i], &r, e);
		if (!rc && r)
			rc = rewrite(t, r, old->name, now->name, e);
		resource_unref(r);
	}
	free(ids.all);
	return rc;
}
