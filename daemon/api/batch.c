/* POST /v1/batch: many resources in one operation, all or nothing. A worker validates and waits for
 * the commit. Results stand in the order of the items; what others refer to is written first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/internal.h"
#include "shared/mem.h"

enum { BATCH_MAX = 500 };

struct batch_item {
	struct api_kind *k;
	struct resource_input in;
	char kind[32], name[NAME_MAX_BYTES + 1];
	char *labels, *spec;
	struct missing_secrets *missing; /* NULL: none */
	struct error_list *faults;       /* NULL: none */
	enum put_outcome outcome;
	uint64_t id;
	struct buf changes; /* a JSON array without its end */
	size_t index;
};

struct batch {
	struct api_state *api;
	struct batch_item *items, **order;
	size_t n;
	json_t *promised;   /* names that other batches bring, {kind: {name: true}}; or NULL */
	bool dry_run, done; /* done: every item was tried, so a rollback was meant */
};

static struct error_list *faults_of(struct batch_item *it)
{
	if (!it->faults)
		it->faults = mem_zalloc(sizeof *it->faults);
	return it->faults;
}

static void fault(struct batch_item *it, const struct error *e)
{
	struct error_list *faults = faults_of(it);

	faults->items[0] = *e;
	faults->n = faults->total = 1;
}

static void batch_free(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct batch_item *it = &b->items[i];

		resource_input_fini(&it->in);
		free(it->labels);
		free(it->spec);
		free(it->missing);
		free(it->faults);
		buf_fini(&it->changes);
	}
	free(b->items);
	free(b->order);
	json_decref(b->promised);
	free(b);
}

/* ---- reading ------------------------------------------------------------------------------------
 */

static void item_validate(struct batch_item *it, const json_t *json)
{
	struct error_list *faults = mem_zalloc(sizeof *faults);
	struct missing_secrets missing;
	bool ok;

	ok = resource_validate(it->k->kind, json, 0, NULL, &it->in, faults);
	if (ok) {
		snprintf(it->name, sizeof it->name, "%s", it->in.name);
		missing_find(it->k->api->d->store, it->in.spec, &missing);
		ok = missing_pause(it->k, &it->in, &missing, faults);
		if (missing.n) {
			it->missing = mem_alloc(sizeof missing);
			*it->missing = missing;
		}
	}
	if (!ok) {
		it->faults = faults;
		return;
	}
	free(faults);
	it->labels = it->in.labels ? json_dumps(it->in.labels, JSON_COMPACT | JSON_SORT_KEYS)
				   : mem_strdup("{}");
	it->spec = spec_dump(it->in.spec);
}

static void item_read(struct batch *b, struct batch_item *it, const json_t *json)
{
	const char *word = json_str(json, "kind", "");
	const struct resource_kind *kind = *word ? resource_kind_find(word) : NULL;
	struct error e;

	it->changes = BUF_INIT(256 * 1024);
	snprintf(it->kind, sizeof it->kind, "%s", word);
	snprintf(it->name, sizeof it->name, "%s", json_str(json, "name", ""));
	it->k = kind ? api_kind_of(b->api, kind) : NULL;
	if (!json_is_object(json)) {
		error_set(&e, ERR_INVALID, "an item must be an object");
		fault(it, &e);
	} else if (!it->k || !(kind->ops & OP_ADD)) {
		error_field(&e, ERR_INVALID, "kind", "kind: there is no kind \"%.64s\" to write",
			    word);
		error_hint(&e, "monitor, secret");
		fault(it, &e);
	} else {
		snprintf(it->kind, sizeof it->kind, "%s", kind->kind);
		item_validate(it, json);
	}
}

static int by_kind_order(const void *x, const void *y)
{
	const struct batch_item *a = *(struct batch_item *const *)x,
				*b = *(struct batch_item *const *)y;
	unsigned first = a->k ? a->k->kind->order : 0, second = b->k ? b->k->kind->order : 0;

	if (first != second)
		return first < second ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

static int by_name(const void *x, const void *y)
{
	const struct batch_item *a = *(struct batch_item *const *)x,
				*b = *(struct batch_item *const *)y;
	int c = strcmp(a->kind, b->kind);

	c = c ? c : strcmp(a->name, b->name);
	return c ? c : a->index < b->index ? -1 : 1;
}

static void refuse_twice(struct batch *b)
{
	struct error e;

	qsort(b->order, b->n, sizeof *b->order, by_name);
	for (size_t i = 1; i < b->n; i++) {
		struct batch_item *it = b->order[i], *before = b->order[i - 1];

		if (it->faults || !it->name[0] || strcmp(it->kind, before->kind) ||
		    strcmp(it->name, before->name))
			continue;
		error_field(&e, ERR_EXISTS, "name", "name: %s \"%s\" is item %zu already", it->kind,
			    it->name, before->index + 1);
		fault(it, &e);
	}
}

/* Absent, or {kind: {name: true}}. */
static bool promise_valid(const json_t *promised)
{
	const char *kind;
	json_t *names;

	json_object_foreach((json_t *)promised, kind, names)
	{
		if (!json_is_object(names))
			return false;
	}
	return !promised || json_is_object(promised);
}

/* What an item names may come with it. */
static void check_items(struct batch *b)
{
	json_t *coming = b->promised ? json_deep_copy(b->promised) : json_object();

	for (size_t i = 0; i < b->n; i++) {
		struct batch_item *it = &b->items[i];
		json_t *names = json_object_get(coming, it->kind);

		if (!names) {
			names = json_object();
			json_object_set_new(coming, it->kind, names);
		}
		json_object_set_new(names, it->name, json_true());
	}
	for (size_t i = 0; i < b->n; i++) {
		struct batch_item *it = &b->items[i];

		struct error_list *faults;

		if (it->faults || !it->in.spec)
			continue;
		faults = mem_zalloc(sizeof(*faults));
		if (api_check(it->k, it->in.spec, coming, faults))
			free(faults);
		else
			it->faults = faults;
	}
	json_decref(coming);
}

static struct batch *batch_read(struct api_state *a, const json_t *body, struct error *e)
{
	const json_t *items = json_object_get(body, "items"), *item;
	struct batch *b;
	size_t i, n = json_array_size(items);

	if (!json_is_array(items)) {
		error_field(e, ERR_INVALID, "items", "items: a list of resources is needed");
		return NULL;
	}
	if (n > BATCH_MAX) {
		error_field(e, ERR_TOO_LARGE, "items", "items: %zu, at most %d a batch", n,
			    BATCH_MAX);
		error_hint(e, "send several batches");
		return NULL;
	}
	if (!promise_valid(json_object_get(body, "promised"))) {
		error_field(e, ERR_INVALID, "promised", "promised: {KIND: {NAME: true}}");
		return NULL;
	}
	b = mem_zalloc(sizeof *b);
	b->api = a;
	b->n = n;
	b->dry_run = json_bool(body, "dry_run", false);
	if (b->dry_run) /* what is written must be there */
		b->promised = json_incref(json_object_get(body, "promised"));
	b->items = mem_zalloc((n + 1) * sizeof *b->items);
	b->order = mem_zalloc((n + 1) * sizeof *b->order);
	json_array_foreach(items, i, item)
	{
		b->items[i].index = i;
		b->order[i] = &b->items[i];
		item_read(b, &b->items[i], item);
	}
	check_items(b);
	refuse_twice(b);
	qsort(b->order, n, sizeof *b->order, by_kind_order);
	return b;
}

/* ---- on the writer thread
 * ------------------------------------------------------------------------- */

static void on_change(const char *field, const char *from, const char *to, void *arg)
{
	struct buf *out = arg;
	struct json_writer w;

	buf_add_char(out, out->len ? ',' : '[');
	jw_init(&w, out);
	jw_object(&w);
	jw_kv_str(&w, "field", field);
	jw_kv_str(&w, "from", from);
	jw_kv_str(&w, "to", to);
	jw_object_end(&w);
}

static void note_changes(struct batch_item *it, const struct resource *old,
			 const struct resource *now)
{
	json_t *before = resource_spec(old), *after = resource_spec(now);

	if (strcmp(old->name, now->name))
		on_change("name", old->name, now->name, &it->changes);
	if (strcmp(old->labels, now->labels))
		on_change("labels", old->labels, now->labels, &it->changes);
	spec_diff(it->k->kind, before, after, on_change, &it->changes);
	json_decref(before);
	json_decref(after);
}

static enum err put_item(struct txn *t, struct batch_item *it, struct error *e)
{
	const struct resource_kind *k = it->k->kind;
	struct store *s = txn_store(t);
	const struct resource *old = resource_get(s, k, it->name);
	struct resource_put p = {
		.kind = k,
		.mode = PUT_UPSERT,
		.name = it->name,
		.labels = it->labels,
		.spec = it->spec,
		.renamed_from = it->in.renamed_from[0] ? it->in.renamed_from : NULL,
	};
	enum err rc = ERR_NONE;
	json_t *before;

	if (!old && p.renamed_from)
		old = resource_get(s, k, p.renamed_from);
	if (old) {
		before = resource_spec(old);
		rc = resource_fixed_check(k, before, it->in.spec, e);
		json_decref(before);
	}
	if (!rc)
		rc = resource_put(t, &p, e);
	if (!rc) {
		it->outcome = p.outcome;
		it->id = p.result->id;
		if (old && p.outcome == PUT_CHANGED)
			note_changes(it, old, p.result);
		if (it->missing && p.outcome != PUT_UNCHANGED)
			rc = missing_note(t, it->missing, p.result, e);
		resource_unref(p.result);
	}
	resource_unref(old);
	return rc;
}

/* Faults of an item are its own; those of the store end everything. */
static bool item_fault(enum err code)
{
	switch (code) {
	case ERR_INVALID:
	case ERR_EXISTS:
	case ERR_CONFLICT:
	case ERR_NOT_FOUND:
	case ERR_IN_USE:
	case ERR_TOO_LARGE: return true;
	default: return false;
	}
}

/* Once all are there: what an item names may have come after it. */
static bool links_hold(struct txn *t, struct batch *b, struct error *e)
{
	uint64_t at_fault = 0;

	if (!resource_links_check(t, b->promised, &at_fault, e))
		return true;
	for (size_t i = 0; i < b->n; i++) {
		if (b->items[i].id == at_fault && !b->items[i].faults) {
			fault(&b->items[i], e);
			return false;
		}
	}
	if (b->n)
		fault(&b->items[0], e);
	return false;
}

static enum err run(struct txn *t, void *arg, struct error *e)
{
	struct batch *b = arg;
	bool failed = false;

	for (size_t i = 0; i < b->n; i++) {
		enum err rc = put_item(t, b->order[i], e);

		if (rc && !item_fault(rc))
			return rc;
		if (rc)
			fault(b->order[i], e);
		failed |= rc != ERR_NONE;
	}
	failed = failed || !links_hold(t, b, e);
	b->done = true;
	if (failed || b->dry_run)
		return error_set(e, ERR_CANCELLED, "nothing was written");
	return ERR_NONE;
}

/* ---- the answer
 * ----------------------------------------------------------------------------------- */

static const char *outcome_word(const struct batch_item *it)
{
	if (it->faults)
		return "failed";
	switch (it->outcome) {
	case PUT_CREATED: return "created";
	case PUT_CHANGED: return "changed";
	case PUT_UNCHANGED: return "unchanged";
	}
	return "unchanged";
}

static void write_result(struct json_writer *w, struct batch_item *it, bool tried)
{
	char id[ID_TEXT];

	jw_object(w);
	jw_kv_str(w, "kind", it->kind);
	jw_kv_str(w, "name", it->name);
	if (it->faults || tried)
		jw_kv_str(w, "outcome", outcome_word(it));
	else
		jw_kv_str(w, "outcome", "valid"); /* others failed before it was tried */
	if (it->id && !it->faults)
		jw_kv_str(w, "id", id_format(id, it->k->kind->prefix, it->id));
	jw_key(w, "changes");
	if (it->changes.len) { /* "[" item, item */
		buf_add_char(&it->changes, ']');
		jw_raw(w, it->changes.data, it->changes.len);
	} else {
		jw_raw(w, "[]", 2);
	}
	if (it->missing)
		missing_write(w, it->missing);
	if (it->faults) {
		jw_key(w, "error");
		write_fault(w, &it->faults->items[0]);
		jw_key(w, "errors");
		jw_array(w);
		for (size_t i = 0; i < it->faults->n; i++)
			write_fault(w, &it->faults->items[i]);
		jw_array_end(w);
	}
	jw_object_end(w);
}

static void write_data(struct json_writer *w, struct batch *b)
{
	static const char *const words[] = {"created", "changed", "unchanged", "failed"};

	jw_key(w, "data");
	jw_object(w);
	jw_kv_bool(w, "dry_run", b->dry_run);
	jw_key(w, "results");
	jw_array(w);
	for (size_t i = 0; i < b->n; i++)
		write_result(w, &b->items[i], b->done);
	jw_array_end(w);
	jw_key(w, "counts");
	jw_object(w);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		int64_t n = 0;

		for (size_t k = 0; k < b->n; k++) {
			struct batch_item *it = &b->items[k];

			n += (it->faults || b->done) && !strcmp(outcome_word(it), words[i]);
		}
		jw_kv_int(w, words[i], n);
	}
	jw_object_end(w);
	jw_object_end(w);
}

/* A problem that also has data: who fails learns about each item. */
static struct answered answer_failed(struct request *r, struct batch *b, size_t failed)
{
	const struct error *first = NULL;
	struct json_writer w;
	char text[512];

	for (size_t i = 0; i < b->n && !first; i++) {
		if (b->items[i].faults)
			first = &b->items[i].faults->items[0];
	}
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_kv_str(&w, "type", "about:blank");
	jw_kv_str(&w, "title", err_info(ERR_INVALID)->title);
	jw_kv_int(&w, "status", 422);
	jw_kv_str(&w, "code", "invalid");
	snprintf(text, sizeof text, "%zu of %zu items are at fault, nothing was written: %s",
		 failed, b->n, first ? first->text : "");
	jw_kv_str(&w, "detail", text);
	if (first && first->field[0])
		jw_kv_str(&w, "field", first->field);
	if (first && first->hint[0])
		jw_kv_str(&w, "hint", first->hint);
	write_data(&w, b);
	jw_object_end(&w);
	reply_header(r, "Content-Type", "application/problem+json");
	return reply_send(r, 422);
}

static size_t count_failed(const struct batch *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		n += b->items[i].faults != NULL;
	return n;
}

static struct answered batch_handle(struct request *r, void *ctx)
{
	struct api_state *a = ctx;
	struct error e = {0};
	json_t *body = request_json(r, &e);
	struct batch *b = body ? batch_read(a, body, &e) : NULL;
	struct json_writer w;
	struct answered answer;
	enum err rc = ERR_NONE;

	if (!b)
		return reply_error(r, &e);
	if (!count_failed(b))
		rc = store_run(a->d->store, OP_PEOPLE, run, b, &e);
	if (count_failed(b)) {
		answer = answer_failed(r, b, count_failed(b));
	} else if (rc && !(rc == ERR_CANCELLED && b->done && b->dry_run)) {
		answer = reply_error(r, &e);
	} else {
		jw_init(&w, reply_body(r));
		jw_object(&w);
		write_data(&w, b);
		jw_object_end(&w);
		answer = reply_send(r, 200);
	}
	batch_free(b);
	return answer;
}

struct route_set batch_routes(void)
{
	static const struct route routes[] = {
		{"POST", "/v1/batch", ROUTE_WORKER, ACCESS_WRITE, batch_handle, 0},
	};

	return (struct route_set){routes, ARRAY_LEN(routes)};
}
